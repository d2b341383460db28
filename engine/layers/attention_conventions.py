"""The two conventions of multi-head attention, which count differently, by name."""

from typing import Literal

import torch
from torch import nn

from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.layers.attention_multihead import check_heads

Convention = Literal["split_heads", "full_width"]
"""Heads share the width, embed_dim/num_heads each, as in torch; or each head has the whole width."""


def multihead(
    embed_dim: int, num_heads: int, bias: bool = True, convention: Convention = "split_heads"
) -> nn.MultiheadAttention | FullWidthMultiheadAttention:
    """Return torch's layer, or ours with full-width heads, on the meta device.

    Raises:
        Refused: the heads are to share the width, and cannot evenly.
    """
    with torch.device("meta"):
        if convention == "full_width":
            return FullWidthMultiheadAttention(embed_dim, num_heads, bias)
        check_heads(embed_dim, num_heads)
        return nn.MultiheadAttention(embed_dim, num_heads, bias=bias)

"""``attention.macs``: what multi-head attention costs, counted while it runs on the meta device."""

from typing import Annotated, Literal

import torch

from engine.analysis.matmul_macs import MatmulMacs
from engine.arguments import Between
from engine.doors.attention.attention_sizes import Heads, Width
from engine.evidence import Run, Table
from engine.layers.attention_conventions import Convention
from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.layers.attention_multihead import MultiheadAttention
from engine.registry import Kind, function

Tokens = Annotated[int, Between(1, 65_536)]
Part = Literal["all", "projections", "products"]
"""Products are queries with keys, and weights with values; projections are the products with learned matrices."""


@function(
    "attention.macs",
    Kind.MEASURED,
    example={"embed_dim": 512, "num_heads": 8, "length": 10},
    shows=(MultiheadAttention, FullWidthMultiheadAttention, MatmulMacs),
)
def macs(
    embed_dim: Width,
    num_heads: Heads,
    length: Tokens,
    key_length: Tokens | None = None,
    part: Part = "all",
    convention: Convention = "split_heads",
) -> Run:
    """Return the multiply-adds (MACs) of multi-head attention for ``length`` queries, ``key_length`` keys.

    Without ``key_length`` it is self-attention. Softmax, scaling and biases count 0; a masked score costs as much as
    any other.

    >>> macs(512, 8, length=10).value  # 4·10·512² for the projections, 2·10²·512 for the products
    10588160
    """
    with torch.device("meta"):
        make = MultiheadAttention if convention == "split_heads" else FullWidthMultiheadAttention
        layer = make(embed_dim, num_heads)
        query = torch.empty(1, length, embed_dim)
        memory = torch.empty(1, key_length or length, embed_dim)
    with torch.no_grad(), MatmulMacs() as counted:
        layer(query, memory, memory)
    parts = {"projections": counted.linear, "products": counted.products, "all": counted.linear + counted.products}
    table = Table(f"{length} queries, {key_length or length} keys", ["part", "MACs"], list(parts.items()))
    return Run(parts[part], lambda: [table], device="meta")

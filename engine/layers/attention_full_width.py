"""Multi-head attention whose heads do not share the width: each works in all embed_dim features.

It is the layer of the count 4·h·d². Most libraries build the other one (:mod:`engine.layers.attention_multihead`), in
which h heads have d/h features each. With one head both are the same.
"""

import torch
from torch import Tensor, nn

from engine.layers.attention import Attended, scaled_dot_product_attention


class FullWidthHead(nn.Module):
    """One head: three matrices of embed_dim × embed_dim, then attention.

    Shapes: query ``(N, L, embed_dim)``, key and value ``(N, S, embed_dim)`` to output ``(N, L, embed_dim)`` and weights
    ``(N, L, S)``.
    """

    def __init__(self, embed_dim: int, bias: bool = True) -> None:
        super().__init__()
        self.q_proj = nn.Linear(embed_dim, embed_dim, bias)
        self.k_proj = nn.Linear(embed_dim, embed_dim, bias)
        self.v_proj = nn.Linear(embed_dim, embed_dim, bias)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Attended:
        """Return output and weights; ``attn_mask`` (True: may look) broadcasts to ``(N, L, S)``."""
        return scaled_dot_product_attention(self.q_proj(query), self.k_proj(key), self.v_proj(value), attn_mask)


class FullWidthMultiheadAttention(nn.Module):
    """Let ``num_heads`` full-width heads attend, join their outputs, and project num_heads·embed_dim to embed_dim.

    Shapes: as :class:`FullWidthHead`, but the weights are ``(N, num_heads, L, S)``.

    Parameters for h heads of width d: 3·h·d² for queries, keys and values and h·d² for the output, so 4·h·d² weights;
    with ``bias`` also 3·h·d + d biases.

    >>> sum(p.numel() for p in FullWidthMultiheadAttention(embed_dim=8, num_heads=4, bias=False).parameters())
    1024
    """

    def __init__(self, embed_dim: int, num_heads: int, bias: bool = True) -> None:
        super().__init__()
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.heads = nn.ModuleList(FullWidthHead(embed_dim, bias) for _ in range(num_heads))
        self.out_proj = nn.Linear(num_heads * embed_dim, embed_dim, bias)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Attended:
        """Return output and weights; ``attn_mask`` (True: may look) broadcasts to ``(N, L, S)`` and is every head's."""
        heads = [head(query, key, value, attn_mask) for head in self.heads]
        joined = torch.cat([head.output for head in heads], dim=-1)
        return Attended(self.out_proj(joined), torch.stack([head.weights for head in heads], dim=1))

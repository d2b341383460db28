"""Multi-head attention whose heads share the width: each works in embed_dim/num_heads features.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.2.2, with d_k = d_v = d_model/h.
"""

from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.attention import Attended, scaled_dot_product_attention


class MultiheadAttention(nn.Module):
    """Project queries, keys and values, attend in ``num_heads`` slices of the features, join them, project again.

    Shapes: query ``(N, L, embed_dim)``, key ``(N, S, kdim)``, value ``(N, S, vdim)`` to output ``(N, L, embed_dim)``
    and weights ``(N, num_heads, L, S)``. ``kdim`` and ``vdim`` are embed_dim unless given.

    Parameters for equal widths d: 4·d² weights, and 4·d biases with ``bias``; the number of heads does not matter.
    Names are those of ``torch.nn.MultiheadAttention`` with ``batch_first=True``, which keeps the first three matrices
    in one, ``in_proj_weight``. ``attn_mask`` is boolean, and True means "may look": torch's layer means the opposite.

    Raises:
        Refused: embed_dim is not divisible by num_heads.

    >>> import torch
    >>> tokens = torch.zeros(2, 5, 8)
    >>> [tuple(t.shape) for t in MultiheadAttention(embed_dim=8, num_heads=4)(tokens, tokens, tokens)]
    [(2, 5, 8), (2, 4, 5, 5)]
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        kdim: int | None = None,
        vdim: int | None = None,
    ) -> None:
        super().__init__()
        check_heads(embed_dim, num_heads)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.q_proj = nn.Linear(embed_dim, embed_dim, bias)
        self.k_proj = nn.Linear(embed_dim if kdim is None else kdim, embed_dim, bias)
        self.v_proj = nn.Linear(embed_dim if vdim is None else vdim, embed_dim, bias)
        self.out_proj = nn.Linear(embed_dim, embed_dim, bias)

    def forward(self, query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None) -> Attended:
        """Return output and weights; ``attn_mask`` broadcasts to ``(N, num_heads, L, S)``."""
        heads = scaled_dot_product_attention(
            self._split(self.q_proj(query)),
            self._split(self.k_proj(key)),
            self._split(self.v_proj(value)),
            attn_mask,
            self.dropout if self.training else 0.0,
        )
        joined = heads.output.transpose(1, 2).flatten(2)
        return Attended(self.out_proj(joined), heads.weights)

    def _split(self, features: Tensor) -> Tensor:
        """Return ``(N, L, embed_dim)`` as ``(N, num_heads, L, head_dim)``; a head owns neighbouring features."""
        return features.reshape(*features.shape[:-1], self.num_heads, -1).transpose(1, 2)


def check_heads(embed_dim: int, num_heads: int) -> None:
    """Refuse a width that the heads cannot share."""
    if embed_dim % num_heads:
        below, above = embed_dim - embed_dim % num_heads, embed_dim + -embed_dim % num_heads
        near = f"{below} or {above}" if below else f"{above}"
        raise Refused(f"{num_heads} heads cannot share a width of {embed_dim} evenly; take an embed_dim of {near}")

"""The Transformer's encoder: self-attention and a feed-forward network, each inside of add and norm, n times.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1 and figure 1, left.
"""

from collections.abc import Iterable
from typing import NamedTuple

from torch import Tensor, nn

from engine.layers.add_norm import AddNorm
from engine.layers.attention import Attended
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.feed_forward import Activation, PositionwiseFeedForward


class TransformerEncoderLayer(nn.Module):
    """One block: attention among the tokens, then a feed-forward network at each token.

    Shapes: ``(N, L, embed_dim)`` to the same shape, and the attention's weights ``(N, num_heads, L, L)``.

    Parameters for width d and dim_feedforward f: 4·d² + 4·d in the attention, 2·d·f + f + d in the feed-forward
    network, 2·2·d in both normalisations. It equals ``torch.nn.TransformerEncoderLayer`` with ``batch_first=True``;
    ``activation`` and ``norm_first`` mean what they mean there.

    >>> sum(p.numel() for p in TransformerEncoderLayer(512, num_heads=8, dim_feedforward=2048).parameters())
    3152384
    """

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dim_feedforward: int,
        dropout: float = 0.0,
        activation: Activation = "relu",
        eps: float = 1e-5,
        norm_first: bool = False,
    ) -> None:
        super().__init__()
        self.self_attn = MultiheadAttention(embed_dim, num_heads, dropout)
        self.add_norm1 = AddNorm(embed_dim, dropout, eps, norm_first)
        self.feed_forward = PositionwiseFeedForward(embed_dim, dim_feedforward, dropout, activation)
        self.add_norm2 = AddNorm(embed_dim, dropout, eps, norm_first)

    def forward(self, x: Tensor, attn_mask: Tensor | None = None) -> Attended:
        """Return the tokens and the weights; ``attn_mask`` (True: may look) broadcasts to ``(N, num_heads, L, L)``."""
        tokens = self.add_norm1.before(x)
        attended = self.self_attn(tokens, tokens, tokens, attn_mask)
        x = self.add_norm1(x, attended.output)
        x = self.add_norm2(x, self.feed_forward(self.add_norm2.before(x)))
        return Attended(x, attended.weights)


class EncoderOutput(NamedTuple):
    """What an encoder gives."""

    output: Tensor
    """``(N, L, embed_dim)``: each token, having seen the others."""
    weights: list[Tensor]
    """Of each block, ``(N, num_heads, L, L)``."""


class TransformerEncoder(nn.Module):
    """A stack of blocks of one width, and what follows the last one: a normalisation, or nothing.

    Pre-norm needs that normalisation, since its blocks do not end in one; ``torch.nn.Transformer`` has it always.
    """

    def __init__(self, layers: Iterable[TransformerEncoderLayer], norm: nn.Module | None = None) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norm = nn.Identity() if norm is None else norm

    def forward(self, x: Tensor, attn_mask: Tensor | None = None) -> EncoderOutput:
        """Return the tokens after the last block, and every block's weights."""
        weights = []
        for layer in self.layers:
            x, seen = layer(x, attn_mask)
            weights.append(seen)
        return EncoderOutput(self.norm(x), weights)

"""The Transformer's decoder: masked self-attention, attention to the encoder's output, a feed-forward network.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.1 and figure 1, right.
"""

from collections.abc import Iterable
from typing import NamedTuple

from torch import Tensor, nn

from engine.layers.add_norm import AddNorm
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.feed_forward import Activation, PositionwiseFeedForward


class Decoded(NamedTuple):
    """What one decoder block gives."""

    output: Tensor
    """``(N, T, embed_dim)``."""
    self_weights: Tensor
    """``(N, num_heads, T, T)``: how each target token looks at the target tokens."""
    cross_weights: Tensor
    """``(N, num_heads, T, S)``: how each target token looks at the source tokens."""


class TransformerDecoderLayer(nn.Module):
    """One block. In cross attention the queries come from the decoder, keys and values from the encoder (``memory``).

    Shapes: x ``(N, T, embed_dim)`` and memory ``(N, S, embed_dim)`` to ``(N, T, embed_dim)`` and both weights.

    Parameters: two attentions, one feed-forward network, three normalisations: 2·(4·d² + 4·d) + 2·d·f + f + d + 3·2·d.
    It equals ``torch.nn.TransformerDecoderLayer`` with ``batch_first=True``.

    >>> sum(p.numel() for p in TransformerDecoderLayer(512, num_heads=8, dim_feedforward=2048).parameters())
    4204032
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
        self.cross_attn = MultiheadAttention(embed_dim, num_heads, dropout)
        self.add_norm2 = AddNorm(embed_dim, dropout, eps, norm_first)
        self.feed_forward = PositionwiseFeedForward(embed_dim, dim_feedforward, dropout, activation)
        self.add_norm3 = AddNorm(embed_dim, dropout, eps, norm_first)

    def forward(
        self, x: Tensor, memory: Tensor, attn_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Decoded:
        """Return the tokens and both attentions' weights.

        Masks are boolean, and True means "may look": ``attn_mask`` ``(T, T)`` is the causal one, ``memory_mask``
        hides the source's padding; both broadcast to their weights.
        """
        tokens = self.add_norm1.before(x)
        own = self.self_attn(tokens, tokens, tokens, attn_mask)
        x = self.add_norm1(x, own.output)
        cross = self.cross_attn(self.add_norm2.before(x), memory, memory, memory_mask)
        x = self.add_norm2(x, cross.output)
        x = self.add_norm3(x, self.feed_forward(self.add_norm3.before(x)))
        return Decoded(x, own.weights, cross.weights)


class DecoderOutput(NamedTuple):
    """What a decoder gives."""

    output: Tensor
    """``(N, T, embed_dim)``."""
    self_weights: list[Tensor]
    """Of each block, ``(N, num_heads, T, T)``."""
    cross_weights: list[Tensor]
    """Of each block, ``(N, num_heads, T, S)``."""


class TransformerDecoder(nn.Module):
    """A stack of blocks that look at one memory, and what follows the last one: a normalisation, or nothing."""

    def __init__(self, layers: Iterable[TransformerDecoderLayer], norm: nn.Module | None = None) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.norm = nn.Identity() if norm is None else norm

    def forward(
        self, x: Tensor, memory: Tensor, attn_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> DecoderOutput:
        """Return the tokens after the last block, and every block's weights."""
        own_weights, cross_weights = [], []
        for layer in self.layers:
            x, own, cross = layer(x, memory, attn_mask, memory_mask)
            own_weights.append(own)
            cross_weights.append(cross)
        return DecoderOutput(self.norm(x), own_weights, cross_weights)

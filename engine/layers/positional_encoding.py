"""Sinusoidal positional encoding: waves of falling frequency, added to the token embeddings.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.5.
"""

import math

import torch
from torch import Tensor, nn

from engine.errors import Refused


def sinusoidal(length: int, embed_dim: int, base: float = 10_000.0) -> Tensor:
    """Return ``(length, embed_dim)`` in float64: P[i, 2j] = sin(i/base^(2j/d)), P[i, 2j+1] = cos(i/base^(2j/d)).

    Row i is position i, from 0; d is embed_dim. The waves are 2π·base^(2j/d) positions long. With an odd embed_dim the
    last column is a sine without its cosine.

    >>> sinusoidal(2, 4)[0].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    even = torch.arange(0, embed_dim, 2, dtype=torch.float64)
    frequency = torch.exp(-math.log(base) * even / embed_dim)
    angles = torch.outer(torch.arange(length, dtype=torch.float64), frequency)
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)[:, :embed_dim]


class SinusoidalPositionalEncoding(nn.Module):
    """Add row i of :func:`sinusoidal` to token i: ``(N, L, embed_dim)`` to the same shape. Nothing is learned.

    >>> SinusoidalPositionalEncoding(embed_dim=4, max_len=10)(torch.zeros(1, 1, 4)).tolist()
    [[[0.0, 1.0, 0.0, 1.0]]]
    """

    encoding: Tensor

    def __init__(self, embed_dim: int, max_len: int, base: float = 10_000.0) -> None:
        super().__init__()
        self.register_buffer("encoding", sinusoidal(max_len, embed_dim, base))

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens with their positions added.

        Raises:
            Refused: there are more tokens than positions.
        """
        return x + _first_rows(self.encoding, x.shape[-2]).to(x)


class LearnedPositionalEncoding(nn.Module):
    """Add a learned vector to each token, one for each position: max_len·embed_dim parameters, which start at 0.

    Shapes: as :class:`SinusoidalPositionalEncoding`.

    Source: Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers", section 3 (figure 2).
    """

    def __init__(self, embed_dim: int, max_len: int) -> None:
        super().__init__()
        self.encoding = nn.Parameter(torch.zeros(max_len, embed_dim))

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens with their positions added.

        Raises:
            Refused: there are more tokens than positions.
        """
        return x + _first_rows(self.encoding, x.shape[-2])


def _first_rows(encoding: Tensor, length: int) -> Tensor:
    if length > len(encoding):
        raise Refused(f"there are {length} tokens and only {len(encoding)} positions; make the encoding longer")
    return encoding[:length]

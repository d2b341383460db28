"""What goes into a Transformer: embeddings times √d, with positions added.

Source: Vaswani et al. 2017, "Attention Is All You Need", sections 3.4 and 3.5.
"""

import math
from typing import Literal

from torch import Tensor, nn

from engine.layers.embedding import Embedding
from engine.layers.positional_encoding import LearnedPositionalEncoding, SinusoidalPositionalEncoding

Positions = Literal["sinusoidal", "learned", "none"]


class TokenAndPosition(nn.Module):
    """Return dropout(√d·embedding(id) + position): ids ``(N, L)`` to ``(N, L, embed_dim)``.

    The encoding's entries have a mean square of 1/2. The embedding starts with variance 1/d here, and the factor √d
    makes that 1, so that tokens are not drowned by positions. It is a *multiplication*: dividing by √d
    would leave a standard deviation of 1/d, d times too small. Convention: ``torch.nn.Embedding`` starts with variance
    1, which the factor would make d.

    Raises:
        Refused: the sequence is longer than ``max_len``.
    """

    def __init__(
        self,
        vocab_size: int,
        embed_dim: int,
        max_len: int,
        dropout: float = 0.0,
        positions: Positions = "sinusoidal",
        scale: float | None = None,
    ) -> None:
        super().__init__()
        self.scale = math.sqrt(embed_dim) if scale is None else scale
        self.embedding = Embedding(vocab_size, embed_dim)
        if not self.embedding.weight.is_meta:
            nn.init.normal_(self.embedding.weight, std=embed_dim**-0.5)
        self.positions: nn.Module = nn.Identity()
        if positions == "sinusoidal":
            self.positions = SinusoidalPositionalEncoding(embed_dim, max_len)
        elif positions == "learned":
            self.positions = LearnedPositionalEncoding(embed_dim, max_len)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor) -> Tensor:
        """Return the tokens with their positions."""
        tokens: Tensor = self.positions(self.scale * self.embedding(ids))
        dropped: Tensor = self.dropout(tokens)
        return dropped

"""The position-wise feed-forward network: two linear layers that treat every token alike, and each by itself.

Source: Vaswani et al. 2017, "Attention Is All You Need", section 3.3 and equation 2.
"""

from typing import Literal

from torch import Tensor, nn

Activation = Literal["relu", "gelu"]
"""ReLU as in the Transformer; GELU, in its exact form z·Φ(z), as in BERT."""


class PositionwiseFeedForward(nn.Module):
    """Return W₂·f(W₁·x + b₁) + b₂ of each token: no token sees another one.

    Shapes: ``(..., L, embed_dim)`` to the same shape. It is *one* network of two linear layers, and it is the same as
    two 1×1 convolutions along the sequence. Dropout acts between the layers.

    Parameters for width d and dim_feedforward f: d·f + f and f·d + d, so 2·d·f + f + d. Names are those of
    ``torch.nn.TransformerEncoderLayer``.

    >>> sum(p.numel() for p in PositionwiseFeedForward(embed_dim=4, dim_feedforward=8).parameters())
    76
    """

    def __init__(
        self, embed_dim: int, dim_feedforward: int, dropout: float = 0.0, activation: Activation = "relu"
    ) -> None:
        super().__init__()
        self.linear1 = nn.Linear(embed_dim, dim_feedforward)
        self.activation = nn.ReLU() if activation == "relu" else nn.GELU()
        self.dropout = nn.Dropout(dropout)
        self.linear2 = nn.Linear(dim_feedforward, embed_dim)

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens, each on its own way through both layers."""
        y: Tensor = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return y

"""Add and norm: a residual connection around a sublayer, and layer normalisation behind or before it.

Sources: Vaswani et al. 2017, "Attention Is All You Need", section 5.4 (post-norm); Xiong et al. 2020, "On Layer
Normalization in the Transformer Architecture" (pre-norm).
"""

from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.layer_norm import LayerNorm


class AddNorm(nn.Module):
    """Post-norm: LN(x + dropout(f(x))). Pre-norm, with ``norm_first``: x + dropout(f(LN(x))).

    The sublayer f reads ``before(x)``, and what it gives is joined with x by the call::

        y = f(add_norm.before(x))
        x = add_norm(x, y)

    Shapes: x and y ``(..., embed_dim)`` to the same shape. They are added, so f must keep the shape. Post-norm ends in
    a normalisation: every token that leaves has mean 0 and variance 1 (before γ and β). Pre-norm leaves x itself
    untouched: the identity leads through the whole stack, and the sum of all sublayers grows along it.

    Parameters: γ and β of the normalisation, 2·embed_dim.

    >>> import torch
    >>> AddNorm(2, eps=0)(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 5.0])).tolist()
    [-1.0, 1.0]
    """

    def __init__(self, embed_dim: int, dropout: float = 0.0, eps: float = 1e-5, norm_first: bool = False) -> None:
        super().__init__()
        self.norm_first = norm_first
        self.dropout = nn.Dropout(dropout)
        self.norm = LayerNorm(embed_dim, eps)

    def before(self, x: Tensor) -> Tensor:
        """Return what the sublayer is to read: x, or with ``norm_first`` x normalised."""
        return self.norm(x) if self.norm_first else x

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return x with the sublayer's output y added, normalised unless ``norm_first``.

        Raises:
            Refused: the sublayer changed the shape.
        """
        if x.shape != y.shape:
            raise Refused(
                f"a residual adds equal shapes, and the sublayer turned {tuple(x.shape)} into {tuple(y.shape)}"
            )
        total = x + self.dropout(y)
        normalised: Tensor = total if self.norm_first else self.norm(total)
        return normalised

"""Score functions: how alike a query and a key are. Attentions differ in nothing else.

Shapes: query ``(..., L, Eq)`` and key ``(..., S, Ek)`` to scores ``(..., L, S)``. All but the bilinear score need
Eq = Ek. Additive scores have weights of their own (:mod:`engine.layers.attention_additive`).

Sources: the dot product, the bilinear score ("general") and their comparison are from Luong, Pham & Manning 2015,
"Effective Approaches to Attention-based Neural Machine Translation", section 3.1; 1/√E is from Vaswani et al. 2017.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from torch import Tensor

from engine.errors import Refused

Score = Callable[[Tensor, Tensor], Tensor]


def dot(query: Tensor, key: Tensor) -> Tensor:
    """Return q·k.

    >>> import torch
    >>> dot(torch.tensor([[3.0, 4.0]]), torch.tensor([[1.0, 0.0], [3.0, 4.0]])).tolist()
    [[3.0, 25.0]]
    """
    _check_widths(query, key)
    return query @ key.mT


def scaled_dot(query: Tensor, key: Tensor) -> Tensor:
    """Return q·k/√E, whose variance does not grow with the width E."""
    return dot(query, key) / math.sqrt(query.shape[-1])


def cosine(query: Tensor, key: Tensor) -> Tensor:
    """Return q·k/(‖q‖·‖k‖): the angle counts, lengths don't."""
    return dot(query / query.norm(dim=-1, keepdim=True), key / key.norm(dim=-1, keepdim=True))


def negative_squared_distance(query: Tensor, key: Tensor) -> Tensor:
    """Return -‖q - k‖²/2, whose softmax is a Gaussian kernel: Nadaraya-Watson regression."""
    _check_widths(query, key)
    return -(query.unsqueeze(-2) - key.unsqueeze(-3)).square().sum(-1) / 2


def bilinear(weight: Tensor) -> Score:
    """Return the score qᵀ·W·k with W of shape ``(Eq, Ek)``; the identity gives the dot product."""

    def score(query: Tensor, key: Tensor) -> Tensor:
        return query @ weight @ key.mT

    return score


SCORES: Final[Mapping[str, Score]] = {
    "dot": dot,
    "scaled_dot": scaled_dot,
    "cosine": cosine,
    "negative_squared_distance": negative_squared_distance,
}
"""The scores without weights, by name."""


def _check_widths(query: Tensor, key: Tensor) -> None:
    if query.shape[-1] != key.shape[-1]:
        raise Refused(f"this score needs queries and keys of one width, not {query.shape[-1]} and {key.shape[-1]}")

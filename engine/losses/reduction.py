"""From one loss for each prediction to one number; papers and libraries differ in the factor."""

from typing import Final, Literal

from torch import Tensor

Reduction = Literal["mean", "sum", "half_mean", "half_sum"]
"""``half_mean`` is the ½ of many textbooks, which cancels the 2 of a square's derivative; torch's default is mean."""
_HALVED: Final = ("half_mean", "half_sum")


def factor(count: int, reduction: Reduction) -> float:
    """Return what the sum of ``count`` losses is multiplied by, and every single gradient with it.

    >>> factor(4, "half_mean")
    0.125
    """
    return (0.5 if reduction in _HALVED else 1.0) / (count if reduction.endswith("mean") else 1)


def reduce(losses: Tensor, reduction: Reduction = "mean") -> Tensor:
    """Return the sum or mean of all losses, or half of it."""
    return losses.sum() * factor(losses.numel(), reduction)

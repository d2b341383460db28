"""K-fold cross-validation: every sample is validated on once, by a model that was not fitted to it.

Source: Stone 1974, "Cross-Validatory Choice and Assessment of Statistical Predictions"; leave-one-out by the hat
matrix: Allen 1974 (PRESS); the rule that drops the remainder: Zhang, Lipton, Li & Smola 2023, section 5.7.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused

Remainder = Literal["spread", "drop", "last"]
"""Where n mod k samples go: one more to each of the first folds (scikit-learn), nowhere (D2L), or all to the last."""


class Fold(NamedTuple):
    """The numbers of the samples that one model is fitted to, and validated on."""

    train: list[int]
    validation: list[int]


def folds(n: int, k: int, remainder: Remainder = "spread") -> list[Fold]:
    """Return the k folds of samples 0 to n - 1, in their order: shuffle before where the order means something.

    Raises:
        Refused: there are fewer samples than folds, or fewer than two folds.

    >>> [fold.validation for fold in folds(5, 2)]
    [[0, 1, 2], [3, 4]]
    >>> [fold.validation for fold in folds(5, 2, "drop")]
    [[0, 1], [2, 3]]
    """
    if not 2 <= k <= n:
        raise Refused(f"{n} samples can be cut into 2 to {n} folds, not {k}")
    size, rest = divmod(n, k)
    lengths = [size] * k
    if remainder == "last":
        lengths[-1] += rest
    elif remainder == "spread":
        lengths[:rest] = [size + 1] * rest
    ends = [sum(lengths[: i + 1]) for i in range(k)]
    used = range(ends[-1])
    parts = [list(range(end - length, end)) for end, length in zip(ends, lengths, strict=True)]
    return [Fold([i for i in used if not part[0] <= i <= part[-1]], part) for part in parts]


def fold_errors(features: Tensor, y: Tensor, k: int, remainder: Remainder = "spread") -> Tensor:
    """Return the mean squared validation error of least squares in each fold, ``(k,)``; their mean is the K-fold error.

    Of several weights that fit a training part equally well the shortest are taken. Shapes: ``features`` (n, d),
    ``y`` (n,).
    """
    errors = []
    for train, validation in folds(len(y), k, remainder):
        w = torch.linalg.pinv(features[train]) @ y[train]
        errors.append((features[validation] @ w - y[validation]).square().mean())
    return torch.stack(errors)


def leave_one_out_error(features: Tensor, y: Tensor) -> Tensor:
    """Return the K-fold error for k = n from a single fit: the mean of ((y - ŷ)/(1 - h))².

    h is the diagonal of the hat matrix H = Φ(ΦᵀΦ)⁻¹Φᵀ, which makes ŷ = H·y: how far a sample pulls its own fit.

    Raises:
        Refused: the features are dependent, or some sample is fitted by a weight of its own, h = 1.

    >>> round(leave_one_out_error(torch.ones(3, 1), torch.tensor([0.0, 0.0, 3.0])).item(), 4)
    4.5
    """
    if int(torch.linalg.matrix_rank(features)) < features.shape[1]:
        raise Refused("the features are dependent, so there is no one least-squares fit: leave some of them out")
    hat = features @ torch.linalg.solve(features.T @ features, features.T)
    free = 1 - hat.diagonal()
    if float(free.min()) < 1e-9:
        raise Refused("a sample is fitted exactly whatever its target is, so leaving it out leaves its error open")
    residuals = torch.div(y - hat @ y, free)
    return residuals.square().mean()

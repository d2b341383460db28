"""The one number that predicts a sample best, under a loss: mean, median, quantile, or in between.

The *interval* of best constants has more than one point where a loss is flat, as MAE is between the two middle values
of an even number of targets; then its middle is taken.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

_HALVINGS = 80
_FLAT = 1e-12


def searched(total_slope: Callable[[float], float], low: float, high: float) -> float:
    """Return the middle of where a convex loss's slope is 0, by bisection from both sides.

    ``total_slope(c)`` is the derivative of the summed loss at the constant prediction c; it grows with c.
    """
    first = _bisect(lambda c: total_slope(c) < -_FLAT, low, high)
    last = _bisect(lambda c: total_slope(c) <= _FLAT, low, high)
    return (first + last) / 2


def quantile_of(targets: Tensor, q: float) -> Tensor:
    """Return the middle of all c that have at most a share q of the targets below and at most 1 - q above.

    >>> quantile_of(torch.tensor([1.0, 2.0, 3.0, 100.0]), 0.5).item()
    2.5
    """
    ordered, place = targets.sort().values, q * len(targets)
    nearest = round(place)
    if math.isclose(place, nearest, abs_tol=1e-9):
        return (ordered[max(nearest - 1, 0)] + ordered[min(nearest, len(targets) - 1)]) / 2
    return ordered[math.floor(place)]


def huber_location(targets: Tensor, delta: float) -> Tensor:
    """Return the root of Σ clip(c - y, -δ, δ), which is piecewise linear in c with corners at every y ± δ.

    As δ → ∞ it is the mean, as δ → 0 the median.

    >>> round(huber_location(torch.tensor([1.0, 2.0, 3.0, 100.0]), 1.0).item(), 6)
    2.5
    """
    corners = torch.cat([targets - delta, targets + delta]).sort().values
    sums = (corners[:, None] - targets).clamp(-delta, delta).sum(1)
    below, above = int((sums < -_FLAT).sum()), int((sums <= _FLAT).sum())
    if above > below:
        return (corners[below] + corners[above - 1]) / 2
    left, right = corners[below - 1], corners[below]
    return left - sums[below - 1] * (right - left) / (sums[below] - sums[below - 1])


def _bisect(is_left: Callable[[float], bool], low: float, high: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_left(middle) else (low, middle)
    return (low + high) / 2

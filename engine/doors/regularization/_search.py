"""The minimum of a convex function of one number, found by the sign of the slope that autograd gives."""

from collections.abc import Callable

import torch
from torch import Tensor

from engine.device import for_float64


def minimiser(function: Callable[[Tensor], Tensor], low: float, high: float) -> float:
    """Return the w between ``low`` and ``high`` with the smallest value, as precisely as numbers can name it.

    The minimum lies left of where the function rises and right of where it falls. Looking first at 0 finds a kink
    there exactly, which halving the interval never would.
    """
    if low < 0 < high and abs(_slope(function, 0.0)) <= _kink(function):
        return 0.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _slope(function, middle) < 0 else (low, middle)
    return low if abs(low) < abs(high) else high


def _slope(function: Callable[[Tensor], Tensor], at: float) -> float:
    w = torch.tensor(at, dtype=torch.float64, device=for_float64(), requires_grad=True)
    (slope,) = torch.autograd.grad(function(w), w)
    return float(slope)


def _kink(function: Callable[[Tensor], Tensor]) -> float:
    """Return half the jump of the slope at 0, which is λ for a penalty λ·abs(w) and 0 where there is no kink."""
    tiny = 1e-300
    return (_slope(function, tiny) - _slope(function, -tiny)) / 2

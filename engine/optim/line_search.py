"""A line search for the strong Wolfe conditions: far enough down, and flat enough.

Source: Nocedal & Wright 2006, "Numerical Optimization", algorithms 3.5 and 3.6, bisecting in place of interpolating.
"""

from collections.abc import Callable
from typing import NamedTuple

_TRIES = 60


class Along(NamedTuple):
    """The loss and its slope at one step length along a direction."""

    length: float
    loss: float
    slope: float


def strong_wolfe(
    measure: Callable[[float], Along], first: float = 1.0, sufficient: float = 1e-4, flatness: float = 0.9
) -> float:
    """Return a step length α with f(α) ≤ f(0) + sufficient·α·f'(0) and |f'(α)| ≤ flatness·|f'(0)|.

    The second condition makes yᵀs positive, which keeps a quasi-Newton matrix positive definite. ``measure`` gives
    the loss and the slope at a length; the slope at 0 must be negative. Where rounding leaves no such length, the best
    one found is returned, which may be 0.
    """
    start = low = measure(0.0)
    high: float | None = None
    length = first
    for _ in range(_TRIES):
        here = measure(length)
        if not here.loss <= start.loss + sufficient * length * start.slope or here.loss > low.loss:
            high = length
        elif abs(here.slope) <= flatness * abs(start.slope):
            return length
        else:
            towards_high = 1.0 if high is None else high - low.length
            high = low.length if here.slope * towards_high >= 0 else high
            low = here
        length = 2 * length if high is None else (low.length + high) / 2
    return low.length

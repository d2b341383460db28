"""Which of many values may be the same: the few that are worth comparing, instead of each with each."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from types import NoneType
from typing import Any

from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.values import fits_a_float

_ROUNDING = 1e-9
"""Share by which numbers are looked for beyond the tolerance: a few roundings of floats."""


def nearby(values: Sequence[Any], tolerance: Tolerance | None) -> list[Sequence[int]]:
    """Return for each value the places, in order, of all that may be the same; its own is one of them.

    No place is lacking, and some may be too many: among other things than numbers and texts, all of them.

    >>> nearby([8, 9, 8], None)
    [[0, 2], [1], [0, 2]]
    >>> nearby([8, 9, 8.5], Tolerance(abs=Fraction(1, 2)))
    [[0, 2], [1, 2], [0, 1, 2]]
    """
    if tolerance is None and all(isinstance(value, int | float | Fraction | str | NoneType) for value in values):
        return _equal(values)
    if tolerance is not None and all(is_number(value) and fits_a_float(value) for value in values):
        return _within([float(value) for value in values], tolerance)
    return [range(len(values))] * len(values)


def _equal(values: Sequence[Any]) -> list[Sequence[int]]:
    places: dict[Any, list[int]] = {}
    for place, value in enumerate(values):
        places.setdefault(value, []).append(place)
    return [places[value] for value in values]


def _within(values: Sequence[float], tolerance: Tolerance) -> list[Sequence[int]]:
    order = sorted(range(len(values)), key=values.__getitem__)
    sizes = [values[place] for place in order]
    reach = max((tolerance.width(value) + _ROUNDING * abs(value) for value in values), default=0.0)
    return [sorted(order[bisect_left(sizes, value - reach) : bisect_right(sizes, value + reach)]) for value in values]

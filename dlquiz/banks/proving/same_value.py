"""Whether two runs gave the same: numbers but for what single precision and another order of a sum change."""

import math
from collections.abc import Mapping
from typing import Any

from dlquiz.core.kinds.number import is_number
from dlquiz.core.values import fits_a_float

DIGITS = 1e-6
"""The share by which two runs of one thing differ, in single precision and in another order."""
ZERO = 1e-12
"""Up to this a sum whose terms cancel is 0."""


def same_value(one: Any, other: Any) -> bool:
    """Return whether two values are the same; whole numbers are compared exactly.

    >>> same_value([0.1 + 0.2, 7], [0.3, 7]), same_value(0.3, 0.3001), same_value(10_000_001, 10_000_000)
    (True, False, False)
    """
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same_value, one, other))
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if is_number(one) and is_number(other):
        whole = isinstance(one, int) and isinstance(other, int)
        close = not whole and fits_a_float(one) and fits_a_float(other)
        return math.isclose(one, other, rel_tol=DIGITS, abs_tol=ZERO) if close else one == other
    return type(one) is type(other) and bool(one == other)

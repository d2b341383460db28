"""How many tolerances lie between the truth and a wrong idea, and which tolerance would tell the two apart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.values import fits_a_float

CLEARANCE = 10
"""How many tolerances lie between the truth and a wrong idea that stands alone."""

_SAME = 1e-9
"""Below this share of the truth, a difference is that of two computations of one thing."""
_LESS = 0.99
"""A tolerance that is written stays a little below the largest that does."""


@dataclass
class Clearance:
    """The distances of a wrong idea from the truth, one for each instance, counted in tolerances."""

    tolerance: Tolerance
    _distances: list[float] = field(default_factory=list)

    def see(self, value: Any, truth: Any) -> None:
        """Take in an instance; no number is no distance."""
        self._distances.append(_distance(value, truth, self.tolerance))

    def narrower(self, share: Fraction) -> str | None:
        """Return a tolerance, as banks write it, with which the idea can be told from the truth on such a share.

        None where that is no matter of the tolerance: the idea gives the right answer itself on some instance, or the
        tolerance is narrow enough.

        >>> clearance = Clearance(Tolerance(rel=Fraction(1, 10)))
        >>> clearance.see(1.05, 1.0)
        >>> clearance.narrower(Fraction(1))
        '{rel: 0.004}'
        """
        if not self._distances or min(self._distances) <= 0:
            return None
        reached = _reached(self._distances, share)
        if reached >= CLEARANCE:
            return None
        key, size = ("abs", self.tolerance.abs) if self.tolerance.abs is not None else ("rel", self.tolerance.rel)
        return f"{{{key}: {one_digit(float(size or 0) * reached / CLEARANCE * _LESS)}}}"


def _distance(value: Any, truth: Any, tolerance: Tolerance) -> float:
    if not (is_number(value) and is_number(truth) and fits_a_float(value) and fits_a_float(truth)):
        return 0.0
    apart, width = abs(float(value) - float(truth)), tolerance.width(truth)
    if apart <= _SAME * abs(float(truth)):
        return 0.0
    return apart / width if width else math.inf


def _reached(distances: Sequence[float], share: Fraction) -> float:
    """Return the distance that such a share of all reaches."""
    return sorted(distances, reverse=True)[max(math.ceil(share * len(distances)), 1) - 1]


def one_digit(size: float) -> str:
    """Return a size rounded down to one digit, as a plain decimal where that is short."""
    exponent = math.floor(math.log10(size))
    return f"{math.floor(size / 10.0**exponent) * 10.0**exponent:.1g}"

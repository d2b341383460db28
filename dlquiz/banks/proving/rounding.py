"""How closely two ways to an answer have to agree, and how wide a tolerance may be without a reason.

A tolerance is for people, who round. Two computations of one thing agree to many more digits, and where they do not,
one of them is wrong, or is a sample: a mean over random weights, say. Such a run needs a tolerance that is wide.
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from dlquiz.banks.proving.brief import setting
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.values import fits_a_float, show

CLOSE = 2e-5
"""The share of the answer by which two computations of one thing may differ: iterations stop somewhere."""
WIDE = 0.03
"""The share of the answer up to which a tolerance is for rounding; a wider one is for runs that are samples."""
NARROW = 1e-6
"""The share of the answer below which nobody types an answer that is not exact."""

_NOTHING = 1e-12
"""Below this, what a computation gives where the answer is 0."""


class Rounding:
    """What the instances of a question with a tolerance show of it."""

    def __init__(self, tolerance: Tolerance) -> None:
        self._tolerance = tolerance
        self._widths: list[tuple[float, Mapping[str, Any], float]] = []
        self.furthest = 0.0
        """The largest difference between two ways to the answer, as a share of it."""

    def see(self, values: Sequence[Any], at: Mapping[str, Any]) -> float:
        """Take in what the ways to an answer give on an instance; return how far they are apart, as a share of it."""
        numbers = [float(value) for value in values if is_number(value) and fits_a_float(value)]
        size = max(map(abs, numbers), default=0.0)
        if size < _NOTHING or len(numbers) < len(values):
            return 0.0
        width = self._tolerance.width(numbers[0])
        self._widths.append((width / size, at, numbers[0]))
        apart = (max(numbers) - min(numbers)) / max(size, width)
        self.furthest = max(self.furthest, apart)
        return apart

    @property
    def width(self) -> float:
        """The tolerance as a share of the answer, on a typical instance; 0 where every answer is."""
        return median(width for width, _, _ in self._widths) if self._widths else 0.0

    @property
    def typical(self) -> str:
        """The tolerance beside the answer on the first instance on which it is as wide as on a typical one."""
        middle = self.width
        _, at, answer = min(self._widths, key=lambda one: abs(one[0] - middle))
        told = setting(at).removeprefix(", ")
        return f"{told} the answer is {show(answer)}, and the tolerance of {self._tolerance.width(answer):.3g}".strip()

    @property
    def is_for_a_sample(self) -> bool:
        """Whether the tolerance is so wide that it says that a run is a sample."""
        return self.width > WIDE


def outliers(ratios: Sequence[float]) -> Iterable[int]:
    """Yield which of several ratios that should be one is another.

    It is where it is off by more than ``WIDE``; or by more than ``CLOSE`` while all others agree to more digits.

    >>> list(outliers([2.0, 2.0, 2.001])), list(outliers([2.0, 2.01, 2.02]))
    ([2], [])
    """
    middle = median(ratios)
    apart = [abs(ratio / middle - 1) if middle and fits_a_float(middle) else float(ratio != middle) for ratio in ratios]
    exact = sum(each <= CLOSE / 10 for each in apart) >= len(ratios) - 1
    return [place for place, each in enumerate(apart) if each > (CLOSE if exact else WIDE)]

"""Tolerances on whole numbers: one of a half or more takes what does not even round to the answer."""

from collections.abc import Mapping
from typing import Any

from dlquiz.banks.proving.brief import setting
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.values import show
from dlquiz.core.verdicts import Truth

TYPED = 10_000
"""Whole numbers below are typed with every digit; of larger ones people may give the first digits."""
_HALF = 0.5
"""Half of the way from one whole number to the next."""


class Whole:
    """The answers of a question so far: whether all are whole, and one of which too much is taken."""

    def __init__(self, tolerance: Tolerance):
        self._tolerance = tolerance
        self._all = True
        self._taken = ""

    def see(self, truth: Truth, values: Mapping[str, Any]) -> None:
        """Take in the ways to the answer on an instance."""
        if not self._all:
            return
        found = [leg.value for leg in truth.legs]
        self._all = all(_is_typed(one) and one == found[0] for one in found)
        if self._all and not self._taken and self._tolerance.width(found[0]) >= _HALF:
            width, answer = self._tolerance.width(found[0]), show(int(found[0]))
            self._taken = f"the tolerance of {width:.3g} takes more than what rounds to {answer}{setting(values)}"

    @property
    def problem(self) -> str | None:
        """What is wrong with the tolerance, or None."""
        return f"every answer is whole, and {self._taken}" if self._all and self._taken else None


def _is_typed(value: Any) -> bool:
    """Whether a value is a whole number that is typed with every digit."""
    return is_number(value) and -TYPED < value < TYPED and value == int(value)

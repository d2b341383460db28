"""Wrong values that a tolerance takes for the answer: who forgot a term would be told that the result is right."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from dlquiz.banks import arithmetic
from dlquiz.banks.proving.brief import brief, setting
from dlquiz.banks.proving.clearance import one_digit
from dlquiz.banks.proving.same_value import ZERO
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.formulas import Formula, declared
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.values import fits_a_float
from dlquiz.core.verdicts import Truth

_TRIED, _FEWEST = 200, 8
"""On how many instances slips are tried, at most and at least."""
_CHARACTERS = 200_000
"""How many characters of formulas are evaluated for one question: some twenty slips of a usual one on all of these."""
_SLIPS = 64
"""How many slips of a formula are tried, from all over it."""
_TAKEN = Fraction(1, 50)
"""The share of the instances on which a slip may pass: somewhere two values nearly meet."""
_NOTICED = 5e-3
"""A slip that changes the answer by less than this share of it could be a rounding to three digits."""
_LESS = 0.99
"""A tolerance that is written stays a little below the largest that does."""


def slips(question: Computed) -> list[Formula]:
    """Return what the formula of a question is after a single slip; see :mod:`dlquiz.banks.arithmetic`."""
    formula = question.answer.formula
    if formula is None or formula.listed:
        return []
    written, names = formula.parts[0].text, tuple(question.domain.parameters)
    found = []
    for slip in arithmetic.slips(written, names):
        with suppress(Unreadable):
            found.append(Formula((declared(slip.applied(written), names),)))
    return found if len(found) <= _SLIPS else [found[place * len(found) // _SLIPS] for place in range(_SLIPS)]


def noticed(value: Any, truth: Any) -> bool:
    """Whether a wrong value is a number that nobody would take for the answer, rounded."""
    if not (is_number(value) and is_number(truth) and fits_a_float(value) and fits_a_float(truth)):
        return False
    return abs(float(value) - float(truth)) > max(_NOTICED * abs(float(truth)), ZERO)


def worth(question: Computed, slip: Formula, values: Mapping[str, Any]) -> Any:
    """Return what a formula with a slip is on an instance, None where it has no value."""
    try:
        return question.worth(slip, values)
    except Undefined:
        return None


class Slipped:
    """The wrong values of a question, and on which instances its tolerance takes them for the answer.

    They are those of its wrong ideas, and of its formula after a slip.
    """

    def __init__(self, question: Computed, tolerance: Tolerance) -> None:
        self._question = question
        self._tolerance = tolerance
        self._slips = slips(question)
        self._seen = 0
        named = [*(idea.id for idea in question.misconceptions), *map(str, self._slips)]
        self._wrong = [_Wrong(name, question, tolerance) for name in named]

    @property
    def instances(self) -> int:
        """On how many instances it should be tried: fewer, the longer it takes."""
        lengths = sum(len(str(slip)) for slip in self._slips)
        return max(_FEWEST, min(_TRIED, _CHARACTERS // max(lengths, 1)))

    def see(self, truth: Truth, values: Mapping[str, Any]) -> None:
        """Take in an instance."""
        self._seen += 1
        found = [truth.wrong[idea.id] for idea in self._question.misconceptions]
        found += [worth(self._question, slip, values) for slip in self._slips]
        for wrong, value in zip(self._wrong, found, strict=True):
            wrong.see(value, truth.value, values)

    @property
    def problem(self) -> tuple[str, str] | None:
        """What is wrong with the tolerance, and the fix; None where nothing is."""
        passing = [wrong for wrong in self._wrong if wrong.taken > _TAKEN * self._seen]
        if not passing:
            return None
        worst = max(passing, key=lambda wrong: wrong.taken)
        times = f" on {worst.taken:,} of {self._seen:,} instances" if self._seen > 1 else ""
        message = f"the tolerance takes '{worst.name}' for the answer{times}; {worst.example}"
        return message, f"narrow the tolerance to {self._narrower(passing)}, or draw values that tell the two apart"

    def _narrower(self, passing: Sequence["_Wrong"]) -> str:
        """Return a tolerance, as banks write it, that refuses these wherever they are noticed.

        It is absolute where that is written, unless answers of different sizes would then need more than three digits.
        """
        size, share = (min(getattr(wrong, name) for wrong in passing) * _LESS for name in ("nearest", "nearest_share"))
        is_relative = self._tolerance.rel is not None or size < _NOTICED / 10 * max(wrong.largest for wrong in passing)
        return f"{{rel: {one_digit(share)}}}" if is_relative and share else f"{{abs: {one_digit(size)}}}"


class _Wrong:
    """A way to a wrong value: how often the tolerance takes that for the answer, and how near it comes to it."""

    def __init__(self, name: str, question: Computed, tolerance: Tolerance) -> None:
        self.name = name
        self.taken = 0
        self.example = ""
        self.nearest = self.nearest_share = math.inf
        """The smallest difference from the answer where it is noticed, and as a share of the answer."""
        self.largest = 0.0
        """The largest answer, whatever its sign."""
        self._question = question
        self._tolerance = tolerance

    def see(self, value: Any, truth: Any, values: Mapping[str, Any]) -> None:
        """Take in an instance on which the value is noticed to be wrong."""
        if not noticed(value, truth):
            return
        apart, size = abs(float(value) - float(truth)), abs(float(truth))
        self.nearest, self.largest = min(self.nearest, apart), max(self.largest, size)
        self.nearest_share = min(self.nearest_share, apart / size) if size else 0.0
        if self._question.same(value, truth, self._tolerance):
            self.taken += 1
            where = setting(values).removeprefix(", ")
            self.example = self.example or f"{where} it gives {brief(value)} beside {brief(truth)}".strip()

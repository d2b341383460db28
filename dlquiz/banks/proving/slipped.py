"""Wrong values that a tolerance takes for the answer: who forgot a term would be told that the result is right."""

from collections.abc import Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from dlquiz.banks import arithmetic
from dlquiz.banks.proving.brief import brief, setting
from dlquiz.banks.proving.clearance import Clearance
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.formulas import Formula, declared
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.verdicts import Truth

TRIED = 200
"""On how many instances slips are tried."""
_TAKEN = Fraction(1, 50)
"""The share of the instances on which a slip may pass: somewhere two values nearly meet."""
_NOTICED = 5e-3
"""A slip that changes the answer by less than this share of it could be a rounding to three digits."""
_NOTHING = 1e-12
"""Up to this a sum whose terms cancel is 0."""
_MOST = 1e300
"""Above this, numbers are compared exactly: floats end there."""


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
    return found


def noticed(value: Any, truth: Any) -> bool:
    """Whether a wrong value is a number that nobody would take for the answer, rounded."""
    if not (is_number(value) and is_number(truth) and -_MOST < value < _MOST and -_MOST < truth < _MOST):
        return False
    return abs(float(value) - float(truth)) > max(_NOTICED * abs(float(truth)), _NOTHING)


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
        self._slips = slips(question)
        named = [*(idea.id for idea in question.misconceptions), *map(str, self._slips)]
        self._wrong = [_Wrong(name, question, tolerance) for name in named]

    def see(self, truth: Truth, values: Mapping[str, Any]) -> None:
        """Take in an instance."""
        found = [truth.wrong[idea.id] for idea in self._question.misconceptions]
        found += [worth(self._question, slip, values) for slip in self._slips]
        for wrong, value in zip(self._wrong, found, strict=True):
            wrong.see(value, truth.value, values)

    @property
    def problem(self) -> tuple[str, str] | None:
        """What is wrong with the tolerance, and the fix; None where nothing is."""
        passing = [wrong for wrong in self._wrong if wrong.taken > _TAKEN * wrong.compared]
        if not passing:
            return None
        worst = max(passing, key=lambda wrong: wrong.taken)
        times = f"on {worst.taken:,} of {worst.compared:,} instances" if worst.compared > 1 else "here"
        message = f"the tolerance takes '{worst.name}' for the answer {times}; {worst.example}"
        narrowest = min((wrong.clearance for wrong in passing), key=lambda one: one.reached(1 - _TAKEN))
        return (
            message,
            f"narrow the tolerance to {narrowest.narrowed(1 - _TAKEN)}, or draw values that tell the two apart",
        )


class _Wrong:
    """A way to a wrong value: how often the tolerance takes that for the answer, and how far it is from it."""

    def __init__(self, name: str, question: Computed, tolerance: Tolerance) -> None:
        self.name = name
        self.taken = 0
        self.compared = 0
        self.example = ""
        self.clearance = Clearance(tolerance)
        self._question = question

    def see(self, value: Any, truth: Any, values: Mapping[str, Any]) -> None:
        """Take in an instance on which the value is noticed to be wrong."""
        if not noticed(value, truth):
            return
        self.compared += 1
        self.clearance.see(value, truth)
        if self._question.same(value, truth, self.clearance.tolerance):
            self.taken += 1
            where = setting(values).removeprefix(", ")
            self.example = self.example or f"{where} it gives {brief(value)} beside {brief(truth)}".strip()

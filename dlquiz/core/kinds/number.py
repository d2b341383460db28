"""Kind ``number``: one number. A whole number is exact; a float says how exact it has to be."""

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, TypeGuard

from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.expressions.errors import brief
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.kinds.number_text import spelled
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Samples
from dlquiz.core.texts import Language
from dlquiz.core.values import fits_a_float, show
from dlquiz.core.verdicts import Reading, Truth

_LARGEST = 10**300


def is_number(value: Any) -> TypeGuard[int | float | Fraction]:
    """Whether a value is a number, which a bool is not."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def read_number(text: str) -> Reading:
    """Read a number or arithmetic on numbers, also as people write them: ``25,557,032``, ``25.6M``, ``3 x 64``."""
    written = spelled(text)
    expression = written.parse()
    if expression.names:
        name = min(expression.names, key=written.place)
        raise Unreadable("a number is asked for, and '{name}' is none", *written.place(name), name=brief(name))
    try:
        value = expression.evaluate({})
    except Undefined as error:
        raise Unreadable("this has no value: {why}", 0, max(len(text), 1), why=error.sentence) from error
    if not is_number(value):
        raise Unreadable("a number is asked for, and this is {value}", 0, max(len(text), 1), value=show(value))
    if not -_LARGEST <= value <= _LARGEST:
        raise Unreadable("this number is too large; no answer reaches 10^300", 0, max(len(text), 1))
    return Reading(value, show(value))


def same_numbers(one: int | float | Fraction, other: int | float | Fraction, tolerance: Tolerance | None) -> bool:
    """Whether two numbers are equal; or, with a tolerance, no further apart than it allows around ``other``."""
    if tolerance is None or not (fits_a_float(one) and fits_a_float(other)):
        return bool(one == other)
    slack = 1e-12 * abs(float(other))
    return abs(float(one) - float(other)) <= tolerance.width(other) + slack


class Number(Computed):
    """A question that is answered by one number."""

    kind: ClassVar[str] = "number"

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read a number or arithmetic on numbers."""
        return read_number(text)

    def same(self, one: Any, other: Any, tolerance: Tolerance | None) -> bool:
        """Equal; or, with a tolerance, no further apart than it allows around ``other``."""
        return is_number(one) and is_number(other) and same_numbers(one, other, tolerance)

    def problem(self, value: Any) -> str | None:
        """A number, and a tolerance where it is not whole."""
        if not is_number(value):
            return "a number is asked for"
        return "a number that is not whole needs a tolerance" if self._needs_tolerance(value) else None

    def remedy(self, value: Any) -> str | None:
        """A tolerance, where only that is missing."""
        if is_number(value) and fits_a_float(value) and self._needs_tolerance(value):
            return "add tolerance: {rel: 0.01} to answer:, or {abs: 0.001} where the answer may be 0"
        return None

    def _needs_tolerance(self, value: int | float | Fraction) -> bool:
        return self.answer.tolerance is None and not (isinstance(value, int) or value == math.floor(value))

    def faults(self) -> Iterable[Fault]:
        """A formula that is a list, beside what every computed answer may have."""
        yield from super().faults()
        for part in (self.answer, *self.ideas):
            if part.formula is not None and part.formula.listed:
                yield Fault(part.at, "the formula of a number is not a list", "write one formula, or kind: shape")

    def answer_note(self, language: Language) -> str:
        """Say how exact the number has to be."""
        tolerance = self.answer.tolerance
        if tolerance is None:
            return say(language, "whole")
        if tolerance.abs is not None:
            return say(language, "within_abs", size=show(tolerance.abs))
        return say(language, "within_rel", size=show((tolerance.rel or 0) * 100))

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The value, the value in a sum and in a product; next to it beyond the tolerance; and what is no number."""
        right = truth.value
        step = 1 if self.answer.tolerance is None else 3 * self.answer.tolerance.width(right)
        return Samples(
            correct=(repr(right), f" {right!r} + 0 ", f"({right!r}) x 1"),
            wrong=(repr(right + step), repr(right - step)),
            unreadable=("", "x", f"{right!r} +", "1,2", "12,345,67", "√", "3 k x 3 x", "9**9**9"),
        )

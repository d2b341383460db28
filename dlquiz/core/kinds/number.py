"""Kind ``number``: one number. A whole number is exact; a float says how exact it has to be."""

import math
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, ClassVar, TypeGuard

from dlquiz.core.expressions import Undefined, Unreadable, parse
from dlquiz.core.kinds.computed import Computed, Tolerance
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Samples
from dlquiz.core.texts import Language
from dlquiz.core.values import show
from dlquiz.core.verdicts import Reading, Truth

_LARGEST = 10**300
_GROUPED = re.compile(r"\s*[-+−]?\d{1,3}(,\d{3})+\s*")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，", "0123456789,")


def is_number(value: Any) -> TypeGuard[int | float | Fraction]:
    """Whether a value is a number, which a bool is not."""
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


class Number(Computed):
    """A question that is answered by one number."""

    kind: ClassVar[str] = "number"

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read a number or arithmetic on numbers; ``25,557,032`` is read with its groups of three."""
        ascii_text = text.translate(_FULL_WIDTH)
        plain = ascii_text.replace(",", "") if _GROUPED.fullmatch(ascii_text) else text
        expression = parse(plain)
        if expression.names:
            name = min(expression.names, key=plain.find)
            raise Unreadable(f"a number is asked for, and '{name}' is none", max(plain.find(name), 0), len(name))
        try:
            value = expression.evaluate({})
        except Undefined as error:
            raise Unreadable(f"this has no value: {error}", 0, max(len(text), 1)) from error
        if not is_number(value):
            raise Unreadable(f"a number is asked for, and this is {show(value)}", 0, max(len(text), 1))
        if not -_LARGEST <= value <= _LARGEST:
            raise Unreadable("this number is too large; no answer reaches 10^300", 0, max(len(text), 1))
        return Reading(value, show(value))

    def same(self, one: Any, other: Any, tolerance: Tolerance | None) -> bool:
        """Equal; or, with a tolerance, no further apart than it allows around ``other``."""
        if not (is_number(one) and is_number(other)):
            return False
        if tolerance is None:
            return bool(one == other)
        if not (math.isfinite(one) and math.isfinite(other)):
            return bool(one == other)
        slack = 1e-12 * abs(float(other))
        return abs(float(one) - float(other)) <= tolerance.width(other) + slack

    def problem(self, value: Any) -> str | None:
        """A number, and a tolerance where it is not whole."""
        if not is_number(value):
            return "a number is asked for"
        if self.answer.tolerance is None and not (isinstance(value, int) or value == math.floor(value)):
            return "a number that is not whole needs a tolerance"
        return None

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
        """The value, the value in a sum; next to it beyond the tolerance; and what is no number."""
        right = truth.value
        step = 1 if self.answer.tolerance is None else 3 * self.answer.tolerance.width(right)
        return Samples(
            correct=(repr(right), f" {right!r} + 0 "),
            wrong=(repr(right + step), repr(right - step)),
            unreadable=("", "x", f"{right!r} +", "1,2", "9**9**9"),
        )

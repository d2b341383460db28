"""Values on their way between expressions, the wire and a reader's eyes."""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from dlquiz.core.expressions import Expression, Value

_GROUPED_FROM = 10_000
_LARGEST_FLOAT = 10**300
_SPECIAL = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def fits_a_float(value: int | float | Fraction) -> bool:
    """Whether a number can be worked with as a float: no infinity, no NaN, and no whole number of 400 digits.

    >>> fits_a_float(0.5), fits_a_float(10**400), fits_a_float(float("nan"))
    (True, False, False)
    """
    return -_LARGEST_FLOAT <= value <= _LARGEST_FLOAT


def to_json(value: Value | Expression) -> Any:
    """Return the value as JSON: a whole fraction as an int, another one as a float, an expression as it is written."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return int(value)
        return float(value) if fits_a_float(value) else str(value)
    if isinstance(value, Mapping):
        return {name: to_json(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    return value.written() if isinstance(value, Expression) else value


def from_json(value: Any) -> Any:
    """Return an engine's value with "nan", "inf" and "-inf" as the floats they stand for."""
    if isinstance(value, str):
        return _SPECIAL.get(value, value)
    if isinstance(value, list):
        return [from_json(item) for item in value]
    return value


def show(value: Any) -> str:
    """Return the value as a reader sees it.

    Whole numbers from 10,000 on are grouped, but not inside a list, where a comma separates; other numbers have at most
    six significant digits; a list of records has a numbered line for each.

    >>> show(590080), show(Fraction(7, 2)), show([512, 25088]), show(1 / 3)
    ('590,080', '3.5', '(512, 25088)', '0.333333')
    """
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, Fraction):
        return _show_fraction(value)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= _GROUPED_FROM else str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Expression):
        return value.written()
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={show(item)}" for name, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _show_sequence(value)
    return str(value)


def _show_fraction(value: Fraction) -> str:
    if value.denominator == 1:
        return show(int(value))
    try:
        return show(float(value))
    except OverflowError:
        return f"about 10^{len(str(abs(int(value)))) - 1}"


def _show_sequence(values: Sequence[Any]) -> str:
    if any(isinstance(item, Mapping) for item in values):
        return "".join(f"\n  {number}. {show(item)}" for number, item in enumerate(values, start=1))
    return f"({', '.join(str(item) if isinstance(item, int) else show(item) for item in values)})"

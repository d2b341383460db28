"""What values mean where a number is needed, and the functions: entry by entry, or over a whole list."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from itertools import repeat
from typing import Any, TypeAlias

from dlquiz.core.expressions import exact, limits
from dlquiz.core.expressions.errors import Undefined, brief
from dlquiz.core.expressions.exact import Scalar

Value: TypeAlias = int | Fraction | float | bool | str | list["Value"] | Mapping[str, "Value"]
Function: TypeAlias = Callable[..., Value]


def number(value: Value) -> Scalar:
    """Return a value as a number; true counts as 1 and false as 0. Raises Undefined for anything else."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | Fraction | float):
        return exact.settled(value)
    if isinstance(value, str):
        raise Undefined("the text '{text}' stands where a number is needed", text=brief(value))
    if isinstance(value, Mapping):
        raise Undefined("a record stands where a number is needed; name one of its fields")
    if isinstance(value, list | tuple):
        raise Undefined("a list stands where a number is needed")
    raise Undefined("an expression stands where a number is needed")


def entry_by_entry(function: Callable[..., Any]) -> Function:
    """Return a function of numbers that takes lists too: equal lengths entry by entry, a number with each."""

    def lifted(*values: Value) -> Value:
        lengths = {len(value) for value in values if isinstance(value, list | tuple)}
        if not lengths:
            return _applied(function, values)
        if len(lengths) > 1:
            sentence = "lists of {fewer} and {more} entries cannot be combined entry by entry"
            raise Undefined(sentence, fewer=min(lengths), more=max(lengths))
        (length,) = lengths
        _bound(length)
        columns = (value if isinstance(value, list | tuple) else repeat(value, length) for value in values)
        return [_applied(function, row) for row in zip(*columns, strict=True)]

    return lifted


def over_all(function: Callable[[Sequence[Scalar]], Scalar]) -> Function:
    """Return a function of all its values, where a list stands for its entries."""

    def lifted(*values: Value) -> Value:
        entries: list[Value] = []
        for value in values:
            entries.extend(value if isinstance(value, list | tuple) else [value])
            _bound(len(entries))
        return _applied(lambda *numbers: function(numbers), entries)

    return lifted


def _bound(length: int) -> None:
    if length > limits.LIST_LENGTH:
        raise Undefined("a list has more than {most} entries", most=limits.LIST_LENGTH)


def _applied(function: Callable[..., Scalar], values: Sequence[Value]) -> Scalar:
    try:
        return exact.settled(function(*map(number, values)))
    except (OverflowError, ZeroDivisionError):  # a divisor of 0 is refused before; 10^-399 is one as a float only
        raise Undefined("the value is too large for a floating-point number") from None


def _extreme(function: Callable[[Sequence[Scalar]], Scalar], of_none: str) -> Callable[[Sequence[Scalar]], Scalar]:
    def found(numbers: Sequence[Scalar]) -> Scalar:
        if not numbers:
            raise Undefined(of_none)
        return function(numbers)

    return found


def _total(combine: Callable[[Any, Any], Scalar], start: Scalar) -> Callable[[Sequence[Scalar]], Scalar]:
    return lambda numbers: reduce(lambda left, right: exact.settled(combine(left, right)), numbers, start)


OPERATORS: dict[str, Function] = {
    "+": entry_by_entry(operator.add),
    "-": entry_by_entry(operator.sub),
    "*": entry_by_entry(operator.mul),
    "/": entry_by_entry(exact.divide),
    "//": entry_by_entry(exact.floor_divide),
    "%": entry_by_entry(exact.remainder),
    "^": entry_by_entry(exact.power),
}

FUNCTIONS: dict[str, Function] = {
    "floor": entry_by_entry(math.floor),
    "ceil": entry_by_entry(math.ceil),
    "sqrt": entry_by_entry(exact.square_root),
    "exp": entry_by_entry(exact.exponential),
    "log": entry_by_entry(exact.natural_logarithm),
    "log2": entry_by_entry(exact.logarithm(2, math.log2)),
    "log10": entry_by_entry(exact.logarithm(10, math.log10)),
    "abs": entry_by_entry(abs),
    "min": over_all(_extreme(min, "an empty list has no minimum")),
    "max": over_all(_extreme(max, "an empty list has no maximum")),
    "sum": over_all(_total(operator.add, 0)),
    "prod": over_all(_total(operator.mul, 1)),
}

NEGATIVE = entry_by_entry(operator.neg)


def field(value: Value, name: str) -> Value:
    """Return a field of a record, or the list of that field of every record of a list."""
    if isinstance(value, list | tuple):
        return [field(entry, name) if isinstance(entry, Mapping) else _no_field(name) for entry in value]
    if not isinstance(value, Mapping):
        return _no_field(name)
    if name not in value:
        raise Undefined(
            "there is no field '{name}'; the fields are {names}", name=brief(name), names=", ".join(map(str, value))
        )
    return value[name]


def _no_field(name: str) -> Value:
    raise Undefined("only a record has fields; '.{name}' follows something else", name=brief(name))

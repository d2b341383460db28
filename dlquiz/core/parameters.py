"""The kinds of parameter that a question may declare: which values each takes, and how one is drawn.

``scope`` holds the values declared before a parameter; only derived values look at it.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias, cast

from dlquiz.core.expressions import Expression, Undefined, Value
from dlquiz.core.expressions.tree import walk

LONGEST = 100
"""The most records in a list."""

Scope: TypeAlias = Mapping[str, Value]

Pick: TypeAlias = Callable[[str, int], int]
"""Gives a number from 0 to below a size, for the name of what is drawn."""


class BadDomain(ValueError):  # noqa: N818 (the name says it)
    """Parameters that contradict themselves; the text is one sentence."""


class _Listed(ABC):
    """A parameter whose values are counted: ``size`` of them, the first one ``value(0)``."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many values there are."""

    @abstractmethod
    def value(self, index: int) -> Value:
        """Return the value at a place, counted from 0."""

    def drawn(self, name: str, pick: Pick, scope: Scope) -> Value:
        """Return the value that ``pick`` chooses."""
        return self.value(pick(name, self.size))

    def every(self, scope: Scope) -> Iterator[Value]:
        """Yield every value."""
        return map(self.value, range(self.size))

    def extreme(self, high: bool, scope: Scope) -> Value:
        """Return the lowest or the highest value."""
        return self.value(self.size - 1 if high else 0)


@dataclass(frozen=True, repr=False)
class IntRange(_Listed):
    """The integers from ``low`` to at most ``high``, ``step`` apart."""

    low: int
    high: int
    step: int = 1

    def __post_init__(self) -> None:
        _check_range(self.low, self.high, self.step)

    @property
    def size(self) -> int:
        """How many values there are."""
        return (self.high - self.low) // self.step + 1

    def value(self, index: int) -> Value:
        """Return the value at a place, counted from 0."""
        return self.low + index * self.step

    def contains(self, value: Value, scope: Scope) -> bool:
        """Return whether ``value`` is one of the integers."""
        return type(value) is int and self.low <= value <= self.high and (value - self.low) % self.step == 0


@dataclass(frozen=True, repr=False)
class FloatRange(_Listed):
    """The decimals from ``low`` to at most ``high``, ``step`` apart: exact, so 0.1 is 1/10, and a whole one is an int.

    >>> FloatRange(0.1, 0.5, 0.2).value(1)
    Fraction(3, 10)
    """

    low: float | Fraction
    high: float | Fraction
    step: float | Fraction

    def __post_init__(self) -> None:
        for name in ("low", "high", "step"):
            object.__setattr__(self, name, _decimal(getattr(self, name)))
        _check_range(self.low, self.high, self.step)

    @property
    def size(self) -> int:
        """How many values there are."""
        return int((self.high - self.low) // self.step) + 1

    def value(self, index: int) -> Value:
        """Return the value at a place, counted from 0."""
        value = Fraction(self.low) + index * Fraction(self.step)
        return value.numerator if value.denominator == 1 else value

    def contains(self, value: Value, scope: Scope) -> bool:
        """Return whether ``value`` is one of the decimals; a float counts as the decimal it is written as."""
        if isinstance(value, bool) or not isinstance(value, int | Fraction | float):
            return False
        if isinstance(value, float) and not math.isfinite(value):
            return False
        steps = (_decimal(value) - Fraction(self.low)) / Fraction(self.step)
        return steps.denominator == 1 and 0 <= steps < self.size


@dataclass(frozen=True, repr=False)
class Choice(_Listed):
    """One of some values: numbers, texts, truths or lists, kept as they are given."""

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        if not self.values:
            raise BadDomain("a choice needs at least one value")
        if len(set(map(identity, self.values))) < len(self.values):
            raise BadDomain("a choice names one of its values twice")

    @property
    def size(self) -> int:
        """How many values there are."""
        return len(self.values)

    def value(self, index: int) -> Value:
        """Return the value at a place, counted from 0, as declared."""
        return self.values[index]

    def extreme(self, high: bool, scope: Scope) -> Value:
        """Return the lowest or highest number; of other values the first or last."""
        if all(isinstance(value, int | Fraction | float) for value in self.values):
            numbers = cast("tuple[float, ...]", self.values)
            return max(numbers) if high else min(numbers)
        return super().extreme(high, scope)

    def contains(self, value: Value, scope: Scope) -> bool:
        """Return whether ``value`` is one of them; true is not 1."""
        return identity(value) in map(identity, self.values)


@dataclass(frozen=True, repr=False)
class Derived:
    """A value computed from what is declared before it; each method raises Undefined where there is none."""

    expression: Expression
    size = 1

    def drawn(self, name: str, pick: Pick, scope: Scope) -> Value:
        """Return the value."""
        return self.expression.evaluate(scope)

    def every(self, scope: Scope) -> Iterator[Value]:
        """Yield the value, or nothing where it is undefined."""
        try:
            yield self.expression.evaluate(scope)
        except Undefined:
            return

    def extreme(self, high: bool, scope: Scope) -> Value:
        """Return the value."""
        return self.expression.evaluate(scope)

    def contains(self, value: Value, scope: Scope) -> bool:
        """Return whether ``value`` is the value."""
        return identity(value) == identity(self.expression.evaluate(scope))


@dataclass(frozen=True, repr=False)
class Records:
    """A list of ``min_length`` to ``max_length`` records, each length equally likely, each record drawn by itself."""

    fields: "Mapping[str, Parameter]"
    min_length: int
    max_length: int

    def __post_init__(self) -> None:
        if not 0 <= self.min_length <= self.max_length <= LONGEST:
            lengths = f"from {self.min_length} to {self.max_length} records"
            raise BadDomain(f"a list cannot have {lengths}; write the lower end first, within 0 to {LONGEST}")
        if not self.fields:
            raise BadDomain("a record needs at least one field")

    @property
    def size(self) -> int:
        """How many lists there are."""
        records = math.prod(field.size for field in self.fields.values())
        return sum(records**length for length in self._lengths)

    @property
    def _lengths(self) -> range:
        return range(self.min_length, self.max_length + 1)

    def drawn(self, name: str, pick: Pick, scope: Scope) -> Value:
        """Return a list; its parts are drawn as ``name.length`` and ``name[0].field``."""
        length = self._lengths[pick(f"{name}.length", len(self._lengths))]
        return [drawn_record(self.fields, f"{name}[{index}].", pick, scope) for index in range(length)]

    def every(self, scope: Scope) -> Iterator[Value]:
        """Yield every list, the shortest first."""
        records = list(combinations(self.fields, scope))
        for length in self._lengths:
            yield from map(list, product(records, repeat=length))

    def extreme(self, high: bool, scope: Scope) -> Value:
        """Return the shortest list of lowest fields, or the longest of highest."""
        record: dict[str, Value] = {}
        for name, field in self.fields.items():
            record[name] = field.extreme(high, {**scope, **record})
        return [dict(record) for _ in range(self.max_length if high else self.min_length)]

    def contains(self, value: Value, scope: Scope) -> bool:
        """Return whether ``value`` is one of the lists."""
        return (
            isinstance(value, list)
            and len(value) in self._lengths
            and all(isinstance(entry, Mapping) and is_record(self.fields, entry, scope) for entry in value)
        )


Parameter: TypeAlias = IntRange | Choice | FloatRange | Derived | Records


def most_values(parameters: Mapping[str, Parameter]) -> int:
    """Return how many single values a setting has at most: one a parameter, and in a list those of every record.

    >>> most_values({"n": IntRange(1, 9), "layers": Records({"k": Choice((3, 5)), "s": IntRange(1, 2)}, 2, 4)})
    9
    """
    return sum(
        parameter.max_length * most_values(parameter.fields) if isinstance(parameter, Records) else 1
        for parameter in parameters.values()
    )


def steps(expression: Expression) -> int:
    """Return of how many numbers, names and operations an expression is made."""
    return sum(1 for _ in walk(expression.tree))


def most_steps(parameters: Mapping[str, Parameter]) -> int:
    """Return how many numbers, names and operations a setting's derived values are computed from at most."""
    found = 0
    for parameter in parameters.values():
        if isinstance(parameter, Derived):
            found += steps(parameter.expression)
        elif isinstance(parameter, Records):
            found += parameter.max_length * most_steps(parameter.fields)
    return found


def drawn_record(parameters: Mapping[str, Parameter], prefix: str, pick: Pick, scope: Scope) -> dict[str, Value]:
    """Return a drawn value for every parameter, in the order of declaration."""
    found: dict[str, Value] = {}
    for name, parameter in parameters.items():
        found[name] = parameter.drawn(prefix + name, pick, {**scope, **found} if scope else found)
    return found


def combinations(
    parameters: Mapping[str, Parameter], scope: Scope, keep: Callable[[str, Scope], bool] = lambda name, values: True
) -> Iterator[dict[str, Value]]:
    """Yield every combination, the last parameter changing fastest.

    ``keep(name, values)`` is asked once ``name`` has its value, and ends a branch early.
    """
    names = list(parameters)
    found = dict(scope)  # one for all branches: a name that comes later may still have the value of the last one

    def extended(count: int) -> Iterator[dict[str, Value]]:
        if count == len(names):
            yield {name: found[name] for name in names}
            return
        name = names[count]
        for value in parameters[name].every(found):
            found[name] = value
            if keep(name, found):
                yield from extended(count + 1)

    return extended(0)


def is_record(parameters: Mapping[str, Parameter], values: Scope, scope: Scope) -> bool:
    """Return whether ``values`` gives each parameter, and nothing else, a value of its own."""
    if set(values) != set(parameters):
        return False
    within = {**scope, **values}
    return all(parameter.contains(values[name], within) for name, parameter in parameters.items())


def identity(value: object) -> object:
    """Return a hashable stand-in that keeps true apart from 1, and lists and records by their contents."""
    if isinstance(value, list | tuple):
        return ("list", *map(identity, value))
    if isinstance(value, Mapping):
        return ("record", *sorted((name, identity(entry)) for name, entry in value.items()))
    return ("truth" if isinstance(value, bool) else "text" if isinstance(value, str) else "number", value)


def _decimal(value: float | Fraction) -> Fraction:
    """Return the fraction that a decimal means as it is written: 0.1 is 1/10."""
    if not isinstance(value, float):
        return Fraction(value)
    if not math.isfinite(value):
        raise BadDomain(f"{value} is no end or step of a range")
    return Fraction(str(value))


def _check_range(low: float | Fraction, high: float | Fraction, step: float | Fraction) -> None:
    if step <= 0:
        raise BadDomain(f"the step of a range is above 0, not {step}")
    if low > high:
        raise BadDomain(f"the range from {low} to {high} is empty; write its lower end first")

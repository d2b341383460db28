"""Engine calls as a bank writes them: a name, and arguments that may use the question's parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dlquiz.core.expressions import Expression
from dlquiz.core.oracle import Call
from dlquiz.core.values import to_json


class Place(NamedTuple):
    """Where something stands in a bank; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


NOWHERE = Place("", 1, 1)

Argument = Any
"""A JSON value in which an Expression may stand wherever a scalar could."""


@dataclass(frozen=True)
class CallTemplate:
    """A call whose arguments are filled from the values of an instance."""

    function: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    at: Place = NOWHERE

    def fill(self, values: Mapping[str, Any]) -> Call:
        """Return the call on these values; raises Undefined when an expression has no value."""
        return Call(self.function, {name: _fill(item, values) for name, item in self.arguments.items()})

    def changed(self, arguments: Mapping[str, Argument]) -> "CallTemplate":
        """Return the same call with some arguments replaced, as a control replaces its experiment's."""
        return CallTemplate(self.function, {**self.arguments, **arguments}, self.at)


@dataclass(frozen=True)
class Given:
    """Data in which expressions may stand, as in an argument of a call."""

    data: Argument

    def fill(self, values: Mapping[str, Any]) -> Any:
        """Return the data on these values, as JSON; raises Undefined when an expression has no value."""
        return _fill(self.data, values)


def _fill(item: Argument, values: Mapping[str, Any]) -> Any:
    if isinstance(item, Expression):
        return to_json(item.evaluate(values))
    if isinstance(item, Mapping):
        return {name: _fill(inner, values) for name, inner in item.items()}
    if isinstance(item, list | tuple):
        return [_fill(inner, values) for inner in item]
    return item

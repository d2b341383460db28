"""What is known of the engine's functions without running any: their summaries, and what their arguments may be."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

_ONE_OF = re.compile(r"one of ((?:'[^']*'|-?\d+)(?:, (?:'[^']*'|-?\d+))*)")
_CHOICE = re.compile(r"'([^']*)'|(-?\d+)")


class DescribedArgument(Protocol):
    """An argument of an engine function, as the engine describes it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def type(self) -> str:
        """What it may be, in words."""
        ...

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        ...

    @property
    def default(self) -> Any:
        """What it is where it is not given."""
        ...

    @property
    def convention(self) -> bool:
        """Whether definitions differ in it."""
        ...


class Described(Protocol):
    """An engine function, as the engine describes it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def summary(self) -> str:
        """What it does, in one sentence."""
        ...

    @property
    def parameters(self) -> Sequence[DescribedArgument]:
        """Its arguments."""
        ...


class Argument(NamedTuple):
    """An argument of a function; ``convention``: definitions differ in what it chooses."""

    type: str
    required: bool
    default: Any = None
    convention: bool = False

    @property
    def choices(self) -> list[str | int]:
        """The values that it may have; none where it is not one of a few.

        >>> Argument("one of 'max', 'avg' or null", False).choices, Argument("one of 0, 1", False).choices
        (['max', 'avg'], [0, 1])
        """
        found = _ONE_OF.match(self.type)
        each = _CHOICE.findall(found[1]) if found else []
        return [word if not number else int(number) for word, number in each]


class Signature(NamedTuple):
    """A function: what it does, in one sentence, and its arguments."""

    summary: str
    arguments: Mapping[str, Argument]

    @property
    def is_experiment(self) -> bool:
        """Whether it gives true or false; summaries of the engine's functions say so.

        >>> Signature("Say whether it is linear.", {}).is_experiment, Signature("Return its size.", {}).is_experiment
        (True, False)
        """
        return self.summary.startswith("Say whether ")

    @property
    def asks(self) -> str:
        """What an experiment settles, as the end of a sentence.

        >>> Signature("Say whether it is linear.", {}).asks
        'whether it is linear'
        """
        return self.summary.removeprefix("Say ").removesuffix(".")


@dataclass(frozen=True, eq=False)
class Signatures:
    """The engine's functions by their names; none are known where nobody asked the engine."""

    functions: Mapping[str, Signature] = field(default_factory=dict)

    @classmethod
    def of(cls, functions: Iterable[Described]) -> "Signatures":
        """Return functions as the engine describes them."""
        return cls({one.name: Signature(one.summary, dict(_arguments(one))) for one in functions})

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Signatures":
        """Return what :meth:`to_json` made data of; raises KeyError, TypeError or ValueError for anything else."""
        return cls(
            {
                name: Signature(one["summary"], {key: Argument(**takes) for key, takes in one["arguments"].items()})
                for name, one in data.items()
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain data, to be kept."""
        return {
            name: {"summary": one.summary, "arguments": {key: takes._asdict() for key, takes in one.arguments.items()}}
            for name, one in self.functions.items()
        }

    def arguments(self, function: str) -> Mapping[str, Argument]:
        """Return the arguments of a function; none where it is not known."""
        return self.functions[function].arguments if function in self.functions else {}

    def defaults(self, function: str) -> dict[str, Any]:
        """Return what the arguments of a function are where they are not given."""
        return {name: one.default for name, one in self.arguments(function).items() if not one.required}

    def choosing(self, function: str) -> dict[str, Argument]:
        """Return the arguments of a function in which definitions differ."""
        return {name: argument for name, argument in self.arguments(function).items() if argument.convention}

    def experiments(self) -> list[str]:
        """Return the functions that give true or false."""
        return [name for name, one in self.functions.items() if one.is_experiment]

    def like(self, function: str, given: Iterable[str]) -> list[str]:
        """Return the functions of the same family that could be called with the same arguments."""
        family = function.partition(".")[0] + "."
        named = set(given)
        return [
            name
            for name, other in self.functions.items()
            if name != function and name.startswith(family) and _accepts(other.arguments, named)
        ]


def _arguments(function: Described) -> Iterator[tuple[str, Argument]]:
    for one in function.parameters:
        yield one.name, Argument(one.type, one.required, one.default, one.convention)


def _accepts(arguments: Mapping[str, Argument], given: set[str]) -> bool:
    required = {name for name, argument in arguments.items() if argument.required}
    return required <= given <= set(arguments)

"""What is known of the engine's functions: which arguments each takes, and which words an argument may be."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

_ONE_OF = re.compile(r"one of ((?:'[^']*'|-?\d+)(?:, (?:'[^']*'|-?\d+))*)")
_CHOICE = re.compile(r"'[^']*'|-?\d+")


class Argument(NamedTuple):
    """An argument of a function: its type in words, whether it has to be given, and what it is where it is not."""

    type: str
    required: bool
    default: Any = None

    @property
    def choices(self) -> list[str]:
        """The values that it may have, as banks write them; none where it is not one of a few.

        >>> Argument("one of 'max', 'avg' or null", False).choices
        ['max', 'avg']
        """
        found = _ONE_OF.match(self.type)
        return [choice.strip("'") for choice in _CHOICE.findall(found[1])] if found else []


@dataclass(frozen=True)
class Catalogue:
    """The engine's functions by their names, each with its arguments."""

    functions: Mapping[str, Mapping[str, Argument]]

    def argument(self, function: str, name: str) -> Argument | None:
        """Return an argument of a function, None where it takes no such."""
        return self.functions.get(function, {}).get(name)

    @property
    def defaults(self) -> dict[str, dict[str, Any]]:
        """What the arguments of functions are where they are not given."""
        return {
            name: {key: one.default for key, one in takes.items() if not one.required}
            for name, takes in self.functions.items()
        }

    def like(self, function: str, given: Sequence[str]) -> list[str]:
        """Return the functions of the same family that could be called with the same arguments."""
        family = function.partition(".")[0] + "."
        return [
            name
            for name, takes in self.functions.items()
            if name != function and name.startswith(family) and _accepts(takes, given)
        ]


def _accepts(takes: Mapping[str, Argument], given: Sequence[str]) -> bool:
    required = {name for name, argument in takes.items() if argument.required}
    return required <= set(given) <= set(takes)

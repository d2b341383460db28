"""The tree of a YAML document: scalars, lists and mappings that know their places."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from dlquiz.banks.scalars import Plain, resolve

ESCAPED = {'"': re.compile(r"\\x..|\\u.{4}|\\U.{8}|\\.|."), "'": re.compile(r"''|.")}
"""What stands for one character of a text inside of each kind of quotes."""


@dataclass(slots=True)
class ScalarNode:
    """A scalar; ``raw`` is how a quoted one on a single line was written, where that differs from its text.

    ``cut`` is where ' #' ends a plain one and begins a comment, as line and column.
    """

    text: str
    plain: bool
    line: int
    column: int
    one_line: bool
    raw: str = ""
    size: int = 1
    cut: tuple[int, int] | None = None

    @property
    def value(self) -> Plain:
        """What it means; raises OutOfBounds."""
        return resolve(self.text) if self.plain else self.text

    def column_of(self, position: int) -> int:
        """Return the column of a character of the text; that of the whole where it runs over several lines."""
        if not self.one_line:
            return self.column
        if self.raw:
            starts = [match.start() for match in ESCAPED[self.raw[0]].finditer(self.raw[1:-1])]
            return self.column + 1 + (starts[position] if position < len(starts) else len(self.raw) - 2)
        return self.column + position + (not self.plain)


@dataclass(slots=True)
class ListNode:
    """A list."""

    items: "list[Node]"
    line: int
    column: int
    size: int = 1


@dataclass(slots=True)
class MapNode:
    """A mapping: the nodes of its keys, and of its values, by the text of the key."""

    keys: dict[str, ScalarNode]
    values: "dict[str, Node]"
    line: int
    column: int
    size: int = 1


Node: TypeAlias = ScalarNode | ListNode | MapNode

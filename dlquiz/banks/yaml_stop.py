"""The place where the YAML parser stopped, and what was wrong there or before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml

KEY = r"[A-Za-z_][\w-]*"
"""A key as banks have them."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Cause(NamedTuple):
    """Where a mistake was made, counted from 1, what is wrong, and the fix."""

    line: int
    column: int
    message: str
    fix: str


@dataclass(frozen=True)
class Stop:
    """Where the parser stopped and why; ``since`` is where what it was reading began, and lines count from 0."""

    text: str
    problem: str
    index: int
    line: int
    column: int
    since: int

    def written(self, line: int) -> str:
        """Return a line of the text, empty beyond its end."""
        lines = self.text.split("\n", line + 1)
        return lines[line] if 0 <= line < len(lines) else ""

    def place(self, index: int) -> tuple[int, int]:
        """Return line and column of a character, counted from 1."""
        return self.text.count("\n", 0, index) + 1, index - self.text.rfind("\n", 0, index)


def tokens(stop: Stop) -> Iterator[Any]:
    """Yield the tokens before the place where the parser stopped."""
    try:
        for token in yaml.scan(stop.text, Loader=_Loader):
            if token.start_mark.index >= stop.index:
                return
            yield token
    except yaml.YAMLError:
        return  # it is the one that the parser stopped at

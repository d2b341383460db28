"""The place where the YAML parser stopped, and what was wrong there or before it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import yaml

KEY = r"[A-Za-z_][\w-]*"
"""A key as banks have them."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCANNED = 2
"""Questions of which every token is looked at: the one in which the parser stopped, and the one before it."""


class Cause(NamedTuple):
    """Where a mistake was made, counted from 1, what is wrong, and the fix."""

    line: int
    column: int
    message: str
    fix: str


@dataclass(frozen=True)
class Stop:
    """Where the parser stopped and why; ``since`` is where what it was reading began, and lines count from 0.

    ``questions`` are the lines of those that were read before it, the last perhaps in part.
    """

    text: str
    problem: str
    index: int
    line: int
    column: int
    since: int
    questions: Sequence[int] = ()

    @cached_property
    def tokens(self) -> list[Any]:
        """The tokens before the place where the parser stopped; of the questions, those of the last two.

        A token is ten times as dear as a character: those of a whole file would take longer than reading it.
        """
        found = []
        with suppress(yaml.YAMLError):  # it is the one that the parser stopped at
            for token in yaml.scan(self._shortened(), Loader=_Loader):
                if (token.start_mark.line, token.start_mark.column) >= (self.line, self.column):
                    break
                found.append(token)
        return found

    def _shortened(self) -> str:
        """Return the text with empty lines for all questions but the last two, so that the others keep their lines."""
        if len(self.questions) <= _SCANNED:
            return self.text
        first, last = self.questions[0], self.questions[-_SCANNED]
        lines = self.text.split("\n")
        if not (lines[first].lstrip(" ").startswith("- ") and lines[last].lstrip(" ").startswith("- ")):
            return self.text  # what a line begins with does not begin a question
        return "\n".join([*lines[:first], *[""] * (last - first), *lines[last:]])

    def written(self, line: int) -> str:
        """Return a line of the text, empty beyond its end."""
        lines = self.text.split("\n", line + 1)
        return lines[line] if 0 <= line < len(lines) else ""

    def place(self, index: int) -> tuple[int, int]:
        """Return line and column of a character, counted from 1."""
        return self.text.count("\n", 0, index) + 1, index - self.text.rfind("\n", 0, index)

"""Where each question stands in the text of a bank, also one that cannot be read: found by its lines, not by YAML."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_LIST = re.compile(r"^questions:[ \t]*(?:#.*)?$\n", re.MULTILINE)
_ID = re.compile(r"""\bid:[ \t]*["']?([^\s"',{}#]+)""")


class Section(NamedTuple):
    """A question as it is written: its id, its first and last line, and its text."""

    id: str
    first: int
    last: int
    text: str


def outline(text: str) -> list[Section]:
    """Return the questions of a bank that are written one under the other, each id once.

    >>> bank = "bank: b\\nquestions:\\n  - id: one\\n    kind: number\\n  - kind: shape\\n    id: two\\n"
    >>> [(section.id, section.first, section.last) for section in outline(bank)]
    [('one', 3, 4), ('two', 5, 6)]
    """
    found: dict[str, Section] = {}
    for first, lines in _items(text):
        section = "\n".join(lines)
        if written := _ID.search(section):
            found.setdefault(written[1], Section(written[1], first, first + len(lines) - 1, section))
    return list(found.values())


def _items(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the number of the first line of each item of the list of questions, and its lines."""
    head = _LIST.search(text)
    if head is None:
        return
    number = text.count("\n", 0, head.end()) + 1
    lines = text[head.end() :].removesuffix("\n").split("\n")
    indent = next((len(line) - len(line.lstrip()) for line in lines if line.lstrip().startswith("- ")), None)
    if indent is None:
        return
    begun: int | None = None
    for place, line in enumerate(lines):
        here = len(line) - len(line.lstrip())
        item = here == indent and line[here : here + 2] == "- "
        over = bool(line.strip()) and not item and here <= indent and not line.lstrip().startswith("#")
        if (item or over) and begun is not None:
            yield number + begun, lines[begun:place]
            begun = None
        if over:
            return
        if item:
            begun = place
    if begun is not None:
        yield number + begun, lines[begun:]

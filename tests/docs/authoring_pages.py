"""The pages for authors as data: their blocks, and the whole banks that parts of questions stand for.

A block says in its first line what it is. ``yaml`` that begins with ``dlquiz:`` is a bank, with ``- id:`` a question,
with anything else a part of the question shown last; ``yaml wrong DQ411`` is refused with that code. ``yaml NAME`` is a
whole file, ``diff NAME`` a change to it, and ``console`` holds commands with what they print.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dlquiz.banks.complaints import CODES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ENTRY = DOCS / "authoring.md"
PAGES = (ENTRY, *sorted((DOCS / "authoring").glob("*.md")))

HEAD = "dlquiz: 1\nbank: my-example\ntopic: my-topic\ntitle: An example\nquestions:\n"

CODES_HEADER = "| Code | | What is wrong |\n|---|---|---|\n"

_BLOCK = re.compile(r"^( *)```(\w+)(?: ([^\n]+))?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"^  (\w+):.*\n(?:(?:    .*| *)\n)*", re.MULTILINE)
_ROWS = re.compile(r"(?:\|.*\n)*")
_KEY = re.compile(r"^(\w+):", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: its language, what follows that, its text, and where the text stands in its page."""

    language: str
    about: str
    text: str
    start: int
    stop: int


class Example(NamedTuple):
    """A bank made of a block, the line of its page, and the code that refuses it; none where it is proved."""

    page: str
    line: int
    bank: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}-{self.line}{self.code and f'-{self.code}'}"


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    return [Block(one[2], one[3] or "", one[4], one.start(4), one.end(4)) for one in _BLOCK.finditer(text)]


def examples(path: Path) -> Iterator[Example]:
    """Yield every block of YAML of a page that is a bank, a question, or a part of one."""
    text, last = path.read_text(encoding="utf-8"), ""
    for block in blocks(text):
        code = block.about.removeprefix("wrong ")
        if block.language != "yaml" or (code and code == block.about):
            continue
        whole = block.text if block.text.startswith("dlquiz:") else completed(block.text, last)
        if not code and block.text.startswith("- id:"):
            last = block.text
        bank = whole if whole.startswith("dlquiz:") else HEAD + _indented(whole)
        yield Example(path.stem, text.count("\n", 0, block.start) + 1, bank, code)


def completed(text: str, last: str) -> str:
    """Return the question that a block stands for: itself, or the one before with these fields in place of its own.

    >>> print(completed("rev: 2\\n", "- id: a\\n  rev: 1\\n  prompt: b\\n"), end="")
    - id: a
      prompt: b
      rev: 2
    """
    if text.startswith("- id:"):
        return text
    given = set(_KEY.findall(text))
    first, _, rest = last.partition("\n")
    kept = [field[0] for field in _FIELD.finditer(rest) if field[1] not in given]
    return f"{first}\n{''.join(kept)}{_indented(text)}"


def _indented(text: str) -> str:
    return "".join(f"  {line}" if line.strip() else line for line in text.splitlines(keepends=True))


def with_codes(text: str) -> str:
    """Return a page in whose table of complaints every code has its row.

    >>> with_codes(CODES_HEADER + "| what stood there |\\n").splitlines()[2]
    '| [DQ101](../complaints.md#dq101) | error | The file cannot be read. |'
    """
    before, header, rest = text.partition(CODES_HEADER)
    if not header:
        return text
    after = rest[_ROWS.match(rest).end() :]  # type: ignore[union-attr] # it matches nothing, too
    return before + header + "".join(f"{_row(code)}\n" for code in CODES) + after


def _row(code: str) -> str:
    return f"| [{code}](../complaints.md#{code.lower()}) | {CODES[code].severity} | {CODES[code].title} |"

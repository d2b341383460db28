"""The line that a complaint is about, with a caret below its column."""

from functools import lru_cache
from pathlib import Path

from dlquiz.banks.complaints import Complaint
from dlquiz.banks.files import load
from dlquiz.cli.tables import width
from dlquiz.core.printable import printable_line

_BEFORE = 24
"""How much of a long line is shown before the column."""
_NARROWEST = 20


def excerpt(one: Complaint, columns: int) -> list[str]:
    """Return a source line and a caret below it, at most so many columns wide; nothing where the line isn't there."""
    lines = _lines(one.file)
    if not 0 < one.line <= len(lines):
        return []
    margin = f"{one.line:>6} | "
    text = printable_line(lines[one.line - 1])
    start = _start(text, one.column, max(columns - len(margin), _NARROWEST))
    shown = ("…" if start else "") + _clipped(text[start:], max(columns - len(margin), _NARROWEST) - bool(start))
    before = ("…" if start else "") + text[start : one.column - 1]
    return [margin + shown, f"{'':>6} | {' ' * width(before)}^"]


@lru_cache(maxsize=8)
def _lines(file: str) -> list[str]:
    text, _ = load(Path(file), file)
    return [] if text is None else text.split("\n")


def _start(text: str, column: int, room: int) -> int:
    return 0 if width(text) <= room else max(0, column - 1 - _BEFORE)


def _clipped(text: str, room: int) -> str:
    """Return as much of a text as fits, with "…" where it was cut."""
    if width(text) <= room:
        return text
    while width(text) >= room:
        text = text[:-1]
    return f"{text}…"

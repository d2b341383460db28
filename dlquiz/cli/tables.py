"""Aligned tables of text."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from dlquiz.core.printable import printable
from dlquiz.core.values import show


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """Return the lines of a table; columns of numbers are aligned to the right.

    >>> table(["layer", "params"], [["conv", 9408], ["fc", 2049000]])
    ['layer     params', 'conv        9408', 'fc     2,049,000']
    """
    cells = [[_cell(cell) for cell in row] for row in rows]
    numeric = [_are_numbers([row[at] for row in rows]) for at in range(len(columns))]
    widths = [max(map(width, column)) for column in zip(columns, *cells, strict=True)]
    return ["  ".join(map(_padded, row, widths, numeric)).rstrip() for row in [columns, *cells]]


def width(text: str) -> int:
    """Return how many terminal cells the text takes: two for a wide character.

    >>> width("层1")
    3
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _are_numbers(column: Sequence[Any]) -> bool:
    """Whether a column holds numbers, and perhaps empty cells."""
    found = [value for value in column if value is not None]
    return bool(found) and all(isinstance(value, int | float) for value in found)


def _cell(value: Any) -> str:
    return "" if value is None else printable(show(value)).replace("\n", " ")


def _padded(text: str, size: int, right: bool) -> str:
    space = " " * (size - width(text))
    return space + text if right else text + space

"""Block ``table``: columns aligned by cells, numbers at the right; a wide table scrolls."""

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable_line
from dlquiz.core.texts import Language
from dlquiz.core.values import show

_GAP = "   "


def table_widget(block: Block, language: Language) -> Widget:
    """Return the table under its title."""
    columns = [printable_line(str(name)) for name in block["columns"]]
    return Plain(_drawn(str(block["title"]), columns, block["rows"]), classes="block wide nowrap")


def _drawn(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> Content:
    numeric = [_all_numbers(place, rows) for place in range(len(columns))]
    texts = [[_cell(row[place]) for place in range(len(columns))] for row in rows]
    widths = [max(cell_len(line[place]) for line in [columns, *texts]) for place in range(len(columns))]
    lines = [literal(title, "bold")] if title else []
    lines.append(literal(_line(columns, widths, numeric), f"{MUTED} underline"))
    lines += [literal(_line(line, widths, numeric)) for line in texts]
    return Content("\n").join(lines)


def _line(texts: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = (
        " " * (width - cell_len(text)) + text if right else text + " " * (width - cell_len(text))
        for text, width, right in zip(texts, widths, numeric, strict=True)
    )
    return _GAP.join(padded)


def _cell(value: Any) -> str:
    return "" if value is None else printable_line(show(value))


def _all_numbers(place: int, rows: Sequence[Sequence[Any]]) -> bool:
    cells = [row[place] for row in rows if row[place] is not None]
    return bool(cells) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in cells)

"""Block ``table``: columns aligned by cells, numbers at the right; its widest text gives way to the screen."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual
from textual.widget import Widget

from dlquiz.app.widgets.plain import MUTED, Plain, literal
from dlquiz.app.widgets.wrapping import wrapped
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable_line
from dlquiz.core.texts import Language
from dlquiz.core.values import show

_GAP = 3
_LEAST = 20
"""A column of text is not wrapped to fewer cells; then the table scrolls."""
_GROUPED_FROM = 10_000


class Table(Visual):
    """A title, column names and rows of text. ``numeric`` says which columns stand at the right."""

    def __init__(self, title: str, lines: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
        self._title = title
        self._lines = lines
        self._numeric = numeric
        self._widths = [max(cell_len(line[place]) for line in lines) for place in range(len(numeric))]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width of the table in a container: the container's where that is enough."""
        natural = self._total(self._widths)
        return natural if natural <= container_width else max(container_width, self._total(self._fitted(0)))

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the number of lines at that width."""
        return len(self._drawn(width)) if width else 0

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Draw the table."""
        return Content("\n").join(self._drawn(width)).render_strips(width, height, style, options) if width else []

    def _drawn(self, width: int) -> list[Content]:
        widths = self._fitted(width)
        names, *rows = self._lines
        drawn = [literal(self._title, "bold")] if self._title else []
        drawn += [literal(text, f"{MUTED} underline") for text in self._row(names, widths)]
        return [*drawn, *(literal(text) for row in rows for text in self._row(row, widths))]

    def _row(self, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
        """Yield the lines of a row; a cell that was wrapped has several."""
        columns = [
            [line.plain for line in wrapped(Content(cell), max(width, 1))] if cell_len(cell) > width else [cell]
            for cell, width in zip(cells, widths, strict=True)
        ]
        for parts in zip_longest(*columns, fillvalue=""):
            padded = map(_padded, parts, widths, self._numeric)
            yield (" " * _GAP).join(padded)

    def _fitted(self, width: int) -> list[int]:
        """Return the widths of the columns on so many cells; of a wide table the widest text becomes narrower."""
        texts = [place for place, numeric in enumerate(self._numeric) if not numeric]
        if not texts:
            return self._widths
        widest = max(texts, key=self._widths.__getitem__)
        left = width - self._total(self._widths) + self._widths[widest]
        fitted = min(self._widths[widest], max(left, _LEAST))
        return [fitted if place == widest else own for place, own in enumerate(self._widths)]

    @staticmethod
    def _total(widths: Sequence[int]) -> int:
        return sum(widths) + _GAP * (len(widths) - 1)


def table_widget(block: Block, language: Language) -> Widget:
    """Return the table under its title."""
    names = [printable_line(str(name)) for name in block["columns"]]
    columns = [[row[place] for row in block["rows"]] for place in range(len(names))]
    lines = [names, *zip(*map(_texts, columns), strict=True)]
    return Plain(Table(str(block["title"]), lines, [_all_numbers(column) for column in columns]), classes="block wide")


def _texts(column: Sequence[Any]) -> list[str]:
    """Return the cells of a column as text; whole numbers are grouped in all of them or in none."""
    grouped = any(_is_whole(cell) and abs(cell) >= _GROUPED_FROM for cell in column)
    return ["" if cell is None else f"{cell:,}" if grouped and _is_whole(cell) else _text(cell) for cell in column]


def _text(cell: Any) -> str:
    return printable_line(show(cell))


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - cell_len(text))
    return space + text if right else text + space


def _is_whole(cell: Any) -> bool:
    return isinstance(cell, int) and not isinstance(cell, bool)


def _all_numbers(column: Sequence[Any]) -> bool:
    cells = [cell for cell in column if cell is not None]
    return bool(cells) and all(_is_whole(cell) or isinstance(cell, float) for cell in cells)

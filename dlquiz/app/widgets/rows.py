"""Rows of text that know their width: a mark in front, a hanging indent, something at the right edge."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from dlquiz.app.widgets.wrapping import wrapped

EMPTY = Content("")
_GAP = 2


class Row(NamedTuple):
    """``lead`` stands before the first line and indents the others; ``tail`` stands at the right, on a line of
    its own where it has no room.
    """

    text: Content
    lead: Content = EMPTY
    tail: Content = EMPTY

    def lines(self, width: int) -> list[Content]:
        """Return the row in lines of at most ``width`` cells."""
        indent = min(self.lead.cell_length, max(width - 1, 0))
        first, *others = wrapped(self.text, max(width - indent, 1)) or [EMPTY]
        lines = [self.lead + first, *(Content(" " * indent) + line for line in others)]
        if not self.tail:
            return lines
        room = width - lines[-1].cell_length - self.tail.cell_length
        if room >= _GAP:
            return [*lines[:-1], lines[-1] + Content(" " * room) + self.tail]
        return [*lines, *(Content(" " * (width - line.cell_length)) + line for line in wrapped(self.tail, width))]

    @property
    def optimal_width(self) -> int:
        """The width at which nothing wraps."""
        text = max((line.cell_length for line in self.text.split(allow_blank=True)), default=0)
        tail = self.tail.cell_length + _GAP if self.tail else 0
        return self.lead.cell_length + text + tail


class Rows(Visual):
    """Rows, one under the other."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = tuple(rows)
        self._cached: tuple[int, Content, int] = (-1, EMPTY, 0)

    def _laid_out(self, width: int) -> tuple[int, Content, int]:
        if self._cached[0] != width:
            lines = [line for row in self._rows for line in row.lines(width)]
            self._cached = (width, Content("\n").join(lines), len(lines))
        return self._cached

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width at which nothing wraps."""
        return max((row.optimal_width for row in self._rows), default=0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the number of lines at that width."""
        return self._laid_out(width)[2] if width else 0

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Draw the rows."""
        return self._laid_out(width)[1].render_strips(width, height, style, options) if width else []


class Flow(Visual):
    """Items side by side, on as many lines as they need; an item is broken only where it is wider than the line."""

    def __init__(self, items: Sequence[Content], gap: int = 3) -> None:
        self._items = tuple(items)
        self._gap = gap

    def _lines(self, width: int) -> list[Content]:
        lines: list[Content] = []
        for item in self._items:
            if lines and lines[-1].cell_length + self._gap + item.cell_length <= width:
                lines[-1] = lines[-1] + Content(" " * self._gap) + item
            else:
                lines.append(item)
        return lines

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the width of all items on one line."""
        return sum(item.cell_length for item in self._items) + self._gap * max(len(self._items) - 1, 0)

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the number of lines at that width."""
        return sum(len(line.wrap(width)) for line in self._lines(width)) if width else 0

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Draw the items."""
        return Content("\n").join(self._lines(width)).render_strips(width, height, style, options) if width else []

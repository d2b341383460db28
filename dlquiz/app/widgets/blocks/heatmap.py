"""Block ``heatmap``: a matrix in shades; a cursor reads single values out."""

from typing import Any, ClassVar

from textual.app import RenderResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import MouseMove
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from dlquiz.app.drawing.axes import tick_text
from dlquiz.app.drawing.shades import RAMP, Shrunk, shade, shrink, span
from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.plain import MUTED, literal
from dlquiz.app.widgets.wrapping import wrapped
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable_line
from dlquiz.core.texts import Language
from dlquiz.core.values import from_json

_MOST_ROWS = 32
_CELL = 2


class HeatmapView(Widget, can_focus=True):
    """Two characters a cell, the darker the greater; the line below says where the cursor is and what it reads."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1, 0)", "Up", show=False),
        Binding("down", "move(1, 0)", "Down", show=False),
        Binding("left", "move(0, -1)", "Left", show=False),
        Binding("right", "move(0, 1)", "Right", show=False),
    ]
    cursor: reactive[tuple[int, int]] = reactive((0, 0))

    def __init__(self, title: str, values: list[list[float]], labels: tuple[str, str], language: Language) -> None:
        super().__init__(classes="block")
        self._title = title
        self._values = values
        self._labels = labels
        self._say = say_in(language)
        self._low, self._high = span(values)

    def render(self) -> RenderResult:
        """Draw title, cells, scale and what the cursor reads."""
        shrunk = self._shrunk(self.size.width)
        rows = [self._row(shrunk, place) for place in range(len(shrunk.cells))]
        scale = self._scale()
        mean = self._say("heat_mean", rows=shrunk.rows, columns=shrunk.columns)
        notes = [scale] if shrunk.rows == shrunk.columns == 1 else [f"{scale}   {mean}"]
        notes.append(self._reading(shrunk) if self.has_focus else self._say("heat_keys"))
        return Content("\n").join([*self._head(self.size.width), *rows, *(literal(note, MUTED) for note in notes)])

    def _head(self, width: int) -> list[Content]:
        x_label, y_label = self._labels
        head = literal(self._title, "bold") + literal(f"   {y_label} ↓  {x_label} →".rstrip(), MUTED)
        return wrapped(head, max(width, 2))

    def _scale(self) -> str:
        if all(value == self._low for row in self._values for value in row):
            return self._say("heat_same", value=tick_text(self._low))
        return self._say("heat_scale", low=tick_text(self._low), ramp=f"|{RAMP}|", high=tick_text(self._high))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines: the title, the cells, and two below them."""
        return len(self._head(width)) + len(self._shrunk(width).cells) + 2

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor."""
        cells = self._shrunk(self.size.width).cells
        row, column = self.cursor
        height, width = len(cells), len(cells[0]) if cells else 0
        self.cursor = (min(max(row + rows, 0), max(height - 1, 0)), min(max(column + columns, 0), max(width - 1, 0)))

    def on_mouse_move(self, event: MouseMove) -> None:
        """Let the cursor follow the mouse."""
        cells = self._shrunk(self.size.width).cells
        row, column = event.y - len(self._head(self.size.width)), event.x // _CELL
        if 0 <= row < len(cells) and 0 <= column < len(cells[row]):
            self.focus(scroll_visible=False)
            self.cursor = (row, column)

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def _shrunk(self, width: int) -> Shrunk:
        return shrink(self._values, _MOST_ROWS, max(width // _CELL, 1))

    def _row(self, shrunk: Shrunk, place: int) -> Content:
        row, column = self.cursor
        cells = shrunk.cells[place]
        text = "".join(shade(value, self._low, self._high) * _CELL for value in cells)
        drawn = literal(text, "$text-primary")
        if self.has_focus and place == row and column < len(cells):
            drawn = drawn.stylize("reverse", column * _CELL, (column + 1) * _CELL)
        return drawn

    def _reading(self, shrunk: Shrunk) -> str:
        row, column = self.cursor
        if row >= len(shrunk.cells) or column >= len(shrunk.cells[row]):
            return ""
        value = f"{shrunk.cells[row][column]:.6g}"
        return self._say("heat_cell", row=row * shrunk.rows + 1, column=column * shrunk.columns + 1, value=value)


def heatmap_widget(block: Block, language: Language) -> Widget:
    """Return the heatmap under its title."""
    rows: list[list[Any]] = from_json([list(row) for row in block["values"]])
    labels = (printable_line(str(block.get("x_label", ""))), printable_line(str(block.get("y_label", ""))))
    values = [[float(value) for value in row] for row in rows]
    return HeatmapView(printable_line(str(block["title"])), values, labels, language)

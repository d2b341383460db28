"""What curves and paths share: lines in a frame, with ticks, and a legend that needs no colour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.css.styles import RulesMap
from textual.strip import Strip
from textual.style import Style
from textual.visual import RenderOptions, Visual

from dlquiz.app.drawing.axes import Axis, tick_text
from dlquiz.app.drawing.braille import Canvas
from dlquiz.app.widgets.plain import FAINT, MUTED, literal
from dlquiz.core.printable import printable_line
from dlquiz.core.values import from_json

COLOURS = ("$text-primary", "$text-warning", "$text-success", "$text-error", "$text-accent", "$text-secondary")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Line:
    """A named line of points."""

    name: str
    points: tuple[tuple[float, float], ...]


def lines_of(series: Sequence[Any]) -> list[Line]:
    """Return the lines of a block; where x and y differ in length it is a ValueError."""
    return [
        Line(printable_line(str(one["name"])), tuple(zip(_floats(one["x"]), _floats(one["y"]), strict=True)))
        for one in series
    ]


def _floats(values: Sequence[Any]) -> list[float]:
    return [float(value) for value in from_json(list(values))]


def letter_of(place: int) -> str:
    """Return the letter by which a line is known in the plot and in the legend."""
    return _LETTERS[place % len(_LETTERS)]


@dataclass
class Plot(Visual):
    """Lines over two axes; ``background`` holds the plane's shades as rows of ``height`` × ``width`` characters."""

    title: str
    lines: Sequence[Line]
    x: Axis
    y: Axis
    x_label: str = ""
    y_label: str = ""
    notes: tuple[str, ...] = ()
    height: int = 12
    _cached: tuple[int, Content] | None = field(default=None, init=False, repr=False)

    def background(self, width: int, height: int) -> list[str]:
        """Return what lies behind the lines."""
        return [" " * width] * height

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """Return the room that there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """Return the number of lines at that width."""
        return self._at(width).plain.count("\n") + 1 if width else 0

    def render_strips(self, width: int, height: int | None, style: Style, options: RenderOptions) -> list[Strip]:
        """Draw the plot."""
        return self._at(width).render_strips(width, height, style, options) if width else []

    def _at(self, width: int) -> Content:
        if self._cached is None or self._cached[0] != width:
            self._cached = (width, self._drawn(width))
        return self._cached[1]

    def _drawn(self, width: int) -> Content:
        ticks = {self._row(value): tick_text(value) for value in self.y.ticks(5)}
        gutter = max(map(len, ticks.values()), default=0)
        inner = max(width - gutter - 3, 4)
        canvas = self._canvas(inner)
        behind = self.background(inner, self.height)
        head = literal(self.title, "bold") + (literal(f"   {self.y_label}", MUTED) if self.y_label else "")
        rows = [
            literal(f"{ticks.get(row, ''):>{gutter}} {'┤' if row in ticks else '│'}", MUTED)
            + _cells(canvas, row, behind[row])
            for row in range(self.height)
        ]
        foot = literal(" " * (gutter + 1) + "└" + "─" * inner, MUTED)
        below = [foot, *self._x_ticks(gutter + 2, inner), *self._legend(), *(literal(note) for note in self.notes)]
        return Content("\n").join([head, *rows, *below])

    def _row(self, value: float) -> int:
        return round((1 - min(max(self.y.place(value), 0), 1)) * (self.height - 1))

    def _canvas(self, width: int) -> Canvas:
        canvas = Canvas(width, self.height)
        placed = [
            [(self.x.place(x), self.y.place(y)) for x, y in line.points if self.x.shows(x) and self.y.shows(y)]
            for line in self.lines
        ]
        for number, points in enumerate(placed):
            canvas.polyline(points, number)
        for number, points in enumerate(placed):
            if points:
                canvas.letter(points[-1], letter_of(number), number)
        return canvas

    def _x_ticks(self, left: int, width: int) -> list[Content]:
        line = ""
        for value in self.x.ticks(max(width // 12, 2)):
            text = tick_text(value)
            at = left + round(self.x.place(value) * (width - 1)) - len(text) // 2
            at = min(max(at, left), left + width - len(text))
            if at >= len(line) + (1 if line else 0):
                line = line.ljust(at) + text
        label = f"  {self.x_label}" if self.x_label else ""
        fits = cell_len(line + label) <= left + width
        rows = [line + label] if fits else [line, " " * left + label.strip()]
        return [literal(row, MUTED) for row in rows]

    def _legend(self) -> list[Content]:
        names = [(number, line.name) for number, line in enumerate(self.lines) if line.name]
        if not names:
            return []
        items = [literal(f"{letter_of(number)} {name}", COLOURS[number % len(COLOURS)]) for number, name in names]
        return [literal("  ") + literal("   ").join(items)]


def _cells(canvas: Canvas, row: int, behind: str) -> Content:
    """Return a row of cells; neighbours of one line are one piece of text."""
    cells = [canvas.cell(row, column) for column in range(canvas.width)]
    shown = [(behind[column] if line is None else character, line) for column, (character, line) in enumerate(cells)]
    pieces = groupby(shown, key=lambda cell: cell[1])
    return Content("").join(literal("".join(sign for sign, _ in piece), _style(line)) for line, piece in pieces)


def _style(line: int | None) -> str:
    return FAINT if line is None else f"bold {COLOURS[line % len(COLOURS)]}"

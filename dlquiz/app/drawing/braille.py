"""A canvas of braille cells, 2×4 dots each, on which numbered lines are drawn."""

from collections.abc import Iterable

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot in Unicode's braille patterns, by row and column of the cell."""
_BLANK = 0x2800

Point = tuple[float, float]
"""A place from 0 to 1: rightwards, and upwards."""


class Canvas:
    """``width`` × ``height`` cells. Each cell remembers which line touched it last, so that it can take its colour."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._bits = [[0] * width for _ in range(height)]
        self._line: list[list[int | None]] = [[None] * width for _ in range(height)]
        self._letters: dict[tuple[int, int], str] = {}

    def polyline(self, points: Iterable[Point], line: int) -> None:
        """Join points by straight lines."""
        dots = [self._dot(point) for point in points]
        for start, end in zip(dots, dots[1:] or dots, strict=False):
            self._join(start, end, line)

    def letter(self, point: Point, letter: str, line: int) -> None:
        """Put a letter into the cell of a point; the first one in a cell stays."""
        x, y = self._dot(point)
        place = (y // 4, x // 2)
        if place not in self._letters:
            self._letters[place] = letter
            self._line[place[0]][place[1]] = line

    def cell(self, row: int, column: int) -> tuple[str, int | None]:
        """Return the character of a cell, a space if nothing is there, and the line that it belongs to."""
        letter = self._letters.get((row, column))
        bits = self._bits[row][column]
        return letter or (chr(_BLANK + bits) if bits else " "), self._line[row][column]

    def _dot(self, point: Point) -> tuple[int, int]:
        x, y = (min(max(part, 0.0), 1.0) for part in point)
        return round(x * (2 * self.width - 1)), round((1 - y) * (4 * self.height - 1))

    def _join(self, start: tuple[int, int], end: tuple[int, int], line: int) -> None:
        (x0, y0), (x1, y1) = start, end
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self._set(round(x0 + (x1 - x0) * step / steps), round(y0 + (y1 - y0) * step / steps), line)

    def _set(self, x: int, y: int, line: int) -> None:
        row, column = y // 4, x // 2
        self._bits[row][column] |= _DOTS[y % 4][x % 2]
        self._line[row][column] = line

"""Shades: a matrix of numbers as characters from light to dark, shrunk to the room there is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

RAMP = " ░▒▓█"
UNKNOWN = "?"
"""Stands for a value that is not finite."""

Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Shrunk:
    """A matrix in which each cell is the mean of ``rows`` × ``columns`` values of another one."""

    cells: list[list[float]]
    rows: int
    columns: int


def shrink(values: Matrix, most_rows: int, most_columns: int) -> Shrunk:
    """Return the matrix with at most so many rows and columns.

    >>> shrink([[1, 3], [5, 7]], 1, 2).cells
    [[3.0, 5.0]]
    """
    height, width = len(values), max((len(row) for row in values), default=0)
    rows = max(1, math.ceil(height / max(most_rows, 1)))
    columns = max(1, math.ceil(width / max(most_columns, 1)))
    cells = [
        [_mean(values[top : top + rows], left, columns) for left in range(0, width, columns)]
        for top in range(0, height, rows)
    ]
    return Shrunk(cells, rows, columns)


def span(values: Matrix) -> tuple[float, float]:
    """Return the least and the greatest finite value; 0 and 0 if there is none."""
    finite = [value for row in values for value in row if math.isfinite(value)]
    return (min(finite), max(finite)) if finite else (0.0, 0.0)


def shade(value: float, low: float, high: float) -> str:
    """Return the character for a value between ``low`` and ``high``; where both are one value, 0 is blank.

    >>> [shade(value, 0, 1) for value in (0, 0.5, 1, math.nan)]
    [' ', '▒', '█', '?']
    """
    if not math.isfinite(value):
        return UNKNOWN
    if high <= low:
        return RAMP[len(RAMP) // 2] if value else RAMP[0]
    return RAMP[min(int((value - low) / (high - low) * len(RAMP)), len(RAMP) - 1)]


def _mean(rows: Matrix, left: int, columns: int) -> float:
    part = [float(value) for row in rows for value in row[left : left + columns]]
    return sum(part) / len(part) if part else math.nan

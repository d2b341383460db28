"""Repeating: each entry several times in a row (repeat_interleave), or the whole list several times (repeat)."""

from collections.abc import Sequence
from typing import TypeVar

from engine.errors import Refused

_T = TypeVar("_T")


def repeat_interleave(values: Sequence[_T], repeats: int) -> list[_T]:
    """Return each value ``repeats`` times, then the next: torch's repeat_interleave, NumPy's repeat.

    >>> repeat_interleave([1, 2, 3], 2)
    [1, 1, 2, 2, 3, 3]
    """
    return [value for value in values for _ in range(repeats)]


def repeat(values: Sequence[_T], repeats: int) -> list[_T]:
    """Return all values, ``repeats`` times over: torch's repeat, NumPy's tile.

    >>> repeat([1, 2, 3], 2)
    [1, 2, 3, 1, 2, 3]
    """
    return [value for _ in range(repeats) for value in values]


def in_rows(values: Sequence[_T], columns: int) -> list[list[_T]]:
    """Return ``values`` in rows of ``columns``, as ``reshape(-1, columns)`` does.

    >>> in_rows(repeat_interleave([1, 2], 2), 2), in_rows(repeat([1, 2], 2), 2)
    ([[1, 1], [2, 2]], [[1, 2], [1, 2]])
    """
    if len(values) % columns:
        raise Refused(f"{len(values)} values do not fill rows of {columns}")
    return [list(values[start : start + columns]) for start in range(0, len(values), columns)]

"""A mask as people write it: ``100/110/111``, ``1 0 0; 1 1 0; 1 1 1``, ``[[1,0],[1,1]]``, or all cells in a row."""

from dlquiz.core.expressions import Unreadable
from dlquiz.core.expressions.characters import as_read, refusal

LONGEST = 4096
MOST_ROWS = 32

_ROW_ENDS = "/;]"
_PASSED = " ,["


def read_mask(text: str, rows: int, columns: int) -> list[list[int]]:
    """Return a matrix of 0 and 1 with so many rows and columns; raises Unreadable.

    >>> read_mask("1 0; 1 1", 2, 2), read_mask("[[1,0],[1,1]]", 2, 2), read_mask("1011", 2, 2)
    ([[1, 0], [1, 1]], [[1, 0], [1, 1]], [[1, 0], [1, 1]])
    """
    if len(text) > LONGEST:
        raise Unreadable("the text is longer than {most} characters", LONGEST, most=LONGEST)
    found = _split(text)
    if not found:
        raise Unreadable("write the mask row by row, such as 10/01", 0)
    if len(found) == 1 and len(found[0][1]) == rows * columns:
        start, cells = found[0]
        return [cells[first : first + columns] for first in range(0, rows * columns, columns)]
    for number, (start, cells) in enumerate(found, start=1):
        if len(cells) != columns:
            sentence = "row {row} has {count} cells, and {wanted} are asked for"
            raise Unreadable(sentence, start, row=number, count=len(cells), wanted=columns)
    if len(found) != rows:
        sentence = "a mask of {wanted} rows is asked for, and this one has {count}"
        raise Unreadable(sentence, found[-1][0], count=len(found), wanted=rows)
    return [cells for _, cells in found]


def write_mask(mask: list[list[int]]) -> str:
    """Return the mask in one line.

    >>> write_mask([[1, 0], [1, 1]])
    '10/11'
    """
    return "/".join("".join(map(str, row)) for row in mask)


def _split(typed: str) -> list[tuple[int, list[int]]]:
    """Return each row's cells, and where it begins; rows without cells are none."""
    found: list[tuple[int, list[int]]] = []
    row: list[int] = []
    for at, character in enumerate(as_read(typed)):
        if character in "01":
            if not row:
                found.append((at, row))
            row.append(int(character))
        elif character in _ROW_ENDS:
            row = []
        elif character not in _PASSED:
            if character.isascii() and character.isdecimal():
                raise Unreadable("a mask is made of 0 and 1, and '{sign}' is neither", at, sign=character)
            raise Unreadable(refusal(typed[at]), at)
    return found

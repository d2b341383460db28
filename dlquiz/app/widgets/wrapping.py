"""Lines of text in which Chinese is broken as it is printed: between any two characters, but for their punctuation.

A line does not begin with a mark that closes or pauses (，。、；：？！）》”), nor end with one that opens (（《“).
Words in Latin letters stay whole, unless one is wider than the line: then it is cut behind a bracket, comma or point
where it can. Where all characters are one cell wide and all words fit, Textual's own wrapping does.
"""

from collections.abc import Iterator

from rich.cells import cell_len
from textual.content import Content

_NOT_FIRST = frozenset("，。、；：？！）》〉」』】〕…—·,.;:?!)]}%”’")
_NOT_LAST = frozenset("（《〈「『【〔([{“‘")


def wrapped(text: Content, width: int) -> list[Content]:
    """Return the text in lines of at most ``width`` cells; ``width`` is at least 2 where a character takes two."""
    if cell_len(text.plain) == len(text.plain) and all(len(word) <= width for word in text.plain.split()):
        return text.wrap(width)
    lines = []
    for line in text.split(allow_blank=True):
        lines += [part.rstrip() for part in line.divide(list(_cuts(line.plain, width)))]
    return lines


def _cuts(text: str, width: int) -> Iterator[int]:
    """Yield where the lines after the first begin."""
    begun = 0
    for start, stop in _pieces(text):
        if cell_len(text[begun:stop].rstrip()) <= width:
            continue
        if start > begun:
            yield start
            begun = start
        while cell_len(text[begun:stop].rstrip()) > width:
            begun = _filled(text, begun, width)
            yield begun


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a line that stay whole, each with the spaces behind it."""
    places = [place for place in range(1, len(text)) if _may_break(text[place - 1], text[place])]
    return zip([0, *places], [*places, len(text)], strict=True)


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    return before == " " or cell_len(before) == 2 or cell_len(after) == 2


def _filled(text: str, start: int, width: int) -> int:
    """Return the end of the longest part from ``start`` on that fits, at least one character.

    It is cut behind a mark, as in ``norm.batch(layer=2)``, where one stands in its second half.
    """
    stop = start + 1
    while stop < len(text) and cell_len(text[start : stop + 1]) <= width:
        stop += 1
    marks = [place + 1 for place in range((start + stop) // 2, stop) if text[place] in "(,.="]
    return marks[-1] if marks else stop

"""A number as people write it: ``25.6M``, ``25,557,032``, ``3 x 64``, ``57 %``, ``2π``, ``e^-2`` or ``ln(2)``.

It is rewritten in the signs of the expression language, exactly: ``25.6M`` is 25600000 and never a rounded figure.
Each character that is written remembers where it stood in the text as typed, so what is refused keeps its position.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from dlquiz.core.expressions import Expression, Unreadable, parse
from dlquiz.core.expressions.characters import as_read, unassigned
from dlquiz.core.expressions.errors import brief

POWERS = {"k": 3, "thousand": 3, "万": 4, "M": 6, "million": 6, "亿": 8, "G": 9, "B": 9, "billion": 9, "%": -2}
"""Suffixes, and by which power of ten each multiplies; % only where it ends the answer: elsewhere it is a modulo."""
PI = "3.14159265358979323846264338327950288"

_SUFFIX = rf"(?:{'|'.join(name for name in POWERS if name != '%')})(?![A-Za-z_0-9])|%(?=[ ]*$)"
_TOKEN = re.compile(
    rf"(?<=[0-9)kMGB万亿])[ ]*(?P<cross>[xX])(?=[ ]*[0-9(.√])"
    r"|(?P<hexadecimal>0[xX])"
    rf"|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+|[ ]?(?P<suffix>{_SUFFIX}))?"
    r"|(?P<ln>ln)(?![A-Za-z_0-9])"
    r"|(?P<pi>π|pi(?![A-Za-z_0-9]))"
    r"|(?P<e>e(?=[ ]*(\^|\*\*)))"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<other>.)",
    re.DOTALL,
)
_BOTH = re.compile(r" *([0-9]+) *([xX×✕✖] *\1) *")
_COMMAS = re.compile(r" *[-+]?[0-9]+(,[0-9]+)+ *")


class Spelled(NamedTuple):
    """A text in the signs of the language, and where each of its characters stands in the text as typed."""

    text: str
    origins: tuple[int, ...]

    def parse(self) -> Expression:
        """Return the expression; raises Unreadable with the position in the text as typed."""
        try:
            return parse(self.text)
        except Unreadable as error:
            raise Unreadable(error.sentence, *self.typed(error.position, error.length)) from None

    def typed(self, position: int, length: int) -> tuple[int, int]:
        """Return position and length in the text as typed.

        >>> spelled("2 x 9k").text, spelled("2 x 9k").typed(3, 3)
        ('2* 9e3', (4, 2))
        """
        covered = self.origins[position : position + length] or self.origins[-1:] or (0,)
        return min(covered), max(covered) - min(covered) + 1

    def place(self, name: str) -> tuple[int, int]:
        """Return position and length, in the text as typed, of the first place where a name stands."""
        found = re.search(rf"(?<![A-Za-z_]){re.escape(name)}(?![A-Za-z_0-9])", as_read(self.text))
        return self.typed(found.start(), len(name)) if found else (0, 1)


def spelled(typed: str) -> Spelled:
    """Return a text rewritten; raises Unreadable for digits grouped wrongly and for an ln without brackets.

    >>> [spelled(text).text for text in ("25.6M", "1,000", "3x64", "ln(2)")]
    ['25.6e6', '1000', '3*64', 'log(2)']
    """
    typed = unassigned(typed)
    text = as_read(typed)
    _refuse_both_sides(typed)
    if _COMMAS.fullmatch(text):
        check_groups(text)
        written = [(character, at) for at, character in enumerate(typed) if text[at] != ","]
    else:
        written = list(_rewritten(typed, text))
    return Spelled("".join(piece for piece, _ in written), tuple(at for piece, at in written for _ in piece))


def _refuse_both_sides(text: str) -> None:
    """Refuse ``137x137`` alone: whoever writes it gives height and width, and not their product."""
    both = _BOTH.fullmatch(text)
    if both is not None:
        sentence = "one number is asked for, not both sides; a product is written {side}*{side}"
        raise Unreadable(sentence, both.start(2), len(both[2]), side=both[1])


def check_groups(text: str) -> None:
    """Refuse digits between commas that are not in groups of three."""
    groups = list(re.finditer("[0-9]+", text))
    wrong = next((each for each in groups if len(each[0]) > 3 or (each is not groups[0] and len(each[0]) < 3)), None)
    if wrong is None and groups[0][0] == "0":
        wrong = groups[0]
    if wrong is None:
        return
    start = wrong.start() if wrong is groups[0] else wrong.start() - 1
    told = {"group": brief(wrong[0]), "digits": brief("".join(each[0] for each in groups))}
    if len(groups) > 2:
        sentence = "commas group digits in threes, and '{group}' is no such group; write {digits}"
        raise Unreadable(sentence, start, wrong.end() - start, **told)
    sentence = "commas group digits in threes, and '{group}' is no such group; write {decimal} or {digits}"
    raise Unreadable(sentence, start, wrong.end() - start, decimal=brief(text.strip().replace(",", ".")), **told)


def _rewritten(typed: str, text: str) -> Iterator[tuple[str, int]]:
    """Yield pieces in the signs of the language, each with the place of what it stands for."""
    for match in _TOKEN.finditer(text):
        kind, at = match.lastgroup, match.start()
        if match["suffix"]:
            yield from _characters(typed, match.start("number"), match.end("number"))
            yield f"e{POWERS[match['suffix']]}", match.start("suffix")
        elif kind == "cross":
            yield "*", match.start("cross")
        elif kind == "ln":
            yield from _logarithm(text, match)
        elif match["pi"] or match["e"]:
            yield f"({PI})" if match["pi"] else "exp(1)", at
        else:
            yield from _characters(typed, at, match.end())


def _characters(typed: str, start: int, stop: int) -> Iterator[tuple[str, int]]:
    return ((typed[at], at) for at in range(start, stop))


def _logarithm(text: str, match: re.Match[str]) -> Iterator[tuple[str, int]]:
    if not text[match.end() :].lstrip(" ").startswith("("):
        raise Unreadable("'{word}' needs brackets: {word}(x)", match.start(), 2, word="ln")
    yield "log", match.start()

"""Shapes and other lists: where one entry ends and the next begins."""

from collections.abc import Iterator, Sequence

from dlquiz.core.expressions.characters import CROSSES
from dlquiz.core.expressions.errors import Unreadable
from dlquiz.core.expressions.tokens import Token

_PARTNERS = {"(": ")", "[": "]"}


def entries(text: str, tokens: Sequence[Token]) -> list[Sequence[Token]]:
    """Return the tokens of each entry of a list, without the brackets around the whole.

    Entries are separated by commas (then ``×`` multiplies); where there is none, by ``x`` or ``×``; where there is
    neither, by spaces if all of them are plain numbers. Anything else is one entry. ``()`` and ``[]`` have none, as
    the shape of a scalar.
    """
    inside = tokens[:-1]
    if not inside:
        raise Unreadable("nothing is written here", 0)
    if inside[0].text in _PARTNERS and _closing(inside) == len(inside) - 1:
        inside = inside[1:-1]
        if not inside:
            return []
    outer = set(_outside_brackets(inside))
    commas = [at for at in outer if inside[at].text == ","]
    if commas:
        return _cut(inside, sorted(commas), may_trail=True)
    crosses = [at for at in outer if inside[at].kind == "cross" or text[inside[at].start] in CROSSES]
    if crosses:
        return _cut(inside, sorted(crosses), may_trail=False)
    if all(token.kind == "number" for token in inside):
        return [[token] for token in inside]
    return [inside]


def _closing(tokens: Sequence[Token]) -> int:
    """Return the place of the sign that closes the first bracket."""
    first, depth = tokens[0], 0
    for at, token in enumerate(tokens):
        if token.kind == "sign" and token.text == first.text:
            depth += 1
        elif token.kind == "sign" and token.text == _PARTNERS[first.text]:
            depth -= 1
            if depth == 0:
                return at
    raise Unreadable("a closing '{sign}' is missing", first.start, sign=_PARTNERS[first.text])


def _outside_brackets(tokens: Sequence[Token]) -> Iterator[int]:
    depth = 0
    for at, token in enumerate(tokens):
        if token.kind == "sign" and token.text in ("(", ")"):
            depth += 1 if token.text == "(" else -1
        elif depth == 0:
            yield at


def _cut(tokens: Sequence[Token], separators: Sequence[int], *, may_trail: bool) -> list[Sequence[Token]]:
    """Return the runs between separators; a last separator with nothing after it may stand where ``may_trail``."""
    found, start = [], 0
    for stop in separators:
        if stop == start:
            raise Unreadable("an entry is missing before '{sign}'", tokens[stop].start, sign=tokens[stop].text)
        found.append(tokens[start:stop])
        start = stop + 1
    if start < len(tokens):
        return [*found, tokens[start:]]
    if may_trail:
        return found
    raise Unreadable("an entry is missing after '{sign}'", tokens[-1].start, sign=tokens[-1].text)

"""Slips in one expression: what people get wrong when they write a formula down."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

from dlquiz.banks.slips import Slip
from dlquiz.core.expressions import Unreadable
from dlquiz.core.expressions.tokens import Token, tokens

NUMBER = "number off by one"
SIGN = "plus for minus"
TIMES = "times for divided by"
FACTOR = "factor dropped"
TERM = "term dropped"
FUNCTION = "function swapped"
NAME = "name swapped"

_SIGNS = {"+": (SIGN, "-"), "-": (SIGN, "+"), "*": (TIMES, "/"), "/": (TIMES, "*")}
_FUNCTIONS = {"floor": ("ceil", ""), "ceil": ("floor", ""), "sqrt": ("",), "min": ("max",), "max": ("min",)}
_FUNCTIONS |= {"log": ("log2",), "log2": ("log",), "log10": ("log",), "sum": ("prod",), "prod": ("sum",)}
_OPENS, _CLOSES = "([", ")]"


def slips(text: str, names: Sequence[str]) -> Iterator[Slip]:
    """Yield single slips of an expression; none of a text that is not one.

    >>> [slip.applied("2*p + k") for slip in slips("2*p + k", ["p", "k"]) if slip.kind == "factor dropped"]
    ['p + k', '2 + k']
    """
    try:
        found = tokens(text, names)[:-1]
    except Unreadable:
        return
    for at, token in enumerate(found):
        before = found[at - 1] if at else None
        yield from _of_token(token, before, names, found)
    yield from _dropped(found, "*", FACTOR)
    yield from _dropped(found, "+-", TERM)


def _of_token(token: Token, before: Token | None, names: Sequence[str], every: Sequence[Token]) -> Iterator[Slip]:
    if token.stop <= token.start or (before is not None and before.start == token.start):
        return  # a superscript is several tokens at one place
    if token.kind == "number":
        yield from (Slip(NUMBER, token.start, token.stop, other) for other in off_by_one(token.text))
    elif token.kind == "truth":
        yield Slip(NAME, token.start, token.stop, "false" if token.text == "true" else "true")
    elif token.kind == "function":
        others = _FUNCTIONS.get(token.text, ())
        yield from (Slip(FUNCTION, token.start, token.stop, other) for other in others)
    elif token.kind == "name" and (before is None or before.text != "."):
        other = _other_name(token.text, names, every)
        if other is not None:
            yield Slip(NAME, token.start, token.stop, other)
    elif token.kind == "sign" and token.text in _SIGNS:
        kind, other = _SIGNS[token.text]
        yield Slip(kind, token.start, token.stop, other if _is_between(before) else "")


def off_by_one(number: str) -> list[str]:
    """Return a number that is one too large and one too small in its last digit.

    >>> off_by_one("9"), off_by_one("0"), off_by_one("0.10"), off_by_one("1e-8")
    (['10', '8'], ['1'], ['0.11', '0.09'], ['2e-8'])
    """
    digits = "".join(takewhile(lambda sign: sign.isdecimal() or sign == ".", number))
    exponent = number[len(digits) :]
    places = len(digits.partition(".")[2])
    whole = int(digits.replace(".", "") or 0)
    made = [whole + 1, whole - 1] if whole > 1 or (whole == 1 and not exponent and not places) else [whole + 1]
    return [_pointed(one, places) + exponent for one in made]


def _pointed(whole: int, places: int) -> str:
    text = str(whole).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}" if places else text


def _is_between(before: Token | None) -> bool:
    """Whether a sign after this token stands between two values, and not before one."""
    return before is not None and (before.kind != "sign" or before.text in _CLOSES)


def _other_name(name: str, names: Sequence[str], every: Sequence[Token]) -> str | None:
    """Return the next other name of the expression, or else of the question."""
    used = [token.text for token in every if token.kind == "name" and token.text in names]
    order = [*used[used.index(name) + 1 :], *used, *names] if name in used else []
    return next((other for other in order if other != name), None)


def _dropped(found: Sequence[Token], signs: str, kind: str) -> Iterator[Slip]:
    """Yield slips that leave out one of the parts between these signs, with the sign before it or else after it."""
    for run in _runs(found, signs):
        for number, (first, last) in enumerate(run):
            if number:
                yield Slip(kind, found[run[number - 1][1]].stop, found[last].stop, "")
            elif len(run) > 1 and found[last + 1].text != "-":
                yield Slip(kind, found[first].start, found[run[1][0]].start, "")


def _runs(found: Sequence[Token], signs: str) -> Iterator[list[tuple[int, int]]]:
    """Yield for each bracket, and for what is in none, its parts as indices of their first and last tokens."""
    for inside in _brackets(found):
        splits = "+-,<>=" if signs == "+-" else "+-,<>=/*"
        cuts = [at for at in inside if found[at].kind == "sign" and found[at].text[0] in splits and _between(found, at)]
        parts = [(before + 1, after - 1) for before, after in pairwise([inside.start - 1, *cuts, inside.stop])]
        yield from _joined(parts, found, signs)


def _joined(parts: Sequence[tuple[int, int]], found: Sequence[Token], signs: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the longest runs of neighbouring parts that only these signs stand between."""
    run: list[tuple[int, int]] = []
    for part in parts:
        if run and found[part[0] - 1].text not in tuple(signs):
            yield run
            run = []
        run.append(part)
    yield run


def _between(found: Sequence[Token], at: int) -> bool:
    return at > 0 and _is_between(found[at - 1])


def _brackets(found: Sequence[Token]) -> Iterator["_Inside"]:
    """Yield what stands in each pair of brackets, without what is in brackets inside of it; and the whole."""
    opened, waiting = [], [_Inside(0, len(found), [])]
    for at, token in enumerate(found):
        if token.kind == "sign" and token.text in _OPENS:
            waiting[-1].tokens.append(at)
            opened.append(at)
            waiting.append(_Inside(at + 1, at + 1, []))
        elif token.kind == "sign" and token.text in _CLOSES and opened:
            opened.pop()
            inside = waiting.pop()
            inside.stop = at
            yield inside
            waiting[-1].tokens.append(at)
        else:
            waiting[-1].tokens.append(at)
    yield waiting[0]


class _Inside:
    """The tokens between two brackets that are in no brackets of their own, by their indices."""

    def __init__(self, start: int, stop: int, tokens: list[int]) -> None:
        self.start, self.stop, self.tokens = start, stop, tokens

    def __iter__(self) -> Iterator[int]:
        return iter(self.tokens)

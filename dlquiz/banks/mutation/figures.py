"""Slips in figures: what is published, what it was published for, and the sizes of a wrong order."""

import re
from collections.abc import Iterator
from itertools import pairwise

from dlquiz.banks import arithmetic
from dlquiz.banks.mutation.sites import Site
from dlquiz.banks.mutation.spans import ListSpan, Node, ScalarSpan
from dlquiz.banks.slips import Slip

FIGURE = "figure off by one"
DIGITS = "digits swapped"
GIVEN = "figure for another setting"

_NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")


def slips(site: Site, text: str) -> Iterator[Slip]:
    """Yield single slips of a published figure, or of a parameter that it is given for."""
    if site.path[-1] == "is" and site.path[0] != "goal":
        for number in _numbers(site.node):
            yield from _off(number, text, FIGURE)
            yield from _exchanged(number, text)
    elif site.path[-1] == "given":
        for number in _numbers(site.node):
            yield from _off(number, text, GIVEN)


def _numbers(node: Node) -> Iterator[ScalarSpan]:
    if isinstance(node, ScalarSpan):
        if _NUMBER.fullmatch(node.text):
            yield node
        return
    for part in node.items if isinstance(node, ListSpan) else list(node.values.values()):
        yield from _numbers(part)


def _off(number: ScalarSpan, text: str, kind: str) -> Iterator[Slip]:
    begin = number.begin + (text[number.begin] == "-")
    for other in arithmetic.off_by_one(text[begin : number.end]):
        yield Slip(kind, begin, number.end, other)


def _exchanged(number: ScalarSpan, text: str) -> Iterator[Slip]:
    """Yield a slip that exchanges two different digits side by side, the last such."""
    digits = [at for at in range(number.begin, number.end) if text[at].isdigit()]
    pairs = [(one, other) for one, other in pairwise(digits) if other == one + 1 and text[one] != text[other]]
    for one, other in pairs[-1:]:
        yield Slip(DIGITS, one, other + 1, text[other] + text[one])

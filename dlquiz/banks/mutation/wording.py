"""Slips in texts: another value put into one language only, a number that is off by one."""

import re
from collections.abc import Iterator

from dlquiz.banks import arithmetic
from dlquiz.banks.mutation.sites import Site
from dlquiz.banks.mutation.spans import MapSpan, ScalarSpan
from dlquiz.banks.slips import Slip
from dlquiz.core.texts import Text

PLACEHOLDER = "placeholder changed in one language"
NUMBER = "number in a text"

_HOLE = re.compile(r"\{\{([^{}]*)\}\}")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:\.\d+)?(?![\w]|[.,]\d)", re.ASCII)


def slips(site: Site, text: str) -> Iterator[Slip]:
    """Yield single slips of a text: in the last of its languages, where translations are mostly forgotten."""
    if site.holds is not Text:
        return
    node = site.node
    if isinstance(node, MapSpan) and node.values:
        node = list(node.values.values())[-1]
    if isinstance(node, ScalarSpan) and "\n" not in (written := text[node.begin : node.end]):
        names = list(site.names) if site.path[0] == "prompt" else [*site.names, "answer"]
        yield from (slip.moved(node.begin) for slip in _of_holes(written, names))
        yield from (slip.moved(node.begin) for slip in _of_numbers(written))


def _of_holes(written: str, names: list[str]) -> Iterator[Slip]:
    """Yield for each hole the first slip of its expression that there is."""
    for hole in _HOLE.finditer(written):
        first = next(iter(arithmetic.slips(hole[1], names)), None)
        if first is not None:
            yield first.moved(hole.start(1))._replace(kind=PLACEHOLDER)


def _of_numbers(written: str) -> Iterator[Slip]:
    """Yield a slip for each number that stands by itself, outside of holes."""
    holes = [range(*hole.span()) for hole in _HOLE.finditer(written)]
    for number in _NUMBER.finditer(written):
        if not any(number.start() in hole for hole in holes):
            yield Slip(NUMBER, number.start(), number.end(), arithmetic.off_by_one(number[0])[0])

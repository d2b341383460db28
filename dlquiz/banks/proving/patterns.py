"""What settings have in common: the simplest condition that holds on some of them and on none of the others."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any, NamedTuple

from dlquiz.core.expressions import parse
from dlquiz.core.kinds.number import is_number

Setting = Mapping[str, Any]

LOOKED_AT = 500
"""How many settings of each side are looked at, at most."""
LEAST = 0.5
"""On what share of the settings a condition has to hold to be worth telling."""
_VALUES = 12
"""Of how many different values of a parameter each is tried."""


class Pattern(NamedTuple):
    """A condition as banks write it, its opposite, and on what share of the settings it holds."""

    text: str
    opposite: str
    share: float


def common(among: Sequence[Setting], without: Sequence[Setting]) -> Pattern | None:
    """Return the condition that holds most often ``among`` settings and on none ``without``; None where none is common.

    >>> common([{"n": 3, "s": 1}, {"n": 8, "s": 1}], [{"n": 3, "s": 2}])
    Pattern(text='s == 1', opposite='s != 1', share=1.0)
    """
    if not among or not without:
        return None
    inside, outside = _thinned(among), _thinned(without)
    best: Pattern | None = None
    for text, opposite in _conditions(inside):
        condition = parse(text)
        share = sum(condition.evaluate(one) is True for one in inside) / len(inside)
        if share > (best.share if best else 0) and not any(condition.evaluate(one) is True for one in outside):
            best = Pattern(text, opposite, share)
    return best if best is not None and best.share >= LEAST else None


def _thinned(settings: Sequence[Setting]) -> Sequence[Setting]:
    return settings[:: -(-len(settings) // LOOKED_AT)]


def _conditions(settings: Sequence[Setting]) -> Iterator[tuple[str, str]]:
    """Yield conditions with their opposites, the simplest first: a value, a bound, even or odd, one beside another."""
    columns = {name: [setting[name] for setting in settings] for name in settings[0] if name != "asked"}
    plain = {name: column for name, column in columns.items() if all(map(_is_plain, column))}
    numeric = {name: column for name, column in plain.items() if all(map(is_number, column))}
    for name, column in plain.items():
        for value in list(dict.fromkeys(column))[:_VALUES]:
            yield f"{name} == {_written(value)}", f"{name} != {_written(value)}"
    for name, column in numeric.items():
        low, high = _written(min(column)), _written(max(column))
        yield f"{name} <= {high}", f"{name} > {high}"
        yield f"{name} >= {low}", f"{name} < {low}"
        for rest in (0, 1):
            yield f"{name} % 2 == {rest}", f"{name} % 2 != {rest}"
    for one, other in permutations(numeric, 2):
        if one < other:
            yield f"{one} == {other}", f"{one} != {other}"
        yield f"{one} <= {other}", f"{one} > {other}"


def _is_plain(value: Any) -> bool:
    return (isinstance(value, str | bool) or is_number(value)) and '"' not in str(value)


def _written(value: Any) -> str:
    """Return a value as a condition writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(Fraction(value))

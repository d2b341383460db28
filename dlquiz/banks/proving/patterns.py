"""What settings have in common: the simplest condition that holds on some of them and on none of the others."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any, NamedTuple

from dlquiz.core.kinds.number import is_number

Setting = Mapping[str, Any]

LOOKED_AT = 500
"""How many settings of each side are looked at, at most."""
LEAST = 0.5
"""On what share of the settings a condition has to hold to be worth telling."""
_VALUES = 12
"""Of how many different values of a parameter each is tried."""


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


_SIGNS: Mapping[str, Callable[[Any, Any], bool]] = {"==": _same, "<=": operator.le, ">=": operator.ge}


class _Condition(NamedTuple):
    """A condition and its opposite as banks write them, and what it asks of a setting."""

    text: str
    opposite: str
    holds: Callable[[Setting], bool]


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
    for text, opposite, holds in _conditions(inside, outside):
        if any(map(holds, outside)):  # asked first, for most conditions end here after a few settings
            continue
        share = sum(map(holds, inside)) / len(inside)
        if share > (best.share if best else 0):
            best = Pattern(text, opposite, share)
    return best if best is not None and best.share >= LEAST else None


def _thinned(settings: Sequence[Setting]) -> Sequence[Setting]:
    return settings[:: -(-len(settings) // LOOKED_AT)]


def _conditions(settings: Sequence[Setting], others: Sequence[Setting]) -> Iterator[_Condition]:
    """Yield conditions, the simplest first: a value, a bound, even or odd, one beside another."""
    columns = {name: [setting[name] for setting in settings] for name in settings[0] if name != "asked"}
    plain = {name: column for name, column in columns.items() if all(map(_is_plain, column))}
    numbers = {name for name in plain if all(is_number(one[name]) for one in (*settings, *others))}
    numeric = {name: column for name, column in plain.items() if name in numbers}
    for name, column in plain.items():
        for value in list(dict.fromkeys(column))[:_VALUES]:
            yield _compared(name, "==", "!=", value)
    for name, column in numeric.items():
        yield _compared(name, "<=", ">", max(column))
        yield _compared(name, ">=", "<", min(column))
        for rest in (0, 1):
            yield _remaining(name, rest)
    for one, other in permutations(numeric, 2):
        if one < other:
            yield _beside(one, "==", "!=", other)
        yield _beside(one, "<=", ">", other)


def _compared(name: str, sign: str, opposite: str, value: Any) -> _Condition:
    compare, written = _SIGNS[sign], _written(value)
    return _Condition(f"{name} {sign} {written}", f"{name} {opposite} {written}", lambda one: compare(one[name], value))


def _remaining(name: str, rest: int) -> _Condition:
    return _Condition(f"{name} % 2 == {rest}", f"{name} % 2 != {rest}", lambda one: one[name] % 2 == rest)


def _beside(name: str, sign: str, opposite: str, other: str) -> _Condition:
    compare = _SIGNS[sign]
    return _Condition(
        f"{name} {sign} {other}", f"{name} {opposite} {other}", lambda one: compare(one[name], one[other])
    )


def _is_plain(value: Any) -> bool:
    return (isinstance(value, str | bool) or is_number(value)) and '"' not in str(value)


def _written(value: Any) -> str:
    """Return a value as a condition writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(Fraction(value))

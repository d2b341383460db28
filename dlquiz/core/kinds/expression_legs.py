"""The legs of an expression: what the engine gives at the points, beside the formula there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeGuard

from dlquiz.core.calls import CallTemplate
from dlquiz.core.expressions import Expression, identity, printing, substituted
from dlquiz.core.expressions.precise import equal
from dlquiz.core.oracle import Block, Call, Ran
from dlquiz.core.symbols import told
from dlquiz.core.values import fits_a_float, from_json, show
from dlquiz.core.verdicts import Leg, Unsettled

Point = Mapping[str, Any]

_ROUNDING = Fraction(1, 10**9)
"""How far a float of the engine may be from the formula's value, as a share of it."""
_WRITTEN_OUT = 10**15


def at_points(value: Any, points: Sequence[Point]) -> Iterator[Any]:
    """Yield what a value is at the points: an expression's values, None where it has none, or those of its list."""
    if isinstance(value, Expression):
        return (identity.value(value.tree, point) for point in points)
    return iter(value)


def alike(one: Any, other: Any) -> bool:
    """Whether two numbers are the same: exactly, to 40 digits for roots, and to nine where a float came from a run."""
    if one is None or other is None:
        return False
    if not (isinstance(one, float) or isinstance(other, float)):
        return equal(one, other)
    if not (fits_a_float(one) and fits_a_float(other)):
        return False
    left, right = Fraction(one), Fraction(other)
    return abs(left - right) <= _ROUNDING * max(abs(left), abs(right))


def all_alike(one: Iterable[Any], other: Iterable[Any]) -> bool:
    """Whether the numbers of two rows are the same, each with its partner."""
    return all(alike(left, right) for left, right in zip(one, other, strict=True))


def engine_leg(
    template: CallTemplate, ran: Sequence[Ran], points: Sequence[Point], given: Sequence[Any], values: Point
) -> Leg:
    """Return the leg of one call at every point, with a table of it beside what the formula gives there."""
    found = [_number(one) for one in ran]
    rows = [[*point.values(), one, other] for point, one, other in zip(points, found, given, strict=True)]
    table: Block = {
        "block": "table",
        "title": "Engine and formula at points of the symbols' domains",
        "columns": [*points[0], "engine", "formula"],
        "rows": [[_cell(item) for item in row] for row in rows],
    }
    last, at = ran[-1], {"block": "text", "text": f"The run at {told(points[-1])}:"}
    shown = (table, at, *last.evidence) if last.evidence else (table,)
    return Leg(last.kind, what(template, values), found, last.call.function, last.device, sum(r.ms for r in ran), shown)


def conflict_at(leg: Leg, formula: str, points: Sequence[Point], given: Sequence[Any]) -> str | None:
    """Return the first point at which a call and the formula differ, as a sentence; None where they agree."""
    for point, one, other in zip(points, leg.value, given, strict=True):
        if not alike(one, other):
            return f"at {told(point)} {leg.what} gives {figure(one)}, {formula} gives {figure(other)}"
    return None


def what(template: CallTemplate, values: Point) -> str:
    """Return a call as it is written in the symbols, with the parameters put in."""
    return str(Call(template.function, {name: _argument(item, values) for name, item in template.arguments.items()}))


def _argument(item: Any, values: Point) -> Any:
    if isinstance(item, Expression):
        return printing.written(substituted(item.tree, values))
    if isinstance(item, Mapping):
        return {name: _argument(inner, values) for name, inner in item.items()}
    if isinstance(item, list | tuple):
        return [_argument(inner, values) for inner in item]
    return item


def figure(value: Any) -> str:
    """Return a number of a reason; one that is too long to be compared at a glance is rounded.

    >>> figure(128), figure(2**100), figure(Fraction(1, 3))
    ('128', '1.26765e+30', '0.333333')
    """
    if isinstance(value, Decimal) or (isinstance(value, int) and abs(value) >= _WRITTEN_OUT):
        return f"{Decimal(value):.6g}"
    return show(value)


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | str) else figure(value)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether what a run gave is a number, which a bool is not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(ran: Ran) -> int | float:
    value = from_json(ran.value)
    if is_number(value):
        return value
    raise Unsettled(f"{ran.call} gave {show(value)}: a number is asked for")

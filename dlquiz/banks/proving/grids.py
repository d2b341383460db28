"""Grids of settings inside a domain, and settings beyond it, on which a polynomial is held against runs."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice, product
from math import prod
from typing import Any

from dlquiz.core.domains import Choice, Derived, Domain, EmptyDomain, FloatRange, IntRange
from dlquiz.core.expressions import Undefined

Setting = dict[str, Any]

POINTS = 512
"""The most points of a grid."""
_BASES = 8
_LISTED = 64


def completed(domain: Domain, given: Mapping[str, Any]) -> Setting | None:
    """Return given values with the derived ones, in their order; None where one of these has no value."""
    values: Setting = {}
    for name, parameter in domain.parameters.items():
        try:
            values[name] = parameter.expression.evaluate(values) if isinstance(parameter, Derived) else given[name]
        except Undefined:
            return None
    return values


def numeric(domain: Domain) -> list[str]:
    """Return the parameters that are drawn from numbers, and from more than one."""
    found = []
    for name, parameter in domain.parameters.items():
        listed = parameter.values if isinstance(parameter, Choice) else ()
        plain = all(isinstance(value, int | Fraction) and not isinstance(value, bool) for value in listed)
        if isinstance(parameter, IntRange | FloatRange | Choice) and plain and parameter.size > 1:
            found.append(name)
    return found


def grid(domain: Domain, key: str, fixed: Mapping[str, Any], degrees: Mapping[str, int]) -> list[Setting] | None:
    """Return settings of the domain that take one value more than its degree for each variable, in all combinations.

    ``fixed`` are the values of the other parameters. None where no such grid was found.
    """
    if prod(degree + 1 for degree in degrees.values()) > POINTS:
        return None
    for base in _bases(domain, key, fixed):
        listed = {name: _values(domain, base, name) for name in degrees}
        for pick in (_lowest, _spread, _highest):
            chosen = [pick(listed[name], degree + 1) for name, degree in degrees.items()]
            if any(len(values) <= degree for values, degree in zip(chosen, degrees.values(), strict=True)):
                break
            points = [_changed(domain, base, dict(zip(degrees, point, strict=True))) for point in product(*chosen)]
            inside = [point for point in points if point is not None and domain.contains(point)]
            if len(inside) == len(points):
                return inside
    return None


def beyond(domain: Domain, point: Mapping[str, Any], name: str, used: Sequence[Any]) -> Iterator[Setting]:
    """Yield settings that differ from a point in one variable, whose value no point of the grid has.

    The first lie outside of the domain, as far as its conditions hold there, right beside it and further on: a count
    that is rounded fits every second value only. The last one lies inside.
    """
    high, width = max(used), max(1, int(max(used) - min(used)))
    inside = [value for value in islice(domain.parameters[name].every(point), _LISTED) if value not in used]
    for value in dict.fromkeys([high + 1, high + 2, high + width, 2 * high, *inside[-1:]]):
        found = _changed(domain, point, {name: value})
        if found is not None and value not in used and _holds(domain, found):
            yield found


def _bases(domain: Domain, key: str, fixed: Mapping[str, Any]) -> Iterator[Setting]:
    """Yield settings from which grids are tried: the corners, then drawn ones, with the fixed values put in."""
    drawn = (_drawn(domain, key, seed) for seed in range(_BASES))
    for found in (*islice(domain.corners(), _BASES), *drawn):
        base = None if found is None else _changed(domain, found, fixed)
        if base is not None and domain.contains(base):
            yield base


def _drawn(domain: Domain, key: str, seed: int) -> Setting | None:
    try:
        return domain.draw(key, 1, seed)
    except EmptyDomain:
        return None


def _values(domain: Domain, base: Setting, name: str) -> list[Any]:
    """Return values of a variable with which a base stays inside the domain."""
    parameter = domain.parameters[name]
    every = list(islice(parameter.every(base), 4 * _LISTED))
    changed = ((value, _changed(domain, base, {name: value})) for value in _spread(every, _LISTED))
    return sorted(value for value, one in changed if one is not None and domain.contains(one))


def _changed(domain: Domain, base: Mapping[str, Any], values: Mapping[str, Any]) -> Setting | None:
    return completed(domain, {**base, **values})


def _holds(domain: Domain, values: Setting) -> bool:
    try:
        return all(condition.evaluate(values) is True for condition in domain.where)
    except Undefined:
        return False


def _lowest(values: Sequence[Any], count: int) -> Sequence[Any]:
    return values[:count]


def _highest(values: Sequence[Any], count: int) -> Sequence[Any]:
    return values[-count:]


def _spread(values: Sequence[Any], count: int) -> Sequence[Any]:
    """Return so many values from the first to the last, evenly spaced."""
    if len(values) <= count or count < 2:
        return values[:count]
    return [values[at * (len(values) - 1) // (count - 1)] for at in range(count)]

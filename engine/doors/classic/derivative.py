"""``derivative.*``: slopes of polynomials in several variables, along axes and along any direction."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.classic.networks.directional import by_gradient, by_limit, gradient, steepest, unit
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series, Table
from engine.registry import Kind, function


class Term(NamedTuple):
    """A coefficient times a power of each variable: 3·x²·y is {"times": 3, "powers": [2, 1]}."""

    times: Annotated[float, Between(-1e3, 1e3)]
    powers: Annotated[Sequence[Annotated[int, Between(0, 8)]], Length(1, 8)]


Terms = Annotated[Sequence[Term], Length(1, 16)]
Point = Annotated[Tensor, Elements(8, 1), Between(-100, 100)]
_CASE = {"terms": [{"times": 1, "powers": [2, 0]}, {"times": 3, "powers": [1, 1]}], "point": [1, 2]}


@function("derivative.partial", Kind.MEASURED, example={**_CASE, "variable": 0}, shows=(gradient,))
def partial(terms: Terms, point: Point, variable: Annotated[int, Between(0, 7)]) -> Run:
    """Return ∂f/∂x_i of a polynomial at a point, by autograd; variables are counted from 0."""
    point = _checked(terms, point)
    _variable(point, variable)
    found = gradient(lambda p: _value(terms, p), point)
    return Run(float(found[variable]), lambda: [_table(found)])


@function("derivative.partial_formula", Kind.CLOSED_FORM, example={**_CASE, "variable": 0})
def partial_formula(terms: Terms, point: Point, variable: Annotated[int, Between(0, 7)]) -> Run:
    """Return the same by the power rule, term by term."""
    point = _checked(terms, point)
    _variable(point, variable)
    return Run(_by_rule(terms, point.tolist())[variable])


@function(
    "derivative.directional", Kind.MEASURED, example={**_CASE, "direction": [3, 4]}, shows=(by_limit, by_gradient, unit)
)
def directional(terms: Terms, point: Point, direction: Point) -> Run:
    """Return the slope D_u f of a polynomial along a direction, which is scaled to length 1; ∇f·u by autograd."""
    point, direction = _checked(terms, point), _checked(terms, direction)
    value = float(by_gradient(lambda p: _value(terms, p), point, direction))

    def evidence() -> list[Block]:
        rows = [(h, float(by_limit(lambda p: _value(terms, p), point, direction, h))) for h in (1.0, 0.1, 1e-2, 1e-3)]
        limit = Table("(f(x + h·u) - f(x - h·u))/2h", ["h", "quotient"], rows)
        return [limit, *([_slopes(terms, point)] if len(point) == 2 else [])]

    return Run(value, evidence)


@function("derivative.directional_formula", Kind.CLOSED_FORM, example={**_CASE, "direction": [3, 4]})
def directional_formula(terms: Terms, point: Point, direction: Point) -> Run:
    """Return the same as Σ ∂f/∂x_i·d_i/‖d‖, with the partial derivatives of the power rule."""
    point, direction = _checked(terms, point), _checked(terms, direction)
    length = math.hypot(*direction.tolist())
    if length == 0:
        raise Refused("the direction is 0 and points nowhere: give one with an entry that is not 0")
    slopes = _by_rule(terms, point.tolist())
    return Run(sum(a * b for a, b in zip(slopes, direction.tolist(), strict=True)) / length)


@function("derivative.steepest", Kind.MEASURED, example=_CASE, shows=(steepest, by_limit))
def steepest_slope(terms: Terms, point: Point, of: Literal["slope", "angle"] = "slope") -> Run:
    """Return the largest slope over 360 directions of the plane, each from a small step, or its angle in degrees."""
    point = _checked(terms, point)
    if len(point) != 2:
        raise Refused(f"directions are tried in a plane, for two variables, and 'point' has {len(point)}")
    slope, angle = steepest(lambda p: _value(terms, p), point, 360)
    return Run(slope if of == "slope" else angle, lambda: [_slopes(terms, point)])


@function("derivative.steepest_formula", Kind.CLOSED_FORM, example=_CASE)
def steepest_formula(terms: Terms, point: Point) -> Run:
    """Return the largest slope over all directions as the length ‖∇f‖ of the gradient."""
    return Run(math.hypot(*_by_rule(terms, _checked(terms, point).tolist())))


def _checked(terms: Terms, point: Tensor) -> Tensor:
    if any(len(term.powers) != len(point) for term in terms):
        raise Refused(f"every term needs a power for each of the {len(point)} variables")
    return point.to(for_float64())


def _variable(point: Tensor, variable: int) -> None:
    if variable >= len(point):
        raise Refused(f"'variable' is {variable}, and the {len(point)} variables are numbered from 0")


def _value(terms: Terms, point: Tensor) -> Tensor:
    return torch.stack([term.times * point.pow(point.new_tensor(term.powers)).prod() for term in terms]).sum()


def _by_rule(terms: Terms, point: Sequence[float]) -> list[float]:
    def slope(term: Term, i: int) -> float:
        power = term.powers[i]
        if power == 0:
            return 0.0
        others = math.prod(x**p for j, (x, p) in enumerate(zip(point, term.powers, strict=True)) if j != i)
        return float(term.times * power * point[i] ** (power - 1) * others)

    return [sum(slope(term, i) for term in terms) for i in range(len(point))]


def _table(found: Tensor) -> Table:
    return Table("The gradient", ["variable", "∂f/∂x"], list(enumerate(found.tolist())))


def _slopes(terms: Terms, point: Tensor) -> Curve:
    angles = list(range(0, 361, 10))
    found = gradient(lambda p: _value(terms, p), point)
    slopes = [float(found[0]) * math.cos(math.radians(a)) + float(found[1]) * math.sin(math.radians(a)) for a in angles]
    return Curve("Slope by direction", [Series("D_u f", angles, slopes)], "angle in degrees", "slope")

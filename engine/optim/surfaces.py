"""Functions to descend on, known by name: each is written once, for one point or for many side by side.

A function takes points ``(..., n)`` and gives values ``(...)``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.errors import Refused, nearest


@dataclass(frozen=True)
class Surface:
    """A function of ``dims`` variables, its formula in words, and its minima, the lowest first (none: unbounded)."""

    name: str
    formula: str
    dims: int
    value: Callable[[Tensor], Tensor]
    minima: tuple[tuple[float, ...], ...] = ()

    def distance(self, points: Tensor) -> Tensor:
        """Return the Euclidean distance ``(...)`` from points ``(..., n)`` to the nearest minimum.

        Raises:
            Refused: there is no minimum.
        """
        if not self.minima:
            raise Refused(f"'{self.name}' with these coefficients has no single minimum to measure a distance to")
        return torch.stack([(points - points.new_tensor(place)).norm(dim=-1) for place in self.minima]).amin(0)


def rosenbrock(points: Tensor) -> Tensor:
    """Return (1 - x)² + 100·(y - x²)²: a curved valley with a nearly flat floor (Rosenbrock 1960)."""
    x, y = points[..., 0], points[..., 1]
    return (1 - x).square() + 100 * (y - x.square()).square()


def _saddle(points: Tensor) -> Tensor:
    return points[..., 0].square() - points[..., 1].square()


def _double_well(points: Tensor) -> Tensor:
    x = points[..., 0]
    return x.square().square() / 4 - x.square() / 2


def _tilted_wells(points: Tensor) -> Tensor:
    return _double_well(points) + points[..., 0] / 8


def _quartic(points: Tensor) -> Tensor:
    x = points[..., 0]
    return x.square().square() / 4 - x


def _exponential(points: Tensor) -> Tensor:
    return torch.exp(-points[..., 0])


_TILTED_MINIMA = ((-1.0574537707383778,), (0.9304029265558516,))
_FIXED = {
    surface.name: surface
    for surface in (
        Surface("rosenbrock", "(1 - x)² + 100·(y - x²)²", 2, rosenbrock, ((1.0, 1.0),)),
        Surface("saddle", "x² - y²", 2, _saddle),
        Surface("double_well", "x⁴/4 - x²/2", 1, _double_well, ((1.0,), (-1.0,))),
        Surface("tilted_wells", "x⁴/4 - x²/2 + x/8", 1, _tilted_wells, _TILTED_MINIMA),
        Surface("quartic", "x⁴/4 - x", 1, _quartic, ((1.0,),)),
        Surface("exponential", "exp(-x)", 1, _exponential),
    )
}
NAMES = ("quadratic", "linear", *_FIXED)


def quadratic(curvatures: Sequence[float]) -> Surface:
    """Return f(x) = ½·Σ hᵢ·xᵢ²; x² has the curvature 2.

    Its minimum is the origin where all curvatures are positive.
    """
    h = torch.tensor(curvatures, dtype=torch.float64)
    minima = ((0.0,) * len(curvatures),) if all(curvature > 0 for curvature in curvatures) else ()
    return Surface(
        "quadratic",
        f"½·({_sum_of(curvatures, '²')})",
        len(curvatures),
        lambda points: 0.5 * (h.to(points) * points.square()).sum(-1),
        minima,
    )


def linear(slopes: Sequence[float]) -> Surface:
    """Return f(x) = Σ cᵢ·xᵢ, whose gradient is the same everywhere."""
    c = torch.tensor(slopes, dtype=torch.float64)
    return Surface("linear", _sum_of(slopes, ""), len(slopes), lambda points: (c.to(points) * points).sum(-1))


def find(name: str, coefficients: Sequence[float] | None = None) -> Surface:
    """Return the function called ``name``; ``coefficients`` are a quadratic's curvatures or a linear's slopes.

    >>> find("quadratic", [2, 6]).formula
    '½·(2·x² + 6·y²)'
    >>> find("rosenbrok")
    Traceback (most recent call last):
    engine.errors.Refused: there is no function 'rosenbrok'; did you mean 'rosenbrock'? (known: quadratic, linear, \
rosenbrock, saddle, double_well, tilted_wells, quartic, exponential)
    """
    if name not in NAMES:
        raise Refused(f"there is no function '{name[:40]}'{nearest(name, NAMES)} (known: {', '.join(NAMES)})")
    if name in _FIXED:
        if coefficients is not None:
            raise Refused(f"'{name}' takes no coefficients; only quadratic and linear do")
        return _FIXED[name]
    if not coefficients:
        meaning = "curvatures" if name == "quadratic" else "slopes"
        raise Refused(f"'{name}' needs 'coefficients': its {meaning}, one for each variable, as [1, 100]")
    return quadratic(coefficients) if name == "quadratic" else linear(coefficients)


def _sum_of(coefficients: Sequence[float], power: str) -> str:
    """Return the sum in words; beyond three variables they are x1, x2 and so on."""
    few = len(coefficients) <= 3
    names = "xyz" if few else [f"x{place}" for place in range(1, len(coefficients) + 1)]
    return " + ".join(f"{c:g}·{name}{power}" for c, name in zip(coefficients, names, strict=False))

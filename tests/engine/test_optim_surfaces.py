"""The functions to descend on, beside their formulas in plain floats, SymPy's Hessians and minima on a grid."""

import math

import pytest
import sympy
import torch

from engine.optim import surfaces

X, Y = sympy.symbols("x y", real=True)
FORMULAS = {
    "rosenbrock": (1 - X) ** 2 + 100 * (Y - X**2) ** 2,
    "saddle": X**2 - Y**2,
    "double_well": X**4 / 4 - X**2 / 2,
    "tilted_wells": X**4 / 4 - X**2 / 2 + X / 8,
    "quartic": X**4 / 4 - X,
    "exponential": sympy.exp(-X),
    "quadratic": (3 * X**2 + 7 * Y**2) / 2,
    "linear": 3 * X + 7 * Y,
}
CONVEX = {"quartic", "exponential", "quadratic", "linear"}
BOUNDED = {"rosenbrock", "double_well", "tilted_wells", "quartic", "quadratic"}


def surface(name):
    return surfaces.find(name, [3, 7] if name in ("quadratic", "linear") else None)


def symbols(name):
    return [X, Y][: surface(name).dims]


@pytest.mark.parametrize("name", surfaces.NAMES)
def test_values_are_those_of_the_formula(name):
    points = torch.randn(20, surface(name).dims, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    exact = [float(FORMULAS[name].subs(dict(zip(symbols(name), point, strict=True)))) for point in points.tolist()]
    assert surface(name).value(points).tolist() == pytest.approx(exact, rel=1e-12)
    assert surface(name).value(points[3]).item() == pytest.approx(exact[3], rel=1e-12)


@pytest.mark.parametrize("name", surfaces.NAMES)
def test_minima_are_stationary_points_with_a_positive_definite_hessian(name):
    assert bool(surface(name).minima) is (name in BOUNDED)
    gradient = [sympy.diff(FORMULAS[name], symbol) for symbol in symbols(name)]
    hessian = sympy.hessian(FORMULAS[name], symbols(name))
    for place in surface(name).minima:
        at = dict(zip(symbols(name), place, strict=True))
        assert [float(entry.subs(at)) for entry in gradient] == pytest.approx([0.0] * len(at), abs=1e-12)
        assert all(float(value) > 0 for value in hessian.subs(at).eigenvals())


@pytest.mark.parametrize("name", sorted(BOUNDED))
def test_the_first_minimum_is_the_lowest_point_of_a_grid(name):
    axis = torch.linspace(-2, 2, 401, dtype=torch.float64)
    grid = torch.cartesian_prod(*[axis] * surface(name).dims).reshape(-1, surface(name).dims)
    lowest = surface(name).value(grid).min().item()
    assert surface(name).value(torch.tensor(surface(name).minima[0], dtype=torch.float64)).item() == pytest.approx(
        lowest, abs=1e-4
    )


@pytest.mark.parametrize("name", surfaces.NAMES)
def test_only_the_convex_ones_have_no_negative_curvature(name):
    hessian = sympy.lambdify(symbols(name), sympy.hessian(FORMULAS[name], symbols(name)).tolist(), "math")
    steps = [-1.5 + 0.25 * step for step in range(13)]
    places = [(x,) if surface(name).dims == 1 else (x, y) for x in steps for y in steps]
    matrices = torch.tensor([hessian(*place) for place in places], dtype=torch.float64)
    lowest = torch.linalg.eigvalsh(matrices).min().item()
    assert (lowest >= -1e-12) is (name in CONVEX)


def test_distance_is_to_the_nearest_minimum():
    points = torch.tensor([[0.4], [-3.0]], dtype=torch.float64)
    assert surfaces.find("double_well").distance(points).tolist() == pytest.approx([0.6, 2.0])
    assert surfaces.quadratic([1, 2]).distance(torch.tensor([3.0, 4.0])).item() == pytest.approx(math.hypot(3, 4))

"""The first contact of level sets with a ball, beside SciPy's constrained minimiser and the conditions of Lagrange."""

import numpy as np
import pytest
import torch
from door_runs import run
from scipy.optimize import minimize

from engine.errors import Refused
from engine.regularization.constraint_balls import first_contact


def problem(seed):
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((2, 2))
    centre = 3 * rng.standard_normal(2)
    return root @ root.T + 0.2 * np.eye(2), centre, 0.6 * np.linalg.norm(centre, np.inf)


def contact(hessian, centre, radius, ball):
    return first_contact(torch.from_numpy(hessian), torch.from_numpy(centre), radius, ball).numpy()


def by_slsqp(hessian, centre, radius, ball):
    """L1: w = u - v with u, v ≥ 0 and Σ(u + v) ≤ r makes the corners smooth."""
    if ball == "l2":
        fence = {"type": "ineq", "fun": lambda w: radius**2 - w @ w}
        return minimize(lambda w: (w - centre) @ hessian @ (w - centre), centre / 9, constraints=fence, tol=1e-14).x
    fence = {"type": "ineq", "fun": lambda uv: radius - uv.sum()}

    def loss(uv):
        away = uv[:2] - uv[2:] - centre
        return away @ hessian @ away

    uv = minimize(loss, np.full(4, radius / 8), bounds=[(0, None)] * 4, constraints=fence, tol=1e-14).x
    return uv[:2] - uv[2:]


@pytest.mark.parametrize("ball", ["l1", "l2"])
@pytest.mark.parametrize("seed", range(6))
def test_contact_equals_slsqps(seed, ball):
    hessian, centre, radius = problem(seed)
    found = contact(hessian, centre, radius, ball)
    np.testing.assert_allclose(found, by_slsqp(hessian, centre, radius, ball), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_on_the_disc_the_gradient_points_at_its_centre(seed):
    hessian, centre, radius = problem(seed)
    w = contact(hessian, centre, radius, "l2")
    gradient = hessian @ (w - centre)
    assert np.linalg.norm(w) == pytest.approx(radius, rel=1e-12)
    assert gradient[0] * w[1] - gradient[1] * w[0] == pytest.approx(0, abs=1e-9 * np.linalg.norm(gradient))
    assert gradient @ w < 0


@pytest.mark.parametrize("seed", range(6))
def test_on_the_diamond_no_point_of_a_dense_grid_is_better(seed):
    hessian, centre, radius = problem(seed)
    w = contact(hessian, centre, radius, "l1")
    assert np.abs(w).sum() == pytest.approx(radius, rel=1e-12)
    share = np.linspace(0, 1, 2001)
    sides = [radius * np.stack([a * share, b * (1 - share)], 1) for a in (1, -1) for b in (1, -1)]
    grid = np.concatenate(sides)
    losses = np.einsum("ni,ij,nj->n", grid - centre, hessian, grid - centre)
    assert (w - centre) @ hessian @ (w - centre) <= losses.min() + 1e-12
    np.testing.assert_allclose(w, grid[losses.argmin()], atol=radius / 1000)


def test_worked_examples_of_the_door():
    arguments = {"hessian": [[1, 0], [0, 1]], "radius": 1}
    for coordinate, (corner, disc) in enumerate([(1.0, 0.9486832980505138), (0.0, 0.31622776601683794)]):
        case = {**arguments, "centre": [3, 1], "coordinate": coordinate}
        assert run("penalty.first_contact", **case, ball="l1").value == pytest.approx(corner, abs=1e-12)
        assert run("penalty.first_contact", **case, ball="l2").value == pytest.approx(disc, rel=1e-12)
    inside = {**arguments, "centre": [0.25, -0.5], "coordinate": 1}
    assert run("penalty.first_contact", **inside, ball="l1").value == -0.5


def test_what_has_no_ellipses_is_refused():
    for hessian in ([[1, 0], [0, -1]], [[1, 2], [0, 1]]):
        with pytest.raises(Refused, match="symmetric and positive definite"):
            run("penalty.first_contact", hessian=hessian, centre=[1, 1], radius=1, ball="l1")
    with pytest.raises(Refused, match="this is about two weights"):
        run("penalty.first_contact", hessian=[[1]], centre=[1, 1], radius=1, ball="l1")


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e7])
def test_numbers_that_are_none_are_refused(bad):
    for arguments in ({"hessian": [[bad, 0], [0, 1]]}, {"centre": [3, bad]}):
        given = {"hessian": [[1, 0], [0, 1]], "centre": [3, 4], "radius": 1, "ball": "l2", **arguments}
        with pytest.raises(Refused, match=next(iter(arguments))):
            run("penalty.first_contact", **given)


def test_the_search_on_a_disc_ends_without_a_number():
    centre = torch.tensor([float("nan"), 4.0], dtype=torch.float64)
    assert first_contact(torch.eye(2, dtype=torch.float64), centre, 1.0, "l2").isnan().any()

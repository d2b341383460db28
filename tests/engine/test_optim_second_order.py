"""Newton, BFGS and L-BFGS beside SciPy, torch and dense linear algebra."""

import numpy as np
import pytest
import scipy.optimize
import torch
from torch.testing import assert_close

from engine import optim
from engine.errors import Refused
from engine.optim.line_search import Along, strong_wolfe
from engine.optim.newton import hessian
from engine.optim.quasi_newton import two_loop, updated_inverse

torch.set_num_threads(1)


def extended_rosenbrock(x):
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(len(x) - 1))


def beale(x):
    return sum((c - x[0] * (1 - x[1] ** k)) ** 2 for c, k in ((1.5, 1), (2.25, 2), (2.625, 3)))


def minimise(make, loss, start, steps):
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = make([point])

    def closure():
        value = loss(point)
        (point.grad,) = torch.autograd.grad(value, point, create_graph=isinstance(optimizer, optim.Newton))
        return value

    losses = [float(optimizer.step(closure).detach()) for _ in range(steps)]
    return point.detach(), losses


@pytest.mark.parametrize("ours", [optim.BFGS, optim.LBFGS])
@pytest.mark.parametrize(
    ("loss", "start"),
    [(extended_rosenbrock, [-1.2, 1.0, 0.5, -0.3]), (extended_rosenbrock, [-1.2, 1.0]), (beale, [1.0, 1.0])],
)
def test_reaches_the_minimum_that_scipy_finds(ours, loss, start):
    method = "BFGS" if ours is optim.BFGS else "L-BFGS-B"

    def gradient(x):
        return torch.autograd.functional.jacobian(loss, torch.from_numpy(x)).numpy()

    found = scipy.optimize.minimize(loss, np.array(start), method=method, jac=gradient, tol=1e-12)
    point, losses = minimise(ours, loss, start, 2 * found.nit + 10)
    assert_close(point, torch.from_numpy(found.x), rtol=0, atol=1e-6)
    assert losses == sorted(losses, reverse=True)


def test_lbfgs_reaches_where_torchs_does():
    start = [-1.2, 1.0, 0.5]
    point = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    torchs = torch.optim.LBFGS(
        [point], max_iter=100, line_search_fn="strong_wolfe", tolerance_grad=1e-12, tolerance_change=0
    )

    def closure():
        torchs.zero_grad()
        value = extended_rosenbrock(point)
        value.backward()
        return value

    torchs.step(closure)
    assert_close(minimise(optim.LBFGS, extended_rosenbrock, start, 60)[0], point.detach(), rtol=0, atol=1e-6)


def test_one_newton_step_is_the_solution_of_the_linear_system():
    draw = torch.Generator().manual_seed(0)
    root = torch.randn(5, 5, generator=draw, dtype=torch.float64)
    matrix, right = root @ root.T + torch.eye(5), torch.randn(5, generator=draw, dtype=torch.float64)
    point, _ = minimise(optim.Newton, lambda x: 0.5 * x @ matrix @ x - right @ x, [9.0, -3.0, 2.0, 0.0, 1.0], 1)
    assert_close(point, torch.linalg.solve(matrix, right), rtol=1e-10, atol=1e-10)


def test_newton_steps_equal_those_of_functional_hessian_and_solve():
    start = torch.tensor([-1.2, 1.0, 0.5], dtype=torch.float64)
    expected = start
    for _ in range(6):
        gradient = torch.autograd.functional.jacobian(extended_rosenbrock, expected)
        matrix = torch.autograd.functional.hessian(extended_rosenbrock, expected)
        expected = expected - 0.7 * torch.linalg.solve(matrix, gradient)
    found, _ = minimise(lambda params: optim.Newton(params, lr=0.7), extended_rosenbrock, start.tolist(), 6)
    assert_close(found, expected, rtol=1e-10, atol=1e-10)


def test_newtons_iterates_on_the_double_well_are_those_of_the_formula():
    x = 2.0
    for steps in range(1, 5):
        x -= (x**3 - x) / (3 * x**2 - 1)
        assert minimise(optim.Newton, lambda p: (p**4 / 4 - p**2 / 2).sum(), [2.0], steps)[0].item() == pytest.approx(x)


def test_a_singular_hessian_is_refused():
    with pytest.raises(Refused, match="the Hessian is singular"):
        minimise(optim.Newton, lambda x: x.sum(), [1.0, 2.0], 1)


def test_the_hessian_equals_torchs():
    point = torch.tensor([0.3, -0.4, 1.2], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(extended_rosenbrock(point), point, create_graph=True)
    expected = torch.autograd.functional.hessian(extended_rosenbrock, point)
    assert_close(hessian(gradient, point).detach(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("several", [optim.Newton, optim.BFGS, optim.LBFGS])
def test_methods_with_a_matrix_take_one_tensor(several):
    with pytest.raises(Refused, match="one tensor"):
        several([torch.zeros(1), torch.zeros(1)])


def test_the_update_satisfies_the_secant_equation_and_equals_scipys():
    draw = np.random.default_rng(0)
    strategy = scipy.optimize.BFGS(init_scale=1.0)
    strategy.initialize(4, "inv_hess")
    inverse = torch.eye(4, dtype=torch.float64)
    for _ in range(4):
        step = draw.normal(size=4)
        change = step + 0.3 * draw.normal(size=4)
        assert step @ change > 0
        strategy.update(step, change)
        inverse = updated_inverse(inverse, torch.from_numpy(step), torch.from_numpy(change))
        assert_close(inverse @ torch.from_numpy(change), torch.from_numpy(step), rtol=1e-10, atol=1e-12)
        assert torch.linalg.eigvalsh(inverse).min() > 0
    assert_close(inverse, torch.from_numpy(strategy.get_matrix()), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", [1.0, 0.3])
def test_two_loops_equal_the_dense_matrix(scale):
    draw = torch.Generator().manual_seed(1)
    pairs = []
    for _ in range(5):
        step = torch.randn(6, generator=draw, dtype=torch.float64)
        pairs.append((step, step + 0.2 * torch.randn(6, generator=draw, dtype=torch.float64)))
    gradient = torch.randn(6, generator=draw, dtype=torch.float64)
    dense = scipy.optimize.LbfgsInvHessProduct(
        np.stack([s.numpy() for s, _ in pairs]), np.stack([y.numpy() for _, y in pairs])
    )
    if scale == 1.0:
        expected = torch.from_numpy(dense.matvec(gradient.numpy()))
        assert_close(two_loop(gradient, pairs), expected, rtol=1e-10, atol=1e-10)
    inverse = scale * torch.eye(6, dtype=torch.float64)
    for step, change in pairs:
        inverse = updated_inverse(inverse, step, change)
    assert_close(two_loop(gradient, pairs, scale), inverse @ gradient, rtol=1e-10, atol=1e-10)


def test_lbfgs_forgets_the_oldest_pairs():
    point = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
    optimizer = optim.LBFGS([point], history_size=3)

    def closure():
        value = extended_rosenbrock(point)
        (point.grad,) = torch.autograd.grad(value, point)
        return value

    for _ in range(6):
        before = point.detach().clone()
        optimizer.step(closure)
    assert len(optimizer.pairs) == 3
    assert_close(optimizer.pairs[-1][0], point.detach() - before, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("first", [1e-4, 0.1, 1.0, 7.0, 1e4])
@pytest.mark.parametrize("flatness", [0.9, 0.1])
def test_the_line_search_meets_both_wolfe_conditions(first, flatness):
    def measure(a):
        return Along(a, float(np.cos(a) - 0.3 * a + 0.01 * a * a), float(-np.sin(a) - 0.3 + 0.02 * a))

    start = measure(0.0)
    found = measure(strong_wolfe(measure, first, flatness=flatness))
    assert found.loss <= start.loss + 1e-4 * found.length * start.slope
    assert abs(found.slope) <= flatness * abs(start.slope)

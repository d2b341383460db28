"""Linear models beside torch, SciPy and sympy."""

import numpy as np
import pytest
import sympy
import torch
from door_runs import run
from scipy import optimize
from torch import nn

from engine.classic.linear.least_squares import (
    by_normal_equations,
    by_pseudo_inverse,
    by_qr,
    exact,
    newton_step,
    with_intercept,
)
from engine.classic.linear.linear_regression import LinearRegression, mse, train
from engine.classic.linear.softmax_regression import SoftmaxRegression
from engine.classic.linear.svm import by_dual, by_subgradient, objective
from engine.errors import Refused

torch.set_num_threads(1)
LINE = {"x": [[1], [2], [3]], "y": [2, 4, 6]}


def problem(seed, n=9, d=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)


def test_the_line_through_the_notes_data_gives_8_at_4():
    x, y = torch.tensor(LINE["x"]).double(), torch.tensor(LINE["y"]).double()
    model = LinearRegression(1).double()
    losses = train(model, x, y, lr=0.08, epochs=700, batch_size=1)
    assert model(torch.tensor([[4.0]]).double()).item() == pytest.approx(8, rel=1e-9)
    assert losses[-1] < 1e-18
    assert run("linear_regression.prediction", **LINE, at=[4]).value == pytest.approx(8, rel=1e-9)
    assert run("linear_regression.prediction_formula", **LINE, at=[4]).value == pytest.approx(8, rel=1e-9)


@pytest.mark.parametrize("batch_size", [1, 4, 9])
def test_training_takes_the_steps_of_torchs_sgd(batch_size):
    x, y = map(torch.from_numpy, problem(0))
    layer = nn.Linear(3, 1).double()
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.05)
    expected = []
    for _ in range(3):
        for start in range(0, 9, batch_size):
            part = slice(start, start + batch_size)
            optimizer.zero_grad()
            nn.MSELoss()(layer(x[part])[:, 0], y[part]).backward()
            optimizer.step()
        expected.append(nn.MSELoss()(layer(x)[:, 0], y).item())
    model = LinearRegression(3).double()
    assert train(model, x, y, 0.05, 3, batch_size) == pytest.approx(expected, rel=1e-9)
    torch.testing.assert_close(model.weight, layer.weight[0], rtol=1e-9, atol=0)
    torch.testing.assert_close(model(x), layer(x)[:, 0], rtol=1e-9, atol=1e-12)
    assert mse(model(x), y).item() == pytest.approx(expected[-1], rel=1e-9)
    given = {"x": x.tolist(), "y": y.tolist(), "lr": 0.05, "epochs": 3}
    assert run("linear_regression.loss_after", **given, batch_size=batch_size).value == pytest.approx(
        expected[-1], rel=1e-9
    )


def test_a_trained_plane_is_that_of_lstsq():
    x, y = problem(1)
    w = torch.linalg.lstsq(torch.from_numpy(np.c_[x, np.ones(9)]), torch.from_numpy(y)[:, None]).solution[:, 0]
    at = [0.3, -1.0, 2.0]
    expected = float(w[:3] @ torch.tensor(at).double() + w[3])
    given = {"x": x.tolist(), "y": y.tolist(), "at": at}
    assert run("linear_regression.prediction_formula", **given).value == pytest.approx(expected, rel=1e-9)
    assert run("linear_regression.prediction", **given, lr=0.3, epochs=400).value == pytest.approx(expected, rel=1e-6)


def test_rates_that_are_too_large_are_refused():
    with pytest.raises(Refused, match=r"grow without bound: give a smaller 'lr'"):
        run("linear_regression.prediction", **LINE, at=[4], lr=5, epochs=2000)


METHODS = {"normal equations": by_normal_equations, "qr": by_qr, "pseudo-inverse": by_pseudo_inverse}


@pytest.mark.parametrize("method", METHODS)
def test_closed_forms_give_what_lstsq_gives(method):
    x, y = problem(2)
    expected = torch.linalg.lstsq(torch.from_numpy(x), torch.from_numpy(y)[:, None]).solution[:, 0]
    torch.testing.assert_close(
        METHODS[method](torch.from_numpy(x), torch.from_numpy(y)), expected, rtol=1e-9, atol=1e-12
    )


def test_one_newton_step_from_anywhere_is_the_solution():
    x, y = problem(3)
    expected = np.linalg.lstsq(x, y, rcond=None)[0]
    for start in (torch.zeros(3), torch.tensor([50.0, -3.0, 1.0])):
        found = newton_step(torch.from_numpy(x), torch.from_numpy(y), start.double())
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9)


def test_fractions_are_sympys():
    x, y = [[1, 2, 1], [3, 1, 1], [2, 2, 1], [0, 5, 1]], [1, 2, 2, 7]
    a, b = sympy.Matrix(x), sympy.Matrix(y)
    expected = list((a.T * a).LUsolve(a.T * b))
    assert [sympy.Rational(w.numerator, w.denominator) for w in exact(x, y)] == expected
    for feature in range(3):
        given = {"x": [row[:2] for row in x], "y": y, "feature": feature}
        assert run("least_squares.weight_formula", **given).value == pytest.approx(float(expected[feature]), rel=1e-12)


@pytest.mark.parametrize("method", ["normal_equations", "qr", "pseudo_inverse", "newton"])
def test_weights_and_residuals_are_scipys(method):
    x, y = problem(4, d=2)
    solved = optimize.lsq_linear(np.c_[x, np.ones(9)], y)
    given = {"x": x.tolist(), "y": y.tolist(), "method": method}
    for feature in range(3):
        assert run("least_squares.weight", **given, feature=feature).value == pytest.approx(solved.x[feature], rel=1e-9)
    assert run("least_squares.residual_sum", **given).value == pytest.approx(2 * solved.cost, rel=1e-9)


def test_dependent_columns_have_a_shortest_solution_only():
    x, y = torch.tensor([[1.0, 1.0], [2.0, 2.0]]).double(), torch.tensor([2.0, 5.0]).double()
    np.testing.assert_allclose(by_pseudo_inverse(x, y).numpy(), np.linalg.pinv(x.numpy()) @ y.numpy(), rtol=1e-9)
    for method in (by_normal_equations, by_qr):
        with pytest.raises(Refused, match="dependent"):
            method(x, y)
    with pytest.raises(Refused, match="dependent"):
        newton_step(x, y, torch.zeros(2).double())
    with pytest.raises(Refused, match="dependent"):
        exact(x.tolist(), y.tolist())


def test_the_intercept_is_a_last_column_of_ones():
    x, _ = problem(5)
    np.testing.assert_array_equal(with_intercept(torch.from_numpy(x)).numpy(), np.c_[x, np.ones(9)])


def softmax_problem():
    rng = np.random.default_rng(6)
    x, w, b = rng.standard_normal((5, 3)), rng.standard_normal((4, 3)), rng.standard_normal(4)
    return x, w, b, [0, 3, 1, 1, 2]


def test_softmax_regression_is_a_linear_layer_with_cross_entropy():
    x, w, b, targets = softmax_problem()
    layer = nn.Linear(3, 4).double()
    layer.weight.data, layer.bias.data = torch.from_numpy(w), torch.from_numpy(b)
    logits = layer(torch.from_numpy(x))
    loss = nn.functional.cross_entropy(logits, torch.tensor(targets))
    loss.backward()
    model = SoftmaxRegression(3, 4).double()
    model.weight.data, model.bias.data = torch.from_numpy(w), torch.from_numpy(b)
    inputs, classes = torch.from_numpy(x), torch.tensor(targets)
    torch.testing.assert_close(model(inputs), logits, rtol=1e-9, atol=0)
    torch.testing.assert_close(model.probabilities(inputs), logits.softmax(1), rtol=1e-9, atol=0)
    torch.testing.assert_close(model.loss(inputs, classes), loss, rtol=1e-9, atol=0)
    for found, expected in zip(model.gradient(inputs, classes), (layer.weight.grad, layer.bias.grad), strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-14)
    given = {"x": x.tolist(), "weight": w.tolist(), "bias": b.tolist(), "targets": targets}
    for name in ("softmax_regression.loss", "softmax_regression.loss_formula"):
        assert run(name, **given).value == pytest.approx(loss.item(), rel=1e-9)
    for name in ("softmax_regression.gradient", "softmax_regression.gradient_formula"):
        assert run(name, **given, of_class=2).value == pytest.approx(layer.bias.grad[2].item(), rel=1e-9)
        value = run(name, **given, of_class=3, feature=1).value
        assert value == pytest.approx(layer.weight.grad[3, 1].item(), rel=1e-9)


def test_softmax_regression_answers_the_largest_logit():
    x, w, b, _ = softmax_problem()
    given = {"x": x.tolist(), "weight": w.tolist(), "bias": b.tolist()}
    expected = (x @ w.T + b).argmax(1)
    assert [run("softmax_regression.class_of", **given, sample=i).value for i in range(5)] == expected.tolist()


def svm_problem(seed=7, n=10):
    rng = np.random.default_rng(seed)
    y = np.where(np.arange(n) % 2, 1.0, -1.0)
    return np.c_[rng.standard_normal((n, 2)) + 0.8 * y[:, None], np.ones(n)], y


def dual_by_scipy(x, y, c):
    q = (y[:, None] * x) @ (y[:, None] * x).T
    solved = optimize.minimize(
        lambda a: a @ q @ a / 2 - a.sum(), np.zeros(len(y)), jac=lambda a: q @ a - 1, bounds=[(0, c)] * len(y),
        method="L-BFGS-B", options={"ftol": 1e-16, "gtol": 1e-12, "maxiter": 10000, "maxfun": 100000},
    )  # fmt: skip
    return (solved.x * y) @ x, -solved.fun


def test_the_support_vector_machine_solves_the_dual_and_meets_kkt():
    x, y = svm_problem()
    for c in (0.1, 1.0):
        w, best = dual_by_scipy(x, y, c)
        machine = by_dual(torch.from_numpy(x), torch.from_numpy(y), c)
        found = machine.weight.numpy()
        np.testing.assert_allclose(found, w, rtol=1e-4, atol=1e-5)
        # No duality gap: the primal at w is the dual's largest value, which proves both.
        primal = objective(torch.from_numpy(x), torch.from_numpy(y), machine.weight, c).item()
        alpha = machine.alpha.numpy()
        dual = alpha.sum() - np.square((alpha * y) @ x).sum() / 2
        assert primal == pytest.approx(dual, rel=1e-9)
        assert primal == pytest.approx(best, rel=1e-8)
        slack = 1 - y * (x @ found)
        assert np.all((alpha > 0) | (slack < 1e-9))
        assert np.all((alpha < c) | (slack > -1e-9))
        np.testing.assert_allclose(slack[(alpha > 1e-9) & (alpha < c - 1e-9)], 0, atol=1e-9)
        assert machine.margin.item() == pytest.approx(2 / np.linalg.norm(w), rel=1e-4)


def test_subgradient_descent_comes_near_the_dual():
    x, y = svm_problem()
    _, best = dual_by_scipy(x, y, 1.0)
    w = by_subgradient(torch.from_numpy(x), torch.from_numpy(y), 1.0, 1500).numpy()
    found = w @ w / 2 + np.maximum(0, 1 - y * (x @ w)).sum()
    assert best <= found <= 1.002 * best


def test_subgradient_descent_takes_the_steps_of_pegasos():
    x, y = svm_problem()
    w, seen = np.zeros(3), [np.zeros(3)]
    for t in range(1, 31):
        inside = [y[i] * x[i] for i in range(len(y)) if y[i] * (x[i] @ w) < 1]
        w = w - (w - np.sum(inside, 0)) / t
        seen.append(w)
    best = min(seen, key=lambda v: v @ v / 2 + np.maximum(0, 1 - y * (x @ v)).sum())
    found = by_subgradient(torch.from_numpy(x), torch.from_numpy(y), 1.0, 30).numpy()
    np.testing.assert_allclose(found, best, rtol=1e-9)


def test_two_points_have_a_margin_of_their_distance():
    given = {"x": [[3, 0], [-1, 0], [5, 2]], "y": [1, -1, 1], "c": 100}
    # Without an intercept the closer point, at 1 from the origin, decides: w = (1, 0).
    assert run("svm.weight", **given).value == pytest.approx(1, rel=1e-9)
    assert run("svm.margin", **given).value == pytest.approx(2, rel=1e-9)
    assert run("svm.num_support_vectors", **given).value == 1

"""The lasso beside every pattern of signs tried in turn, and its doors beside arithmetic."""

from itertools import product

import numpy as np
import pytest
import torch
from door_runs import run
from torch.nn import functional

from engine.errors import Refused
from engine.regularization.lasso import ista, lasso, soft_threshold

CASES = [(seed, lam, l2) for seed in range(4) for lam in (0.3, 3.0) for l2 in (0.0, 0.7)]


def problem(seed, n=10, d=4):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    return x, x @ np.array([2.0, 0.0, -1.0, 0.1]) + 0.3 * rng.standard_normal(n)


def by_signs(x, y, lam, l2=0.0):
    """Solve for each pattern of signs, and keep the solution that has the signs it was solved for."""
    for signs in product((-1, 0, 1), repeat=x.shape[1]):
        sign = np.array(signs)
        live = sign != 0
        part = x[:, live]
        w = np.zeros(x.shape[1])
        w[live] = np.linalg.solve(part.T @ part + l2 * np.eye(live.sum()), part.T @ y - lam * sign[live])
        pull = x.T @ (y - x @ w)
        if np.all(np.sign(w) == sign) and np.all(np.abs(pull[~live]) <= lam):
            return w
    raise AssertionError("no pattern of signs fits")


@pytest.mark.parametrize(("seed", "lam", "l2"), CASES)
def test_coordinate_descent_finds_the_pattern_of_signs(seed, lam, l2):
    x, y = problem(seed)
    expected = by_signs(x, y, lam, l2)
    found = lasso(torch.from_numpy(x), torch.from_numpy(y), lam, l2)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-11)
    assert ((found == 0).numpy() == (expected == 0)).all()


@pytest.mark.parametrize("lam", [0.3, 3.0])
def test_proximal_descent_ends_there_too(lam):
    x, y = problem(7)
    found = ista(torch.from_numpy(x), torch.from_numpy(y), lam, steps=1500)
    np.testing.assert_allclose(found.numpy(), by_signs(x, y, lam), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("feature", range(4))
def test_a_weight_and_the_zeros_of_the_door(feature):
    x, y = problem(5)
    expected = by_signs(x, y, 3.0)
    assert (expected == 0).sum() == 2
    arguments = {"x": x.tolist(), "y": y.tolist(), "lam": 3.0}
    assert run("lasso.weight", **arguments, feature=feature).value == pytest.approx(expected[feature], rel=1e-9)
    assert run("lasso.num_zeros", **arguments).value == 2
    halved = {**arguments, "lam": 3.0 / len(y), "loss": "half_mean"}
    assert run("lasso.weight", **halved, feature=feature).value == pytest.approx(expected[feature], rel=1e-9)
    elastic = by_signs(x, y, 3.0, 0.7)[feature]
    assert run("lasso.weight", **arguments, l2=0.7, feature=feature).value == pytest.approx(elastic, rel=1e-9)


def test_soft_threshold_equals_torchs():
    z = torch.linspace(-3, 3, 41, dtype=torch.float64)
    torch.testing.assert_close(soft_threshold(z, 0.7), functional.softshrink(z, 0.7), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("weight", "penalty", "expected"),
    [
        (0.05, "l1", 0.0), (0.3, "l1", 0.2), (-0.3, "l1", -0.2),
        (0.05, "half_l2", 0.05 / 1.1), (0.3, "half_l2", 0.3 / 1.1), (0.3, "l2", 0.25),
    ],
)  # fmt: skip
def test_where_one_weight_ends(weight, penalty, expected):
    found = run("penalty.shrunk_weight", weight=weight, lam=0.1, penalty=penalty).value
    assert found == pytest.approx(expected, rel=1e-9, abs=0)


def test_the_least_penalty_that_empties_the_model():
    x, y = problem(6)
    expected = np.abs(x.T @ y).max()
    arguments = {"x": x.tolist(), "y": y.tolist()}
    assert run("lasso.lam_for_all_zero", **arguments).value == pytest.approx(expected, rel=1e-9)
    found = run("lasso.lam_for_all_zero", **arguments, loss="half_mean").value
    assert found == pytest.approx(expected / len(y), rel=1e-9)
    assert run("lasso.num_zeros", **arguments, lam=expected * 1.001).value == 4
    assert run("lasso.num_zeros", **arguments, lam=expected * 0.999).value == 3


@pytest.mark.parametrize("loss", ["half_sum", "sum", "mean", "half_mean"])
def test_the_least_penalty_of_each_loss(loss):
    x, y = problem(6)
    factor = {"half_sum": 1, "sum": 2, "mean": 2 / len(y), "half_mean": 1 / len(y)}[loss]
    found = run("lasso.lam_for_all_zero", x=x.tolist(), y=y.tolist(), loss=loss).value
    assert found == pytest.approx(factor * np.abs(x.T @ y).max(), rel=1e-9)


def test_no_penalty_is_needed_where_nothing_correlates():
    found = run("lasso.lam_for_all_zero", x=[[1, 0], [1, 0]], y=[1, -1])
    assert found.value == 0
    assert found.evidence()


def test_nearly_dependent_features_do_not_hinder_the_least_penalty():
    x, y = [[0.1, 0.1001], [0.2, 0.2], [0.3, 0.3]], [1, 1, -1.0001]
    expected = max(abs(np.array(x).T @ y))
    assert run("lasso.lam_for_all_zero", x=x, y=y).value == pytest.approx(expected, rel=1e-9)


def test_a_path_draws_only_the_fits_that_settle():
    x, y = np.array([[1.0, 1.1], [2.0, 2.0], [3.0, 2.9]]), np.array([10.0, 1.0, -8.0])
    _, curve, left_out = run("lasso.lam_for_all_zero", x=x.tolist(), y=y.tolist()).evidence()
    powers = curve.series[0].x
    for power, *weights in zip(powers, *(line.y for line in curve.series), strict=True):
        assert weights == pytest.approx(by_signs(x, y, 10**power * max(abs(x.T @ y))), rel=1e-7, abs=1e-9)
    assert 0 < len(powers) < 17
    assert f"{17 - len(powers)} of 17 fits" in left_out.text


def test_a_fit_that_starts_at_the_minimum_needs_one_sweep():
    x, y = (torch.from_numpy(part) for part in problem(6))
    end = lasso(x, y, 0.3)
    torch.testing.assert_close(lasso(x, y, 0.3, start=end, tolerance=1e-10, sweeps=1), end)
    with pytest.raises(Refused, match="after 1 sweeps"):
        lasso(x, y, 0.3, sweeps=1)


def test_a_column_of_zeros_keeps_the_weight_0():
    x = torch.tensor([[1.0, 0.0], [2.0, 0.0]], dtype=torch.float64)
    assert lasso(x, x[:, 0], 0.0).tolist() == pytest.approx([1.0, 0.0])


def test_nearly_dependent_features_need_an_elastic_net():
    x = [[1.0, 1.01], [2.0, 2.0], [3.0, 2.99]]
    with pytest.raises(Refused, match="has not settled after 10,000 sweeps"):
        run("lasso.weight", x=x, y=[1, -2, 3], lam=1e-9)
    found = run("lasso.weight", x=x, y=[1, -2, 3], lam=1e-9, l2=1).value
    assert found == pytest.approx(by_signs(np.array(x), np.array([1.0, -2, 3]), 1e-9, 1.0)[0], rel=1e-9)


def test_what_does_not_fit_is_refused():
    with pytest.raises(Refused, match="every row of 'x' needs one entry of 'y'"):
        run("lasso.weight", x=[[1], [2]], y=[1], lam=1)
    with pytest.raises(Refused, match="at most 16 features"):
        run("lasso.num_zeros", x=[[1] * 17], y=[1], lam=1)
    with pytest.raises(Refused, match="'feature' is 3"):
        run("lasso.weight", x=[[1], [2]], y=[1, 2], lam=1, feature=3)
    with pytest.raises(Refused, match="leave 'loss' at half_sum"):
        run("lasso.weight", x=[[1], [2]], y=[1, 2], lam=1, l2=1, loss="mean")

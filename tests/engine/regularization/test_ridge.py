"""Ridge beside augmented least squares, under every convention of loss and penalty."""

import numpy as np
import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.regularization.ridge import ridge, ridge_error, shrinkage

LOSS = {"half_sum": lambda n: 0.5, "sum": lambda n: 1.0, "mean": lambda n: 1 / n, "half_mean": lambda n: 0.5 / n}
PENALTY = {"half_l2": 0.5, "l2": 1.0}


def problem(seed, n=9, d=3):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal(n)


def augmented(x, y, data_factor, penalty_factor):
    """Minimise a·‖Xw - y‖² + b·‖w‖² as plain least squares on stacked rows √a·X and √b·I."""
    rows = np.concatenate([data_factor**0.5 * x, penalty_factor**0.5 * np.eye(x.shape[1])])
    return np.linalg.lstsq(rows, np.concatenate([data_factor**0.5 * y, np.zeros(x.shape[1])]), rcond=None)[0]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10**6), lam=st.floats(1e-3, 1e3))
def test_ridge_equals_augmented_least_squares(seed, lam):
    x, y = problem(seed)
    found = ridge(torch.from_numpy(x), torch.from_numpy(y), lam)
    np.testing.assert_allclose(found.numpy(), augmented(x, y, 0.5, 0.5 * lam), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("loss", LOSS)
@pytest.mark.parametrize("penalty", PENALTY)
def test_a_weight_under_each_convention(loss, penalty):
    x, y = problem(1)
    expected = augmented(x, y, LOSS[loss](len(y)), 0.7 * PENALTY[penalty])
    for feature in range(3):
        arguments = {"x": x.tolist(), "y": y.tolist(), "lam": 0.7, "feature": feature, "loss": loss, "penalty": penalty}
        assert run("ridge.weight", **arguments).value == pytest.approx(expected[feature], rel=1e-9)


@pytest.mark.parametrize(
    ("penalty", "expected"), [("half_l2", [1.5, -2.0, 0.0]), ("l2", [3.0, -4.0, 0.0]), ("l1", [0.5, -0.5, 0.0])]
)
def test_gradient_of_each_penalty(penalty, expected):
    for index, slope in enumerate(expected):
        arguments = {"weights": [3, -4, 0], "lam": 0.5, "penalty": penalty, "index": index}
        assert run("penalty.gradient", **arguments).value == pytest.approx(slope, abs=1e-12)


def test_shrinkage_by_singular_direction():
    x, _ = problem(2)
    values = np.linalg.svd(x, compute_uv=False)
    expected = values**2 / (values**2 + 1.3)
    np.testing.assert_allclose(shrinkage(torch.from_numpy(x), 1.3).numpy(), expected, rtol=1e-9)
    for direction in range(3):
        found = run("ridge.shrinkage", x=x.tolist(), lam=1.3, direction=direction).value
        assert found == pytest.approx(expected[direction], rel=1e-9)


def test_expected_error_is_squared_bias_plus_variance():
    x, _ = problem(3, n=6, d=2)
    w, std, lam = np.array([1.0, -2.0]), 0.5, 0.8
    inverse = np.linalg.inv(x.T @ x + lam * np.eye(2))
    bias = lam**2 * np.sum((inverse @ w) ** 2)
    variance = std**2 * np.trace(inverse @ x.T @ x @ inverse)
    arguments = {"x": x.tolist(), "weights": w.tolist(), "noise_std": std, "lam": lam}
    assert run("ridge.expected_error", **arguments, part="bias").value == pytest.approx(bias, rel=1e-9)
    assert run("ridge.expected_error", **arguments, part="variance").value == pytest.approx(variance, rel=1e-9)
    assert run("ridge.expected_error", **arguments).value == pytest.approx(bias + variance, rel=1e-9)
    formula = ridge_error(torch.from_numpy(x), torch.from_numpy(w), std, lam)
    assert [float(part) for part in formula] == pytest.approx([bias, variance], rel=1e-9)


@pytest.mark.parametrize("lam", [0, 1e-9])
def test_features_dependent_to_the_numbers_precision_are_refused(lam):
    x = [[1e6, 1e6]] * 6
    with pytest.raises(Refused, match="no one best w: give lam a larger value"):
        run("ridge.weight", x=x, y=[1] * 6, lam=lam)
    with pytest.raises(Refused, match="no one best w: give lam a larger value"):
        run("ridge.expected_error", x=x, weights=[1, 1], noise_std=1, lam=lam)
    with pytest.raises(Refused, match="no one best w"):
        ridge_error(torch.tensor(x, dtype=torch.float64), torch.ones(2, dtype=torch.float64), 1.0, lam)


def test_the_evidence_leaves_out_the_penalties_that_are_too_small():
    x = [[1e6, 1e6]] * 6
    assert run("ridge.weight", x=x, y=[1] * 6, lam=1).evidence()
    (curve,) = run("ridge.expected_error", x=x, weights=[1, 1], noise_std=1, lam=1000).evidence()
    assert 0 < len(curve.series[0].x) < 25


def test_dependent_features_without_a_penalty_are_refused():
    x = torch.tensor([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], dtype=torch.float64)
    with pytest.raises(Refused, match="no one best w"):
        ridge(x, x[:, 0], 0.0)
    for name in ("ridge.weight", "ridge.expected_error"):
        extra = {"y": [1, 2, 3]} if name == "ridge.weight" else {"weights": [1, 1], "noise_std": 1}
        with pytest.raises(Refused, match="no one best w"):
            run(name, x=x.tolist(), lam=0, **extra)

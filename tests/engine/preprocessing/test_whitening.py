"""Whitening beside a singular value decomposition, and condition numbers beside NumPy's."""

import numpy as np
import pytest
import torch
from door_runs import run

from engine.errors import Refused
from engine.preprocessing.scaled import scaled
from engine.preprocessing.whitening import condition_number, covariance, whitening

RNG = np.random.default_rng(0)
X = RNG.standard_normal((20, 3)) @ RNG.standard_normal((3, 3)) + [1, 2, 3]


def by_svd(x, eps, method):
    """Whiten through the singular values of the centred data: no covariance is formed."""
    centred = x - x.mean(0)
    _, s, vt = np.linalg.svd(centred, full_matrices=False)
    vt = vt * np.sign(np.take_along_axis(vt, np.abs(vt).argmax(1)[:, None], 1))
    turned = centred @ vt.T / np.sqrt(s**2 / len(x) + eps)
    return turned if method == "pca" else turned @ vt


@pytest.mark.parametrize("method", ["pca", "zca"])
@pytest.mark.parametrize("eps", [0.0, 0.3])
def test_whitening_equals_one_by_svd(method, eps):
    x = torch.from_numpy(X)
    found = whitening(x, eps, method).transform(x)
    np.testing.assert_allclose(found.numpy(), by_svd(X, eps, method), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(scaled(x, method, eps), found, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("method", ["pca", "zca"])
def test_covariance_of_whitened_data_is_the_identity(method):
    for row in range(3):
        for column in range(3):
            arguments = {"x": X.tolist(), "scaling": method, "row": row, "column": column}
            expected = float(row == column)
            assert run("preprocessing.covariance", **arguments).value == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("scaling", ["none", "centre", "standardise", "min_max"])
def test_covariance_and_condition_number_after_other_scalings(scaling):
    after = {
        "none": X, "centre": X - X.mean(0), "standardise": (X - X.mean(0)) / X.std(0),
        "min_max": (X - X.min(0)) / (X.max(0) - X.min(0)),
    }[scaling]  # fmt: skip
    expected = np.cov(after.T, bias=True)
    np.testing.assert_allclose(covariance(scaled(torch.from_numpy(X), scaling)).numpy(), expected, rtol=1e-9)
    door = run("preprocessing.covariance", x=X.tolist(), scaling=scaling, row=2, column=1).value
    assert door == pytest.approx(expected[2, 1], rel=1e-9)
    number = np.linalg.cond(after) ** 2
    assert float(condition_number(torch.from_numpy(after))) == pytest.approx(number, rel=1e-9)
    found = run("preprocessing.condition_number", x=X.tolist(), scaling=scaling).value
    assert found == pytest.approx(number, rel=1e-9)


def test_eps_leaves_eigenvalues_over_themselves_and_eps():
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1]
    for index, value in enumerate(values):
        arguments = {"x": X.tolist(), "scaling": "pca", "eps": 0.5, "row": index, "column": index}
        assert run("preprocessing.covariance", **arguments).value == pytest.approx(value / (value + 0.5), rel=1e-9)


def test_zca_changes_the_data_less_than_pca():
    x = torch.from_numpy((X - X.mean(0)) / X.std(0))
    moved = {method: float((whitening(x, 0.0, method).transform(x) - x).square().sum()) for method in ("pca", "zca")}
    assert moved["zca"] < moved["pca"]


def test_data_that_do_not_vary_are_refused_without_eps():
    flat = [[1, 1], [2, 2], [3, 3]]
    with pytest.raises(Refused, match="give 'eps'"):
        run("preprocessing.covariance", x=flat)
    assert run("preprocessing.covariance", x=flat, eps=1).value > 0
    with pytest.raises(Refused, match="no condition number"):
        run("preprocessing.condition_number", x=flat, scaling="centre")
    with pytest.raises(Refused, match="no entry"):
        run("preprocessing.covariance", x=X.tolist(), row=3)
    with pytest.raises(Refused, match="at least 2 rows"):
        run("preprocessing.condition_number", x=[[1, 2]])

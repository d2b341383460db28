"""Bias and variance, splits, folds and risks beside simulation, enumeration and refitting."""

import math
from itertools import product

import numpy as np
import pytest
import torch
from door_runs import run

from engine.classic.generalisation.bias_variance import of_predictions, of_smoother, ridge_smoother
from engine.classic.generalisation.diagnosis import diagnose
from engine.classic.generalisation.elements import in_program, of_name
from engine.classic.generalisation.k_fold import fold_errors, folds, leave_one_out_error
from engine.classic.generalisation.risk import empirical_risk, expected_risk, mean_risks
from engine.classic.generalisation.simplicity import polynomial_fit
from engine.classic.generalisation.split import by_groups, leaked, sizes, split
from engine.errors import Refused
from engine.regularization.capacity import fitted, least_squares_errors, polynomial_features

torch.set_num_threads(1)


def test_parts_of_given_predictions():
    rng = np.random.default_rng(0)
    predictions, truth = rng.standard_normal((7, 4)) + 1, rng.standard_normal(4)
    parts = of_predictions(torch.from_numpy(predictions), torch.from_numpy(truth), 0.3)
    bias, variance = np.mean((predictions.mean(0) - truth) ** 2), np.mean(predictions.var(0))
    assert [float(p) for p in parts] == pytest.approx([bias, variance, 0.09], rel=1e-9)
    total = np.mean((predictions - truth) ** 2) + 0.09
    assert parts.total.item() == pytest.approx(total, rel=1e-9)
    given = {"predictions": predictions.tolist(), "truth": truth.tolist(), "noise_std": 0.3}
    assert run("bias_variance.of_predictions", **given).value == pytest.approx(total, rel=1e-9)
    assert run("bias_variance.of_predictions", **given, part="bias").value == pytest.approx(bias, rel=1e-9)
    assert run("bias_variance.total", bias=0.3, variance=0.04, noise_std=0.2).value == pytest.approx(0.17, rel=1e-12)


def test_a_linear_smoother_by_monte_carlo():
    rng = np.random.default_rng(1)
    s, f = rng.standard_normal((6, 6)) / 3, rng.standard_normal(6)
    parts = of_smoother(torch.from_numpy(s), torch.from_numpy(f), 0.5)
    fits = (f + 0.5 * rng.standard_normal((200_000, 6))) @ s.T
    simulated = [np.mean((fits.mean(0) - f) ** 2), np.mean(fits.var(0)), 0.25]
    assert [float(p) for p in parts] == pytest.approx(simulated, rel=0.02)
    exact = [np.mean((s @ f - f) ** 2), 0.25 * np.trace(s @ s.T) / 6, 0.25]
    assert [float(p) for p in parts] == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("lam", [0.0, 0.7])
def test_the_ridge_smoother_is_the_hat_matrix(lam):
    x = np.random.default_rng(2).standard_normal((7, 3))
    expected = x @ np.linalg.inv(x.T @ x + lam * np.eye(3)) @ x.T
    np.testing.assert_allclose(ridge_smoother(torch.from_numpy(x), lam).numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("part", ["bias", "variance", "total"])
@pytest.mark.parametrize(("degree", "lam"), [(1, 0.0), (4, 0.1), (7, 0.0)])
def test_a_polynomials_parts_both_ways(part, degree, lam):
    x = np.linspace(-1, 1, 8)
    truth, phi = np.sin(3 * x), np.vander(x, degree + 1, increasing=True)
    fits = []
    for signs in product((-0.3, 0.3), repeat=8):
        w = np.linalg.solve(phi.T @ phi + lam * np.eye(degree + 1), phi.T @ (truth + signs))
        fits.append(phi @ w)
    bias, variance = np.mean((np.mean(fits, 0) - truth) ** 2), np.mean(np.var(fits, 0))
    expected = {"bias": bias, "variance": variance, "total": bias + variance + 0.09}[part]
    for name in ("bias_variance.of_polynomial", "bias_variance.of_polynomial_formula"):
        found = run(name, degree=degree, part=part, lam=lam, samples=8).value
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_polynomial_fits_and_their_errors_are_numpys():
    rng = np.random.default_rng(3)
    x, y, at, truth = (rng.uniform(-1, 1, n) for n in (12, 12, 9, 9))
    for degree in (1, 3, 7):
        w = np.polynomial.polynomial.polyfit(x, y, degree)
        expected = [np.mean((np.polynomial.polynomial.polyval(p, w) - q) ** 2) for p, q in ((x, y), (at, truth))]
        powers = [polynomial_features(torch.from_numpy(p), degree) for p in (x, at)]
        found = least_squares_errors(powers[0], torch.from_numpy(y), powers[1], torch.from_numpy(truth))
        assert [float(e) for e in found] == pytest.approx(expected, rel=1e-8)


def test_degree_and_sample_size_decide_between_under_and_overfitting():
    generator = torch.Generator().manual_seed(4)
    for degree, samples in ((1, 15), (3, 15), (14, 15), (14, 200)):
        generator.manual_seed(4)
        x = np.linspace(-1, 1, samples)
        y = np.sin(3 * x) + 0.2 * torch.randn(samples, generator=generator, dtype=torch.float64).numpy()
        chebyshev = np.polynomial.Chebyshev.fit(x, y, degree)
        at = np.linspace(-1, 1, 101)
        train, test = np.mean((chebyshev(x) - y) ** 2), np.mean((chebyshev(at) - np.sin(3 * at)) ** 2)
        found = fitted("degree", degree, samples, 0.2, 4)
        assert [float(e) for e in found] == pytest.approx([train, test], rel=1e-6, abs=1e-9)
        given = {"vary": "degree", "size": degree, "samples": samples, "seed": 4}
        assert run("capacity.error", **given, on="test").value == pytest.approx(test, rel=1e-6)


@pytest.mark.parametrize(
    ("train", "validation", "expected"),
    [(0.12, 0.13, "underfitting"), (0.01, 0.2, "overfitting"), (0.12, 0.3, "both"), (0.04, 0.05, "neither")],
)
def test_two_errors_make_a_diagnosis(train, validation, expected):
    assert diagnose(train, validation, 0.05, 0.03) == expected
    given = {"train": train, "validation": validation, "acceptable": 0.05, "largest_gap": 0.03}
    assert run("diagnosis.of_errors", **given).value == expected


@pytest.mark.parametrize(
    ("n", "validation", "test"), [(10, 0.25, 0.1), (100, 0.29, 0.1), (7, 0.0, 0.5), (1000, 0.1, 0.2)]
)
def test_a_split_is_a_partition(n, validation, test):
    parts = split(n, validation, test, torch.Generator().manual_seed(0))
    sets = [set(part) for part in parts]
    assert set().union(*sets) == set(range(n))
    assert sum(map(len, parts)) == n
    expected = (
        n - round(100 * validation) * n // 100 - round(100 * test) * n // 100,
        round(100 * validation) * n // 100,
        round(100 * test) * n // 100,
    )
    assert tuple(map(len, parts)) == sizes(n, validation, test) == expected
    assert split(n, validation, test).test == list(range(n - expected[2], n))
    for part, size in zip(("train", "validation", "test"), expected, strict=True):
        for name in ("split.size", "split.size_formula"):
            assert run(name, n=n, validation=validation, test=test, part=part).value == size


def test_leaks_are_intersections():
    train, held_out = ["a", "b", "b", "c"], ["c", "d", "b", "c"]
    assert set(leaked(train, held_out)) == set(train) & set(held_out)
    assert leaked(train, held_out) == ["c", "b"]
    assert run("split.num_leaked", train=train, held_out=held_out).value == 2
    groups = ["ann", "bob", "ann", "eve", "bob"]
    parts = by_groups(groups, ["bob"])
    assert (parts.train, parts.validation, parts.test) == ([0, 2, 3], [], [1, 4])
    assert {groups[i] for i in parts.train} & {groups[i] for i in parts.test} == set()
    with pytest.raises(Refused, match="leaves none to train on"):
        sizes(10, 0.5, 0.5)


@pytest.mark.parametrize("remainder", ["spread", "drop", "last"])
@pytest.mark.parametrize(("n", "k"), [(10, 3), (11, 4), (12, 4), (5, 5)])
def test_folds_by_each_remainder_policy(n, k, remainder):
    if remainder == "spread":
        parts = [list(part) for part in np.array_split(np.arange(n), k)]
    else:
        size = n // k
        parts = [list(range(i * size, (i + 1) * size)) for i in range(k)]
        parts[-1] += range(k * size, n) if remainder == "last" else []
    used = sorted(i for part in parts for i in part)
    found = folds(n, k, remainder)
    assert [fold.validation for fold in found] == parts
    assert [fold.train for fold in found] == [[i for i in used if i not in part] for part in parts]
    for fold in range(k):
        given = {"n": n, "k": k, "fold": fold, "remainder": remainder}
        assert run("k_fold.indices", **given).value == parts[fold]
        assert run("k_fold.size", **given).value == len(parts[fold])
        assert run("k_fold.size", **given, part="train").value == len(used) - len(parts[fold])


def refitted(x, y, parts):
    errors = []
    for part in parts:
        kept = np.setdiff1d(np.arange(len(y)), part)
        w = np.linalg.lstsq(x[kept], y[kept], rcond=None)[0]
        errors.append(np.mean((x[part] @ w - y[part]) ** 2))
    return errors


def test_the_k_fold_error_is_the_mean_of_refitted_models():
    rng = np.random.default_rng(5)
    x, y = rng.standard_normal((11, 3)), rng.standard_normal(11)
    expected = refitted(x, y, np.array_split(np.arange(11), 4))
    assert fold_errors(torch.from_numpy(x), torch.from_numpy(y), 4).tolist() == pytest.approx(expected, rel=1e-9)
    given = {"x": x.tolist(), "y": y.tolist()}
    assert run("k_fold.error", **given, k=4).value == pytest.approx(np.mean(expected), rel=1e-9)


def test_leave_one_out_needs_one_fit_only():
    rng = np.random.default_rng(6)
    x, y = rng.standard_normal((9, 3)), rng.standard_normal(9)
    expected = np.mean(refitted(x, y, [[i] for i in range(9)]))
    assert leave_one_out_error(torch.from_numpy(x), torch.from_numpy(y)).item() == pytest.approx(expected, rel=1e-9)
    given = {"x": x.tolist(), "y": y.tolist()}
    assert run("k_fold.leave_one_out", **given).value == pytest.approx(expected, rel=1e-9)
    assert run("k_fold.error", **given, k=9).value == pytest.approx(expected, rel=1e-9)
    with pytest.raises(Refused, match="fitted exactly"):
        leave_one_out_error(torch.eye(2).double(), torch.ones(2).double())


def test_risks_on_a_finite_distribution():
    values, p, n = [-1.0, 0.5, 3.0], [0.2, 0.5, 0.3], 3
    mean = np.dot(values, p)
    variance = np.dot(np.square(values), p) - mean**2
    found = mean_risks(torch.tensor(values).double(), torch.tensor(p, dtype=torch.float64), n)
    assert found.empirical.item() == pytest.approx(variance * (1 - 1 / n), rel=1e-9)
    assert found.expected.item() == pytest.approx(variance * (1 + 1 / n), rel=1e-9)
    assert found.gap.item() == pytest.approx(2 * variance / n, rel=1e-9)
    for suffix in ("", "_formula"):
        for which, expected in (("empirical", 1 - 1 / n), ("expected", 1 + 1 / n), ("gap", 2 / n)):
            given = {"values": values, "probabilities": p, "n": n, "which": which}
            assert run("risk.of_sample_mean" + suffix, **given).value == pytest.approx(variance * expected, rel=1e-9)
    at = 0.7
    risk = sum(q * (v - at) ** 2 for v, q in zip(values, p, strict=True))
    assert run("risk.of_constant", values=values, probabilities=p, prediction=at).value == pytest.approx(risk, rel=1e-9)
    found = expected_risk(
        torch.tensor(at, dtype=torch.float64), torch.tensor(values).double(), torch.tensor(p, dtype=torch.float64)
    )
    assert found.item() == pytest.approx(risk, rel=1e-9)
    sample = torch.tensor([1.0, 4.0])
    assert empirical_risk(torch.tensor(2.0), sample).item() == pytest.approx(2.5, rel=1e-6)


@pytest.mark.parametrize("lam", [0.0, 0.5])
@pytest.mark.parametrize("degree", [0, 3, 8])
def test_weights_of_a_polynomial_fit(degree, lam):
    x = np.linspace(-1, 1, 12)
    y = np.sin(3 * x) + 0.3 * (-1.0) ** np.arange(12)
    phi = np.vander(x, degree + 1, increasing=True)
    rows, targets = np.r_[phi, math.sqrt(lam) * np.eye(degree + 1)], np.r_[y, np.zeros(degree + 1)]
    w = np.linalg.lstsq(rows, targets, rcond=None)[0]
    fit = polynomial_fit(torch.from_numpy(x), torch.from_numpy(y), degree, lam)
    np.testing.assert_allclose(fit.weights.numpy(), w, rtol=1e-8, atol=1e-10)
    assert fit.norm.item() == pytest.approx(np.linalg.norm(w), rel=1e-9)
    assert fit.train_error.item() == pytest.approx(np.mean((phi @ w - y) ** 2), rel=1e-8)
    assert run("occam.weight_norm", degree=degree, lam=lam).value == pytest.approx(np.linalg.norm(w), rel=1e-9)


PROGRAM = """
data = DataLoader(TensorDataset(x, y), batch_size=4)
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
loss = torch.nn.BCEWithLogitsLoss()
optimizer = torch.optim.Adam(net.parameters())
for a, b in data:
    optimizer.zero_grad()
    loss(net(a), b).backward()
    optimizer.step()
print(accuracy(net(x), y))
"""


def test_the_elements_of_a_program():
    found = in_program(PROGRAM)
    assert found == {
        "data": ["DataLoader", "TensorDataset"],
        "model": ["nn.Sequential", "nn.Linear", "nn.ReLU", "nn.Linear"],
        "criterion": ["torch.nn.BCEWithLogitsLoss"],
        "optimizer": ["torch.optim.Adam"],
        "metric": ["accuracy"],
    }
    for element, calls in found.items():
        assert run("elements.in_program", program=PROGRAM, element=element).value == calls


@pytest.mark.parametrize(
    ("name", "element"),
    [
        ("nn.HuberLoss", "criterion"),
        ("nn.Conv2d", "model"),
        ("optim.RMSprop", "optimizer"),
        ("Dataset", "data"),
        ("accuracy", "metric"),
    ],
)
def test_an_element_by_its_type(name, element):
    assert of_name(name) == element
    assert run("elements.of_name", name=name).value == element
    with pytest.raises(Refused, match="no class of torch"):
        run("elements.of_name", name=name + "s")

"""Features, codes, neighbours and shifts beside NumPy, sympy and brute force."""

from collections import Counter
from itertools import combinations, product

import numpy as np
import pytest
import sympy
import torch
from door_runs import run

from engine.classic.representation.dummies import categories, indicator_columns
from engine.classic.representation.factorisation_machine import FactorisationMachine, pair_term, pairwise_weights
from engine.classic.representation.ica import fast_ica, kurtosis
from engine.classic.representation.learned_filters import energies, head_accuracy, learned_filters, sobel_filters
from engine.classic.representation.neighbours import classify, nearest
from engine.classic.representation.pca import pca
from engine.classic.representation.polynomial import expand, terms
from engine.classic.representation.sparse_codes import sparse_codes
from engine.classic.shift.concept_drift import follow, lag, noise_variance
from engine.classic.shift.covariate_shift import effective_sample_size, importance_weights, weighted_risk
from engine.classic.shift.factors import kept
from engine.classic.shift.label_shift import corrected_posterior, target_priors
from engine.errors import Refused

torch.set_num_threads(1)


def tensor(values):
    return torch.tensor(np.asarray(values), dtype=torch.float64)


@pytest.mark.parametrize(("n", "degree"), [(1, 4), (3, 2), (4, 3)])
def test_polynomial_terms_are_those_of_sympys_power(n, degree):
    symbols = sympy.symbols(f"x:{n}")
    # Every monomial of degree at most d stands once in (1 + Σ x)^d.
    monomials = sympy.Poly((1 + sum(symbols)) ** degree, *symbols).monoms()
    found = [tuple(Counter(term)[i] for i in range(n)) for term in terms(n, degree)]
    assert sorted(found) == sorted(monomials)
    assert found == sorted(found, key=lambda powers: (sum(powers), [-p for p in powers]))
    single = [m for m in monomials if max(m) <= 1]
    for name in ("polynomial.num_terms", "polynomial.num_terms_formula"):
        assert run(name, num_features=n, degree=degree).value == len(monomials) == sympy.binomial(n + degree, degree)
        assert run(name, num_features=n, degree=degree, include_bias=False).value == len(monomials) - 1
        assert run(name, num_features=n, degree=degree, interaction_only=True).value == len(single)
    x = np.random.default_rng(0).standard_normal((5, n))
    expected = np.stack([np.prod(x ** np.array(powers), 1) for powers in found], 1)
    np.testing.assert_allclose(expand(tensor(x), degree).numpy(), expected, rtol=1e-9)
    assert run("polynomial.features", x=x[0].tolist(), degree=degree).value == pytest.approx(
        expected[0].tolist(), rel=1e-9
    )


def test_the_pair_term_is_the_double_loop():
    rng = np.random.default_rng(1)
    x, v, w = rng.standard_normal((3, 6)), rng.standard_normal((6, 2)), rng.standard_normal(6)
    expected = [sum(v[i] @ v[j] * row[i] * row[j] for i, j in combinations(range(6), 2)) for row in x]
    np.testing.assert_allclose(pair_term(tensor(x), tensor(v)).numpy(), expected, rtol=1e-9)
    machine = FactorisationMachine(tensor(0.5), tensor(w), tensor(v))
    np.testing.assert_allclose(machine(tensor(x)).numpy(), 0.5 + x @ w + expected, rtol=1e-9)
    gram = v @ v.T
    np.testing.assert_allclose(pairwise_weights(tensor(v)).numpy(), gram - np.diag(np.diag(gram)), atol=1e-12)
    for name in ("factorisation_machine.pair_term", "factorisation_machine.pair_term_formula"):
        assert run(name, x=x[0].tolist(), factors=v.tolist()).value == pytest.approx(expected[0], rel=1e-9)


def test_principal_components_by_the_covariance():
    x = np.random.default_rng(2).standard_normal((20, 4)) @ np.diag([3, 2, 1, 0.5])
    values, axes = np.linalg.eigh(np.cov(x.T))
    values, axes = values[::-1], axes[:, ::-1].T
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1))
    fitted = pca(tensor(x), 3)
    np.testing.assert_allclose(fitted.mean.numpy(), x.mean(0), rtol=1e-9)
    np.testing.assert_allclose(fitted.variance.numpy(), values[:3], rtol=1e-9)
    np.testing.assert_allclose(fitted.ratio.numpy(), values[:3] / values.sum(), rtol=1e-9)
    np.testing.assert_allclose(fitted.axes.numpy(), axes[:3], atol=1e-9)
    scores = (x - x.mean(0)) @ axes[:3].T
    np.testing.assert_allclose(fitted.scores(tensor(x)).numpy(), scores, atol=1e-9)
    restored = fitted.restore(tensor(scores)).numpy()
    assert np.square(x - restored).sum() == pytest.approx(19 * values[3], rel=1e-9)
    given = {"x": x.tolist()}
    for component in range(4):
        for name in ("pca.variance", "pca.variance_by_covariance"):
            assert run(name, **given, component=component).value == pytest.approx(values[component], rel=1e-9)
            share = run(name, **given, component=component, ratio=True).value
            assert share == pytest.approx(values[component] / values.sum(), rel=1e-9)
    assert run("pca.axis", **given, component=1, feature=2).value == pytest.approx(axes[1, 2], abs=1e-9)
    assert run("pca.lost", **given, k=3).value == pytest.approx(19 * values[3], rel=1e-9)


def test_sparse_codes_meet_the_kkt_conditions():
    rng = np.random.default_rng(3)
    d, x, lam = rng.standard_normal((6, 7)), rng.standard_normal((3, 6)), 0.8
    codes = sparse_codes(tensor(d), tensor(x), lam, 5000).numpy()
    slopes = (x - codes @ d.T) @ d
    assert 0 < np.mean(codes == 0) < 1
    np.testing.assert_allclose(slopes[codes != 0], lam * np.sign(codes[codes != 0]), rtol=1e-8)
    assert np.all(np.abs(slopes[codes == 0]) <= lam + 1e-9)
    eye = {"dictionary": np.eye(3).tolist(), "x": [3, -0.5, -2], "lam": 1}
    assert [run("sparse_code.entry", **eye, atom=i).value for i in range(3)] == pytest.approx([2, 0, -1], rel=1e-9)
    assert run("sparse_code.num_used", **eye).value == 2


def test_fast_ica_is_where_the_kurtosis_is_largest():
    rng = np.random.default_rng(4)
    sources = np.stack([rng.uniform(-1, 1, 1000), np.sign(rng.standard_normal(1000)) * rng.uniform(1, 2, 1000)], 1)
    x = sources @ np.array([[1, 0.5], [0.4, 1]])
    found = fast_ica(tensor(x)).numpy()
    np.testing.assert_allclose(np.cov(found.T, bias=True), np.eye(2), atol=1e-9)
    np.testing.assert_allclose(found.mean(0), 0, atol=1e-9)
    match = np.abs(np.corrcoef(sources.T, found.T)[:2, 2:])
    assert np.all(match.max(1) > 0.99)
    expected = np.mean(((x - x.mean(0)) / x.std(0)) ** 4, 0) - 3
    np.testing.assert_allclose(kurtosis(tensor(x)).numpy(), expected, rtol=1e-9)
    correlation = [run("ica.correlation", mixing=[[1, 0.5], [0.3, 1]], source=source).value for source in (0, 1)]
    assert all(0.99 < value <= 1 + 1e-12 for value in correlation)


def test_neighbours_by_brute_force():
    rng = np.random.default_rng(5)
    train, x, labels = rng.standard_normal((15, 2)), rng.standard_normal((6, 2)), rng.integers(0, 3, 15)
    for k in (1, 4):
        order = [sorted(range(15), key=lambda i, q=query: (np.linalg.norm(train[i] - q), i))[:k] for query in x]
        assert nearest(tensor(train), tensor(x), k).tolist() == order
        votes = [Counter(labels[i] for i in chosen) for chosen in order]
        expected = [min(v, key=lambda c, v=v: (-v[c], c)) for v in votes]
        assert classify(tensor(train), torch.from_numpy(labels), tensor(x), k).tolist() == expected


def test_scaling_changes_the_nearest_neighbour():
    given = {"train": [[0, 0], [1, 900], [5, 100]], "labels": [0, 0, 1], "x": [5, 600]}
    assert run("knn.class_of", **given).value == 0
    # Standardised the distances are 2.59, 2.02 and 1.24.
    assert run("knn.class_of", **given, scaled=True).value == 1


def test_indicator_columns_with_one_for_missing():
    values = ["red", None, "blue", "red", "green"]
    known = ["blue", "green", "red"]
    assert categories(values) == known
    expected = [[v == c for c in [*known, None]] for v in values]
    assert indicator_columns(values, known).tolist() == np.array(expected, float).tolist()
    without = indicator_columns(values, known, dummy_na=False)
    assert without.tolist() == np.array(expected, float)[:, :3].tolist()
    assert run("dummies.num_columns", values=values).value == 4
    assert run("dummies.num_columns", values=values, dummy_na=False).value == 3
    assert run("dummies.row", values=values, value=None).value == [0, 0, 0, 1]
    assert run("dummies.row", values=values, value="green").value == [0, 1, 0, 0]
    assert run("dummies.row", values=values, value="pink").value == [0, 0, 0, 0]


def test_filter_energies_and_a_linear_head_by_loops():
    rng = np.random.default_rng(6)
    images, labels = rng.standard_normal((20, 5, 5)), np.arange(20) % 2
    images[labels == 1] += 3 * (-1.0) ** np.add.outer(np.arange(5), np.arange(5))
    filters = sobel_filters().numpy()
    assert filters[0].tolist() == [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]
    assert filters[1].tolist() == filters[0].T.tolist()

    def energy(image, one):
        return np.mean([(image[i : i + 3, j : j + 3] * one).sum() ** 2 for i, j in product(range(3), repeat=2)])

    expected = [[energy(image, one) for one in filters] for image in images]
    np.testing.assert_allclose(energies(tensor(images), tensor(filters)).numpy(), expected, rtol=1e-9)
    learned = learned_filters(tensor(images), torch.from_numpy(labels)).numpy()
    np.testing.assert_allclose(np.square(learned).sum((1, 2)), 1, rtol=1e-9)
    ratio = [
        np.mean([energy(i, one) for i in images[labels == 1]]) / np.mean([energy(i, one) for i in images[labels == 0]])
        for one in learned
    ]
    others = rng.standard_normal((50, 3, 3))
    for one in others:
        own = np.mean([energy(i, one) for i in images[labels == 1]]) / np.mean(
            [energy(i, one) for i in images[labels == 0]]
        )
        assert ratio[1] < own < ratio[0]
    features = np.array([[energy(i, one) for one in learned] for i in images])
    w = np.linalg.lstsq(np.c_[features, np.ones(20)], 2.0 * labels - 1, rcond=None)[0]
    share = np.mean((np.c_[features, np.ones(20)] @ w > 0) == labels)
    classes = torch.from_numpy(labels)
    assert head_accuracy(tensor(features), classes, tensor(features), classes).item() == pytest.approx(share, rel=1e-9)


def joints():
    rng = np.random.default_rng(7)
    p = rng.uniform(0.1, 1, (4, 3))
    p /= p.sum()
    x, y = rng.dirichlet(np.ones(4)), rng.dirichlet(np.ones(3))
    given = rng.dirichlet(np.ones(3), 4)
    return p, {
        "covariate shift": p / p.sum(1, keepdims=True) * x[:, None],
        "label shift": p / p.sum(0) * y,
        "concept shift": p.sum(1, keepdims=True) * given,
    }


@pytest.mark.parametrize("name", ["covariate shift", "label shift", "concept shift"])
def test_each_shift_keeps_one_factor(name):
    p, shifted = joints()
    q = shifted[name]
    expected = [
        np.allclose(p.sum(1), q.sum(1)),
        np.allclose(p.sum(0), q.sum(0)),
        np.allclose(p / p.sum(1, keepdims=True), q / q.sum(1, keepdims=True)),
        np.allclose(p / p.sum(0), q / q.sum(0)),
    ]
    found = kept(tensor(p), tensor(q))
    assert list(found) == expected
    assert sum(expected) == 1
    assert found.shifts == [name]
    given = {"source": p.tolist(), "target": q.tolist()}
    assert run("shift.names", **given).value == [name]
    factors = ("P(x)", "P(y)", "P(y given x)", "P(x given y)")
    assert [run("shift.keeps", **given, factor=factor).value for factor in factors] == expected


def test_importance_weights_give_the_loss_in_use():
    p, shifted = joints()
    q = shifted["covariate shift"]
    losses = np.random.default_rng(8).uniform(0, 2, (4, 3))
    in_use = (q * losses).sum()
    by_input = (p * losses).sum(1) / p.sum(1)
    source, target = p.sum(1), q.sum(1)
    np.testing.assert_allclose(importance_weights(tensor(source), tensor(target)).numpy(), target / source, rtol=1e-9)
    assert weighted_risk(tensor(by_input), tensor(source), tensor(target)).item() == pytest.approx(in_use, rel=1e-9)
    given = {"source": source.tolist(), "target": target.tolist()}
    assert run("shift.weighted_risk", **given, losses=by_input.tolist()).value == pytest.approx(in_use, rel=1e-9)
    plain = run("shift.weighted_risk", **given, losses=by_input.tolist(), weighted=False).value
    assert plain == pytest.approx((p * losses).sum(), rel=1e-9)
    assert run("shift.importance_weight", **given, at=2).value == pytest.approx(target[2] / source[2], rel=1e-9)
    w = target / source
    size = w.sum() ** 2 / (w**2).sum()
    assert effective_sample_size(tensor(w)).item() == pytest.approx(size, rel=1e-9)
    assert run("shift.effective_sample_size", weights=w.tolist()).value == pytest.approx(size, rel=1e-9)
    with pytest.raises(Refused, match="probability 0 in training"):
        importance_weights(tensor([1, 0]), tensor([0.5, 0.5]))


def test_label_shift_is_corrected_exactly():
    p, shifted = joints()
    q = shifted["label shift"]
    answers = np.array([0, 1, 2, 1])  # what some classifier says of each of the four inputs
    says = np.eye(3)[answers].T
    confusion, answered = says @ (p / p.sum(0)), says @ q.sum(1)
    np.testing.assert_allclose(target_priors(tensor(confusion), tensor(answered)).numpy(), q.sum(0), rtol=1e-9)
    given = {"confusion": confusion.tolist(), "answered": answered.tolist()}
    for label in range(3):
        assert run("shift.target_prior", **given, label=label).value == pytest.approx(q.sum(0)[label], rel=1e-9)
    posterior, expected = p[2] / p[2].sum(), q[2] / q[2].sum()
    found = corrected_posterior(tensor(posterior), tensor(p.sum(0)), tensor(q.sum(0)))
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9)
    given = {"posterior": posterior.tolist(), "source": p.sum(0).tolist(), "target": q.sum(0).tolist()}
    assert run("shift.posterior", **given, label=1).value == pytest.approx(expected[1], rel=1e-9)
    with pytest.raises(Refused, match="answers some classes alike"):
        target_priors(torch.full((2, 2), 0.5).double(), tensor([0.5, 0.5]))


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.9])
def test_a_moving_average_and_its_lag(decay):
    rng = np.random.default_rng(9)
    targets = rng.standard_normal(30).tolist()
    weights = (1 - decay) * np.power(decay, np.arange(30)[::-1])
    estimates = follow(targets, decay)
    assert estimates[-1] == pytest.approx(weights @ targets, rel=1e-9)
    assert len(estimates) == 30
    assert run("drift.estimate", targets=targets, decay=decay).value == pytest.approx(weights @ targets, rel=1e-9)
    # In the long run the estimate is Σ weight·(target - slope·age).
    age = np.arange(2000)
    behind = 1.7 * ((1 - decay) * np.power(decay, age) * age).sum()
    assert lag(1.7, decay) == pytest.approx(behind, rel=1e-9)
    for name in ("drift.lag", "drift.lag_formula"):
        assert run(name, slope=1.7, decay=decay).value == pytest.approx(behind, rel=1e-9, abs=1e-9)
    variance = np.square((1 - decay) * np.power(decay, age)).sum()
    assert noise_variance(decay) == pytest.approx(variance, rel=1e-9)
    assert run("drift.noise_variance", decay=decay).value == pytest.approx(variance, rel=1e-9)

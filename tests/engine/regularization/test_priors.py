"""A prior as a penalty: sympy's negative log posterior, and minima by arithmetic."""

import math

import pytest
import sympy
import torch
from door_runs import run

from engine.doors.regularization._search import minimiser
from engine.errors import Refused
from engine.regularization.priors import map_weights, negative_log_posterior, penalty_weight

X, Y = [1.0, 2.0, -1.0], [2.5, 3.0, -1.0]


def symbolic_posterior(prior):
    """Return σ²·(-log posterior) for three samples of one feature, all constants dropped, and its symbols."""
    w, sigma, scale = sympy.Symbol("w", positive=True), *sympy.symbols("sigma scale", positive=True)
    density = sympy.exp(-(w**2) / (2 * scale**2)) if prior == "gaussian" else sympy.exp(-w / scale)
    likelihood = sympy.prod([sympy.exp(-((y - x * w) ** 2) / (2 * sigma**2)) for x, y in zip(X, Y, strict=True)])
    return sympy.expand(-(sigma**2) * sympy.expand_log(sympy.log(likelihood * density), force=True)), w, sigma, scale


@pytest.mark.parametrize(("prior", "power", "half"), [("gaussian", 2, sympy.Rational(1, 2)), ("laplace", 1, 1)])
def test_lambda_is_what_sympy_finds_in_the_posterior(prior, power, half):
    total, w, sigma, scale = symbolic_posterior(prior)
    squares = sum((y - x * w) ** 2 for x, y in zip(X, Y, strict=True)) / 2
    penalty = sympy.simplify(sympy.expand(total - squares))
    lam = sympy.simplify(penalty / (half * w**power))
    assert w not in lam.free_symbols
    for noise, width in ((2.0, 4.0), (0.5, 0.25), (3.0, 1.0)):
        expected = float(lam.subs({sigma: noise, scale: width}))
        assert penalty_weight(noise, prior, width) == pytest.approx(expected, rel=1e-12)
        found = run("penalty.prior_weight", noise_std=noise, prior=prior, scale=width).value
        assert found == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("scale", [0.1, 0.5, 10.0])
@pytest.mark.parametrize("prior", ["gaussian", "laplace"])
def test_the_most_probable_weight_by_arithmetic(prior, scale):
    noise = 0.8
    xy, xx = sum(x * y for x, y in zip(X, Y, strict=True)), sum(x * x for x in X)
    lam = noise**2 / (scale**2 if prior == "gaussian" else scale)
    expected = xy / (xx + lam) if prior == "gaussian" else max(xy - lam, 0) / xx
    found = run("penalty.map_weight", x=X, y=Y, noise_std=noise, prior=prior, scale=scale).value
    assert found == pytest.approx(expected, rel=1e-9)
    column, targets = torch.tensor(X, dtype=torch.float64)[:, None], torch.tensor(Y, dtype=torch.float64)
    assert float(map_weights(column, targets, noise, prior, scale)) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("prior", ["gaussian", "laplace"])
def test_negative_log_posterior_equals_torchs_distributions(prior):
    x = torch.tensor([[1.0, 2.0], [0.5, -1.0]], dtype=torch.float64)
    y, w = torch.tensor([1.0, 2.0], dtype=torch.float64), torch.tensor([0.3, -0.7], dtype=torch.float64)
    family = torch.distributions.Normal if prior == "gaussian" else torch.distributions.Laplace
    std, zero, scale = torch.tensor([0.5, 0.0, 1.5], dtype=torch.float64)
    expected = -torch.distributions.Normal(x @ w, std).log_prob(y).sum() - family(zero, scale).log_prob(w).sum()
    assert float(negative_log_posterior(w, x, y, 0.5, prior, 1.5)) == pytest.approx(float(expected), rel=1e-12)


def test_a_narrow_laplace_prior_puts_the_weight_at_exactly_0():
    assert run("penalty.map_weight", x=X, y=Y, noise_std=1, prior="laplace", scale=0.05).value == 0.0
    assert run("penalty.map_weight", x=X, y=Y, noise_std=1, prior="gaussian", scale=0.05).value > 1e-3


def test_data_that_say_nothing_are_refused():
    with pytest.raises(Refused, match="all zeros"):
        run("penalty.map_weight", x=[0, 0], y=[1, 2], noise_std=1, prior="gaussian", scale=1)


def test_the_evidence_has_its_minimum_at_the_value():
    result = run("penalty.map_weight", x=X, y=Y, noise_std=0.8, prior="laplace", scale=0.5)
    curve = result.evidence()[-1]
    posterior = curve.series[0]
    at = posterior.x[posterior.y.index(min(posterior.y))]
    assert math.isclose(at, result.value, abs_tol=abs(posterior.x[1] - posterior.x[0]))


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 1e7])
def test_targets_that_are_no_numbers_are_refused(bad):
    with pytest.raises(Refused, match="y"):
        run("penalty.map_weight", x=[1, 2], y=[1, bad], noise_std=1, prior="gaussian", scale=1)


def test_a_search_between_no_numbers_ends():
    nan = float("nan")
    assert math.isnan(minimiser(lambda w: w.square(), nan, nan))

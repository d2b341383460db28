"""Noise through inverse distribution functions, beside SciPy's distributions and its Kolmogorov-Smirnov test."""

import pytest
import torch
from door_runs import run
from scipy import stats

from engine.generative.adversarial.latent import cdf, inverse_cdf, kolmogorov_smirnov, latent_noise

torch.set_num_threads(1)
LAWS = {
    "exponential": stats.expon,
    "logistic": stats.logistic,
    "cauchy": stats.cauchy,
    "normal": stats.norm,
    "uniform": stats.uniform,
}
U = torch.linspace(0.003, 0.997, 41, dtype=torch.float64)


@pytest.mark.parametrize("law", LAWS)
def test_inverse_and_distribution_function_are_scipys(law):
    x = inverse_cdf(U, law, loc=-0.7, scale=2.5)
    assert x.tolist() == pytest.approx(LAWS[law].ppf(U.numpy(), loc=-0.7, scale=2.5).tolist(), rel=1e-9)
    below = cdf(x, law, loc=-0.7, scale=2.5)
    assert below.tolist() == pytest.approx(LAWS[law].cdf(x.numpy(), loc=-0.7, scale=2.5).tolist(), rel=1e-9)
    assert below.tolist() == pytest.approx(U.tolist(), rel=1e-9)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("name", ["sampling.inverse_cdf", "sampling.inverse_cdf_formula"])
def test_doors_give_scipys_quantiles(name, law):
    u = [0.1, 0.5, 0.875]
    found = run(name, u=u, law=law, loc=1, scale=0.5).value
    assert found == pytest.approx(LAWS[law].ppf(u, loc=1, scale=0.5).tolist(), rel=1e-9)


@pytest.mark.parametrize("law", LAWS)
def test_the_largest_distance_is_that_of_scipys_test(law):
    u = torch.rand(500, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    draws = inverse_cdf(u, law)
    known = stats.kstest(draws.numpy(), LAWS[law].cdf)
    assert kolmogorov_smirnov(draws, cdf(draws, law)) == pytest.approx(known.statistic, rel=1e-9)
    assert known.pvalue > 0.01
    other = stats.kstest(draws.numpy(), stats.norm(0.5, 0.5).cdf)
    beside = torch.tensor(stats.norm(0.5, 0.5).cdf(draws.numpy()))
    assert kolmogorov_smirnov(draws, beside) == pytest.approx(other.statistic, rel=1e-9)


def test_an_exponential_with_mean_half_has_the_known_moments():
    u = torch.rand(40_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = inverse_cdf(u, "exponential", scale=0.5)
    assert (x.mean().item(), x.var().item()) == pytest.approx((0.5, 0.25), abs=0.01)


def test_codes_have_the_moments_of_their_law():
    for law, variance in (("normal", 1.0), ("uniform", 1 / 3)):
        codes = latent_noise(torch.Generator().manual_seed(0), 4000, 3, law)
        assert codes.shape == (4000, 3)
        assert codes.mean(0).abs().max() < 0.06
        assert codes.var(0).tolist() == pytest.approx([variance] * 3, rel=0.08)
    assert latent_noise(torch.Generator().manual_seed(0), 500, 2, "uniform").abs().max() <= 1

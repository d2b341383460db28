"""The variational autoencoder beside torch.distributions, SciPy, quadrature, and the same network in plain code."""

import math

import numpy as np
import pytest
import torch
from claim_runs import run as run_with
from door_runs import run
from scipy import stats
from torch.distributions import Normal, kl_divergence
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.variational.gaussian_kl import gaussian_kl
from engine.generative.variational.linear_gaussian import (
    LinearGaussian,
    best_mean_field,
    elbo,
    log_likelihood,
    posterior,
)
from engine.generative.variational.reparametrize import reparametrize
from engine.models.vae import VAE

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def model_and_x():
    model = LinearGaussian(noise(4, 2), noise(4, seed=1), noise_std=0.6)
    return model, noise(4, seed=2)


def test_kl_is_torchs_and_a_monte_carlo_mean():
    mean, log_var = noise(5, 3), noise(5, 3, seed=1)
    q, prior = Normal(mean, (log_var / 2).exp()), Normal(torch.zeros_like(mean), torch.ones_like(mean))
    assert_close(gaussian_kl(mean, log_var), kl_divergence(q, prior).sum(-1), rtol=1e-9, atol=1e-12)
    z = reparametrize(mean[0], log_var[0], noise(40_000, 3, seed=2))
    one = Normal(mean[0], (log_var[0] / 2).exp())
    drawn = (one.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(-1).mean()
    assert_close(gaussian_kl(mean, log_var)[0], drawn, rtol=0.03, atol=0.03)


@pytest.mark.parametrize("name", ["vae.kl", "vae.kl_formula"])
def test_kl_of_the_doors_by_plain_arithmetic(name):
    mean, std = [1.0, -0.5], [0.3, 2.0]
    expected = 0.5 * sum(m * m + s * s - 1 - 2 * math.log(s) for m, s in zip(mean, std, strict=True))
    assert run(name, mean=mean, std=std).value == pytest.approx(expected, rel=1e-9)


def test_a_reparametrised_code_has_mean_and_spread_and_derivatives():
    mean, log_var = torch.tensor([1.5, -2.0]), torch.tensor([0.0, math.log(4)])
    z = reparametrize(mean, log_var, torch.tensor([[1.0, -1.0], [0.0, 0.5]]))
    assert_close(z, torch.tensor([[2.5, -4.0], [1.5, -1.0]]), rtol=1e-6, atol=1e-6)
    asked = torch.tensor([0.7, 0.4], dtype=torch.float64, requires_grad=True)
    (slopes,) = torch.autograd.grad(reparametrize(asked[0], asked[1], torch.tensor(2.0)), asked)
    assert slopes.tolist() == pytest.approx([1.0, math.exp(0.2)], rel=1e-9)  # ½·σ·ε by log σ²
    assert run("vae.latent", mean=[1, 0], std=[0.5, 3], noise=[-2, 1]).value == pytest.approx([0, 3], rel=1e-9)


def test_the_likelihood_is_scipys_normal():
    model, x = model_and_x()
    covariance = (model.weight @ model.weight.mT).numpy() + 0.36 * np.eye(4)
    expected = stats.multivariate_normal(model.bias.numpy(), covariance).logpdf(x.numpy())
    assert log_likelihood(model, x).item() == pytest.approx(expected, rel=1e-9)


def test_the_posterior_by_conditioning_the_joint_normal():
    model, x = model_and_x()
    weight = model.weight.numpy()
    away = x.numpy() - model.bias.numpy()
    gain = weight.T @ np.linalg.inv(weight @ weight.T + 0.36 * np.eye(4))
    found = posterior(model, x)
    assert found.mean.tolist() == pytest.approx((gain @ away).tolist(), rel=1e-9)
    assert_close(found.covariance, torch.tensor(np.eye(2) - gain @ weight), rtol=1e-9, atol=1e-12)


def test_the_bound_by_quadrature():
    """E_q[log p(x, z) - log q(z)] by Gauss-Hermite over both entries of z, exact for what is quadratic."""
    model, x = model_and_x()
    mean, std = np.array([0.3, -0.8]), np.array([0.5, 0.2])
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    weights = weights / weights.sum()
    total = 0.0
    for a, wa in zip(nodes, weights, strict=True):
        for b, wb in zip(nodes, weights, strict=True):
            z = mean + std * np.array([a, b])
            given = stats.norm(model.weight.numpy() @ z + model.bias.numpy(), 0.6).logpdf(x.numpy()).sum()
            total += wa * wb * (given + stats.norm.logpdf(z).sum() - stats.norm(mean, std).logpdf(z).sum())
    log_var = torch.tensor(2 * np.log(std))
    assert elbo(model, x, torch.tensor(mean), log_var).item() == pytest.approx(total, rel=1e-9)


def test_the_gap_is_the_divergence_from_the_posterior():
    model, x = model_and_x()
    mean, log_var = noise(2, seed=3), 0.3 * noise(2, seed=4)
    true = posterior(model, x)
    q = torch.distributions.MultivariateNormal(mean, torch.diag(log_var.exp()))
    gap = kl_divergence(q, torch.distributions.MultivariateNormal(true.mean, true.covariance))
    bound, known = elbo(model, x, mean, log_var), log_likelihood(model, x)
    assert bound < known
    assert_close(known - bound, gap, rtol=1e-9, atol=0)


def test_no_other_widths_or_means_have_a_larger_bound():
    model, x = model_and_x()
    mean, log_var = best_mean_field(model, x)
    best = elbo(model, x, mean, log_var)
    precision = (model.weight.mT @ model.weight / 0.36 + torch.eye(2)).diagonal()
    assert_close(log_var, -precision.log(), rtol=1e-9, atol=1e-12)
    for seed in range(10):
        other = elbo(model, x, mean + 0.1 * noise(2, seed=seed), log_var + 0.1 * noise(2, seed=seed + 20))
        assert other < best


@pytest.mark.parametrize("suffix", ["", "_formula"])
def test_likelihood_and_bound_of_the_doors(suffix):
    weight, x, s = [[1.0, 0.5], [0.0, -1.0], [2.0, 0.3]], [0.4, 1.0, -0.7], 0.8
    matrix = np.array(weight)
    expected = stats.multivariate_normal(np.zeros(3), matrix @ matrix.T + s**2 * np.eye(3)).logpdf(x)
    found = run(f"vae.log_likelihood{suffix}", weight=weight, x=x, noise_std=s).value
    assert found == pytest.approx(expected, rel=1e-9)
    mean, std = np.array([0.1, -0.2]), np.array([0.4, 0.9])
    away = np.array(x) - matrix @ mean
    squares = (away**2).sum() + ((matrix**2).sum(0) * std**2).sum()
    kl = 0.5 * (mean**2 + std**2 - 1 - 2 * np.log(std)).sum()
    expected = -0.5 * squares / s**2 - 1.5 * math.log(2 * math.pi * s**2) - kl
    given = {"weight": weight, "x": x, "noise_std": s, "mean": mean.tolist(), "std": std.tolist()}
    assert run(f"vae.elbo{suffix}", **given).value == pytest.approx(expected, rel=1e-9)


def test_a_small_network_equals_plain_code():
    network = VAE(in_features=6, hidden_features=5, latent_features=2)
    for seed, parameter in enumerate(network.parameters()):
        parameter.data = noise(*parameter.shape, seed=seed)
    state = network.state_dict()

    def linear(x, name):
        return functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])

    x, eps = noise(3, 1, 2, 3).sigmoid(), noise(3, 2, seed=9)
    hidden = linear(x.flatten(1), "encoder").tanh()
    mean, log_var = linear(hidden, "mean"), linear(hidden, "log_var")
    logits = linear(linear(mean + (0.5 * log_var).exp() * eps, "decoder").tanh(), "logits")
    assert_close(network(x, eps), logits.reshape(x.shape), rtol=1e-9, atol=1e-12)
    assert_close(network(x), linear(linear(mean, "decoder").tanh(), "logits").reshape(x.shape), rtol=1e-9, atol=1e-12)
    found = network.elbo(x, eps)
    fit = -functional.binary_cross_entropy_with_logits(logits, x.flatten(1), reduction="none").sum(-1)
    kl = kl_divergence(Normal(mean, (log_var / 2).exp()), Normal(torch.zeros_like(mean), torch.ones_like(mean))).sum(-1)
    assert_close(found.reconstruction, fit, rtol=1e-9, atol=0)
    assert_close(found.kl, kl, rtol=1e-9, atol=0)
    assert_close(found.value, fit - kl, rtol=1e-9, atol=0)


def test_the_network_for_digits_has_815824_parameters():
    expected = 785 * 500 + 2 * 501 * 20 + 21 * 500 + 501 * 784
    assert expected == 815_824
    assert run_with("model.num_params", {"name": "vae_mnist"}).value == expected


def test_refusals_are_sentences():
    with pytest.raises(Refused, match="'mean' and 'std' need one length, not 2 and 1"):
        run("vae.kl", mean=[0, 1], std=[1])
    with pytest.raises(Refused, match="a row for each of the 2 entries of x, not 1"):
        run("vae.log_likelihood", weight=[[1.0]], x=[0, 1], noise_std=1)
    with pytest.raises(Refused, match="one number for each of W's 2 columns, not 1"):
        run("vae.elbo", weight=[[1.0, 2.0]], x=[0], noise_std=1, mean=[0], std=[1])

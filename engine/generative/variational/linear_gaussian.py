"""A latent-variable model whose likelihood is known: z ~ N(0, I), x = W·z + b + noise, noise ~ N(0, s²·I).

It is probabilistic PCA. What a variational autoencoder can only bound is here a formula:

    p(x) = N(b, W·Wᵀ + s²·I),    p(z|x) = N(M⁻¹·Wᵀ(x - b), s²·M⁻¹),    M = Wᵀ·W + s²·I

    log p(x) - ELBO(q) = KL(q, p(z|x)) ≥ 0

so the bound is tight exactly when q is the posterior, which a q with independent entries can be only where the columns
of W are orthogonal. Logarithms are natural.

Sources: Tipping & Bishop 1999, "Probabilistic Principal Component Analysis"; Kingma & Welling 2014, equations 1 to 3.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from engine.generative.variational.gaussian_kl import gaussian_kl


class LinearGaussian(NamedTuple):
    """The model; x has D entries and z has K."""

    weight: Tensor
    """W, ``(D, K)``."""
    bias: Tensor
    """b, ``(D,)``."""
    noise_std: float
    """s, above 0."""


class Gaussian(NamedTuple):
    """N(mean, covariance)."""

    mean: Tensor
    covariance: Tensor


def posterior(model: LinearGaussian, x: Tensor) -> Gaussian:
    """Return p(z|x) for one x ``(D,)``."""
    weight, bias, noise_std = model
    precision = weight.mT @ weight + noise_std**2 * torch.eye(weight.shape[1]).to(weight)
    mean = torch.linalg.solve(precision, weight.mT @ (x - bias))
    return Gaussian(mean, noise_std**2 * torch.linalg.inv(precision))


def log_likelihood(model: LinearGaussian, x: Tensor) -> Tensor:
    """Return log p(x) = -½·((x - b)ᵀ·C⁻¹·(x - b) + log det C + D·log 2π) with C = W·Wᵀ + s²·I."""
    weight, bias, noise_std = model
    covariance = weight @ weight.mT + noise_std**2 * torch.eye(len(bias)).to(weight)
    away = x - bias
    distance: Tensor = away @ torch.linalg.solve(covariance, away)
    return -0.5 * (distance + torch.logdet(covariance) + len(bias) * math.log(2 * math.pi))


def elbo(model: LinearGaussian, x: Tensor, mean: Tensor, log_var: Tensor) -> Tensor:
    """Return E_q[log p(x|z)] - KL(q, N(0, I)) for q = N(mean, diag exp(log_var)), without any sampling.

    E_q‖x - b - W·z‖² = ‖x - b - W·mean‖² + Σ_k var_k·‖w_k‖².

    >>> coin = LinearGaussian(torch.tensor([[1.0]]), torch.zeros(1), noise_std=1.0)
    >>> x = torch.zeros(1)
    >>> bool(elbo(coin, x, torch.zeros(1), torch.zeros(1)) < log_likelihood(coin, x))
    True
    """
    weight, bias, noise_std = model
    squares = (x - bias - weight @ mean).square().sum() + (log_var.exp() * weight.square().sum(0)).sum()
    expected = -0.5 * (squares / noise_std**2 + len(bias) * math.log(2 * math.pi * noise_std**2))
    return expected - gaussian_kl(mean, log_var)


def best_mean_field(model: LinearGaussian, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean and log σ² of the q with independent entries that has the largest bound.

    Its mean is the posterior's, its precisions are the diagonal of the posterior's precision M/s²: variances smaller
    than the posterior's own, unless that is diagonal.
    """
    weight, _, noise_std = model
    precisions = weight.square().sum(0) / noise_std**2 + 1
    return posterior(model, x).mean, -precisions.log()

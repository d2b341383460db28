"""A penalty as a prior: the most probable weights given the data (MAP) are those of a penalised loss.

With targets y = X·w + noise of standard deviation σ, Bayes' rule gives -log p(w given y) = ‖X·w - y‖²/(2σ²) - log p(w)
plus a constant. Multiplied by σ² this is ½·‖X·w - y‖² plus

- ½·(σ²/τ²)·‖w‖² for the prior w ~ N(0, τ²): ridge with λ = σ²/τ²;
- (σ²/b)·Σ abs(w) for the prior w ~ Laplace(0, b): the lasso with λ = σ²/b.

A flat prior (τ or b to infinity) leaves least squares. Source: Bishop 2006, "Pattern Recognition and Machine Learning",
section 3.3; Tibshirani 1996, section 5.
"""

import math
from typing import Literal

from torch import Tensor

from engine.regularization.lasso import lasso
from engine.regularization.ridge import ridge

Prior = Literal["gaussian", "laplace"]


def negative_log_posterior(w: Tensor, x: Tensor, y: Tensor, noise_std: float, prior: Prior, scale: float) -> Tensor:
    """Return -log p(y given w) - log p(w): all of -log p(w given y) but the constant log p(y).

    Shapes: ``w`` (d,), ``x`` (n, d), ``y`` (n,). ``scale`` is the Gaussian's τ or Laplace's b.
    """
    residuals = (y - x @ w) / noise_std
    likelihood = 0.5 * residuals.square().sum() + len(y) * math.log(noise_std * math.sqrt(2 * math.pi))
    return likelihood + negative_log_prior(w, prior, scale)


def negative_log_prior(w: Tensor, prior: Prior, scale: float) -> Tensor:
    """Return -log p(w), the weights being independent.

    >>> import torch
    >>> round(negative_log_prior(torch.zeros(1), "laplace", 0.5).item(), 12)  # the density at 0 is 1/(2b) = 1
    0.0
    """
    if prior == "gaussian":
        return 0.5 * (w / scale).square().sum() + w.numel() * math.log(scale * math.sqrt(2 * math.pi))
    return (w / scale).abs().sum() + w.numel() * math.log(2 * scale)


def penalty_weight(noise_std: float, prior: Prior, scale: float) -> float:
    """Return λ of ½·‖X·w - y‖² + λ·penalty: σ²/τ² of ½·‖w‖², or σ²/b of Σ abs(w).

    >>> penalty_weight(noise_std=2.0, prior="gaussian", scale=1.0), penalty_weight(2.0, "laplace", 1.0)
    (4.0, 4.0)
    >>> penalty_weight(noise_std=2.0, prior="gaussian", scale=4.0), penalty_weight(2.0, "laplace", 4.0)
    (0.25, 1.0)
    """
    return noise_std**2 / (scale**2 if prior == "gaussian" else scale)


def map_weights(x: Tensor, y: Tensor, noise_std: float, prior: Prior, scale: float) -> Tensor:
    """Return the most probable weights: ridge's under a Gaussian prior, the lasso's under Laplace's."""
    lam = penalty_weight(noise_std, prior, scale)
    return ridge(x, y, lam) if prior == "gaussian" else lasso(x, y, lam)

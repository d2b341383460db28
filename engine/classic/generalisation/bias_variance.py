"""Bias and variance: what a fit is wrong by on average over training sets, and how much it scatters between them.

Bias is not "fitting ability" nor variance "generalisation": a constant has no variance and generalises badly.
Source: Geman, Bienenstock & Doursat 1992, "Neural Networks and the Bias/Variance Dilemma"; linear smoothers: Hastie,
Tibshirani & Friedman 2009, "The Elements of Statistical Learning", sections 5.5 and 7.3.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Parts(NamedTuple):
    """The expected squared error at new targets, in its three parts."""

    bias: Tensor
    """Squared bias: (E[ŷ] - f)², the mean over places."""
    variance: Tensor
    """E[(ŷ - E[ŷ])²], over training sets and not over places; the mean over places."""
    noise: Tensor
    """σ² of the new targets, which no model removes."""

    @property
    def total(self) -> Tensor:
        """E[(y - ŷ)²], the sum of the three."""
        return self.bias + self.variance + self.noise


def of_predictions(predictions: Tensor, truth: Tensor, noise_std: float = 0.0) -> Parts:
    """Return the parts for models from several training sets: ``predictions`` (sets, places), ``truth`` (places,).

    The sets are taken to be all there are, so the variance divides by their number and not by one less.

    >>> parts = of_predictions(torch.tensor([[1.0], [3.0]]), torch.tensor([5.0]))
    >>> parts.bias.item(), parts.variance.item(), parts.total.item()
    (9.0, 1.0, 10.0)
    """
    centre = predictions.mean(0)
    bias = (centre - truth).square().mean()
    variance = (predictions - centre).square().mean()
    return Parts(bias, variance, bias.new_tensor(noise_std**2))


def of_smoother(smoother: Tensor, truth: Tensor, noise_std: float) -> Parts:
    """Return the parts of a fit ŷ = S·y that is linear in its targets y = f + noise, exactly and without a sample.

    E[ŷ] = S·f, so the squared bias is ‖S·f - f‖²/n and the variance σ²·Σ S²/n at the n training inputs. Shapes:
    ``smoother`` (n, n), ``truth`` f (n,).

    >>> mean = torch.full((2, 2), 0.5)
    >>> parts = of_smoother(mean, torch.tensor([-1.0, 1.0]), noise_std=2.0)
    >>> parts.bias.item(), parts.variance.item(), parts.noise.item()
    (1.0, 2.0, 4.0)
    """
    bias = (smoother @ truth - truth).square().mean()
    variance = noise_std**2 * smoother.square().sum() / len(truth)
    return Parts(bias, variance, bias.new_tensor(noise_std**2))


def ridge_smoother(features: Tensor, lam: float) -> Tensor:
    """Return S = Φ(ΦᵀΦ + λI)⁻¹Φᵀ, ``(n, n)``, of ridge on features ``(n, d)``; for λ = 0 the projection on their span.

    >>> ridge_smoother(torch.tensor([[1.0], [1.0]]), lam=2.0)
    tensor([[0.2500, 0.2500],
            [0.2500, 0.2500]])
    """
    u, s, _ = torch.linalg.svd(features, full_matrices=False)
    kept = s > len(features) * torch.finfo(s.dtype).eps * s.max()
    smoother: Tensor = (u * torch.where(kept, s.square() / (s.square() + lam), 0)) @ u.T
    return smoother

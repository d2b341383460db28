"""The best reply to a fixed generator: D*(x) = p(x)/(p(x) + q(x)), and what the game is worth there.

p is the density of the data and q that of the generator. With D* put in, the generator faces

    C(G) = V(D*, G) = -log 4 + 2·JSD(p, q)

which is least, -log 4, exactly where q = p; there D* is ½ everywhere.

Distributions are tensors of masses along the last axis. Logarithms are natural.

Source: Goodfellow et al. 2014, "Generative Adversarial Nets", proposition 1 and theorem 1.
"""

import math

import torch
from torch import Tensor

from engine.losses.divergence import kl_divergence


def optimal_discriminator(p: Tensor, q: Tensor, real_share: float = 0.5) -> Tensor:
    """Return π·p/(π·p + (1 - π)·q), where π = ``real_share`` is the share of real samples that D is shown.

    The paper shows as many fakes as real samples, π = ½. Where neither density reaches, any answer is as good, and
    this one is ½.

    >>> optimal_discriminator(torch.tensor([0.3, 0.5]), torch.tensor([0.1, 0.5])).tolist()
    [0.75, 0.5]
    """
    real, fake = real_share * p, (1 - real_share) * q
    return torch.where(real + fake > 0, real / (real + fake), torch.full_like(real, 0.5))


def value_of(answers: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """Return V = Σ p·log D + Σ q·log(1 - D) for any answers D, with 0·log 0 = 0."""
    return torch.xlogy(p, answers).sum(-1) + torch.xlogy(q, 1 - answers).sum(-1)


def value_at_optimum(p: Tensor, q: Tensor) -> Tensor:
    """Return C = -log 4 + 2·JSD(p, q), the value against the best discriminator: from -log 4 (q = p) to 0 (no overlap).

    >>> round(value_at_optimum(torch.tensor([0.5, 0.5]), torch.tensor([0.5, 0.5])).item(), 6)
    -1.386294
    """
    return 2 * jensen_shannon(p, q) - math.log(4)


def jensen_shannon(p: Tensor, q: Tensor) -> Tensor:
    """Return JSD(p, q) = ½·KL(p, m) + ½·KL(q, m), m = (p + q)/2: symmetric, from 0 to log 2.

    Convention: the divergence; SciPy's ``jensenshannon`` is its square root, which is a distance.

    >>> round(jensen_shannon(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])).item(), 6)  # log 2
    0.693147
    """
    middle = (p + q) / 2
    return (kl_divergence(p, middle) + kl_divergence(q, middle)) / 2


def searched_discriminator(p: Tensor, q: Tensor, real_share: float = 0.5, halvings: int = 48) -> Tensor:
    """Return the same answers without the formula: bisection on the slope of π·p·log D + (1 - π)·q·log(1 - D).

    The value is concave in each answer, so its slope falls from +∞ to -∞ as the answer goes from 0 to 1.
    """
    low, high = torch.zeros_like(p), torch.ones_like(p)
    for _ in range(halvings):
        middle = ((low + high) / 2).requires_grad_()
        shown = torch.xlogy(real_share * p, middle) + torch.xlogy((1 - real_share) * q, 1 - middle)
        (slope,) = torch.autograd.grad(shown.sum(), middle)
        low = torch.where(slope > 0, middle.detach(), low)
        high = torch.where(slope < 0, middle.detach(), high)
        both_still = slope == 0  # on the top already, or a place that neither density reaches
        low, high = torch.where(both_still, middle.detach(), low), torch.where(both_still, middle.detach(), high)
    return (low + high) / 2

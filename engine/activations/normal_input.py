"""What an activation makes of a normal input, by integration: its mean, its variance, how often it is exactly 0."""

from collections.abc import Callable

import torch
from torch import Tensor

_REACH, _HALF_POINTS, _QUANTILES = 12.0, 12_001, 100_001
"""Standard deviations on each side, grid points on each side of z = 0, and evenly likely inputs."""


def expectation(f: Callable[[Tensor], Tensor], std: float = 1.0) -> float:
    """Return E[f(z)] for z ~ N(0, std²), by Simpson's rule on each side of 0, where most activations have their kink.

    >>> round(expectation(torch.relu) ** 2, 9)  # 1/(2π)
    0.159154943
    """
    side = torch.linspace(0, _REACH, _HALF_POINTS, dtype=torch.float64)
    weights = torch.ones_like(side)
    weights[1:-1:2], weights[2:-1:2] = 4, 2
    weights = weights * torch.exp(-side.square() / 2)
    right, left = f(std * side), f(-std * side)
    return float((weights * (right + left)).sum() / (2 * weights.sum()))


def variance(f: Callable[[Tensor], Tensor], std: float = 1.0) -> float:
    """Return Var f(z) = E[f²] - E[f]² for z ~ N(0, std²).

    >>> round(variance(torch.relu), 4)  # ½ - 1/(2π)
    0.3408
    """
    mean = expectation(f, std)
    return expectation(lambda z: (f(z) - mean).square(), std)


def zero_share(f: Callable[[Tensor], Tensor], mean: float = 0.0, std: float = 1.0) -> float:
    """Return the share of inputs z ~ N(mean, std²) for which f(z) is exactly 0, to within 10⁻⁵.

    >>> round(zero_share(torch.relu), 4)
    0.5
    """
    places = (torch.arange(_QUANTILES, dtype=torch.float64) + 0.5) / _QUANTILES
    return float(torch.eq(f(mean + std * torch.special.ndtri(places)), 0).double().mean())

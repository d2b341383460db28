"""The logistic sigmoid σ, and SiLU (swish), which multiplies its input by it.

Sources: Verhulst 1838 (σ); Elfwing, Uchibe & Doya 2018, "Sigmoid-Weighted Linear Units for Neural Network Function
Approximation in Reinforcement Learning" (SiLU).
"""

import torch
from torch import Tensor


def sigmoid(z: Tensor) -> Tensor:
    """Return σ(z) = 1/(1 + e⁻ᶻ), of range (0, 1), with σ(0) = ½.

    For z < 0 it is e^z/(1 + e^z), the same number, so that no exponential overflows and the left tail keeps its
    digits.

    >>> sigmoid(torch.tensor([0.0, -800.0, 800.0])).tolist()
    [0.5, 0.0, 1.0]
    """
    small = torch.exp(z.clamp(max=0))
    return torch.where(z >= 0, 1 / (1 + torch.exp(-z.clamp(min=0))), small / (1 + small))


def sigmoid_slope(z: Tensor) -> Tensor:
    """Return σ'(z) = a(1 - a) with a = σ(z): at most ¼, at z = 0, and near 0 for every large abs(z).

    It is computed as σ(z)·σ(-z), because 1 - a has no digits left where a rounds to 1.

    >>> sigmoid_slope(torch.tensor([0.0])).item()
    0.25
    """
    return sigmoid(z) * sigmoid(-z)


def silu(z: Tensor) -> Tensor:
    """Return z·σ(z): not monotonic, of range [-0.2785, ∞), the minimum at z = -1.2785.

    >>> round(silu(torch.tensor(2.0)).item(), 4)
    1.7616
    """
    return z * sigmoid(z)


def silu_slope(z: Tensor) -> Tensor:
    """Return d/dz z·σ(z) = σ(z)·(1 + z·(1 - σ(z))): ½ at 0, negative left of -1.2785, over 1 on part of the right."""
    return sigmoid(z) * (1 + z * sigmoid(-z))

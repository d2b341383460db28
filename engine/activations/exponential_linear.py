"""ELU and SELU: linear on the right, an exponential that levels off on the left.

Sources: Clevert, Unterthiner & Hochreiter 2016, "Fast and Accurate Deep Network Learning by Exponential Linear Units";
Klambauer, Unterthiner, Mayr & Hochreiter 2017, "Self-Normalizing Neural Networks" (SELU and its two constants).
"""

from typing import Final

import torch
from torch import Tensor

SELU_ALPHA: Final = 1.6732632423543772
SELU_SCALE: Final = 1.0507009873554805


def elu(z: Tensor, alpha: float = 1.0) -> Tensor:
    """Return z where z > 0, α(eᶻ - 1) elsewhere: range (-α, ∞), unbounded above only.

    >>> [round(y, 4) for y in elu(torch.tensor([-1.0, 2.0])).tolist()]
    [-0.6321, 2.0]
    """
    return torch.where(z > 0, z, alpha * torch.expm1(z.clamp(max=0)))


def elu_slope(z: Tensor, alpha: float = 1.0) -> Tensor:
    """Return 1 where z > 0, α·eᶻ elsewhere: continuous at 0 only for α = 1; torch takes the left one, α, there."""
    return torch.where(z > 0, torch.ones_like(z), alpha * torch.exp(z.clamp(max=0)))


def selu(z: Tensor) -> Tensor:
    """Return scale·ELU(z; α) with the constants for which N(0, 1) goes to mean 0 and variance 1: range (-1.7581, ∞).

    That fixed point attracts, if weights are drawn with mean 0 and variance 1/fan_in.

    >>> round(selu(torch.tensor(1.0, dtype=torch.float64)).item(), 10)
    1.0507009874
    """
    return SELU_SCALE * elu(z, SELU_ALPHA)


def selu_slope(z: Tensor) -> Tensor:
    """Return scale where z > 0, scale·α·eᶻ elsewhere: over 1 on the right, which lets a small variance grow."""
    return SELU_SCALE * elu_slope(z, SELU_ALPHA)

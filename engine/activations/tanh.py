"""The hyperbolic tangent: a sigmoid stretched to (-1, 1) and centred at 0, tanh z = 2σ(2z) - 1."""

import torch
from torch import Tensor


def tanh(z: Tensor) -> Tensor:
    """Return (eᶻ - e⁻ᶻ)/(eᶻ + e⁻ᶻ), odd and of range (-1, 1).

    With t = e^(2z) - 1 for z < 0 it is t/(t + 2), and the right half is the left one turned about 0. ``expm1`` keeps
    the digits of a small z, which a difference of exponentials would lose.

    >>> tanh(torch.tensor([0.0, 1e-9, 400.0], dtype=torch.float64)).tolist()
    [0.0, 1e-09, 1.0]
    """
    left, right = torch.expm1(2 * z.clamp(max=0)), torch.expm1(-2 * z.clamp(min=0))
    return torch.where(z >= 0, -right / (right + 2), left / (left + 2))


def tanh_slope(z: Tensor) -> Tensor:
    """Return 1 - a² with a = tanh z: 1 at z = 0, its largest, and near 0 for every large abs(z).

    It is computed as 4e/(1 + e)² with e = exp(-2·abs(z)), which keeps its digits where a rounds to 1.

    >>> tanh_slope(torch.tensor([0.0])).item()
    1.0
    """
    e = torch.exp(-2 * z.abs())
    return 4 * e / (1 + e).square()

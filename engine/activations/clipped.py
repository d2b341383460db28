"""Activations cut off at both ends, made of straight pieces: ReLU6, hardtanh, hardsigmoid; and hardswish.

They imitate smooth functions without an exponential, which suits small devices and few bits.

Sources: Krizhevsky 2010 and Howard et al. 2017, "MobileNets" (ReLU6); Howard et al. 2019, "Searching for MobileNetV3"
(hardsigmoid and hardswish in this form).
"""

import torch
from torch import Tensor


def relu6(z: Tensor) -> Tensor:
    """Return min(max(0, z), 6), of range [0, 6].

    >>> relu6(torch.tensor([-1.0, 4.0, 9.0])).tolist()
    [0.0, 4.0, 6.0]
    """
    return _clip(z, 0.0, 6.0)


def relu6_slope(z: Tensor) -> Tensor:
    """Return 1 for 0 < z < 6, else 0; at both kinks torch returns 0."""
    return _inside(z, 0.0, 6.0)


def hardtanh(z: Tensor) -> Tensor:
    """Return z cut off to [-1, 1].

    >>> hardtanh(torch.tensor([-3.0, 0.5])).tolist()
    [-1.0, 0.5]
    """
    return _clip(z, -1.0, 1.0)


def hardtanh_slope(z: Tensor) -> Tensor:
    """Return 1 for -1 < z < 1, else 0; at both kinks torch returns 0."""
    return _inside(z, -1.0, 1.0)


def hardsigmoid(z: Tensor) -> Tensor:
    """Return z/6 + ½ cut off to [0, 1]; it is relu6(z + 3)/6.

    >>> hardsigmoid(torch.tensor([-4.0, 0.0, 4.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    return _clip(z + 3, 0.0, 6.0) / 6


def hardsigmoid_slope(z: Tensor) -> Tensor:
    """Return 1/6 for -3 < z < 3, else 0; torch's own kernel rounds this sixth to float32."""
    return _inside(z, -3.0, 3.0) / 6


def hardswish(z: Tensor) -> Tensor:
    """Return z·hardsigmoid(z): range [-⅜, ∞), the minimum at z = -1.5; SiLU without an exponential.

    >>> hardswish(torch.tensor([-1.5, 3.0])).tolist()
    [-0.375, 3.0]
    """
    return z * hardsigmoid(z)


def hardswish_slope(z: Tensor) -> Tensor:
    """Return 0 for z ≤ -3, 1 for z ≥ 3, (2z + 3)/6 between; it jumps by ½ at both ends, where torch looks outwards."""
    return torch.where(z >= 3, torch.ones_like(z), _inside(z, -3.0, 3.0) * (2 * z + 3) / 6)


def _clip(z: Tensor, low: float, high: float) -> Tensor:
    below, above = torch.full_like(z, low), torch.full_like(z, high)
    return torch.where(z <= low, below, torch.where(z >= high, above, z))


def _inside(z: Tensor, low: float, high: float) -> Tensor:
    return ((z > low) & (z < high)).to(z)

"""The family of rectifiers g(z; a) = max(0, z) + a·min(0, z): one line on each side of 0.

a = 0 is ReLU, a small a is the leaky ReLU, a learned a is PReLU, a = -1 is abs(z); a = 1 is no activation at all.

Sources: Nair & Hinton 2010 (ReLU); Maas, Hannun & Ng 2013 (leaky ReLU); Jarrett et al. 2009 (absolute value).
"""

import torch
from torch import Tensor


def rectifier(z: Tensor, negative_slope: float | Tensor) -> Tensor:
    """Return g(z; a) with a = ``negative_slope``: z where z > 0, a·z elsewhere. It is linear only for a = 1.

    >>> rectifier(torch.tensor([-3.0, 2.0]), -1).tolist()
    [3.0, 2.0]
    """
    return torch.where(z > 0, z, negative_slope * z)


def rectifier_slope(z: Tensor, negative_slope: float | Tensor) -> Tensor:
    """Return 1 for z > 0 and a elsewhere; at the kink this takes the left derivative, as torch does for these."""
    return torch.where(z > 0, torch.ones_like(z), negative_slope * torch.ones_like(z))


def relu(z: Tensor) -> Tensor:
    """Return max(0, z), of range [0, ∞): half of all inputs from N(0, 1) give an exact 0.

    >>> relu(torch.tensor([-3.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    return torch.where(z > 0, z, torch.zeros_like(z))


def relu_slope(z: Tensor) -> Tensor:
    """Return 1 for z > 0 and 0 elsewhere; at 0, where left and right derivative differ, frameworks return 0."""
    return rectifier_slope(z, 0.0)


def leaky_relu(z: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Return max(0, z) + a·min(0, z) with a fixed a; unbounded on both sides for a > 0."""
    return rectifier(z, negative_slope)


def leaky_relu_slope(z: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Return 1 for z > 0 and a elsewhere, so that no input is without a gradient as long as a is not 0."""
    return rectifier_slope(z, negative_slope)


def absolute(z: Tensor) -> Tensor:
    """Return abs(z), the rectifier with a = -1, of range [0, ∞)."""
    return rectifier(z, -1.0)


def absolute_slope(z: Tensor) -> Tensor:
    """Return the sign of z; at the kink torch returns 0, which is neither one-sided derivative but their mean."""
    return z.sign()

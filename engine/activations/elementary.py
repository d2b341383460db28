"""No activation at all, and two that are not used: the identity, sin and cos.

sin and cos are the counter-examples among activations: they are bounded without saturating, and not monotonic.
"""

import torch
from torch import Tensor


def identity(z: Tensor) -> Tensor:
    """Return z: layers with no activation between them are one linear layer, however many there are."""
    return z.clone()


def identity_slope(z: Tensor) -> Tensor:
    """Return 1."""
    return torch.ones_like(z)


def sin(z: Tensor) -> Tensor:
    """Return sin z, odd and of range [-1, 1]."""
    return torch.sin(z)


def sin_slope(z: Tensor) -> Tensor:
    """Return cos z, which changes its sign again and again."""
    return torch.cos(z)


def cos(z: Tensor) -> Tensor:
    """Return cos z, even and of range [-1, 1]."""
    return torch.cos(z)


def cos_slope(z: Tensor) -> Tensor:
    """Return -sin z."""
    return -torch.sin(z)

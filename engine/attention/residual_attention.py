"""Residual attention learning: a mask weighs the features of a trunk, and cannot wipe them out.

Source: Wang et al. 2017, "Residual Attention Network for Image Classification", section 3.1. The branches that make
trunk and mask are in :mod:`engine.models.residual_attention`, the ways to make a mask of numbers in
:mod:`engine.attention.mask_activations`.
"""

from torch import Tensor


def combine(trunk: Tensor, mask: Tensor, residual: bool = True) -> Tensor:
    """Return (1 + M)·F, attention residual learning; without ``residual`` M·F, naive attention learning.

    A mask of zeros leaves the trunk as it is, where the naive form wipes it out. After L modules with the mask m a
    value is (1 + m)ᴸ times its size, and mᴸ times in the naive form. The trunk's gradient is multiplied likewise.

    >>> import torch
    >>> trunk = torch.tensor([1.0, -2.0])
    >>> combine(trunk, torch.zeros(2)).tolist(), combine(trunk, torch.zeros(2), residual=False).tolist()
    ([1.0, -2.0], [0.0, -0.0])
    """
    return (1 + mask) * trunk if residual else mask * trunk

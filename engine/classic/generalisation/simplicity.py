"""Occam's razor in numbers: how long the weights of a fit get as its degree grows, and how a penalty shortens them.

Source: Bishop 2006, "Pattern Recognition and Machine Learning", section 1.1 (table 1.1).
"""

from typing import NamedTuple

import torch
from torch import Tensor


class Fit(NamedTuple):
    """A polynomial fit to one sample."""

    weights: Tensor
    """``(degree + 1,)``, lowest power first."""
    norm: Tensor
    """‖w‖."""
    train_error: Tensor
    """Mean squared error on the sample."""


def polynomial_fit(x: Tensor, y: Tensor, degree: int, lam: float = 0.0) -> Fit:
    """Return the w that minimises Σ (Σ w_j·x^j - y)² + λ·‖w‖², found through the singular values of the powers.

    A higher degree never fits worse, and once it chases noise its weights explode; a λ over 0 makes them shorter at the
    price of a larger training error. The constant is penalised with the others. Shapes: ``x`` and ``y`` (n,).

    >>> polynomial_fit(torch.tensor([-1.0, 1.0]), torch.tensor([3.0, 5.0]), degree=1).weights.round(decimals=4)
    tensor([4., 1.])
    """
    powers = x[:, None] ** torch.arange(degree + 1).to(x)
    u, s, vh = torch.linalg.svd(powers, full_matrices=False)
    factors = torch.where(s > len(x) * torch.finfo(s.dtype).eps * s.max(), s / (s.square() + lam), 0)
    w = vh.T @ (factors * (u.T @ y))
    return Fit(w, w.norm(), (powers @ w - y).square().mean())

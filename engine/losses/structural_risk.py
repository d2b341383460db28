"""Structural risk: the loss on the data plus λ times a penalty on the weights.

Source: Vapnik 1991, "Principles of Risk Minimization for Learning Theory"; Hoerl & Kennard 1970, "Ridge Regression".
"""

from typing import Literal

from torch import Tensor

Penalty = Literal["l2", "half_l2", "l1"]
"""Σ w², ½·Σ w² or Σ abs(w)."""


def penalty(weights: Tensor, kind: Penalty = "l2") -> Tensor:
    """Return the penalty before it is multiplied by λ.

    >>> import torch
    >>> [penalty(torch.tensor([3.0, -4.0]), kind).item() for kind in ("l2", "half_l2", "l1")]
    [25.0, 12.5, 7.0]
    """
    if kind == "l1":
        return weights.abs().sum()
    return weights.square().sum() / (2 if kind == "half_l2" else 1)


def structural_risk(data_loss: Tensor, weights: Tensor, lam: float, kind: Penalty = "l2") -> Tensor:
    """Return data loss + λ·penalty."""
    return data_loss + lam * penalty(weights, kind)


def ridge_slope(x: Tensor, y: Tensor, lam: float) -> Tensor:
    """Return the w that minimises mean (w·x - y)² + λ·w² over one feature: Σ xy/(Σ x² + n·λ).

    >>> import torch
    >>> ridge_slope(torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0]), lam=2.5).item()
    1.0
    """
    return (x * y).sum() / (x.square().sum() + len(x) * lam)

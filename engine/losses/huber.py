"""Huber loss: squared for small residuals, absolute for large ones; and smooth L1, which is Huber over its threshold.

Sources: Huber 1964, "Robust Estimation of a Location Parameter"; Girshick 2015, "Fast R-CNN" (smooth L1).
"""

import torch
from torch import Tensor


def huber(prediction: Tensor, target: Tensor, delta: float = 1.0) -> Tensor:
    """Return r²/2 where abs(r) ≤ δ, δ·(abs(r) - δ/2) elsewhere, with r = prediction - target.

    Both pieces have value δ²/2 and slope δ at abs(r) = δ, so it is once continuously differentiable, not twice. As
    δ → ∞ it tends to r²/2; as δ → 0 it tends to 0, and only huber/δ tends to abs(r).
    """
    size = (prediction - target).abs()
    return torch.where(size <= delta, size.square() / 2, delta * (size - delta / 2))


def huber_slope(prediction: Tensor, target: Tensor, delta: float = 1.0) -> Tensor:
    """Return r cut off to [-δ, δ]: no outlier pulls harder than δ."""
    return (prediction - target).clamp(-delta, delta)


def smooth_l1(prediction: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Return huber/β: r²/(2β) where abs(r) ≤ β, abs(r) - β/2 elsewhere.

    As β → 0 it tends to abs(r), as β → ∞ to 0.

    >>> smooth_l1(torch.tensor([3.0]), torch.tensor([0.0]), beta=2.0).item()
    2.0
    """
    return huber(prediction, target, beta) / beta


def smooth_l1_slope(prediction: Tensor, target: Tensor, beta: float = 1.0) -> Tensor:
    """Return r/β cut off to [-1, 1]."""
    return huber_slope(prediction, target, beta) / beta

"""Quantile (pinball) loss: missing from below costs q, from above 1 - q, so the best constant is the q-quantile.

Source: Koenker & Bassett 1978, "Regression Quantiles".
"""

import torch
from torch import Tensor


def quantile(prediction: Tensor, target: Tensor, q: float = 0.5) -> Tensor:
    """Return q·(y - ŷ) where ŷ < y, (1 - q)·(ŷ - y) elsewhere; for q = ½ it is half the absolute error.

    >>> quantile(torch.tensor([8.0, 12.0]), torch.tensor([10.0, 10.0]), q=0.75).tolist()
    [1.5, 0.5]
    """
    residual = prediction - target
    return torch.where(residual < 0, -q * residual, (1 - q) * residual)


def quantile_slope(prediction: Tensor, target: Tensor, q: float = 0.5) -> Tensor:
    """Return -q where ŷ < y, 1 - q where ŷ > y; at the kink the mean of both, ½ - q, as a maximum has in torch."""
    return (prediction - target).sign() / 2 + 0.5 - q

"""Squared error of logarithms, for targets such as prices where the ratio matters; its root is log-RMSE."""

import torch
from torch import Tensor


def squared_log_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Return (log ŷ - log y)², where a prediction below 1 counts as 1 so that its logarithm is 0, not NaN.

    Twice too much and half of it cost the same, (log 2)², at any price. Targets must be positive; the clip biases
    wherever they are below 1.

    >>> round(squared_log_error(torch.tensor(200.0), torch.tensor(100.0)).sqrt().item(), 4)
    0.6931
    """
    return (prediction.clamp(min=1).log() - target.log()).square()


def squared_log_error_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return 2·(log ŷ - log y)/ŷ where ŷ ≥ 1; a clipped prediction has no gradient."""
    clipped = prediction.clamp(min=1)
    return torch.where(prediction >= 1, 2 * (clipped.log() - target.log()) / clipped, torch.zeros_like(clipped))

"""Log-cosh: like r²/2 near 0 and abs(r) - log 2 far away, with derivatives of every order."""

import math

import torch
from torch import Tensor

from engine.activations.tanh import tanh


def log_cosh(prediction: Tensor, target: Tensor) -> Tensor:
    """Return log cosh r = abs(r) + log(1 + exp(-2·abs(r))) - log 2, which does not overflow as cosh does.

    >>> round(log_cosh(torch.tensor(1000.0), torch.tensor(0.0)).item(), 3)
    999.307
    """
    size = (prediction - target).abs()
    return size + torch.log1p(torch.exp(-2 * size)) - math.log(2)


def log_cosh_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return tanh r: bounded by 1, so outliers do not pull without limit."""
    return tanh(prediction - target)

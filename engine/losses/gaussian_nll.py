"""The negative log-likelihood of a normal distribution: a loss that may be negative, for densities exceed 1.

Source: Nix & Weigend 1994, "Estimating the Mean and Variance of the Target Probability Distribution".
"""

import math

from torch import Tensor


def gaussian_nll(prediction: Tensor, target: Tensor, var: float = 1.0) -> Tensor:
    """Return ½·(log v + r²/v); the constant ½·log 2π is left out, as torch does. With v = 1 it is r²/2.

    >>> import torch
    >>> round(gaussian_nll(torch.zeros(1), torch.zeros(1), var=0.01).item(), 4)
    -2.3026
    """
    return (math.log(var) + (prediction - target).square() / var) / 2


def gaussian_nll_slope(prediction: Tensor, target: Tensor, var: float = 1.0) -> Tensor:
    """Return r/v."""
    return (prediction - target) / var

"""Smooth relatives of ReLU: softplus, GELU, Mish; and softsign, a sigmoid with slow tails.

Sources: Dugas et al. 2001 (softplus); Hendrycks & Gimpel 2016, "Gaussian Error Linear Units"; Misra 2019, "Mish: A
Self Regularized Non-Monotonic Activation Function"; Bergstra et al. 2009 (softsign).
"""

import math

import torch
from torch import Tensor

from engine.activations.sigmoid import sigmoid
from engine.activations.tanh import tanh, tanh_slope

_TANH_CUBE = 0.044715


def softplus(z: Tensor) -> Tensor:
    """Return log(1 + eᶻ), of range (0, ∞): a ReLU with its corner rounded off.

    ``logaddexp`` takes the larger exponent out first, so nothing overflows.

    >>> round(softplus(torch.tensor(0.0)).item(), 4)
    0.6931
    """
    return torch.logaddexp(z, torch.zeros_like(z))


def softplus_slope(z: Tensor) -> Tensor:
    """Return σ(z): softplus saturates on the left only."""
    return sigmoid(z)


def gelu(z: Tensor) -> Tensor:
    """Return z·Φ(z), Φ being the normal distribution function: range [-0.1700, ∞), the minimum at z = -0.7518.

    Φ(z) = ½·erfc(-z/√2) keeps its digits on the left, where ½·(1 + erf(z/√2)) cancels.

    >>> round(gelu(torch.tensor(1.0)).item(), 4)
    0.8413
    """
    return z * _normal_cdf(z)


def gelu_slope(z: Tensor) -> Tensor:
    """Return Φ(z) + z·φ(z), φ being the normal density."""
    return _normal_cdf(z) + z * torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)


def gelu_tanh(z: Tensor) -> Tensor:
    """Return ½·z·(1 + tanh(√(2/π)·(z + 0.044715·z³))), the approximation of GELU that GPT-2 uses.

    >>> round(gelu_tanh(torch.tensor(1.0)).item(), 4)
    0.8412
    """
    return z / 2 * (1 + tanh(_bent(z)))


def gelu_tanh_slope(z: Tensor) -> Tensor:
    """Return ½·(1 + tanh u) + ½·z·(1 - tanh² u)·u', with u = √(2/π)·(z + 0.044715·z³)."""
    bent_slope = math.sqrt(2 / math.pi) * (1 + 3 * _TANH_CUBE * z.square())
    return (1 + tanh(_bent(z))) / 2 + z / 2 * tanh_slope(_bent(z)) * bent_slope


def mish(z: Tensor) -> Tensor:
    """Return z·tanh(softplus(z)): range [-0.3088, ∞), the minimum at z = -1.1924.

    >>> round(mish(torch.tensor(1.0)).item(), 4)
    0.8651
    """
    return z * tanh(softplus(z))


def mish_slope(z: Tensor) -> Tensor:
    """Return tanh s + z·(1 - tanh² s)·σ(z), with s = softplus(z)."""
    return tanh(softplus(z)) + z * tanh_slope(softplus(z)) * sigmoid(z)


def softsign(z: Tensor) -> Tensor:
    """Return z/(1 + abs(z)), odd and of range (-1, 1); it nears its ends as 1/z, not exponentially.

    >>> softsign(torch.tensor([-1.0, 3.0])).tolist()
    [-0.5, 0.75]
    """
    return z / (1 + z.abs())


def softsign_slope(z: Tensor) -> Tensor:
    """Return 1/(1 + abs(z))²: 1 at 0."""
    return 1 / (1 + z.abs()).square()


def _normal_cdf(z: Tensor) -> Tensor:
    return torch.erfc(-z / math.sqrt(2)) / 2


def _bent(z: Tensor) -> Tensor:
    return math.sqrt(2 / math.pi) * (z + _TANH_CUBE * z**3)

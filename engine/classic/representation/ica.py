"""Independent component analysis: sources that were mixed linearly, found again because they are not normal.

Order, sign and size of the sources cannot be known. Normal sources cannot be found at all: any rotation of whitened
normal data is as independent. Source: Hyvärinen & Oja 2000, "Independent Component Analysis: Algorithms and
Applications" (FastICA, symmetric, with g(u) = u³, which makes the size of the kurtosis largest).
"""

import torch
from torch import Tensor

from engine.preprocessing.whitening import whitening


def fast_ica(x: Tensor, steps: int = 50) -> Tensor:
    """Return the sources, with mean 0 and variance 1, of mixtures ``x`` ``(n, d)``; one row a time, d sources.

    The data are whitened to z, and then W ← orthonormalise(E[(W·z)³·zᵀ] - 3·W) is repeated from the identity, all rows
    at once; W ← U·Vᵀ of W = U·S·Vᵀ orthonormalises. Two steps usually see the fixed point, as convergence is cubic.
    """
    z = whitening(x).transform(x)
    w = torch.eye(z.shape[1]).to(z)
    for _ in range(steps):
        w = _orthonormal((z @ w.T).pow(3).T @ z / len(z) - 3 * w)
    return z @ w.T


def _orthonormal(w: Tensor) -> Tensor:
    u, _, vh = torch.linalg.svd(w)
    product: Tensor = u @ vh
    return product


def kurtosis(x: Tensor) -> Tensor:
    """Return E[u⁴] - 3 of each standardised column, ``(d,)``: 0 for the normal distribution, -1.2 for the uniform one.

    >>> kurtosis(torch.tensor([[-1.0], [1.0]]))
    tensor([-2.])
    """
    u = (x - x.mean(0)) / x.std(0, correction=0)
    return u.pow(4).mean(0) - 3

"""Sparse codes: each sample as a sum of few columns of a dictionary, found by ISTA.

Source: Olshausen & Field 1996, "Emergence of Simple-Cell Receptive Field Properties by Learning a Sparse Code";
Daubechies, Defrise & De Mol 2004 (ISTA).
"""

import torch
from torch import Tensor

from engine.regularization.lasso import soft_threshold


def sparse_codes(dictionary: Tensor, samples: Tensor, lam: float, steps: int = 1000) -> Tensor:
    """Return the codes c that minimise ½·‖D·c - x‖² + λ·Σ abs(c) for each sample x, by proximal gradient descent.

    c ← S(c - t·Dᵀ(D·c - x), t·λ) with t = 1/‖D‖² and the soft threshold S. The dictionary may be wider than tall
    (overcomplete), as the penalty chooses among the many codes. Shapes: ``dictionary`` (d, atoms), ``samples`` (n, d),
    the result (n, atoms).

    >>> sparse_codes(torch.eye(2), torch.tensor([[3.0, 0.5]]), lam=1.0)
    tensor([[2., 0.]])
    """
    rate = 1 / float(torch.linalg.matrix_norm(dictionary, 2)) ** 2
    gram, target = dictionary.T @ dictionary, samples @ dictionary
    codes = torch.zeros_like(target)
    for _ in range(steps):
        codes = soft_threshold(codes - rate * (codes @ gram - target), rate * lam)
    return codes

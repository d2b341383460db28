"""Softmax: positive numbers that sum to 1, in proportion to the exponentials of the logits.

Source: Bridle 1990, "Probabilistic Interpretation of Feedforward Classification Network Outputs".
"""

import torch
from torch import Tensor


def log_softmax(z: Tensor, dim: int = -1) -> Tensor:
    """Return log softmax(z) = z - log Σ exp z. The largest logit is taken out first, so no exponential overflows.

    >>> log_softmax(torch.tensor([0.0, 1000.0])).tolist()
    [-1000.0, 0.0]
    """
    shifted = z - z.amax(dim, keepdim=True).detach()
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def softmax(z: Tensor, dim: int = -1, temperature: float = 1.0) -> Tensor:
    """Return p = exp(z/T)/Σ exp(z/T): all of p positive, their sum 1, and z + c gives the same p for any constant c.

    T → 0 leaves only the largest logit, T → ∞ makes all p equal.

    >>> [round(p, 4) for p in softmax(torch.tensor([1.0, 2.0, 3.0])).tolist()]
    [0.09, 0.2447, 0.6652]
    """
    shifted = (z - z.amax(dim, keepdim=True).detach()) / temperature
    weights = shifted.exp()
    return weights / weights.sum(dim, keepdim=True)


def softmax_jacobian(z: Tensor, temperature: float = 1.0) -> Tensor:
    """Return ∂p_i/∂z_j = p_i(δ_ij - p_j)/T of one vector: diag(p) - p·pᵀ. Rows and columns sum to 0.

    Shape: ``(K,)`` to ``(K, K)``.

    >>> softmax_jacobian(torch.tensor([0.0, 0.0])).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    """
    p = softmax(z, temperature=temperature)
    return (torch.diag(p) - torch.outer(p, p)) / temperature

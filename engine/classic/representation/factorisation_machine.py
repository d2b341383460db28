"""The factorisation machine: every pair of features gets a weight, the inner product of two short vectors.

Source: Rendle 2010, "Factorization Machines".
"""

from typing import NamedTuple

from torch import Tensor


class FactorisationMachine(NamedTuple):
    """ŷ = w₀ + Σ w_i·x_i + Σ_{i<j} (v_i·v_j)·x_i·x_j, with 1 + n + n·k parameters instead of 1 + n + n(n - 1)/2."""

    bias: Tensor
    weight: Tensor
    """``(n,)``"""
    factors: Tensor
    """``(n, k)``, a row v_i for each feature."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return predictions, ``(samples, n)`` to ``(samples,)``."""
        return self.bias + x @ self.weight + pair_term(x, self.factors)


def pair_term(x: Tensor, factors: Tensor) -> Tensor:
    """Return Σ_{i<j} (v_i·v_j)·x_i·x_j in O(k·n), ``(samples, n)`` to ``(samples,)``.

    ½·Σ_f ((Σ_i v_if·x_i)² - Σ_i v_if²·x_i²): the square of the sum holds every pair twice and each feature with itself
    once, which is taken off.

    >>> import torch
    >>> pair_term(torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0], [1.0], [1.0]]))
    tensor([11.])
    """
    return ((x @ factors).square() - x.square() @ factors.square()).sum(1) / 2


def pairwise_weights(factors: Tensor) -> Tensor:
    """Return the weights v_i·v_j of all pairs, ``(n, n)``, with 0 on the diagonal: of rank k but for it."""
    products = factors @ factors.T
    return products - products.diagonal().diag()

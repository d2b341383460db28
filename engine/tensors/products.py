"""Four products of vectors and matrices that are easily mistaken for one another.

For vectors a, b of n entries: the inner product Σᵢ aᵢ·bᵢ is a number, the outer product aᵢ·bⱼ a matrix of n×n, the
Hadamard product aᵢ·bᵢ a vector of n. For matrices the matrix product mixes rows with columns, and the Hadamard product
``*`` does not mix anything.
"""

from collections.abc import Callable, Mapping
from typing import Final

from torch import Tensor

from engine.errors import Refused
from engine.tensors.matmul import matmul


def hadamard(a: Tensor, b: Tensor) -> Tensor:
    """Return aᵢ·bᵢ, entry by entry; both of one shape, and so is the result. Named after Jacques Hadamard.

    >>> import torch
    >>> hadamard(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])).tolist()
    [3.0, 8.0]
    """
    if a.shape != b.shape:
        raise Refused(f"a Hadamard product needs two tensors of one shape, not {tuple(a.shape)} and {tuple(b.shape)}")
    return a * b


def inner(a: Tensor, b: Tensor) -> Tensor:
    """Return Σᵢ aᵢ·bᵢ of two vectors, a number; of two matrices, the sum of their Hadamard product (Frobenius).

    >>> import torch
    >>> float(inner(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])))
    11.0
    """
    return hadamard(a, b).sum()


def outer(a: Tensor, b: Tensor) -> Tensor:
    """Return the matrix aᵢ·bⱼ of two vectors, ``(n,)`` and ``(m,)`` to ``(n, m)``; its rank is at most 1.

    >>> import torch
    >>> outer(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0, 5.0])).tolist()
    [[3.0, 4.0, 5.0], [6.0, 8.0, 10.0]]
    """
    if a.dim() != 1 or b.dim() != 1:
        raise Refused(f"an outer product takes two vectors, not tensors of {a.dim()} and {b.dim()} axes")
    return a[:, None] * b


PRODUCTS: Final[Mapping[str, Callable[[Tensor, Tensor], Tensor]]] = {
    "matrix": matmul,
    "hadamard": hadamard,
    "inner": inner,
    "outer": outer,
}
"""By name."""

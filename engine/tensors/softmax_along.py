"""Softmax along one axis: which numbers share one sum.

``dim`` names the axis along which the numbers *compete*: along it they sum to 1, along no other do they in general. For
scores with a row for each query, ``dim=1`` (or -1) is right, and ``dim=0`` makes the queries compete for each key.
"""

from torch import Tensor


def softmax(x: Tensor, dim: int) -> Tensor:
    """Return exp(x)/Σ exp(x), the sum running along ``dim``; the shape stays.

    A number added to all entries along ``dim`` changes nothing, so the greatest is taken off first, and exp cannot
    overflow.

    >>> import torch
    >>> softmax(torch.tensor([[0.0, 0.0], [0.0, 0.0]]), dim=0).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    exponentials = (x - x.amax(dim, keepdim=True)).exp()
    return exponentials / exponentials.sum(dim, keepdim=True)


def repeated_minus(a: Tensor) -> Tensor:
    """Return c[i, j] = a[i] - a[j] as a snippet from the book makes it: b - a, where row i of b is a[i] everywhere.

    A vector is subtracted from each *row*: broadcasting aligns it with the last axis. Two rows of c differ by a
    constant only, so softmax along ``dim=1`` gives equal rows.

    >>> import torch
    >>> repeated_minus(torch.tensor([1, 2, 3])).tolist()
    [[0, -1, -2], [1, 0, -1], [2, 1, 0]]
    """
    return a.repeat_interleave(len(a)).reshape(-1, len(a)) - a

"""Products of matrices and of stacks of matrices: which shapes fit, and what comes out."""

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.errors import Refused
from engine.tensors.broadcasting import broadcast_shape

Shape = tuple[int, ...]


def bmm_shape(a: Sequence[int], b: Sequence[int]) -> Shape:
    """Return the shape of ``torch.bmm``: ``(b, n, m)`` and ``(b, m, k)`` to ``(b, n, k)``.

    Exactly three axes, and equal batch sizes: bmm never broadcasts.

    >>> bmm_shape((2, 1, 4), (2, 4, 6))
    (2, 1, 6)
    """
    if len(a) != 3 or len(b) != 3:
        raise Refused(f"bmm takes two tensors of three axes, not {len(a)} and {len(b)}; matmul takes others")
    if a[0] != b[0]:
        raise Refused(f"bmm does not broadcast: the batch sizes are {a[0]} and {b[0]}; matmul would stretch a 1")
    _check_inner(a[2], b[1])
    return (a[0], a[1], b[2])


def matmul_shape(a: Sequence[int], b: Sequence[int]) -> Shape:
    """Return the shape of ``a @ b``.

    The last two axes are multiplied, all before them broadcast. A 1-D ``a`` is a row and a 1-D ``b`` a column: the axis
    of size 1 that makes them so is gone in the result.

    >>> matmul_shape((2, 1, 4), (4, 6)), matmul_shape((3,), (3,)), matmul_shape((5, 3), (3,))
    ((2, 1, 6), (), (5,))
    """
    if not a or not b:
        raise Refused("matmul takes no scalars; multiply them with *")
    left = (1, *a) if len(a) == 1 else tuple(a)
    right = (*b, 1) if len(b) == 1 else tuple(b)
    _check_inner(left[-1], right[-2])
    batch = broadcast_shape(left[:-2], right[:-2])
    rows = () if len(a) == 1 else (left[-2],)
    columns = () if len(b) == 1 else (right[-1],)
    return (*batch, *rows, *columns)


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Return Σₘ a[n, m]·b[m, k] of two matrices, as a loop over the rows of one and the columns of the other."""
    _check_inner(a.shape[1], b.shape[0])
    return torch.stack([torch.stack([(row * column).sum() for column in b.unbind(1)]) for row in a])


def bmm(a: Tensor, b: Tensor) -> Tensor:
    """Return the products of two stacks of matrices, one by one: ``(b, n, m)`` and ``(b, m, k)`` to ``(b, n, k)``."""
    bmm_shape(a.shape, b.shape)
    return torch.stack([matmul(left, right) for left, right in zip(a, b, strict=True)])


def _check_inner(columns: int, rows: int) -> None:
    if columns != rows:
        raise Refused(f"the left rows have {columns} entries and the right columns {rows}; these must be equal")

"""Reductions: sum, mean, variance over some axes, written as loops over all entries.

The axes that are *named* disappear; with ``keepdim`` they stay with size 1, so that the result broadcasts against the
tensor it came from. BatchNorm reduces an image batch (N, C, H, W) over (0, 2, 3), LayerNorm over (1, 2, 3).
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal

import torch
from torch import Tensor

from engine.errors import Refused

Shape = tuple[int, ...]
Reduction = Literal["sum", "mean", "max", "var"]


def reduced_shape(shape: Sequence[int], dim: Sequence[int], keepdim: bool = False) -> Shape:
    """Return what is left of a shape when the axes ``dim`` are reduced; all of them where ``dim`` is empty.

    >>> reduced_shape((8, 3, 5, 5), (0, 2, 3)), reduced_shape((8, 3, 5, 5), (0, 2, 3), keepdim=True)
    ((3,), (1, 3, 1, 1))
    """
    gone = _axes(shape, dim)
    return tuple(1 if axis in gone else size for axis, size in enumerate(shape) if keepdim or axis not in gone)


def reduce(x: Tensor, reduction: Reduction, dim: Sequence[int], keepdim: bool = False, correction: int = 1) -> Tensor:
    """Return the reduction of ``x`` over the axes ``dim``, group by group.

    ``var`` is Σ(x - mean)²/(count - correction): ``correction`` 0 divides by the number of entries (biased, as
    BatchNorm normalises), 1 by one less (unbiased, torch's default).

    >>> x = torch.tensor([[1.0, 3.0], [5.0, 7.0]])
    >>> reduce(x, "mean", [1], keepdim=True).tolist(), reduce(x, "var", [1], correction=0).tolist()
    ([[2.0], [6.0]], [1.0, 1.0])
    """
    gone = _axes(x.shape, dim)
    groups: dict[Shape, list[float]] = {}
    for index in product(*map(range, x.shape)):
        kept = tuple(place for axis, place in enumerate(index) if axis not in gone)
        groups.setdefault(kept, []).append(float(x[index]))
    values = [_reduced(group, reduction, correction) for group in groups.values()]
    return torch.tensor(values, dtype=x.dtype).reshape(reduced_shape(x.shape, dim, keepdim))


def _reduced(group: Sequence[float], reduction: Reduction, correction: int) -> float:
    total = sum(group)
    if reduction == "sum":
        return total
    if reduction == "max":
        return max(group)
    mean = total / len(group)
    if reduction == "mean":
        return mean
    if len(group) <= correction:
        return float("nan")
    return sum((value - mean) ** 2 for value in group) / (len(group) - correction)


def _axes(shape: Sequence[int], dim: Sequence[int]) -> set[int]:
    count = len(shape)
    for axis in dim:
        if not -count <= axis < count:
            raise Refused(f"dim {axis} is out of range: it runs from {-count} to {count - 1} here")
    axes = {axis % count for axis in dim}
    if len(axes) != len(dim):
        raise Refused(f"'dim' names an axis twice: {list(dim)}")
    return axes or set(range(count))

"""``tensor.*``: sums, means and variances over some axes."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from engine.device import for_float64
from engine.doors.tensors._shapes import Dims, Shape, Values, written, zeros
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors import reductions

_IMAGES = {"shape": [8, 3, 5, 5], "dim": [0, 2, 3]}


@function("tensor.reduced_shape", Kind.MODULE, example=_IMAGES, shows=(reductions.reduced_shape,))
def reduced_shape(shape: Shape, dim: Dims, keepdim: bool = False) -> Run:
    """Return the shape of ``x.mean(dim, keepdim)``: the named axes go, or stay with size 1; all if none is named.

    >>> reduced_shape((8, 3, 5, 5), (0, 2, 3)).value, reduced_shape((8, 3, 5, 5), (0, 2, 3), keepdim=True).value
    ([3], [1, 3, 1, 1])
    """
    reductions.reduced_shape(shape, dim)
    found = zeros(shape).mean(tuple(dim), keepdim=keepdim)
    gone = {axis % len(shape) for axis in dim} or set(range(len(shape)))
    rows = [(axis, size, "averaged away" if axis in gone else "kept") for axis, size in enumerate(shape)]
    blocks = [Table(f"{written(shape)} to {written(found.shape)}", ["axis", "size", "what becomes of it"], rows)]
    return Run(list(found.shape), lambda: blocks, str(found.device))


@function("tensor.reduce", Kind.MODULE, example={"x": [[1, 3], [5, 7]], "dim": [1]}, shows=(reductions.reduce,))
def reduce(
    x: Values,
    dim: Dims,
    reduction: Literal["sum", "mean", "max", "var"] = "mean",
    keepdim: bool = False,
    correction: Literal[0, 1] = 1,
) -> Run:
    """Return torch's reduction over the axes ``dim``; ``var`` divides by the count less ``correction``.

    >>> x = torch.tensor([[1.0, 3.0], [5.0, 7.0]])
    >>> reduce(x, [1], keepdim=True).value, reduce(x, [0], "var").value
    ([[2.0], [6.0]], [8.0, 8.0])
    """
    reductions.reduced_shape(x.shape, dim)
    axes = tuple(dim) or tuple(range(x.dim()))
    found = _reduced(x.to(for_float64()), axes, reduction, keepdim, correction)
    if bool(found.isnan().any()):
        raise Refused("an unbiased variance needs at least two numbers: with one it is 0/0; take correction=0")
    rows = [("given", written(x.shape)), ("reduced over", str(list(axes))), ("result", written(found.shape))]
    maps = [Heatmap("x", x.tolist(), "axis 1", "axis 0")] if x.dim() == 2 else []
    return Run(found.tolist(), lambda: [Table("Shapes", ["what", "shape"], rows), *maps], str(found.device))


def _reduced(x: Tensor, axes: Sequence[int], reduction: str, keepdim: bool, correction: int) -> Tensor:
    if reduction == "max":
        return x.amax(tuple(axes), keepdim=keepdim)
    if reduction == "var":
        if torch.Size(x.shape[axis] for axis in axes).numel() <= correction:
            return x.new_full((1,), float("nan"))
        return x.var(tuple(axes), correction=correction, keepdim=keepdim)
    return x.sum(tuple(axes), keepdim=keepdim) if reduction == "sum" else x.mean(tuple(axes), keepdim=keepdim)

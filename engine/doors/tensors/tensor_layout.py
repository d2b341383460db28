"""``tensor.*``: where entries lie, and what reshape, transpose, permute and flatten make of them."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.doors.tensors._shapes import Dim, Dims, Shape, Values, written, zeros
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors import layout

Small = Annotated[Sequence[Annotated[int, Between(1, 64)]], Length(1, 4)]
Place = Annotated[int, Between(0, 1_000_000)]
NewShape = Annotated[Sequence[Annotated[int, Between(-1, 1_000_000)]], Length(0, 5)]
"""-1 once, where torch shall fill in the size."""
_MOST = 100_000


@function(
    "tensor.flat_index", Kind.MEASURED, example={"shape": [2, 3, 4], "index": [1, 2, 3]}, shows=(layout.flat_index,)
)
def flat_index(shape: Small, index: Annotated[Sequence[Place], Length(1, 4)]) -> Run:
    """Return where the entry at ``index`` stands after ``flatten()``: a 1 is put there and looked for.

    >>> flat_index((2, 3, 4), (1, 2, 3)).value
    23
    """
    layout.flat_index(shape, index)
    x = _small(shape)
    x[tuple(index)] = 1
    strides = list(zip(range(len(shape)), shape, index, x.stride(), strict=True))
    table = Table("Index times stride, summed", ["axis", "size", "index", "stride"], strides)
    return Run(int(x.flatten().argmax()), lambda: [table, *_numbered(shape)], "cpu")


@function("tensor.index_at", Kind.MEASURED, example={"shape": [2, 3, 4], "position": 23}, shows=(layout.unflat_index,))
def index_at(shape: Small, position: Place) -> Run:
    """Return the index of the entry that stands at ``position`` of the flattened tensor.

    >>> index_at((2, 3, 4), 23).value
    [1, 2, 3]
    """
    layout.unflat_index(shape, position)
    flat = _small(shape).flatten()
    flat[position] = 1
    found = flat.reshape(tuple(shape)).nonzero()[0].tolist()
    return Run(found, lambda: [Table("Found", ["axis", "index"], list(enumerate(found))), *_numbered(shape)], "cpu")


@function("tensor.strides", Kind.MODULE, example={"shape": [2, 3, 4], "dims": [0, 2, 1]}, shows=(layout.strides,))
def strides(shape: Shape, dims: Dims | None = None) -> Run:
    """Return how many entries apart neighbours along each axis lie, with ``dims`` after ``permute(dims)``.

    >>> strides((2, 3, 4)).value, strides((2, 3, 4), dims=(0, 2, 1)).value
    ([12, 4, 1], [12, 1, 4])
    """
    x = _permuted(zeros(shape), dims)
    rows = list(zip(range(x.dim()), x.shape, x.stride(), strict=True))
    blocks = [Table(f"contiguous: {x.is_contiguous()}", ["axis", "size", "stride"], rows)]
    return Run(list(x.stride()), lambda: blocks, str(x.device))


@function("tensor.is_contiguous", Kind.MODULE, example={"shape": [2, 3], "dims": [1, 0]}, shows=(layout.is_contiguous,))
def is_contiguous(shape: Shape, dims: Dims | None = None) -> Run:
    """Say whether a fresh tensor of ``shape``, with ``dims`` after ``permute(dims)``, lies in row-major order.

    >>> is_contiguous((2, 3)).value, is_contiguous((2, 3), dims=(1, 0)).value
    (True, False)
    """
    x = _permuted(zeros(shape), dims)
    rows = list(zip(range(x.dim()), x.shape, x.stride(), layout.strides(x.shape), strict=True))
    table = Table("Strides", ["axis", "size", "stride", "row-major would be"], rows)
    return Run(x.is_contiguous(), lambda: [table], str(x.device))


@function(
    "tensor.reshape_shape", Kind.MODULE, example={"shape": [2, 3, 4], "new": [4, -1]}, shows=(layout.reshape_shape,)
)
def reshape_shape(shape: Shape, new: NewShape) -> Run:
    """Return the shape after ``reshape(new)``, one -1 filled in.

    >>> reshape_shape((8, 16, 5, 5), (8, -1)).value
    [8, 400]
    """
    layout.reshape_shape(shape, new)
    x = zeros(shape)
    found = x.reshape(tuple(new))
    rows = [("given", written(shape), x.numel()), ("reshaped", written(found.shape), found.numel())]
    return Run(list(found.shape), lambda: [Table("Shapes", ["tensor", "shape", "entries"], rows)], str(x.device))


@function(
    "tensor.flatten_shape", Kind.MODULE, example={"shape": [8, 16, 5, 5], "start_dim": 1}, shows=(layout.flatten_shape,)
)
def flatten_shape(shape: Shape, start_dim: Dim = 0, end_dim: Dim = -1) -> Run:
    """Return the shape after ``flatten(start_dim, end_dim)``; start_dim=1 keeps the batch apart.

    >>> flatten_shape((8, 16, 5, 5), start_dim=1).value, flatten_shape((8, 16, 5, 5)).value
    ([8, 400], [3200])
    """
    layout.flatten_shape(shape, start_dim, end_dim)
    found = zeros(shape).flatten(start_dim, end_dim)
    rows = [("given", written(shape)), (f"flatten({start_dim}, {end_dim})", written(found.shape))]
    return Run(list(found.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], str(found.device))


@function(
    "tensor.permute_shape", Kind.MODULE, example={"shape": [2, 3, 4], "dims": [2, 0, 1]}, shows=(layout.permute_shape,)
)
def permute_shape(shape: Shape, dims: Dims) -> Run:
    """Return the shape after ``permute(dims)``: axis k of the result is axis dims[k] of the tensor.

    >>> permute_shape((2, 3, 4), (2, 0, 1)).value
    [4, 2, 3]
    """
    x = _permuted(zeros(shape), dims)
    rows = list(zip(range(x.dim()), dims, x.shape, x.stride(), strict=True))
    return Run(list(x.shape), lambda: [Table("Axes", ["axis", "was axis", "size", "stride"], rows)], str(x.device))


@function("tensor.rearranged", Kind.MODULE, example={"x": [[1, 2, 3], [4, 5, 6]], "by": "transpose"})
def rearranged(x: Values, by: Literal["transpose", "reshape"]) -> Run:
    """Return a matrix of n×m as one of m×n: transposed, or merely reshaped, which keeps the order of the entries.

    >>> x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> rearranged(x, "transpose").value, rearranged(x, "reshape").value
    ([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    """
    if x.dim() != 2:
        raise Refused(f"'x' must be a matrix here, not a tensor of {x.dim()} axes")
    x = x.to(for_float64())
    made = {"given": x, "transpose": x.T, "reshape": x.reshape(x.shape[1], x.shape[0])}
    maps = [Heatmap(name, m.tolist(), "column", "row") for name, m in made.items()]
    return Run(made[by].tolist(), lambda: maps, str(x.device))


def _permuted(x: Tensor, dims: Sequence[int] | None) -> Tensor:
    if dims is None:
        return x
    layout.permute_shape(x.shape, dims)
    return x.permute(tuple(dims))


def _small(shape: Sequence[int]) -> Tensor:
    count = math.prod(shape)
    if count > _MOST:
        raise Refused(f"a tensor of at most {_MOST:,} entries is made, and {written(shape)} has {count:,}")
    return zeros(shape)


def _numbered(shape: Sequence[int]) -> list[Heatmap]:
    """Return the first matrix of the tensor with its entries numbered in memory order."""
    rows = torch.arange(math.prod(shape)).reshape(-1, shape[-1])[:16, :32]
    return [Heatmap("entries, numbered as they lie in memory", rows.tolist(), "last axis", "row")]

"""``tensor.*``: broadcasting: which shapes fit together, what comes out, and which entry stands where."""

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.analysis.output_shape import check_elements
from engine.arguments import Between, Length
from engine.device import for_float64
from engine.doors.tensors._shapes import Shape, Shapes, Values, written, zeros
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function
from engine.tensors import broadcasting

Index = Annotated[Sequence[Annotated[int, Between(0, 1023)]], Length(0, 5)]
_TWO = {"shapes": [[2, 1, 8], [2, 10, 8]]}
_SHOWS = (broadcasting.broadcast_shape, broadcasting.aligned)


@function("tensor.broadcast_shape", Kind.MODULE, example=_TWO, shows=_SHOWS)
def broadcast_shape(shapes: Shapes) -> Run:
    """Return the shape of a sum of tensors of these shapes: they are added.

    >>> broadcast_shape([(2, 1, 8), (2, 10, 8)]).value
    [2, 10, 8]
    """
    broadcasting.broadcast_shape(*shapes)  # refuses what does not fit, with the axis
    total = _sum(shapes)
    return Run(list(total.shape), lambda: [_alignment(shapes, total.shape)], str(total.device))


@function("tensor.broadcasts", Kind.MEASURED, example=_TWO, shows=_SHOWS)
def broadcasts(shapes: Shapes) -> Run:
    """Say whether tensors of these shapes can be added: whether torch does it.

    >>> broadcasts([(2, 3, 8), (2, 10, 8)]).value
    False
    """
    try:
        total = _sum(shapes)
    except RuntimeError:
        return Run(False, lambda: [_alignment(shapes, None)], "cpu")
    return Run(True, lambda: [_alignment(shapes, total.shape)], str(total.device))


@function("tensor.pairwise_shape", Kind.MODULE, example={"query": [2, 1, 20], "key": [2, 10, 20]}, shows=_SHOWS)
def pairwise_shape(query: Shape, key: Shape) -> Run:
    """Return the shape of query.unsqueeze(2) + key.unsqueeze(1): a sum for each pair, as in additive attention.

    Query (B, queries, h), key (B, keys, h) to (B, queries, keys, h).

    >>> pairwise_shape((2, 1, 20), (2, 10, 20)).value
    [2, 1, 10, 20]
    """
    if len(query) != 3 or len(key) != 3:
        raise Refused(f"query and key have three axes, (B, positions, h), not {len(query)} and {len(key)}")
    pairs = broadcasting.broadcast_shape((*query[:2], 1, query[2]), (key[0], 1, *key[1:]))
    check_elements("the sum", pairs)
    q, k = zeros(query, math.prod(pairs)).unsqueeze(2), zeros(key, math.prod(pairs)).unsqueeze(1)
    total = q + k
    rows = [("query", written(query)), ("query.unsqueeze(2)", written(q.shape)), ("key", written(key))]
    rows += [("key.unsqueeze(1)", written(k.shape)), ("their sum", written(total.shape))]
    return Run(list(total.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], str(total.device))


@function("tensor.add", Kind.MODULE, example={"a": [[1], [2]], "b": [10, 20, 30]}, shows=_SHOWS)
def add(a: Values, b: Values, subtract: bool = False) -> Run:
    """Return a + b, or a - b, with broadcasting.

    >>> add(torch.tensor([[1.0], [2.0]]), torch.tensor([10.0, 20.0])).value
    [[11.0, 21.0], [12.0, 22.0]]
    """
    check = broadcasting.broadcast_shape(a.shape, b.shape)
    a, b = a.to(for_float64()), b.to(for_float64())
    found = a - b if subtract else a + b
    return Run(found.tolist(), lambda: [_alignment([a.shape, b.shape], check)], str(found.device))


@function(
    "tensor.broadcast_source",
    Kind.MEASURED,
    example={"shape": [3, 1], "target": [5, 3, 4], "index": [4, 2, 3]},
    shows=(broadcasting.source_index,),
)
def broadcast_source(shape: Shape, target: Shape, index: Index) -> Run:
    """Return which entry of a tensor of ``shape`` stands at ``index`` once it is stretched to ``target``.

    Torch's broadcast_to is run, and the stretched tensor asked where its entry lies in memory.

    >>> broadcast_source((3, 1), (5, 3, 4), (4, 2, 3)).value
    [2, 0]
    """
    if broadcasting.broadcast_shape(shape, target) != tuple(target):
        raise Refused(f"a tensor of {written(shape)} cannot be stretched to {written(target)}")
    if len(index) != len(target) or any(place >= size for place, size in zip(index, target, strict=True)):
        raise Refused(f"a tensor of {written(target)} has no entry {list(index)}")
    stretched = torch.broadcast_to(zeros(shape), tuple(target))  # no memory is taken: strides of 0
    offset = sum(place * stride for place, stride in zip(index, stretched.stride(), strict=True))
    found = [offset // stride % size for stride, size in zip(zeros(shape).stride(), shape, strict=True)]
    rows = [("stretched", written(target), str(list(index))), ("given", written(shape), str(found))]
    return Run(found, lambda: [Table("One entry", ["tensor", "shape", "index"], rows)], str(stretched.device))


def _sum(shapes: Shapes) -> Tensor:
    """Return the sum of tensors of zeros; no size of it exceeds the largest along its axis."""
    most = [max(size or 1 for size in sizes) for sizes in zip(*broadcasting.aligned(*shapes), strict=True)]
    check_elements("the sum", most)
    total, *others = (zeros(shape, math.prod(most)) for shape in shapes)
    for other in others:
        total = total + other
    return total


def _alignment(shapes: Sequence[Sequence[int]], common: Sequence[int] | None) -> Table:
    rank = max((len(shape) for shape in shapes), default=0)
    columns = ["tensor", *(f"axis {axis}" for axis in range(-rank, 0))]
    rows = [(f"{number}", *row) for number, row in enumerate(broadcasting.aligned(*shapes), start=1)]
    if common is not None:
        rows.append(("result", *common))
    else:
        clash = [len({row[k] for row in broadcasting.aligned(*shapes)} - {1, None}) > 1 for k in range(rank)]
        return Table("Aligned at the last axis", columns, [*rows, ("fits", *(not bad for bad in clash))])
    return Table("Aligned at the last axis", columns, rows)

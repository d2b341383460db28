"""``tensor.*``: joining tensors: cat, stack and the direct sum."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.device import for_float64
from engine.doors.tensors._shapes import Dim, Shapes, Values, written, zeros
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors import joining

_MAPS = {"shapes": [[1, 64, 28, 28], [1, 128, 28, 28], [1, 32, 28, 28]], "dim": 1}


@function("tensor.cat_shape", Kind.MODULE, example=_MAPS, shows=(joining.cat_shape,))
def cat_shape(shapes: Shapes, dim: Dim = 0) -> Run:
    """Return the shape of ``torch.cat`` along ``dim``: sizes add up there, and must be equal elsewhere.

    >>> cat_shape([(1, 64, 28, 28), (1, 128, 28, 28)], dim=1).value
    [1, 192, 28, 28]
    """
    if not all(shapes):
        raise Refused("cat takes no scalars: a tensor without axes has none to join along; stack makes one")
    joining.cat_shape(shapes, dim)
    whole = sum(math.prod(shape) for shape in shapes)
    found = torch.cat([zeros(shape, whole) for shape in shapes], dim)
    ends = torch.tensor([shape[dim] for shape in shapes]).cumsum(0).tolist()
    rows = [
        (n, written(shape), end - shape[dim], end - 1) for n, (shape, end) in enumerate(zip(shapes, ends, strict=True))
    ]
    columns = ["tensor", "shape", "first place", "last place"]
    return Run(list(found.shape), lambda: [Table(f"Blocks along axis {dim}", columns, rows)], str(found.device))


@function(
    "tensor.stack_shape", Kind.MODULE, example={"shapes": [[3, 4], [3, 4]], "dim": 0}, shows=(joining.stack_shape,)
)
def stack_shape(shapes: Shapes, dim: Dim = 0) -> Run:
    """Return the shape of ``torch.stack``: equal shapes get a new axis at ``dim``, as long as the list.

    >>> stack_shape([(3, 4), (3, 4)], dim=-1).value
    [3, 4, 2]
    """
    joining.stack_shape(shapes, dim)
    found = torch.stack([zeros(shape, len(shapes) * math.prod(shape)) for shape in shapes], dim)
    rows = [(n, written(shape)) for n, shape in enumerate(shapes)] + [("stacked", written(found.shape))]
    return Run(list(found.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], str(found.device))


@function("tensor.direct_sum", Kind.MODULE, example={"a": [[1, 2]], "b": [[3], [4]]}, shows=(joining.direct_sum,))
def direct_sum(a: Values, b: Values) -> Run:
    """Return a ⊕ b: two vectors in a row (torch.cat), or two matrices as diagonal blocks (torch.block_diag).

    >>> direct_sum(torch.ones(2), torch.zeros(1)).value
    [1.0, 1.0, 0.0]
    """
    if a.dim() != b.dim() or a.dim() not in (1, 2):
        raise Refused(f"a direct sum takes two vectors or two matrices, not {a.dim()} and {b.dim()} axes")
    a, b = a.to(for_float64()), b.to(for_float64())
    block_diag: Callable[..., Tensor] = torch.block_diag
    found = torch.cat([a, b]) if a.dim() == 1 else block_diag(a, b)
    rows = [("a", written(a.shape)), ("b", written(b.shape)), ("a ⊕ b", written(found.shape))]
    maps = [Heatmap("a ⊕ b", found.tolist())] if found.dim() == 2 else []
    return Run(found.tolist(), lambda: [Table("Shapes", ["tensor", "shape"], rows), *maps], str(a.device))

"""``tensor.*``: softmax along an axis."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.doors.tensors._shapes import Dim
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors import softmax_along

Values = Annotated[Tensor, Elements(1024), Between(-1e3, 1e3)]


@function("tensor.softmax", Kind.MODULE, example={"x": [[0, 1], [2, 2]], "dim": 1}, shows=(softmax_along.softmax,))
def softmax(x: Values, dim: Dim) -> Run:
    """Return torch's softmax along ``dim``, the axis along which the numbers sum to 1.

    >>> softmax(torch.zeros(2, 4, dtype=torch.float64), dim=1).value[0]
    [0.25, 0.25, 0.25, 0.25]
    """
    if x.dim() == 0:
        raise Refused("a single number has no axis along which numbers could share a sum")
    if not -x.dim() <= dim < x.dim():
        raise Refused(f"dim {dim} is out of range: it runs from {-x.dim()} to {x.dim() - 1} here")
    x = x.to(for_float64())
    found = torch.softmax(x, dim)
    sums = [(axis, ", ".join(f"{s:.4g}" for s in found.sum(axis).flatten()[:8])) for axis in range(x.dim())]
    maps = [Heatmap("softmax", found.tolist(), "axis 1", "axis 0")] if x.dim() == 2 else []
    return Run(found.tolist(), lambda: [*maps, Table("Sums", ["along axis", "sums"], sums)], str(x.device))

"""``tensor.*``: products of matrices and of stacks of matrices."""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from engine.analysis.output_shape import check_elements
from engine.device import for_float64
from engine.doors.tensors._shapes import Shape, Values, written, zeros
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors import matmul as products

Product = Literal["matmul", "bmm"]
_RUN: dict[str, Callable[[Tensor, Tensor], Tensor]] = {"matmul": torch.matmul, "bmm": torch.bmm}
_RULE = {"matmul": products.matmul_shape, "bmm": products.bmm_shape}
_MOST_WORK = 10**18
_PAIR = {"a": [2, 1, 4], "b": [2, 4, 6]}


@function("tensor.matmul_shape", Kind.MODULE, example=_PAIR, shows=(products.matmul_shape, products.bmm_shape))
def matmul_shape(a: Shape, b: Shape, product: Product = "matmul") -> Run:
    """Return the shape of the product of tensors of shapes a and b, multiplied by torch.

    ``matmul`` broadcasts all but the last two axes and takes vectors; ``bmm`` takes three axes, equal batches, no more.

    >>> matmul_shape((2, 1, 4), (2, 4, 6)).value, matmul_shape((5, 3), (3,)).value
    ([2, 1, 6], [5])
    """
    result = _RULE[product](a, b)
    check_elements("the product", result)
    work = math.prod(result) * a[-1]
    found = _RUN[product](zeros(a, work), zeros(b, work))
    rows = [("a", written(a)), ("b", written(b)), (f"{product}(a, b)", written(found.shape))]
    return Run(list(found.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], str(found.device))


@function("tensor.multiplies", Kind.MEASURED, example={**_PAIR, "product": "bmm"}, shows=tuple(_RULE.values()))
def multiplies(a: Shape, b: Shape, product: Product = "matmul") -> Run:
    """Say whether tensors of shapes a and b can be multiplied so: whether torch does it.

    >>> multiplies((2, 1, 4), (1, 4, 6), product="bmm").value, multiplies((2, 1, 4), (1, 4, 6)).value
    (False, True)
    """
    work = math.prod(a) * math.prod(b)  # no product of the two has more entries
    if work > _MOST_WORK:
        raise Refused(f"a product of {written(a)} and {written(b)} may be too large to be tried; use smaller sizes")
    left, right = zeros(a, work), zeros(b, work)
    rows = [(name, *_tried(run, left, right)) for name, run in _RUN.items()]
    found = {name: shape is not None for name, shape, _ in rows}[product]
    table = Table(f"{written(a)} and {written(b)}", ["product", "result", "torch says"], rows)
    return Run(found, lambda: [table], str(left.device))


@function("tensor.matmul", Kind.MODULE, example={"a": [[1, 2], [3, 4]], "b": [[1], [1]]}, shows=(products.matmul,))
def matmul(a: Values, b: Values, product: Product = "matmul") -> Run:
    """Return the product of two small tensors.

    >>> matmul(torch.ones(2, 1, 4), torch.ones(2, 4, 2), product="bmm").value
    [[[4.0, 4.0]], [[4.0, 4.0]]]
    """
    check_elements("the product", _RULE[product](a.shape, b.shape))
    found = _RUN[product](a.to(for_float64()), b.to(for_float64()))
    maps = [Heatmap(name, t.tolist()) for name, t in (("a", a), ("b", b), ("product", found)) if t.dim() == 2]
    return Run(found.tolist(), lambda: maps, str(found.device))


def _tried(run: Callable[[Tensor, Tensor], Tensor], left: Tensor, right: Tensor) -> tuple[str | None, str]:
    try:
        return written(run(left, right).shape), ""
    except RuntimeError as error:
        return None, str(error).splitlines()[0][:100]

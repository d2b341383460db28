"""``tensor.*``: matrix, Hadamard, inner and outer product."""

from typing import Literal

import torch

from engine.device import for_float64
from engine.doors.tensors._shapes import Values, written
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors.products import PRODUCTS

Product = Literal["matrix", "hadamard", "inner", "outer"]
_EQUATIONS = {"matrix": "nm,mk->nk", "hadamard": "...,...->...", "inner": "{0},{0}->", "outer": "n,m->nm"}
_SHOWS = tuple(PRODUCTS.values())


@function("tensor.product", Kind.MODULE, example={"a": [1, 2], "b": [3, 4], "product": "outer"}, shows=_SHOWS)
def product(a: Values, b: Values, product: Product) -> Run:
    """Return the matrix product, the Hadamard (entry by entry), the inner or the outer product, by torch's einsum.

    >>> x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    >>> product(x, y, "hadamard").value, product(x, y, "inner").value, product(x, y, "outer").value
    ([3.0, 8.0], 11.0, [[3.0, 4.0], [6.0, 8.0]])
    """
    if product == "matrix" and not a.dim() == b.dim() == 2:
        raise Refused(f"a matrix product takes two matrices, not tensors of {a.dim()} and {b.dim()} axes")
    PRODUCTS[product](a, b)  # refuses what does not fit
    equation = _EQUATIONS[product].format("abcdefgh"[: a.dim()])
    found = torch.einsum(equation, a.to(for_float64()), b.to(for_float64()))
    rows = [("a", written(a.shape)), ("b", written(b.shape)), (product, written(found.shape))]
    maps = [Heatmap(name, t.tolist()) for name, t in (("a", a), ("b", b), (product, found)) if t.dim() == 2]
    return Run(found.tolist(), lambda: [Table("Shapes", ["tensor", "shape"], rows), *maps], str(found.device))

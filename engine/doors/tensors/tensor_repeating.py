"""``tensor.*``: repeating entries, and a book's snippet that does it."""

from typing import Annotated, Literal

import torch

from engine.arguments import Between
from engine.device import for_float64
from engine.doors.tensors._shapes import Vector
from engine.errors import Refused
from engine.evidence import Heatmap, Run
from engine.registry import Kind, function
from engine.tensors import repeating, softmax_along

Repeats = Annotated[int, Between(1, 16)]
_THREE = {"values": [1, 2, 3], "repeats": 3}
_SHOWS = (repeating.repeat_interleave, repeating.repeat, repeating.in_rows)


@function("tensor.repeat_interleave", Kind.MODULE, example={**_THREE, "columns": 3}, shows=_SHOWS)
def repeat_interleave(values: Vector, repeats: Repeats, columns: Annotated[int, Between(1, 1024)] | None = None) -> Run:
    """Return ``repeat_interleave(repeats)`` of a vector, with ``columns`` reshaped to rows of that many.

    >>> repeat_interleave([1, 2, 3], 3, columns=3).value
    [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, 3.0, 3.0]]
    """
    return _repeated(values, repeats, columns, "repeat_interleave")


@function("tensor.repeat", Kind.MODULE, example={**_THREE, "columns": 3}, shows=_SHOWS)
def repeat(values: Vector, repeats: Repeats, columns: Annotated[int, Between(1, 1024)] | None = None) -> Run:
    """Return ``repeat(repeats)`` of a vector, with ``columns`` reshaped to rows of that many.

    >>> repeat([1, 2, 3], 3, columns=3).value
    [[1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]]
    """
    return _repeated(values, repeats, columns, "repeat")


def _repeated(values: Vector, repeats: int, columns: int | None, way: str) -> Run:
    x = torch.tensor(values, dtype=torch.float64, device=for_float64())
    if columns and len(values) * repeats % columns:
        raise Refused(f"{len(values) * repeats} values do not fill rows of {columns}")
    both = {"repeat_interleave": x.repeat_interleave(repeats), "repeat": x.repeat(repeats)}
    rows = {name: found.reshape(-1, columns or len(found)) for name, found in both.items()}
    maps = [Heatmap(name, rows[name].tolist(), "column", "row") for name in dict.fromkeys([way, *rows])]
    return Run((rows[way] if columns else both[way]).tolist(), lambda: maps, str(x.device))


@function(
    "tensor.snippet",
    Kind.MODULE,
    example={"a": [1, 2, 3], "step": "softmax", "dim": 1},
    shows=(softmax_along.repeated_minus, softmax_along.softmax),
)
def snippet(
    a: Vector, step: Literal["repeated", "minus", "softmax", "matmul"] = "softmax", dim: Literal[0, 1] = 1
) -> Run:
    """Return a step of the snippet b = a.repeat_interleave(n).reshape(-1, n); c = b - a; softmax(c, dim); c @ a.

    >>> snippet([1, 2, 3], "minus").value, snippet([1, 2, 3], "matmul").value
    ([[0.0, -1.0, -2.0], [1.0, 0.0, -1.0], [2.0, 1.0, 0.0]], [-8.0, -2.0, 4.0])
    """
    x = torch.tensor(a, dtype=torch.float64, device=for_float64())
    b = x.repeat_interleave(len(a)).reshape(-1, len(a))
    c = b - x
    steps = {"repeated": b, "minus": c, "softmax": torch.softmax(c, dim), "matmul": c @ x}
    maps = [Heatmap(name, made.tolist(), "column", "row") for name, made in steps.items() if made.dim() == 2]
    return Run(steps[step].tolist(), lambda: maps, str(x.device))

"""``optim.*clipped``: gradients of several parameters before and after clipping, by our rule and by torch's.

``gradients`` has a list of numbers for each parameter; ``place`` [parameter, entry] says which number is asked for.
"""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.arguments import Between, Length
from engine.doors.optim._optim import ON, Coordinate, Numbers
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.optim.clipping import clip_grad_norm, clip_grad_value, global_norm
from engine.registry import Kind, function

Gradients = Annotated[tuple[Numbers, ...], Length(1, 64)]
Bound = Annotated[float, Between(1e-12, 1e9)]
By = Literal["norm", "value"]
Place = tuple[Coordinate, Coordinate]
_EXAMPLE = {"gradients": [[3], [0, 4]], "by": "norm", "bound": 1, "place": [1, 1]}


@function("optim.clipped", Kind.CLOSED_FORM, example=_EXAMPLE, shows=(clip_grad_norm, clip_grad_value))
def clipped(gradients: Gradients, bound: Bound, by: By = "norm", place: Place = (0, 0)) -> Run:
    """Return one number of the gradients after clipping by the norm of all of them, without ε, or by value.

    >>> round(clipped([[3.0], [0.0, 4.0]], 1.0, "norm", (1, 1)).value, 12)
    0.8
    """
    rows = _tensors(gradients)
    after = clip_grad_norm(rows, bound, eps=0.0) if by == "norm" else clip_grad_value(rows, bound)
    return _run(gradients, [row.tolist() for row in after], place)


@function("optim.torch_clipped", Kind.MODULE, example=_EXAMPLE)
def torch_clipped(gradients: Gradients, bound: Bound, by: By = "norm", place: Place = (0, 0)) -> Run:
    """Return one number of the gradients after torch's ``clip_grad_norm_`` (ε is 1e-6) or ``clip_grad_value_``."""
    rows = _tensors(gradients)
    params = [nn.Parameter(torch.zeros_like(row)) for row in rows]
    for parameter, row in zip(params, rows, strict=True):
        parameter.grad = row
    if by == "norm":
        nn.utils.clip_grad_norm_(params, bound)
    else:
        nn.utils.clip_grad_value_(params, bound)
    return _run(gradients, [parameter.grad.tolist() for parameter in params if parameter.grad is not None], place)


def _run(before: Gradients, after: list[list[float]], place: Place) -> Run:
    parameter, entry = place
    if parameter >= len(after) or entry >= len(after[parameter]):
        raise Refused(f"'place' [{parameter}, {entry}] is outside of the gradients: both numbers count from 0")
    return Run(after[parameter][entry], lambda: _evidence(before, after), ON)


def _evidence(before: Gradients, after: list[list[float]]) -> list[Table]:
    cells = [
        (parameter, entry, number, after[parameter][entry])
        for parameter, row in enumerate(before)
        for entry, number in enumerate(row)
    ]
    norms = [(when, float(global_norm(_tensors(rows)))) for when, rows in (("before", before), ("after", after))]
    return [
        Table("Gradients", ["parameter", "entry", "before", "after"], cells),
        Table("Norm of all gradients together", ["", "norm"], norms),
    ]


def _tensors(rows: Gradients | list[list[float]]) -> list[torch.Tensor]:
    return [torch.tensor(row, dtype=torch.float64) for row in rows]

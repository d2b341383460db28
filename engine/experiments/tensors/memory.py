"""Views and copies: which operations hand out the same numbers, and when a view cannot be had."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from engine.device import current
from engine.evidence import Run, Table
from engine.registry import Kind, function
from engine.tensors.layout import is_contiguous

Operation = Literal[
    "view",
    "reshape",
    "flatten",
    "transpose",
    "permute",
    "slice",
    "squeeze",
    "expand",
    "detach",
    "reshape_of_transpose",
    "flatten_of_transpose",
    "clone",
    "contiguous",
    "contiguous_of_transpose",
    "index_list",
    "boolean_mask",
    "repeat",
    "cat",
]
Before = Literal["nothing", "transpose", "transpose_contiguous", "slice_columns", "slice_rows", "permute"]
_OPERATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "view": lambda x: x.view(12),
    "reshape": lambda x: x.reshape(12),
    "flatten": lambda x: x.flatten(),
    "transpose": lambda x: x.T,
    "permute": lambda x: x.permute(1, 0),
    "slice": lambda x: x[1:, ::2],
    "squeeze": lambda x: x[:, :1].squeeze(1),
    "expand": lambda x: x[:, :1].expand(3, 4),
    "detach": lambda x: x.detach(),
    "reshape_of_transpose": lambda x: x.T.reshape(12),
    "flatten_of_transpose": lambda x: x.T.flatten(),
    "clone": lambda x: x.clone(),
    "contiguous": lambda x: x.contiguous(),
    "contiguous_of_transpose": lambda x: x.T.contiguous(),
    "index_list": lambda x: x[[0, 2]],
    "boolean_mask": lambda x: x[x > 0],
    "repeat": lambda x: x.repeat(1, 1),
    "cat": lambda x: torch.cat([x]),
}
_BEFORE: dict[str, Callable[[Tensor], Tensor]] = {
    "nothing": lambda x: x,
    "transpose": lambda x: x.T,
    "transpose_contiguous": lambda x: x.T.contiguous(),
    "slice_columns": lambda x: x[:, :2],
    "slice_rows": lambda x: x[:2],
    "permute": lambda x: x.permute(1, 0),
}


@function("tensor.writes_reach_original", Kind.MEASURED, example={"operation": "transpose"}, shows=(is_contiguous,))
def writes_reach_original(operation: Operation) -> Run:
    """Say whether writing into the result of this operation changes the tensor it came from (a view), or not (a copy).

    The tensor is a fresh one of 3×4; each result is filled with -1, and the tensor looked at.
    """
    tried = dict.fromkeys([operation, "transpose", "clone", "reshape", "reshape_of_transpose"])
    rows = [(name, *_written_through(name)) for name in tried]
    table = Table("Filled with -1", ["operation", "entries changed", "a view"], rows)
    return Run(rows[0][-1], lambda: [table], str(current()))


def _written_through(operation: str) -> tuple[int, bool]:
    x = torch.arange(1.0, 13.0, device=current()).reshape(3, 4)
    result = _OPERATIONS[operation](x)
    if operation == "expand":  # several entries of it are one number, and torch refuses to fill them at once
        result[:, 0] = -1
    else:
        result.fill_(-1)
    changed = int((x == -1).sum())
    return changed, changed > 0


@function("tensor.view_works_after", Kind.MEASURED, example={"before": "transpose"}, shows=(is_contiguous,))
def view_works_after(before: Before) -> Run:
    """Say whether ``view(-1)`` is possible after this, on a fresh tensor of 3×4; reshape always is, by copying."""
    tried = dict.fromkeys([before, "nothing", "transpose", "transpose_contiguous"])
    rows = [(name, *_viewed(name)) for name in tried]
    columns = ["before", "shape", "strides", "contiguous", "view works"]
    return Run(rows[0][-1], lambda: [Table("view(-1)", columns, rows)], str(current()))


def _viewed(before: str) -> tuple[str, str, bool, bool]:
    x = _BEFORE[before](torch.arange(12.0, device=current()).reshape(3, 4))
    shape, strides = str(tuple(x.shape)), str(tuple(x.stride()))
    try:
        x.view(-1)
    except RuntimeError:
        return shape, strides, x.is_contiguous(), False
    return shape, strides, x.is_contiguous(), True

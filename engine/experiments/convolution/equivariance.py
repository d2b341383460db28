"""Shifts: where a convolution with padding still moves with its input, and when a pooling does not notice one."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.convolution.conv2d import conv2d
from engine.convolution.locally_connected import LocallyConnected2d
from engine.convolution.pooling.average_pool import avg_pool2d
from engine.convolution.pooling.max_pool import max_pool2d
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

_SIZE = 10
_CELLS = 16


@function("conv.shift_shows_only_near_border", Kind.MEASURED, example={"layer": "conv"}, shows=(conv2d,))
def shift_shows_only_near_border(
    layer: Literal["conv", "local", "linear"] = "conv",
    shift: Annotated[int, Between(1, 3)] = 1,
    left_out: Annotated[int, Between(0, 3)] | None = None,
) -> Run:
    """Say whether a shifted image gives the shifted output, leaving out ``left_out`` cells and the shift at borders.

    A 3×3 layer with padding 1, so that ``left_out`` is 1 unless given. A locally connected layer has weights of its
    own at each place; a linear layer sees everything.
    """
    margin = 1 if left_out is None else left_out
    chosen = {"layer": layer, "shift": shift, "left_out": margin}
    controls = [{**chosen, "layer": each} for each in ("conv", "local", "linear")]
    controls.append({**chosen, "left_out": 0})
    return settle("Output of the shifted image beside the shifted output", Holds.IF_EQUAL, _moved, chosen, controls)


def _moved(generator: torch.Generator, layer: str, shift: int, left_out: int) -> Tensor:
    x, kernel = randn(generator, 1, 1, _SIZE, _SIZE), randn(generator, 1, 1, 3, 3)
    dense = randn(generator, _SIZE**2, _SIZE**2)
    local = LocallyConnected2d(1, 1, 3, _SIZE, padding=1, bias=False, generator=generator).to(x)

    def output(image: Tensor) -> Tensor:
        if layer == "linear":
            return (dense @ image.flatten()).reshape(_SIZE, _SIZE)
        return (local(image) if layer == "local" else functional.conv2d(image, kernel, padding=1))[0, 0]

    entered = functional.pad(x, (shift, 0, 0, 0))[..., :_SIZE]  # zeros come in on the left, cells leave on the right
    expected = functional.pad(output(x), (shift, 0, 0, 0))[..., :_SIZE]
    return torch.sub(output(entered), expected)[:, shift + left_out : _SIZE - left_out]


@function("pool.spike_stays", Kind.MEASURED, example={"column": 2, "shift": 1}, shows=(max_pool2d, avg_pool2d))
def spike_stays(
    column: Annotated[int, Between(0, 15)],
    shift: Annotated[int, Between(-8, 8)] = 1,
    kernel_size: Annotated[int, Between(1, 8)] = 2,
    kind: Literal["max", "avg"] = "max",
) -> Run:
    """Say whether pooling a row of 0 with one 1 at ``column`` gives the same after the 1 moved by ``shift`` cells.

    16 cells, and windows that do not overlap: it does as long as the 1 stays in its window.
    """
    moved = column + shift
    last = _CELLS - _CELLS % kernel_size - 1
    if not 0 <= moved <= last or column > last:
        raise Refused(f"windows of {kernel_size} hold columns 0 to {last} of {_CELLS}; the 1 must stay in them")
    pooled = {place: _pooled_spike(place, kernel_size, kind) for place in (column, moved)}
    rows = [(place, int(row.argmax()), float(row.max())) for place, row in pooled.items()]
    table = Table("Where the 1 is found after pooling", ("column", "output cell", "its value"), rows)
    same = torch.equal(pooled[column], pooled[moved])
    return Run(same, lambda: [table, Heatmap("Pooled rows", [row.tolist() for row in pooled.values()], "output cell")])


@function("pool.ignores_change", Kind.MEASURED, example={"change": "shift inside windows"}, shows=(max_pool2d,))
def ignores_change(
    change: Literal["shift inside windows", "shift across windows", "doubled size", "quarter turn"],
    kernel_size: Literal[2, 4] = 2,
) -> Run:
    """Say whether max pooling gives the same when all that a picture shows is changed so.

    Bright cells, each in the first column of a window of its own, are moved by one cell inside it, or out of it; or the
    picture is made twice as large and cut to its size; or it is turned.
    """
    chosen = {"change": change, "kernel_size": kernel_size}
    controls = [{**chosen, "change": each} for each in ("shift inside windows", "shift across windows", "doubled size")]
    return settle("Pooled picture before and after the change", Holds.IF_EQUAL, _noticed, chosen, controls)


def _noticed(generator: torch.Generator, change: str, kernel_size: int) -> Tensor:
    picture = randn(generator, 4, 4).abs() + 1
    x = torch.zeros(4, kernel_size, 4, kernel_size).to(picture)
    x[:, 0, :, 0] = picture * torch.tensor([[1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 1, 0]]).to(picture)
    x = x.reshape(4 * kernel_size, 4 * kernel_size)
    changed = {
        "shift inside windows": x.roll(1, 1),
        "shift across windows": x.roll(-1, 1),
        "doubled size": x.repeat_interleave(2, 0).repeat_interleave(2, 1)[: len(x), : len(x)],
        "quarter turn": x.rot90(),
    }[change]
    before, after = (max_pool2d(each[None, None], kernel_size).values[0, 0] for each in (x, changed))
    return before - after


def _pooled_spike(column: int, kernel_size: int, kind: str) -> Tensor:
    row = torch.zeros(1, 1, 1, _CELLS, dtype=torch.float64)
    row[..., column] = 1
    window = (1, kernel_size)
    return (max_pool2d(row, window).values if kind == "max" else avg_pool2d(row, window)).flatten()

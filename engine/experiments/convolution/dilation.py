"""What widens a receptive field: dilation, strides, kernels, depth, and what does not."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Final, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine import device
from engine.analysis.effective_field import effective_std
from engine.analysis.receptive_field import Layer, gradient, measured
from engine.analysis.window import Window
from engine.arguments import Between
from engine.convolution.dilated import dilate_kernel
from engine.evidence import Curve, Run, Series, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

Change = Literal["larger kernel", "dilation", "own stride", "stride before", "1×1 layer", "3×3 layer", "padding"]
_PLAIN: Final = (Window(3), Window(3))
_CHANGED: Final[Mapping[Change, Sequence[Window]]] = {
    "larger kernel": (Window(3), Window(5)),
    "dilation": (Window(3), Window(3, dilation=2)),
    "own stride": (Window(3), Window(3, stride=2)),
    "stride before": (Window(3, stride=2), Window(3)),
    "1×1 layer": (Window(3), Window(1), Window(3)),
    "3×3 layer": (Window(3), Window(3), Window(3)),
    "padding": (Window(3), Window(3, padding=2)),
}


@function("conv.dilation_puts_zeros_in_kernel", Kind.MEASURED, example={"zeros": "d - 1"}, shows=(dilate_kernel,))
def dilation_puts_zeros_in_kernel(
    zeros: Literal["d - 1", "d"] = "d - 1", dilation: Annotated[int, Between(2, 4)] = 2
) -> Run:
    """Say whether a dilated convolution equals an ordinary one whose kernel has this many zeros between its taps."""
    chosen = {"zeros": zeros, "dilation": dilation}
    controls = [{"zeros": each, "dilation": dilation} for each in ("d - 1", "d")]
    return settle("Dilated convolution beside the ordinary one", Holds.IF_EQUAL, _other_kernel, chosen, controls)


def _other_kernel(generator: torch.Generator, zeros: str, dilation: int) -> Tensor:
    x, weight = randn(generator, 1, 2, 14, 14), randn(generator, 3, 2, 3, 3)
    with_holes = dilate_kernel(weight, dilation if zeros == "d - 1" else dilation + 1)
    dilated, ordinary = functional.conv2d(x, weight, dilation=dilation), functional.conv2d(x, with_holes)
    if dilated.shape != ordinary.shape:
        return torch.tensor([dilated.shape[-1] - ordinary.shape[-1]]).double()
    return torch.sub(dilated, ordinary)[0].flatten(1)


@function("receptive_field.widened_by", Kind.MEASURED, example={"change": "dilation"})
def widened_by(change: Change, unit: Literal["this layer", "a later layer"] = "this layer") -> Run:
    """Say whether a change to the second of two 3-wide layers widens the field of its units, or of a third layer's.

    The kernel becomes 5 wide; dilation, own stride or the stride of the layer before it becomes 2; a layer is put
    between the two; or 2 cells of padding are added. Measured by the gradient of a unit far from the border.
    """
    rows = []
    for each in dict.fromkeys((change, *_CHANGED)):
        plain, changed = (_field(layers, unit) for layers in (_PLAIN, _CHANGED[each]))
        rows.append((each, plain, changed, changed > plain))
    table = Table(f"Field of a unit of {unit}", ("change", "field before", "field after", "claim holds"), rows)
    return Run(rows[0][-1], lambda: [table])


def _field(layers: Sequence[Window], unit: str) -> int:
    """Return how many cells have a gradient at a unit in the middle of the last layer, or of one 3-wide layer more."""
    signal = torch.zeros(1, 1, 64, dtype=torch.float64, device=device.for_float64(), requires_grad=True)
    y: Tensor = signal
    for layer in layers if unit == "this layer" else (*layers, Window(3)):
        y = functional.conv1d(y, torch.ones(1, 1, layer.kernel_size).to(y), None, *layer[1:])
    (seen,) = torch.autograd.grad(y[0, 0, y.shape[-1] // 2], signal)
    cells = seen[0, 0].nonzero()
    return int(cells[-1] - cells[0]) + 1


@function("receptive_field.growth_is", Kind.MEASURED, example={"growth": "linear"}, shows=(measured,))
def growth_is(
    growth: Literal["linear", "exponential"] = "linear",
    dilation: Literal["constant", "doubled"] = "constant",
    stride: Literal[1, 2] = 1,
) -> Run:
    """Say whether the field of 3-wide layers grows with depth by equal steps (linear), or by doubling ones.

    ``dilation`` is 1 in every layer, or 1, 2, 4, 8 and so on. Measured by the gradient for 1 to 6 layers.
    """
    arrangements = dict.fromkeys([(dilation, stride), ("constant", 1), ("doubled", 1), ("constant", 2)])
    rows, lines = [], []
    for dilated, step in arrangements:
        fields = [
            measured([Layer(3, step, 2**place if dilated == "doubled" else 1) for place in range(depth)], _place())
            for depth in range(1, 7)
        ]
        steps = [later - sooner for sooner, later in pairwise(fields)]
        factors = {later / sooner for sooner, later in pairwise(steps)}
        rows.append((dilated, step, str(fields), factors == ({1.0} if growth == "linear" else {2.0})))
        lines.append(
            Series(f"dilation {dilated}, stride {step}", list(range(1, 7)), [float(field) for field in fields])
        )
    table = Table("Fields of 1 to 6 layers", ("dilation", "stride", "fields", "claim holds"), rows)
    return Run(rows[0][-1], lambda: [table, Curve("Field over depth", lines, "layers", "cells")])


@function(
    "receptive_field.effective_grows_as",
    Kind.MEASURED,
    example={"power": "root of the depth"},
    shows=(effective_std, gradient),
)
def effective_grows_as(
    power: Literal["root of the depth", "depth"] = "root of the depth",
    of: Literal["effective width", "field"] = "effective width",
) -> Run:
    """Say whether four times as many 3-wide layers make the effective width, or the field, grow by 2 (root) or by 4.

    The effective width is the standard deviation of the gradient. The field is counted without its first cell.
    """
    rows = []
    for what in dict.fromkeys((of, "effective width", "field")):
        sizes = [_size(what, depth) for depth in (5, 20, 80)]
        ratios = [later / sooner for sooner, later in pairwise(sizes)]
        wanted = 2.0 if power == "root of the depth" else 4.0
        rows.append((what, *(round(size, 3) for size in sizes), all(abs(each - wanted) < 1e-9 for each in ratios)))
    table = Table("Sizes for 5, 20 and 80 layers", ("of", "5", "20", "80", "claim holds"), rows)
    return Run(rows[0][-1], lambda: [table])


def _size(of: str, depth: int) -> float:
    layers = [Layer(3)] * depth
    return effective_std(layers, _place()) if of == "effective width" else measured(layers, _place()) - 1.0


def _place() -> torch.device:
    return device.for_float64()

"""``stack.*``: what a stack of layers gives and costs; the layers are records, as somebody wrote them.

``layers`` holds one object a layer, ``{"layer": "Conv2d", "kernel_size": 7, "stride": 2}``, with torch's names; what a
layer takes in may be left out, and a convolution without ``out_channels`` keeps the channels that arrive.
``input_shape`` has no batch: [C, H, W], or [features]. At most 12 layers and 10⁸ elements.
"""

from collections.abc import Sequence
from typing import Annotated

import torch

from engine import device
from engine.analysis import receptive_field as fields
from engine.analysis.depth import longest_path
from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META
from engine.analysis.output_shape import output_shape as run_shape
from engine.analysis.params import num_params as count_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.analysis.stack import Layers, Stack, along_the_axes, build
from engine.analysis.window import Window
from engine.arguments import Length, Size
from engine.errors import Refused
from engine.evidence import Block, Run, Table
from engine.registry import Kind, function

InputShape = Annotated[Sequence[Size], Length(1, 3)]

_STEM = {
    "layers": [
        {"layer": "Conv2d", "out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3},
        {"layer": "MaxPool2d", "kernel_size": 3, "stride": 2, "padding": 1},
    ],
    "input_shape": [3, 224, 224],
}


@function("stack.output_shape", Kind.MODULE, example=_STEM, shows=(build, run_shape))
def output_shape(layers: Layers, input_shape: InputShape) -> Run:
    """Return the shape, without the batch, that the stack gives: [C, H, W], or [features] after Flatten.

    The layers are built and run; a large stack runs on the meta device.
    """
    stack = build(layers, input_shape)
    shape, place = _ran(stack)
    return Run(list(shape), lambda: [_table(stack)], str(place))


@function("stack.output_size", Kind.MODULE, example=_STEM, shows=(build, run_shape))
def output_size(layers: Layers, input_shape: InputShape) -> Run:
    """Return the height of the stack's output, which is its width too.

    Raises:
        Refused: the output is no square image.
    """
    stack = build(layers, input_shape)
    shape, place = _ran(stack)
    if len(shape) != 3 or shape[1] != shape[2]:
        raise Refused(f"the output is {sizes(shape)}, which has no one size; height and width must be equal")
    return Run(shape[1], lambda: [_table(stack)], str(place))


@function("stack.num_params", Kind.MODULE, example=_STEM, shows=(build, count_params))
def num_params(layers: Layers, input_shape: InputShape) -> Run:
    """Return the number of trainable parameters of the stack; BatchNorm's running statistics do not count."""
    stack = build(layers, input_shape)
    return Run(count_params(stack.module(META)), lambda: [_table(stack)], str(META))


@function("stack.macs", Kind.MEASURED, example=_STEM, shows=(build, count_macs))
def macs(layers: Layers, input_shape: InputShape) -> Run:
    """Return the multiply-adds (MACs) of one image through the stack, counted by hooks on the meta device.

    One multiplication with its addition is 1 MAC. Biases do not count; products with padded zeros do.
    """
    stack = build(layers, input_shape)
    return Run(count_macs(stack.module(META), _image(stack, META)), lambda: [_table(stack)], str(META))


@function("stack.depth", Kind.MODULE, example=_STEM, shows=(build, longest_path))
def depth(layers: Layers, input_shape: InputShape) -> Run:
    """Return how many convolutions and linear layers the stack has."""
    stack = build(layers, input_shape)
    module = stack.module(META)
    path = longest_path(module, _image(stack, META)) if count_params(module) else []
    return Run(len(path), lambda: [_table(stack)], str(META))


@function(
    "stack.receptive_field",
    Kind.MEASURED,
    example={"layers": _STEM["layers"]},
    shows=(fields.measured, fields.gradient),
)
def receptive_field(layers: Layers) -> Run:
    """Return how many input cells one output unit sees along each axis, measured by the gradient of the run stack.

    Convolutions and poolings are run without padding; layers that look at one cell change nothing.

    Raises:
        Refused: a layer sees everything, as Linear does, or the field is not square.
    """
    height, width = (_seen(axis) for axis in along_the_axes(layers))
    if height != width:
        raise Refused(f"the field is {height}×{width}, which has no one size; height and width must be equal")
    return Run(height, lambda: [_growth(layers)], str(device.for_float64()))


def _ran(stack: Stack) -> tuple[tuple[int, ...], torch.device]:
    """Return the shape that a run really gives, and where it ran."""
    work = max(count_macs(stack.module(META), _image(stack, META)), *(_elements(step.output) for step in stack.steps))
    shape, place = run_shape(stack.module, (1, *stack.input_shape), work)
    return shape[1:], place


def _elements(shape: Sequence[int]) -> int:
    return torch.Size(shape).numel()


def _image(stack: Stack, place: torch.device) -> torch.Tensor:
    return torch.zeros(1, *stack.input_shape, device=place)


def _seen(axis: Sequence[Window]) -> int:
    layers = [fields.Layer(window.kernel_size, window.stride, window.dilation) for window in axis]
    return fields.measured(layers, device.for_float64()) if layers else 1


def _table(stack: Stack) -> Block:
    """Return the table of all layers, the totals last."""
    ran = layer_table(stack.module(META), _image(stack, META))
    rows = [(row.type, sizes(row.output_shape[1:]), row.params, row.macs) for row in ran]
    total = ("total", "", sum(row.params for row in ran), sum(row.macs for row in ran))
    columns = ("layer", "output shape", "parameters", "MACs")
    return Table("Layer by layer", columns, [("input", sizes(stack.input_shape), 0, 0), *rows, total])


def _growth(layers: Layers) -> Block:
    """Return how the field grows along the height."""
    axis, _ = along_the_axes(layers)
    rows = fields.growth([fields.Layer(window.kernel_size, window.stride, window.dilation) for window in axis])
    columns = ("layer", "kernel_size", "stride", "dilation", "jump", "added: d(k − 1)·jump", "receptive field")
    told = [(number, *row.layer, row.jump, row.added, row.width) for number, row in enumerate(rows, start=1)]
    return Table("How the receptive field grows", columns, told)

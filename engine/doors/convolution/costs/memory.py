"""``conv.flops`` and ``stack.memory``: FLOPs beside MACs, and the bytes that weights and activations take."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import torch
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.macs import macs as count_macs
from engine.analysis.memory import layer_memory, num_activations
from engine.analysis.output_shape import META
from engine.analysis.params import num_params
from engine.analysis.stack import Layers, build
from engine.arguments import Between, Channels, Groups, KernelSize2d, Length, Padding2d, Size, Stride2d
from engine.doors.convolution._conv2d import conv_layer
from engine.evidence import Run, Table
from engine.registry import Kind, function

InputShape = Annotated[Sequence[Size], Length(1, 3)]
Dtype = Literal["float64", "float32", "bfloat16", "float16", "int8"]
_BYTES: Final = {"float64": 8, "float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}

_CONV = {"in_channels": 256, "height": 28, "width": 28, "out_channels": 256, "kernel_size": 3, "padding": 1}
_STEM = {
    "layers": [
        {"layer": "Conv2d", "out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3},
        {"layer": "ReLU"},
        {"layer": "MaxPool2d", "kernel_size": 3, "stride": 2, "padding": 1},
    ],
    "input_shape": [3, 224, 224],
}


@function("conv.flops", Kind.LIBRARY, example=_CONV)
def flops(
    in_channels: Channels,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize2d,
    stride: Stride2d = 1,
    padding: Padding2d = 0,
    groups: Groups = 1,
) -> Run:
    """Return the FLOPs of ``nn.Conv2d`` on one image by torch's own counter: a multiplication and an addition are 2.

    That is twice the MACs. Papers often print MACs and write FLOPs.

    >>> flops(3, 8, 8, 16, kernel_size=3, padding=1).value == 2 * 8 * 8 * 3 * 9 * 16
    True
    """
    layer = conv_layer((in_channels, height, width), out_channels, kernel_size, stride, padding, 1, groups)
    module, image = layer.make(META), torch.zeros(layer.input_shape, device=META)
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        module(image)
    total = int(counted.get_total_flops())
    rows = [("FLOPs", total), ("MACs", count_macs(module, image))]
    return Run(total, lambda: [Table(str(module), ("unit", "how many"), rows)], str(META))


@function("stack.memory", Kind.MEASURED, example={**_STEM, "of": "activations"}, shows=(num_activations, build))
def memory(
    layers: Layers,
    input_shape: InputShape,
    of: Literal["parameters", "activations", "both"],
    batch_size: Annotated[int, Between(1, 65_536)] = 1,
    dtype: Dtype = "float32",
) -> Run:
    """Return the bytes of a stack's parameters, of all its layers' outputs ("activations"), or of both.

    Every layer's output counts, the input does not: about what training keeps for the backward pass. Counted by hooks.
    """
    stack = build(layers, input_shape)
    module, batch = stack.module(META), torch.zeros(batch_size, *stack.input_shape, device=META)
    rows = [(row.type, row.params, row.activations) for row in layer_memory(module, batch)]
    counts = {"parameters": num_params(module), "activations": num_activations(module, batch)}
    counts["both"] = counts["parameters"] + counts["activations"]
    title = f"Elements of {_BYTES[dtype]} bytes, batch of {batch_size}"
    table = Table(title, ("layer", "parameters", "activations"), [*rows, ("total", *list(counts.values())[:2])])
    return Run(counts[of] * _BYTES[dtype], lambda: [table], str(META))

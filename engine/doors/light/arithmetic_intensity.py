"""``intensity.*``: floating-point operations per byte, which decide whether a layer waits for memory."""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.convolution_cost import convolution
from engine.analysis.memory_access import Traffic, traffic
from engine.analysis.output_shape import META, check_elements
from engine.arguments import Between, Channels, Size
from engine.evidence import Run, Table
from engine.registry import Kind, function

Layer = Literal["standard", "depthwise", "pointwise", "separable", "relu", "add"]
FlopsPerByte = Annotated[float, Between(1e-3, 1e6)]


class Add(nn.Module):
    """The sum of two inputs, as a layer that hooks see."""

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """Return x + y."""
        return x + y


@function("intensity.of_layer", Kind.MEASURED, example={"layer": "depthwise"}, shows=(traffic,))
def of_layer(
    layer: Layer,
    channels: Channels = 256,
    height: Size = 28,
    width: Size = 28,
    kernel_size: Literal[1, 3, 5, 7] = 3,
    bytes_per_number: Literal[1, 2, 4, 8] = 4,
) -> Run:
    """Return a layer's floating-point operations per byte moved: 2 for a multiply-add, 1 for each output of ReLU or +.

    The layer keeps its channels and its size. Each input, weight and output is moved once; no cache is modelled.
    Source: Williams, Waterman & Patterson 2009, "Roofline".

    >>> round(of_layer("standard").value), round(of_layer("depthwise").value, 1), of_layer("relu").value
    (233, 2.2, 0.125)
    """
    check_elements("an image", (channels, height, width))
    rows = _rows(layer, channels, height, width, kernel_size)
    flops = sum(_flops(row) for row in rows)
    moved = bytes_per_number * sum(row.moved for row in rows)
    cells = [(row.read, row.weights, row.written, _flops(row)) for row in rows]
    table = Table(f"{layer} on {channels}×{height}×{width}", ["read", "weights", "written", "FLOPs"], cells)
    return Run(flops / moved, lambda: [table], str(META))


@function("intensity.attainable", Kind.CLOSED_FORM, example={"intensity": 2.2, "peak": 1000.0, "bandwidth": 50.0})
def attainable(intensity: FlopsPerByte, peak: FlopsPerByte, bandwidth: FlopsPerByte) -> Run:
    """Return the operations per second that the roofline allows: min(peak, intensity × bandwidth).

    ``peak`` in GFLOP/s, ``bandwidth`` in GB/s. How many bytes the memory holds does not enter.

    >>> attainable(2.0, peak=1000.0, bandwidth=50.0).value
    100.0
    """
    return Run(min(peak, intensity * bandwidth))


def _rows(layer: Layer, channels: int, height: int, width: int, kernel_size: int) -> list[Traffic]:
    image = torch.zeros(1, channels, height, width, device=META)
    if layer == "add":
        return traffic(Add(), image, image)
    with META:
        made = nn.ReLU() if layer == "relu" else convolution(layer, channels, channels, kernel_size)
    return traffic(made, image)


def _flops(row: Traffic) -> int:
    return 2 * row.macs or row.written

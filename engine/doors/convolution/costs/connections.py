"""``conv.num_weights`` and ``conv.matrix*``: what local connection and weight sharing leave of a full layer."""

from math import prod
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.output_shape import META
from engine.analysis.params import num_params
from engine.analysis.window import Both, check_conv, windows
from engine.arguments import Between, Channels, Elements, KernelSize2d, Padding2d, Size, Stride2d
from engine.convolution.locally_connected import LocallyConnected2d
from engine.convolution.toeplitz import convolution_matrix
from engine.device import for_float64
from engine.doors._grids import grid
from engine.doors.convolution.values._images import Margin, Step, check_work
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Connections = Literal["full", "local", "shared"]
Small = Annotated[Tensor, Elements(256, 2), Between(-1e6, 1e6)]
Side = Annotated[int, Between(1, 64)]
_MOST = 2**60
"""The most weights of one layer: torch counts its bytes, four a weight, in 64 bits."""


@function(
    "conv.num_weights",
    Kind.MODULE,
    example={"connections": "local", "in_channels": 3, "height": 32, "width": 32, "out_channels": 6, "kernel_size": 5},
    shows=(LocallyConnected2d, num_params),
)
def num_weights(
    connections: Connections,
    in_channels: Channels,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize2d,
    stride: Stride2d = 1,
    padding: Padding2d = 0,
    bias: bool = False,
) -> Run:
    """Return the parameters of a layer with the input and output of a convolution: full, local, or local and shared.

    full: every output is connected with every input. local: with its window, each place by weights of its own.
    shared: one kernel for all places, which is the convolution. All three are built on the meta device.

    >>> [num_weights(kind, 3, 32, 32, 6, kernel_size=5).value for kind in ("full", "local", "shared")]
    [14450688, 352800, 450]
    """
    rows, columns = windows(kernel_size, stride, padding, 1)
    check_conv(height, rows, "height: ")
    check_conv(width, columns, "width: ")
    places = rows.positions(height), columns.positions(width)
    inputs, outputs = in_channels * height * width, out_channels * prod(places)
    if max(inputs * outputs, in_channels * rows.kernel_size * columns.kernel_size * outputs) > _MOST:
        raise Refused(f"a layer from {inputs:,} to {outputs:,} numbers has more weights than can be counted")
    layers: dict[str, nn.Module] = {}
    with META:
        layers["full"] = nn.Linear(inputs, outputs, bias=bias)
        layers["local"] = LocallyConnected2d(
            in_channels, out_channels, kernel_size, (height, width), stride, padding, bias=bias
        )
        layers["shared"] = nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, bias=bias)
    counts = [(name, type(layer).__name__, num_params(layer)) for name, layer in layers.items()]
    table = Table("Parameters for the same input and output", ("connections", "layer", "parameters"), counts)
    return Run(num_params(layers[connections]), lambda: [table], str(META))


@function(
    "conv.matrix", Kind.MODULE, example={"weight": [[1, 2]], "height": 1, "width": 4}, shows=(convolution_matrix,)
)
def matrix(weight: Small, height: Side, width: Side, stride: Step = 1, padding: Margin = 0) -> Run:
    """Return the matrix that does to a flattened [H, W] image what a convolution with this kernel does.

    >>> matrix(torch.tensor([[1.0, 2.0]]), height=1, width=3).value
    [[1.0, 2.0, 0.0], [0.0, 1.0, 2.0]]
    """
    found = _matrix(weight, height, width, stride, padding)
    return Run(found.tolist(), lambda: [grid("matrix", found, "input cell", "output cell")], str(found.device))


@function(
    "conv.matrix_entries",
    Kind.MEASURED,
    example={"which": "nonzero", "height": 6, "width": 6, "kernel_size": 3},
    shows=(convolution_matrix,),
)
def matrix_entries(
    which: Literal["all", "nonzero", "different"],
    height: Side,
    width: Side,
    kernel_size: Side,
    stride: Step = 1,
    padding: Margin = 0,
) -> Run:
    """Return how many entries the matrix of a convolution on an [H, W] image has: all, not zero, or different weights.

    Counted in the matrix of a square kernel whose weights all differ.

    >>> [matrix_entries(which, 6, 6, 3).value for which in ("all", "nonzero", "different")]
    [576, 144, 9]
    """
    kernel = torch.arange(1.0, kernel_size**2 + 1, dtype=torch.float64).reshape(kernel_size, kernel_size)
    found = _matrix(kernel, height, width, stride, padding)
    nonzero = found[found != 0]
    counts = {"all": found.numel(), "nonzero": nonzero.numel(), "different": len(set(nonzero.tolist()))}
    blocks = [Table("Entries", ("which", "how many"), list(counts.items())), grid("matrix", found, "input", "output")]
    return Run(counts[which], lambda: blocks, str(found.device))


def _matrix(weight: Tensor, height: int, width: int, stride: Both, padding: Both) -> Tensor:
    rows, columns = windows((weight.shape[0], weight.shape[1]), stride, padding, 1)
    check_conv(height, rows, "height: ")
    check_conv(width, columns, "width: ")
    places = rows.positions(height) * columns.positions(width)
    check_work((places * height * width,), (20 * places * weight.numel(),))  # an entry is written by itself
    return convolution_matrix(weight.to(for_float64())[None, None], (height, width), stride, padding)

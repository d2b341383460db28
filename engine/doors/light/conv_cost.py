"""``conv.cost`` and its like: what the kinds of convolution cost, and which inputs an output reads."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import torch
from torch import nn

from engine.analysis.convolution_cost import KINDS, ConvKind, connections, convolution
from engine.analysis.macs import macs
from engine.analysis.memory_access import memory_access
from engine.analysis.output_shape import META, check_elements
from engine.analysis.params import num_params
from engine.arguments import Between, Channels, Groups, KernelSize, Size, Stride
from engine.errors import Refused
from engine.evidence import Blocks, Cell, Heatmap, Run, Table
from engine.registry import Kind, function

Few = Annotated[int, Between(1, 64)]
_EXAMPLE = {"kind": "separable", "in_channels": 16, "out_channels": 32, "height": 8, "width": 8}


@function("conv.cost", Kind.MEASURED, example=_EXAMPLE, shows=(convolution,))
def cost(
    kind: ConvKind,
    in_channels: Channels,
    out_channels: Channels,
    height: Size,
    width: Size,
    kernel_size: KernelSize = 3,
    stride: Stride = 1,
    groups: Groups = 1,
    of: Literal["macs", "weights", "memory_access"] = "macs",
) -> Run:
    """Return what a convolution of this kind costs on one image: multiply-adds, weights, or numbers moved.

    It is built without biases and padded by kernel_size // 2, and hooks count while it runs on the meta device. Numbers
    moved are each layer's input, weights and output. Only "grouped" reads ``groups``; "pointwise" is 1×1.

    >>> cost("separable", 16, 32, 8, 8).value  # 8·8·16·(9 + 32)
    41984
    """
    if kernel_size % 2 == 0:
        raise Refused(f"kernel_size is {kernel_size}, and only an odd kernel keeps the size; use {kernel_size + 1}")
    for channels in (in_channels, out_channels):
        check_elements("an image", (channels, height, width))
    settings = (in_channels, out_channels, kernel_size, stride, groups)
    image = torch.zeros(1, in_channels, height, width, device=META)
    costs = _costs(_meta(kind, *settings), image)

    def evidence() -> Blocks:
        rows: list[list[Cell]] = [[name, *_costs(layer, image).values()] for name, layer in _possible(settings)]
        title = f"{in_channels} to {out_channels} channels on {height}×{width}, stride {stride}"
        return [Table(title, ["kind", "MACs", "weights", "numbers moved"], rows)]

    return Run(costs[of], evidence, str(META))


@function("conv.inputs_read", Kind.MEASURED, example={"kind": "grouped", "in_channels": 12, "groups": 3})
def inputs_read(
    kind: ConvKind,
    in_channels: Few = 12,
    out_channels: Few = 12,
    kernel_size: Literal[1, 3, 5] = 3,
    groups: Few = 1,
    of: Literal["channels", "cells", "readers"] = "channels",
) -> Run:
    """Return how many input channels one output reads, how many cells in all, or how many outputs read one channel.

    The layer runs with weights of 1, and what an output reads is where its gradient is not 0.

    >>> inputs_read("grouped", 12, 24, groups=3).value, inputs_read("grouped", 12, 24, groups=3, of="readers").value
    (4, 8)
    """
    with torch.random.fork_rng(devices=[]):
        layer = convolution(kind, in_channels, out_channels, kernel_size, 1, groups)
    read = connections(layer, in_channels, size=kernel_size + 2)
    values = {"channels": read[0].ne(0).sum(), "cells": read[0].sum(), "readers": read[:, 0].ne(0).sum()}
    title = f"Cells that each output channel reads: {kind}, kernel {kernel_size}×{kernel_size}"
    return Run(int(values[of]), lambda: [Heatmap(title, read.tolist(), "input channel", "output channel")], "cpu")


def _meta(kind: ConvKind, *settings: Any) -> nn.Sequential:
    with META:
        return convolution(kind, *settings)


def _costs(layer: nn.Module, image: torch.Tensor) -> dict[str, int]:
    return {
        "macs": macs(layer, image),
        "weights": num_params(layer),
        "memory_access": memory_access(layer, image),
    }


def _possible(settings: tuple[int, ...]) -> Iterator[tuple[str, nn.Module]]:
    """Yield the kinds that these settings allow."""
    for kind in KINDS:
        try:
            yield kind, _meta(kind, *settings)
        except Refused:
            continue

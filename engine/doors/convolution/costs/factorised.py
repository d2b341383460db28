"""Shares of an ordinary convolution's cost: stacked, asymmetric, depthwise and narrowed ones, counted by hooks."""

from collections.abc import Mapping
from typing import Annotated

import torch
from torch import nn

from engine import device
from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META, check_elements
from engine.analysis.params import num_params as count_params
from engine.analysis.receptive_field import Layer, measured
from engine.analysis.window import pair
from engine.arguments import Between, Channels, Size
from engine.doors.convolution.conv_separable import separable
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

OddKernel = Annotated[int, Between(1, 63)]
Depth = Annotated[int, Between(1, 32)]


@function(
    "conv_stacked.weights_ratio",
    Kind.MEASURED,
    example={"num_layers": 3, "kernel_size": 3},
    shows=(measured, count_params),
)
def weights_ratio(num_layers: Depth, kernel_size: OddKernel = 3, channels: Channels = 8) -> Run:
    """Return the weights of equal layers in a row as a share of those of one layer that sees as far.

    The field of the stack is measured by the gradient, and one kernel of that size is built beside it; all layers keep
    the number of channels. Three 3×3 layers: 27/49. Source: Simonyan & Zisserman 2015, section 2.3.

    >>> weights_ratio(3).value == 27 / 49, weights_ratio(2).value == 18 / 25
    (True, True)
    """
    field = measured([Layer(kernel_size)] * num_layers, device.for_float64())
    check_elements("a weight", (channels, channels, field, field))
    stack = nn.Sequential(*(_conv(channels, channels, kernel_size) for _ in range(num_layers)))
    one = _conv(channels, channels, field)
    rows = [
        (f"{num_layers} of {kernel_size}×{kernel_size}", field, num_layers, count_params(stack)),
        (f"one of {field}×{field}", field, 1, count_params(one)),
    ]
    table = Table(f"{channels} channels throughout", ("layers", "field", "activations", "weights"), rows)
    return Run(count_params(stack) / count_params(one), lambda: [table], str(META))


@function("conv_asymmetric.macs_ratio", Kind.MEASURED, example={"kernel_size": 7, "channels": 16}, shows=(count_macs,))
def asymmetric_ratio(kernel_size: OddKernel, channels: Channels = 8, size: Size = 8) -> Run:
    """Return the multiply-adds of an n×1 and a 1×n convolution as a share of those of an n×n one, channels kept.

    It is 2/n; the weights have the same share. Source: Szegedy et al. 2016, "Rethinking the Inception Architecture",
    section 3.2.

    >>> asymmetric_ratio(7).value == 2 / 7
    True
    """
    _check_odd(kernel_size)
    thin = nn.Sequential(_conv(channels, channels, (kernel_size, 1)), _conv(channels, channels, (1, kernel_size)))
    return _share({"n×1 and 1×n": thin, "n×n": _conv(channels, channels, kernel_size)}, channels, size)


@function(
    "conv_depthwise.macs_ratio",
    Kind.MEASURED,
    example={"in_channels": 16, "out_channels": 32, "kernel_size": 3},
    shows=(count_macs,),
)
def depthwise_ratio(in_channels: Channels, out_channels: Channels, kernel_size: OddKernel = 3, size: Size = 8) -> Run:
    """Return the multiply-adds of a depthwise convolution as a share of an ordinary one's with ``out_channels``.

    The depthwise one gives as many channels as it takes. The share is 1/out_channels, whatever in_channels is.

    >>> depthwise_ratio(16, 32).value == 1 / 32
    True
    """
    _check_odd(kernel_size)
    depthwise = separable(in_channels, out_channels, kernel_size)[0]
    ordinary = _conv(in_channels, out_channels, kernel_size)
    return _share({"depthwise": depthwise, "ordinary": ordinary}, in_channels, size)


@function(
    "conv_reduced.macs_ratio",
    Kind.MEASURED,
    example={"in_channels": 192, "reduced_channels": 16, "out_channels": 32, "kernel_size": 5},
    shows=(count_macs,),
)
def reduced_ratio(
    in_channels: Channels, reduced_channels: Channels, out_channels: Channels, kernel_size: OddKernel, size: Size = 8
) -> Run:
    """Return the multiply-adds of a 1×1 convolution and then a k×k one as a share of those of the k×k one alone.

    r·(C + k²M)/(k²CM) with r reduced channels: above r = k²CM/(C + k²M) nothing is saved. Source: Szegedy et al. 2015,
    "Going Deeper with Convolutions", section 4.

    >>> round(reduced_ratio(192, 16, 32, kernel_size=5).value, 4)
    0.1033
    """
    _check_odd(kernel_size)
    narrowed = nn.Sequential(
        _conv(in_channels, reduced_channels, 1), _conv(reduced_channels, out_channels, kernel_size)
    )
    return _share({"1×1, then k×k": narrowed, "k×k": _conv(in_channels, out_channels, kernel_size)}, in_channels, size)


def _conv(in_channels: int, out_channels: int, kernel_size: int | tuple[int, int]) -> nn.Conv2d:
    """Return a convolution without a bias on the meta device; it keeps the size of an image."""
    check_elements("a weight", (out_channels, in_channels, *pair(kernel_size)))
    return nn.Conv2d(in_channels, out_channels, kernel_size, padding="same", bias=False, device=META)


def _share(layers: Mapping[str, nn.Module], in_channels: int, size: int) -> Run:
    """Return the MACs of the first layer over those of the second, on one image."""
    check_elements("an image", (in_channels, size, size))
    image = torch.zeros(1, in_channels, size, size, device=META)
    rows = [(name, count_params(layer), count_macs(layer, image)) for name, layer in layers.items()]
    table = Table(f"On a {in_channels}×{size}×{size} image", ("layer", "weights", "MACs"), rows)
    return Run(rows[0][2] / rows[1][2], lambda: [table], str(META))


def _check_odd(kernel_size: int) -> None:
    if kernel_size % 2 == 0:
        raise Refused(f"kernel_size is {kernel_size}, and only an odd kernel keeps the size; use {kernel_size + 1}")

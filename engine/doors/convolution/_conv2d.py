"""What ``nn.Conv2d`` and ``nn.ConvTranspose2d`` have in common: how a layer is built and bounded, and what it holds."""

from math import prod
from typing import Any

import torch
from torch import nn

from engine.analysis.output_shape import META, check_elements
from engine.analysis.sizes import sizes
from engine.analysis.window import Both, Window, check_conv, check_groups, windows
from engine.doors.convolution._layer2d import Layer2d, Make, params_run
from engine.evidence import Run, Text

Convolution = type[nn.Conv2d] | type[nn.ConvTranspose2d]


def making(convolution: Convolution, in_channels: int, out_channels: int, **settings: Any) -> Make:
    """Return how to build a convolution on a device; without a bias unless ``settings`` ask for one."""

    def make(place: torch.device) -> nn.Module:
        return convolution(in_channels, out_channels, **{"bias": False, **settings}, device=place)

    return make


def along_one_axis(convolution: Convolution, window: Window, **settings: tuple[int, int]) -> Make:
    """Return how to build a convolution of one channel whose kernel is kernel_size × 1."""
    kernel_size, stride, padding, dilation = window
    axis = {"kernel_size": (kernel_size, 1), "stride": (stride, 1), "padding": (padding, 0), "dilation": (dilation, 1)}
    return making(convolution, 1, 1, **axis, **settings)


def layer2d(
    convolution: Convolution, image: tuple[int, int, int], output: tuple[int, int, int], work: int, **settings: Any
) -> Layer2d:
    """Bound the image and the output, both [C, H, W], and return the layer; a real run multiplies ``work`` times."""
    check_elements("an input", image)
    check_elements("an output", output)
    return Layer2d(making(convolution, image[0], output[0], **settings), (1, *image), work)


def parameters(
    convolution: Convolution, in_channels: int, out_channels: int, kernel_size: Both, groups: int, bias: bool
) -> Run:
    """Build the layer on the meta device and count its parameters."""
    check_groups(in_channels, out_channels, groups)
    settings = {"kernel_size": kernel_size, "groups": groups, "bias": bias}
    return params_run(making(convolution, in_channels, out_channels, **settings))


def weight_shape_of(
    convolution: Convolution, in_channels: int, out_channels: int, kernel_size: Both, groups: int
) -> Run:
    """Build the layer on the meta device and return the shape of its weight."""
    check_groups(in_channels, out_channels, groups)
    layer = making(convolution, in_channels, out_channels, kernel_size=kernel_size, groups=groups)(META)
    shape = list(layer.get_parameter("weight").shape)
    return Run(shape, lambda: [Text(f"{layer} holds a weight of {sizes(shape)}.")], str(META))


def conv_layer(
    image: tuple[int, int, int],
    out_channels: int,
    kernel_size: Both,
    stride: Both,
    padding: Both,
    dilation: Both,
    groups: int,
) -> Layer2d:
    """Check all settings and return the layer; ``image`` is [C, H, W]."""
    in_channels, height, width = image
    check_groups(in_channels, out_channels, groups)
    rows, columns = windows(kernel_size, stride, padding, dilation)
    check_conv(height, rows, "height: ")
    check_conv(width, columns, "width: ")
    output = (out_channels, rows.positions(height), columns.positions(width))
    work = prod(output) * (in_channels // groups) * rows.kernel_size * columns.kernel_size
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    return layer2d(nn.Conv2d, image, output, work, **settings, groups=groups)

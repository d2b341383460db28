"""``conv.*``: what a two-dimensional convolution gives, and what it costs."""

from math import prod

from torch import nn

from engine.analysis.macs import layer_macs
from engine.analysis.output_shape import output_shape as run_shape
from engine.analysis.params import num_params as count_params
from engine.analysis.window import Both, Window, check_conv, check_groups, windows
from engine.arguments import (
    Channels,
    Dilation,
    Dilation2d,
    Groups,
    KernelSize,
    KernelSize2d,
    Padding,
    Padding2d,
    Size,
    Stride,
    Stride2d,
)
from engine.doors.attention._positions import standing_blocks
from engine.doors.convolution._conv2d import along_one_axis, layer2d, parameters
from engine.doors.convolution._layer2d import Layer2d, macs_run, shape_run
from engine.evidence import Run
from engine.registry import Kind, function

_RESNET_CONV1 = {
    "in_channels": 3,
    "height": 224,
    "width": 224,
    "out_channels": 64,
    "kernel_size": 7,
    "stride": 2,
    "padding": 3,
}


@function(
    "conv.output_size",
    Kind.MODULE,
    example={"size": 224, "kernel_size": 7, "stride": 2, "padding": 3},
    shows=(run_shape,),
)
def output_size(
    size: Size, kernel_size: KernelSize, stride: Stride = 1, padding: Padding = 0, dilation: Dilation = 1
) -> Run:
    """Return the output size of a convolution along one axis, in cells.

    The axes of a convolution do not mix, so ``nn.Conv2d`` with a kernel of kernel_size × 1 runs over an image of
    size × 1 with one channel. Very large runs use the meta device.

    >>> output_size(224, kernel_size=7, stride=2, padding=3).value
    112
    """
    window = Window(kernel_size, stride, padding, dilation)
    check_conv(size, window)
    make = along_one_axis(nn.Conv2d, window)
    ran = run_shape(make, (1, 1, size, 1), work=kernel_size * window.positions(size))
    return Run(ran.shape[2], lambda: standing_blocks(size, window, ran.shape[2]), str(ran.device))


@function("conv.output_shape", Kind.MODULE, example=_RESNET_CONV1, shows=(run_shape,))
def output_shape(
    in_channels: Channels,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize2d,
    stride: Stride2d = 1,
    padding: Padding2d = 0,
    dilation: Dilation2d = 1,
    groups: Groups = 1,
) -> Run:
    """Return the output shape [C, H, W] of ``nn.Conv2d`` on one image.

    >>> output_shape(3, 224, 224, 64, kernel_size=7, stride=2, padding=3).value
    [64, 112, 112]
    """
    return shape_run(_layer((in_channels, height, width), out_channels, kernel_size, stride, padding, dilation, groups))


@function("conv.macs", Kind.MEASURED, example=_RESNET_CONV1, shows=(layer_macs,))
def macs(
    in_channels: Channels,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize2d,
    stride: Stride2d = 1,
    padding: Padding2d = 0,
    dilation: Dilation2d = 1,
    groups: Groups = 1,
) -> Run:
    """Return the multiply-adds (MACs) of ``nn.Conv2d`` on one image.

    A hook counts them while the layer runs on the meta device. One multiplication with its addition is 1 MAC. Biases do
    not count; products with padded zeros do.

    >>> macs(3, 224, 224, 64, kernel_size=7, stride=2, padding=3).value
    118013952
    """
    return macs_run(_layer((in_channels, height, width), out_channels, kernel_size, stride, padding, dilation, groups))


@function(
    "conv.num_params",
    Kind.MODULE,
    example={"in_channels": 3, "out_channels": 64, "kernel_size": 7, "bias": False},
    shows=(count_params,),
)
def num_params(
    in_channels: Channels, out_channels: Channels, kernel_size: KernelSize2d, groups: Groups = 1, bias: bool = True
) -> Run:
    """Return the number of trainable parameters of ``nn.Conv2d``, which is built on the meta device.

    >>> num_params(64, 128, kernel_size=3).value
    73856
    """
    return parameters(nn.Conv2d, in_channels, out_channels, kernel_size, groups, bias)


def _layer(
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

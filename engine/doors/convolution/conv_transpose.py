"""``conv_transpose.*``: what a two-dimensional transposed convolution gives, and what it costs."""

from math import prod

from torch import nn

from engine.analysis.macs import layer_macs
from engine.analysis.output_shape import output_shape as run_shape
from engine.analysis.params import num_params as count_params
from engine.analysis.window import Both, Window, check_conv_transpose, check_groups, pair, transposed_size, windows
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
from engine.doors.convolution._conv2d import along_one_axis, layer2d, parameters, weight_shape_of
from engine.doors.convolution._layer2d import Layer2d, macs_run, shape_run
from engine.doors.convolution._positions import writing_blocks
from engine.evidence import Run
from engine.registry import Kind, function

_DCGAN_LAYER = {
    "in_channels": 512,
    "height": 4,
    "width": 4,
    "out_channels": 256,
    "kernel_size": 4,
    "stride": 2,
    "padding": 1,
}


@function(
    "conv_transpose.output_size",
    Kind.MODULE,
    example={"size": 4, "kernel_size": 4, "stride": 2, "padding": 1},
    shows=(run_shape,),
)
def output_size(
    size: Size,
    kernel_size: KernelSize,
    stride: Stride = 1,
    padding: Padding = 0,
    output_padding: Padding = 0,
    dilation: Dilation = 1,
) -> Run:
    """Return the output size of a transposed convolution along one axis, in cells.

    ``nn.ConvTranspose2d`` with a kernel of kernel_size × 1 runs over an image of size × 1 with one channel. Very large
    runs use the meta device. ``padding`` is cut off each side of the output; ``output_padding`` is added at its end.

    >>> output_size(4, kernel_size=4, stride=2, padding=1).value
    8
    """
    window = Window(kernel_size, stride, padding, dilation)
    check_conv_transpose(size, window, output_padding)
    make = along_one_axis(nn.ConvTranspose2d, window, output_padding=(output_padding, 0))
    work = max(size * kernel_size, transposed_size(size, window, output_padding))
    ran = run_shape(make, (1, 1, size, 1), work)
    return Run(ran.shape[2], lambda: writing_blocks(size, window, output_padding, ran.shape[2]), str(ran.device))


@function("conv_transpose.output_shape", Kind.MODULE, example=_DCGAN_LAYER, shows=(run_shape,))
def output_shape(
    in_channels: Channels,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize2d,
    stride: Stride2d = 1,
    padding: Padding2d = 0,
    output_padding: Padding2d = 0,
    dilation: Dilation2d = 1,
    groups: Groups = 1,
) -> Run:
    """Return the output shape [C, H, W] of ``nn.ConvTranspose2d`` on one image.

    >>> output_shape(512, 4, 4, 256, kernel_size=4, stride=2, padding=1).value
    [256, 8, 8]
    """
    image = (in_channels, height, width)
    return shape_run(_layer(image, out_channels, kernel_size, stride, padding, output_padding, dilation, groups))


@function("conv_transpose.macs", Kind.MEASURED, example=_DCGAN_LAYER, shows=(layer_macs,))
def macs(
    in_channels: Channels,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize2d,
    stride: Stride2d = 1,
    padding: Padding2d = 0,
    output_padding: Padding2d = 0,
    dilation: Dilation2d = 1,
    groups: Groups = 1,
) -> Run:
    """Return the multiply-adds (MACs) of ``nn.ConvTranspose2d`` on one image.

    A hook counts them while the layer runs on the meta device. Every input element meets out_channels/groups · kernel
    cells, also where the padding then cuts the product off.

    >>> macs(512, 4, 4, 256, kernel_size=4, stride=2, padding=1).value
    33554432
    """
    image = (in_channels, height, width)
    return macs_run(_layer(image, out_channels, kernel_size, stride, padding, output_padding, dilation, groups))


@function(
    "conv_transpose.num_params",
    Kind.MODULE,
    example={"in_channels": 512, "out_channels": 256, "kernel_size": 4, "bias": False},
    shows=(count_params,),
)
def num_params(
    in_channels: Channels, out_channels: Channels, kernel_size: KernelSize2d, groups: Groups = 1, bias: bool = True
) -> Run:
    """Return the number of trainable parameters of ``nn.ConvTranspose2d``, which is built on the meta device.

    >>> num_params(512, 256, kernel_size=4).value
    2097408
    """
    return parameters(nn.ConvTranspose2d, in_channels, out_channels, kernel_size, groups, bias)


@function(
    "conv_transpose.weight_shape", Kind.MODULE, example={"in_channels": 512, "out_channels": 256, "kernel_size": 4}
)
def weight_shape(in_channels: Channels, out_channels: Channels, kernel_size: KernelSize2d, groups: Groups = 1) -> Run:
    """Return the shape of the weight of ``nn.ConvTranspose2d``, [in_channels, out_channels/groups, kh, kw].

    >>> weight_shape(512, 256, kernel_size=4).value
    [512, 256, 4, 4]
    """
    return weight_shape_of(nn.ConvTranspose2d, in_channels, out_channels, kernel_size, groups)


def _layer(
    image: tuple[int, int, int],
    out_channels: int,
    kernel_size: Both,
    stride: Both,
    padding: Both,
    output_padding: Both,
    dilation: Both,
    groups: int,
) -> Layer2d:
    """Check all settings and return the layer; ``image`` is [C, H, W]."""
    in_channels, height, width = image
    check_groups(in_channels, out_channels, groups)
    axes = zip((height, width), windows(kernel_size, stride, padding, dilation), pair(output_padding), strict=True)
    sizes = []
    for (size, window, extra), axis in zip(axes, ("height: ", "width: "), strict=True):
        check_conv_transpose(size, window, extra, axis)
        sizes.append(transposed_size(size, window, extra))
    output = (out_channels, sizes[0], sizes[1])
    work = max(prod(image) * (out_channels // groups) * prod(pair(kernel_size)), prod(output))
    settings = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    return layer2d(nn.ConvTranspose2d, image, output, work, **settings, output_padding=output_padding, groups=groups)

"""``conv.*``: what a two-dimensional convolution gives, and what it costs."""

from torch import nn

from engine.analysis.macs import layer_macs
from engine.analysis.output_shape import output_shape as run_shape
from engine.analysis.params import num_params as count_params
from engine.analysis.window import Window, check_conv
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
from engine.doors.convolution._conv2d import along_one_axis, conv_layer, parameters, weight_shape_of
from engine.doors.convolution._layer2d import macs_run, shape_run
from engine.doors.convolution._positions import standing_blocks
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
    return shape_run(
        conv_layer((in_channels, height, width), out_channels, kernel_size, stride, padding, dilation, groups)
    )


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
    return macs_run(
        conv_layer((in_channels, height, width), out_channels, kernel_size, stride, padding, dilation, groups)
    )


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


@function(
    "conv.weight_shape", Kind.MODULE, example={"in_channels": 96, "out_channels": 256, "kernel_size": 5, "groups": 2}
)
def weight_shape(in_channels: Channels, out_channels: Channels, kernel_size: KernelSize2d, groups: Groups = 1) -> Run:
    """Return the shape of the weight of ``nn.Conv2d``, [out_channels, in_channels/groups, kh, kw].

    >>> weight_shape(96, 256, kernel_size=5, groups=2).value
    [256, 48, 5, 5]
    """
    return weight_shape_of(nn.Conv2d, in_channels, out_channels, kernel_size, groups)

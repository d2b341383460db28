"""``conv3d.*``: a convolution that also slides along time: its output, its parameters, its multiply-adds."""

from math import prod
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, nn

from engine.analysis.macs import layer_macs
from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META, check_elements
from engine.analysis.output_shape import output_shape as run_shape
from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.analysis.window import Window, check_conv
from engine.arguments import Between, Channels, Elements, KernelSize, Padding, Size, Stride
from engine.convolution.conv3d import conv3d
from engine.device import for_float64
from engine.doors._grids import Place, grid, picked
from engine.doors.convolution._layer2d import params_run
from engine.doors.convolution.values._images import check_work
from engine.evidence import Run, Table, Text
from engine.registry import Kind, function

KernelSize3d = KernelSize | tuple[KernelSize, KernelSize, KernelSize]
"""One number for all axes, or frames, height and width."""
Stride3d = Stride | tuple[Stride, Stride, Stride]
Padding3d = Padding | tuple[Padding, Padding, Padding]
Three = int | tuple[int, int, int]
Clip = Annotated[Tensor, Elements(4096, 3), Between(-1e6, 1e6)]
"""[T, H, W], one channel."""

_C3D_CONV1 = {
    "in_channels": 3,
    "frames": 16,
    "height": 112,
    "width": 112,
    "out_channels": 64,
    "kernel_size": 3,
    "padding": 1,
}


class _Layer(NamedTuple):
    """What goes in, without the batch, and the settings of ``nn.Conv3d``."""

    image: tuple[int, int, int, int]
    out_channels: int
    kernel_size: Three
    stride: Three
    padding: Three

    def make(self, place: torch.device) -> nn.Module:
        """Build the layer, without a bias."""
        return nn.Conv3d(
            self.image[0], self.out_channels, self.kernel_size, self.stride, self.padding, bias=False, device=place
        )

    def work(self) -> int:
        """Return how often a real run would multiply, or refuse what does not fit or is too large."""
        windows = [Window(*each) for each in zip(*map(_three, self[2:]), strict=True)]
        for window, size, axis in zip(windows, self.image[1:], ("time: ", "height: ", "width: "), strict=True):
            check_conv(size, window, axis)
        places = [window.positions(size) for window, size in zip(windows, self.image[1:], strict=True)]
        check_elements("an input", self.image)
        check_elements("an output", (self.out_channels, *places))
        _check_weight(self.image[0], self.out_channels, self.kernel_size)
        return self.out_channels * prod(places) * self.image[0] * prod(window.kernel_size for window in windows)

    def table(self) -> Table:
        """Return what the layer gives and costs."""
        layer, clip = self.make(META), torch.zeros(1, *self.image, device=META)
        row = (sizes(self.image), sizes(layer(clip).shape[1:]), count_params(layer), count_macs(layer, clip))
        return Table(str(layer), ("input", "output", "weights", "MACs"), [row])


@function("conv3d.output_shape", Kind.MODULE, example=_C3D_CONV1, shows=(run_shape,))
def output_shape(
    in_channels: Channels,
    frames: Size,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize3d,
    stride: Stride3d = 1,
    padding: Padding3d = 0,
) -> Run:
    """Return the output shape [C, T, H, W] of ``nn.Conv3d`` on one clip.

    >>> output_shape(3, 16, 112, 112, 64, kernel_size=3, padding=1).value
    [64, 16, 112, 112]
    """
    layer = _Layer((in_channels, frames, height, width), out_channels, kernel_size, stride, padding)
    ran = run_shape(layer.make, (1, *layer.image), layer.work())
    return Run(list(ran.shape[1:]), lambda: [layer.table()], str(ran.device))


@function("conv3d.macs", Kind.MEASURED, example=_C3D_CONV1, shows=(layer_macs,))
def macs(
    in_channels: Channels,
    frames: Size,
    height: Size,
    width: Size,
    out_channels: Channels,
    kernel_size: KernelSize3d,
    stride: Stride3d = 1,
    padding: Padding3d = 0,
) -> Run:
    """Return the multiply-adds (MACs) of ``nn.Conv3d`` on one clip, counted by a hook on the meta device.

    >>> macs(3, 16, 112, 112, 64, kernel_size=3, padding=1).value
    1040449536
    """
    layer = _Layer((in_channels, frames, height, width), out_channels, kernel_size, stride, padding)
    layer.work()
    total = count_macs(layer.make(META), torch.zeros(1, *layer.image, device=META))
    return Run(total, lambda: [layer.table()], str(META))


@function(
    "conv3d.num_params",
    Kind.MODULE,
    example={"in_channels": 3, "out_channels": 64, "kernel_size": 3},
    shows=(count_params,),
)
def num_params(in_channels: Channels, out_channels: Channels, kernel_size: KernelSize3d, bias: bool = True) -> Run:
    """Return the number of trainable parameters of ``nn.Conv3d``, which is built on the meta device.

    >>> num_params(3, 64, kernel_size=3).value
    5248
    """
    _check_weight(in_channels, out_channels, kernel_size)
    return params_run(lambda place: nn.Conv3d(in_channels, out_channels, kernel_size, bias=bias, device=place))


@function("conv3d.weight_shape", Kind.MODULE, example={"in_channels": 3, "out_channels": 8, "kernel_size": [2, 3, 5]})
def weight_shape(in_channels: Channels, out_channels: Channels, kernel_size: KernelSize3d) -> Run:
    """Return the shape of the weight of ``nn.Conv3d``, [out_channels, in_channels, kD, kh, kw].

    >>> weight_shape(3, 8, kernel_size=(2, 3, 5)).value
    [8, 3, 2, 3, 5]
    """
    _check_weight(in_channels, out_channels, kernel_size)
    layer = nn.Conv3d(in_channels, out_channels, kernel_size, device=META)
    return Run(list(layer.weight.shape), lambda: [Text(f"{layer}: {sizes(layer.weight.shape)}")], str(META))


@function(
    "conv3d.output",
    Kind.MODULE,
    example={"x": [[[1, 2]], [[3, 4]], [[5, 6]]], "weight": [[[1]], [[10]]]},
    shows=(conv3d,),
)
def output(x: Clip, weight: Clip, at: Place | None = None) -> Run:
    """Return the 3-D convolution of a small clip [T, H, W] with a kernel [kD, kh, kw], or one number of it.

    >>> output(torch.arange(3.0).reshape(3, 1, 1), torch.tensor([1.0, 10.0]).reshape(2, 1, 1)).value
    [[[10.0]], [[21.0]]]
    """
    for size, kernel, axis in zip(x.shape, weight.shape, ("time: ", "height: ", "width: "), strict=True):
        check_conv(size, Window(kernel), axis)
    check_work((x.numel() * weight.numel(),))
    clip = x.to(for_float64())
    y = conv3d(clip[None, None], weight.to(clip)[None, None])[0, 0]
    grids = [grid("input, frames one below the other", clip), grid("output, frames one below the other", y)]
    return Run(picked(y, at), lambda: grids, str(y.device))


def _check_weight(in_channels: int, out_channels: int, kernel_size: Three) -> None:
    check_elements("a weight", (out_channels, in_channels, *_three(kernel_size)))


def _three(setting: Three) -> tuple[int, int, int]:
    return setting if isinstance(setting, tuple) else (setting, setting, setting)

"""``pool.*``: what a two-dimensional max or average pooling gives, and what it costs."""

from typing import Literal

import torch
from torch import nn

from engine.analysis.macs import layer_macs
from engine.analysis.output_shape import check_elements
from engine.analysis.output_shape import output_shape as run_shape
from engine.analysis.params import num_params as count_params
from engine.analysis.window import Both, Window, check_pool, windows
from engine.arguments import (
    Channels,
    Dilation,
    Dilation2d,
    KernelSize,
    KernelSize2d,
    Padding,
    Padding2d,
    Size,
    Stride,
    Stride2d,
)
from engine.doors.convolution._layer2d import Layer2d, macs_run, params_run, shape_run
from engine.doors.convolution._positions import standing_blocks
from engine.errors import Refused
from engine.evidence import Run
from engine.registry import Kind, function

PoolKind = Literal["max", "avg"]

_RESNET_POOL = {"channels": 64, "height": 112, "width": 112, "kernel_size": 3, "stride": 2, "padding": 1}


@function(
    "pool.output_size",
    Kind.MODULE,
    example={"size": 112, "kernel_size": 3, "stride": 2, "padding": 1},
    shows=(run_shape,),
)
def output_size(
    size: Size,
    kernel_size: KernelSize,
    stride: Stride | None = None,
    padding: Padding = 0,
    dilation: Dilation = 1,
    ceil_mode: bool = False,
    kind: PoolKind = "max",
) -> Run:
    """Return the output size of ``nn.MaxPool2d`` or ``nn.AvgPool2d`` along one axis, in cells.

    The pooling with a window of kernel_size × 1 runs over an image of size × 1. Without a stride, stride is
    kernel_size. With ``ceil_mode`` the size is rounded up, but a last window that would start in the right padding is
    dropped. Average pooling has no dilation. Very large runs use the meta device.

    >>> output_size(112, kernel_size=3, stride=2, padding=1).value
    56
    """
    _check_dilation(kind, dilation)
    window = Window(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    check_pool(size, window, ceil_mode)

    def make(_: torch.device) -> nn.Module:
        return _pool(kind, (kernel_size, 1), (window.stride, 1), (padding, 0), (dilation, 1), ceil_mode)

    ran = run_shape(make, (1, 1, size, 1), work=kernel_size * window.positions(size, ceil_mode))
    return Run(ran.shape[2], lambda: standing_blocks(size, window, ran.shape[2]), str(ran.device))


@function("pool.output_shape", Kind.MODULE, example=_RESNET_POOL, shows=(run_shape,))
def output_shape(
    channels: Channels,
    height: Size,
    width: Size,
    kernel_size: KernelSize2d,
    stride: Stride2d | None = None,
    padding: Padding2d = 0,
    dilation: Dilation2d = 1,
    ceil_mode: bool = False,
    kind: PoolKind = "max",
) -> Run:
    """Return the output shape [C, H, W] of ``nn.MaxPool2d`` or ``nn.AvgPool2d`` on one image; C passes unchanged.

    >>> output_shape(64, 112, 112, kernel_size=3, stride=2, padding=1).value
    [64, 56, 56]
    """
    return shape_run(_layer((channels, height, width), kind, kernel_size, stride, padding, dilation, ceil_mode))


@function("pool.macs", Kind.MEASURED, example=_RESNET_POOL, shows=(layer_macs,))
def macs(
    channels: Channels,
    height: Size,
    width: Size,
    kernel_size: KernelSize2d,
    stride: Stride2d | None = None,
    padding: Padding2d = 0,
    dilation: Dilation2d = 1,
    ceil_mode: bool = False,
    kind: PoolKind = "max",
) -> Run:
    """Return the multiply-adds (MACs) of a pooling: none, since comparisons and plain additions are not multiply-adds.

    >>> macs(64, 112, 112, kernel_size=3, stride=2, padding=1).value
    0
    """
    return macs_run(_layer((channels, height, width), kind, kernel_size, stride, padding, dilation, ceil_mode))


@function("pool.num_params", Kind.MODULE, example={"kernel_size": 3, "kind": "avg"}, shows=(count_params,))
def num_params(kernel_size: KernelSize2d, kind: PoolKind = "max") -> Run:
    """Return the number of trainable parameters of a pooling: the module is built and has none.

    >>> num_params(3).value
    0
    """
    return params_run(lambda _: _pool(kind, kernel_size, kernel_size, 0, 1, ceil_mode=False))


def _layer(
    image: tuple[int, int, int],
    kind: PoolKind,
    kernel_size: Both,
    stride: Both | None,
    padding: Both,
    dilation: Both,
    ceil_mode: bool,
) -> Layer2d:
    """Check all settings and return the layer; ``image`` is [C, H, W]."""
    _check_dilation(kind, dilation)
    step = kernel_size if stride is None else stride
    channels, height, width = image
    rows, columns = windows(kernel_size, step, padding, dilation)
    check_pool(height, rows, ceil_mode, "height: ")
    check_pool(width, columns, ceil_mode, "width: ")
    check_elements("an input", image)
    outputs = channels * rows.positions(height, ceil_mode) * columns.positions(width, ceil_mode)
    work = outputs * rows.kernel_size * columns.kernel_size

    def make(_: torch.device) -> nn.Module:
        return _pool(kind, kernel_size, step, padding, dilation, ceil_mode)

    return Layer2d(make, (1, *image), work)


def _pool(kind: PoolKind, kernel_size: Both, stride: Both, padding: Both, dilation: Both, ceil_mode: bool) -> nn.Module:
    if kind == "avg":
        return nn.AvgPool2d(kernel_size, stride, padding, ceil_mode)
    return nn.MaxPool2d(kernel_size, stride, padding, dilation, ceil_mode=ceil_mode)


def _check_dilation(kind: PoolKind, dilation: Both) -> None:
    if kind == "avg" and dilation not in (1, (1, 1)):
        raise Refused(f"average pooling has no dilation in torch, so {dilation} cannot be used; leave it out")

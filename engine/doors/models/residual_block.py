"""``residual.*``: what one residual block gives and costs, and the gradient through a stack of scalar ones."""

from functools import partial
from typing import Annotated, Literal

import torch

from engine.arguments import Between
from engine.device import for_float64
from engine.doors.models._blocks import BlockChannels, BlockSize, Build, built, macs_of, params_of, shape_of
from engine.evidence import Curve, Run, Series, Table
from engine.layers.residual import BasicBlock, Bottleneck, Shortcut, StrideOn
from engine.registry import Kind, function

Block = Literal["basic", "bottleneck"]
Stride = Literal[1, 2]
_SHOWS = (BasicBlock, Bottleneck)
_WIDE = {"block": "bottleneck", "inplanes": 256, "planes": 64}


@function("residual.block_num_params", Kind.MODULE, example=_WIDE, shows=_SHOWS)
def block_num_params(
    block: Block,
    inplanes: BlockChannels,
    planes: BlockChannels,
    stride: Stride = 1,
    shortcut: Shortcut = "B",
    norm: bool = True,
) -> Run:
    """Return the parameters of a residual block; without ``norm`` only the convolutions' weights count.

    ``planes`` is the width of the 3x3 convolutions; a bottleneck returns four times as many channels.

    >>> block_num_params("bottleneck", 256, 64, norm=False).value
    69632
    """
    counted = params_of(_build(block, inplanes, planes, stride, shortcut))
    if norm:
        return counted
    module = built(_build(block, inplanes, planes, stride, shortcut))
    weights = sum(parameter.numel() for parameter in module.parameters() if parameter.dim() == 4)
    return Run(weights, counted.evidence, "meta")


@function("residual.block_macs", Kind.MEASURED, example={**_WIDE, "size": 56}, shows=_SHOWS)
def block_macs(
    block: Block,
    inplanes: BlockChannels,
    planes: BlockChannels,
    size: BlockSize,
    stride: Stride = 1,
    shortcut: Shortcut = "B",
    stride_on: StrideOn = "3x3",
) -> Run:
    """Return the multiply-adds of a residual block on one size × size image; ``stride_on`` is a bottleneck's.

    >>> block_macs("bottleneck", 240, 60, size=7).value
    2998800
    """
    return macs_of(_build(block, inplanes, planes, stride, shortcut, stride_on), (inplanes, size, size))


@function("residual.block_output_shape", Kind.MODULE, example={**_WIDE, "size": 56, "stride": 2}, shows=_SHOWS)
def block_output_shape(
    block: Block, inplanes: BlockChannels, planes: BlockChannels, size: BlockSize, stride: Stride = 1
) -> Run:
    """Return the output shape [C, H, W] of a residual block; a projection fits the shortcut where it must.

    >>> block_output_shape("bottleneck", 256, 128, size=56, stride=2).value
    [512, 28, 28]
    """
    return shape_of(_build(block, inplanes, planes, stride), (inplanes, size, size))


@function("residual.gradient_through", Kind.MEASURED, example={"slope": 0.1, "depth": 10, "skip": True})
def gradient_through(
    slope: Annotated[float, Between(-4, 4)], depth: Annotated[int, Between(1, 100)], skip: bool = True
) -> Run:
    """Return ∂y/∂x through ``depth`` blocks y = x + a·x, or y = a·x without ``skip``, by autograd; a is ``slope``.

    >>> round(gradient_through(0.1, 10).value, 9)
    2.59374246
    """

    def evidence() -> list[Curve]:
        series = [_series("with skip", slope, depth, True), _series("without", slope, depth, False)]
        return [Curve("Size of the gradient through d blocks", series, "blocks", "size", log_y=True)]

    return Run(_gradient(slope, depth, skip), evidence, str(for_float64()))


@function("residual.fitted_weight", Kind.MEASURED, example={"target": 1.1, "skip": True})
def fitted_weight(target: Annotated[float, Between(-100, 100)], skip: bool = True) -> Run:
    """Return the w that a least-squares fit finds for y = ``target``·x, by x + w·x, or by w·x without ``skip``.

    The wanted map needs a small weight where it is near the identity: the residual is what is left to learn.

    >>> round(fitted_weight(1.1).value, 9), round(fitted_weight(1.1, skip=False).value, 9)
    (0.1, 1.1)
    """
    x = torch.linspace(-1, 1, 21, dtype=torch.float64, device=for_float64())[:, None]
    found = {kind: float(torch.linalg.lstsq(x, target * x - (x if kind else 0 * x)).solution) for kind in (True, False)}
    rows = [("x + w·x", found[True]), ("w·x", found[False])]
    return Run(found[skip], lambda: [Table(f"Fit of y = {target:g}·x", ("form", "w"), rows)], str(for_float64()))


def _gradient(slope: float, depth: int, skip: bool) -> float:
    start = x = torch.ones((), dtype=torch.float64, device=for_float64(), requires_grad=True)
    for _ in range(depth):
        x = x + slope * x if skip else slope * x
    return float(torch.autograd.grad(x, start)[0])


def _series(name: str, slope: float, depth: int, skip: bool) -> Series:
    sizes = [(d, abs(_gradient(slope, d, skip))) for d in range(1, depth + 1)]
    shown = [(d, size) for d, size in sizes if size]  # a logarithmic axis has no place for 0
    return Series(name, [d for d, _ in shown], [size for _, size in shown])


def _build(
    block: Block, inplanes: int, planes: int, stride: int, shortcut: Shortcut = "B", stride_on: StrideOn = "3x3"
) -> Build:
    if block == "basic":
        return partial(BasicBlock, inplanes, planes, stride, shortcut)
    return partial(Bottleneck, inplanes, planes, stride, shortcut, stride_on)

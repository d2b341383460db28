"""``inception.*``: what an Inception block of GoogLeNet gives and costs, with its reductions and without.

Arguments stand in the order of the columns of GoogLeNet's table; ``size`` is the height and width of a square input.
"""

from functools import partial
from typing import Literal

import torch
from torch import nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META
from engine.doors.models._blocks import BlockChannels, BlockSize, Build, built, macs_of, params_of, shape_of
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.layers.inception import Inception, InceptionNaive
from engine.layers.inception_lanes import BasicConv2d, ConvReLU, Lanes
from engine.registry import Kind, function

Norm = Literal["none", "batch"]
_3A = {"ch1x1": 64, "ch3x3red": 96, "ch3x3": 128, "ch5x5red": 16, "ch5x5": 32, "pool_proj": 32}
_REDUCED = {"in_channels": 192, **_3A}
_NAIVE = {"in_channels": 192, "ch1x1": 64, "ch3x3": 128, "ch5x5": 32}


@function("inception.num_params", Kind.MODULE, example=_REDUCED, shows=(Inception,))
def num_params(
    in_channels: BlockChannels,
    ch1x1: BlockChannels,
    ch3x3red: BlockChannels,
    ch3x3: BlockChannels,
    ch5x5red: BlockChannels,
    ch5x5: BlockChannels,
    pool_proj: BlockChannels,
    norm: Norm = "none",
) -> Run:
    """Return the parameters of an Inception block with reductions; "batch" drops the biases for γ and β.

    >>> num_params(192, 64, 96, 128, 16, 32, 32).value
    163696
    """
    return params_of(_reduced(in_channels, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj, norm))


@function("inception.macs", Kind.MEASURED, example={**_REDUCED, "size": 28}, shows=(Inception,))
def macs(
    in_channels: BlockChannels,
    size: BlockSize,
    ch1x1: BlockChannels,
    ch3x3red: BlockChannels,
    ch3x3: BlockChannels,
    ch5x5red: BlockChannels,
    ch5x5: BlockChannels,
    pool_proj: BlockChannels,
) -> Run:
    """Return the multiply-adds of an Inception block with reductions on one size × size image."""
    build = _reduced(in_channels, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj)
    return macs_of(build, (in_channels, size, size))


@function("inception.output_shape", Kind.MODULE, example={**_REDUCED, "size": 28}, shows=(Inception, Lanes))
def output_shape(
    in_channels: BlockChannels,
    size: BlockSize,
    ch1x1: BlockChannels,
    ch3x3red: BlockChannels,
    ch3x3: BlockChannels,
    ch5x5red: BlockChannels,
    ch5x5: BlockChannels,
    pool_proj: BlockChannels,
) -> Run:
    """Return the output shape [C, H, W] of an Inception block with reductions.

    >>> output_shape(192, 28, 64, 96, 128, 16, 32, 32).value
    [256, 28, 28]
    """
    build = _reduced(in_channels, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj)
    return shape_of(build, (in_channels, size, size))


@function("inception.naive_num_params", Kind.MODULE, example=_NAIVE, shows=(InceptionNaive,))
def naive_num_params(
    in_channels: BlockChannels, ch1x1: BlockChannels, ch3x3: BlockChannels, ch5x5: BlockChannels
) -> Run:
    """Return the parameters of the naive Inception block, which has no reductions.

    >>> naive_num_params(192, 64, 128, 32).value
    387296
    """
    return params_of(partial(InceptionNaive, in_channels, ch1x1, ch3x3, ch5x5))


@function("inception.naive_macs", Kind.MEASURED, example={**_NAIVE, "size": 28}, shows=(InceptionNaive,))
def naive_macs(
    in_channels: BlockChannels, size: BlockSize, ch1x1: BlockChannels, ch3x3: BlockChannels, ch5x5: BlockChannels
) -> Run:
    """Return the multiply-adds of the naive Inception block on one size × size image."""
    return macs_of(partial(InceptionNaive, in_channels, ch1x1, ch3x3, ch5x5), (in_channels, size, size))


@function("inception.naive_output_shape", Kind.MODULE, example={**_NAIVE, "size": 28}, shows=(InceptionNaive, Lanes))
def naive_output_shape(
    in_channels: BlockChannels, size: BlockSize, ch1x1: BlockChannels, ch3x3: BlockChannels, ch5x5: BlockChannels
) -> Run:
    """Return the output shape [C, H, W] of the naive Inception block, whose pooling keeps all channels.

    >>> naive_output_shape(192, 28, 64, 128, 32).value
    [416, 28, 28]
    """
    return shape_of(partial(InceptionNaive, in_channels, ch1x1, ch3x3, ch5x5), (in_channels, size, size))


@function(
    "inception.halving_macs",
    Kind.MEASURED,
    example={"order": "side_by_side", "in_channels": 320, "out_channels": 640, "size": 35},
)
def halving_macs(
    order: Literal["pool_first", "widen_first", "side_by_side"],
    in_channels: BlockChannels,
    out_channels: BlockChannels,
    size: BlockSize,
) -> Run:
    """Return the multiply-adds of halving the size while widening, with a 3×3 pooling and a 3×3 convolution.

    "pool_first" squeezes everything through in_channels at the smaller size; "widen_first" convolves at the larger
    one; "side_by_side" joins a convolution of stride 2 to out_channels - in_channels and the pooling, as Inception v3.
    """
    if out_channels <= in_channels or size < 7:
        raise Refused("halving needs more out_channels than in_channels, and a size of 7 or more")
    builds = {kind: partial(_halving, kind, in_channels, out_channels) for kind in _ORDERS}
    image = torch.empty(1, in_channels, size, size, device=META)
    costs = {kind: count_macs(built(build), image) for kind, build in builds.items()}
    rows = [(kind, str(list(built(build)(image).shape[1:])), costs[kind]) for kind, build in builds.items()]
    return Run(costs[order], lambda: [Table("Three ways to halve", ("order", "output shape", "MACs"), rows)], "meta")


_ORDERS = ("pool_first", "widen_first", "side_by_side")


def _halving(order: str, in_channels: int, out_channels: int) -> nn.Module:
    pool = nn.MaxPool2d(3, stride=2)
    if order == "pool_first":
        return nn.Sequential(pool, nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False))
    if order == "widen_first":
        return nn.Sequential(nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False), pool)
    return Lanes(convolution=nn.Conv2d(in_channels, out_channels - in_channels, 3, stride=2, bias=False), pool=pool)


def _reduced(
    in_channels: int,
    ch1x1: int,
    ch3x3red: int,
    ch3x3: int,
    ch5x5red: int,
    ch5x5: int,
    pool_proj: int,
    norm: Norm = "none",
) -> Build:
    convolution = BasicConv2d if norm == "batch" else ConvReLU
    widths = (in_channels, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj)
    return partial(Inception, *widths, convolution=convolution)

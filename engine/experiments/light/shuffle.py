"""How channels meet in grouped, depthwise and shuffled layers, and what ShuffleNet v2's unit leaves alone."""

from typing import Annotated, Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.arguments import Between
from engine.convolution.channel_shuffle import channel_shuffle
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.light._seeded import seeded
from engine.models.shufflenet_v1 import ShuffleUnit
from engine.models.shufflenet_v2 import ShuffleUnitV2
from engine.registry import Kind, function

_CHANNELS = 16


@function("shufflenet_v1.branch_mixes_all_channels", Kind.MEASURED, example={"shuffle": True}, shows=(ShuffleUnit,))
def branch_mixes_all_channels(shuffle: bool = True, groups: Annotated[int, Between(1, 8)] = 2) -> Run:
    """Say whether every output of a unit's branch depends on every input channel, with its shuffle or without.

    The unit has 48 channels and 12 inside, so groups must divide 12; with more groups than a group has channels one
    shuffle cannot reach all.
    """
    return settle(
        "Pairs of an output and an input channel without a connection (1), and with one (0)",
        Holds.IF_EQUAL,
        _unconnected,
        {"shuffle": shuffle, "groups": groups},
        [{"shuffle": True, "groups": groups}, {"shuffle": False, "groups": 2}],
    )


def _unconnected(generator: torch.Generator, shuffle: bool, groups: int) -> Tensor:
    unit = seeded(ShuffleUnit, generator, 48, 48, groups, shuffle=shuffle)
    for parameter in unit.parameters():
        parameter.data.abs_()  # no path cancels, and no ReLU is off
    x = randn(generator, 1, 48, 1, 1).abs()
    changed = x + torch.eye(48).to(x)[:, :, None, None]  # the i-th image differs in channel i alone
    before, after = unit(x) - x, unit(changed) - changed
    return torch.sub(after, before)[:, :, 0, 0].mT.abs().le(1e-9).double()


@function("shufflenet_v2.half_passes_unchanged", Kind.MEASURED, example={"stride": 1}, shows=(ShuffleUnitV2,))
def half_passes_unchanged(stride: Literal[1, 2] = 1) -> Run:
    """Say whether half of the output channels of ShuffleNet v2's unit are channels of its input, bit by bit."""
    return settle(
        "Every other output channel beside the first half of the input (at stride 2: all input, every other place)",
        Holds.IF_EQUAL,
        _changed_half,
        {"stride": stride},
        [{"stride": 1}, {"stride": 2}],
    )


def _changed_half(generator: torch.Generator, stride: int) -> Tensor:
    unit = seeded(ShuffleUnitV2, generator, 8, 8 * stride, stride)
    x = randn(generator, 1, 8, 4, 4)
    passed = x[:, :4] if stride == 1 else x[:, :, ::2, ::2]
    return torch.sub(unit(x)[:, ::2], passed)[0].flatten(1)


@function("shufflenet_v2.joins_halves_by", Kind.MEASURED, example={"join": "concatenation"}, shows=(ShuffleUnitV2,))
def joins_halves_by(join: Literal["concatenation", "sum"] = "concatenation") -> Run:
    """Say whether the unit concatenates x's first half and the branch, or puts their sum in place of the first half."""
    return settle(
        "The unit beside the halves joined so",
        Holds.IF_EQUAL,
        _joined_otherwise,
        {"join": join},
        [{"join": "sum" if join == "concatenation" else "concatenation"}],
    )


def _joined_otherwise(generator: torch.Generator, join: str) -> Tensor:
    unit = seeded(ShuffleUnitV2, generator, 8, 8)
    assert isinstance(unit, ShuffleUnitV2)
    x = randn(generator, 1, 8, 4, 4)
    left, branch = x[:, :4], unit.branch2(x[:, 4:])
    other = left if join == "concatenation" else left + branch
    return torch.sub(unit(x), channel_shuffle(torch.cat([other, branch], dim=1), 2))[0].flatten(1)


@function("shufflenet_v2.border_is_one_permutation", Kind.MEASURED, example={"with_relu_on": "nothing"})
def border_is_one_permutation(with_relu_on: Literal["nothing", "one half"] = "nothing") -> Run:
    """Say whether concat, shuffle and the next split only move channels, so that one index picks them all."""
    return settle(
        "The next unit's two halves beside channels picked by one index",
        Holds.IF_EQUAL,
        _not_picked,
        {"with_relu_on": with_relu_on},
        [{"with_relu_on": "nothing"}, {"with_relu_on": "one half"}],
    )


def _not_picked(generator: torch.Generator, with_relu_on: str) -> Tensor:
    left, right = randn(generator, 1, 4, 3, 3), randn(generator, 1, 4, 3, 3)
    given = right.relu() if with_relu_on == "one half" else right
    halves = torch.stack(channel_shuffle(torch.cat([left, given], dim=1), 2).chunk(2, dim=1))
    index = torch.arange(8).reshape(2, 4).mT.reshape(2, 4)
    picked = torch.cat([left, right], dim=1)[:, index].transpose(0, 1)
    return torch.sub(halves, picked).flatten(1)


@function("channels.all_connected", Kind.MEASURED, example={"layers": "depthwise, pointwise"})
def all_connected(
    layers: Literal[
        "depthwise", "pointwise", "depthwise, pointwise", "grouped, grouped", "grouped, shuffle, grouped"
    ] = "depthwise, pointwise",
    groups: Literal[2, 4, 8] = 4,
) -> Run:
    """Say whether every output channel of these layers depends on each of 16 input channels."""
    return settle(
        "Pairs of an output and an input channel without a connection (1), and with one (0)",
        Holds.IF_EQUAL,
        _apart,
        {"layers": layers, "groups": groups},
        [
            {"layers": "depthwise, pointwise", "groups": groups},
            {"layers": "grouped, grouped", "groups": groups},
            {"layers": "grouped, shuffle, grouped", "groups": groups},
        ],
    )


def _apart(generator: torch.Generator, layers: str, groups: int) -> Tensor:
    images = torch.eye(_CHANNELS)[:, :, None, None].to(randn(generator, 1))
    for layer in layers.split(", "):
        if layer == "shuffle":
            images = channel_shuffle(images, groups)
        else:
            split = {"depthwise": _CHANNELS, "pointwise": 1, "grouped": groups}[layer]
            images = functional.conv2d(images, randn(generator, _CHANNELS, _CHANNELS // split, 1, 1), groups=split)
    return images[:, :, 0, 0].mT.abs().le(1e-9).double()

"""``fire.*``: SqueezeNet's module, and how much smaller the whole network is."""

from typing import Annotated

import torch
from torch import nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META, check_elements
from engine.analysis.params import num_params as count_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between, Length, Size
from engine.compression.storage import megabytes
from engine.evidence import Blocks, Run, Table
from engine.models import zoo
from engine.models.squeezenet import Fire
from engine.registry import Kind, function

Channels = Annotated[int, Between(1, 4096)]
Share = Annotated[float, Between(0.001, 1)]
_FIRE2 = {"in_channels": 96, "squeeze": 16, "expand1x1": 64, "expand3x3": 64}


@function("fire.num_params", Kind.MODULE, example=_FIRE2, shows=(Fire,))
def num_params(in_channels: Channels, squeeze: Channels, expand1x1: Channels, expand3x3: Channels) -> Run:
    """Return the parameters of a fire module, biases included.

    >>> num_params(96, 16, 64, 64).value
    11920
    """
    fire = _build(in_channels, squeeze, expand1x1, expand3x3)
    return Run(count_params(fire), lambda: _layers(fire, in_channels, 8, 8), str(META))


@function("fire.macs", Kind.MEASURED, example={**_FIRE2, "height": 55, "width": 50}, shows=(Fire,))
def macs(
    in_channels: Channels, squeeze: Channels, expand1x1: Channels, expand3x3: Channels, height: Size, width: Size
) -> Run:
    """Return the multiply-adds of a fire module on one image.

    >>> macs(96, 16, 64, 64, 55, 50).value
    32384000
    """
    check_elements("an image", (max(in_channels, expand1x1 + expand3x3), height, width))
    fire = _build(in_channels, squeeze, expand1x1, expand3x3)
    image = torch.zeros(1, in_channels, height, width, device=META)
    return Run(count_macs(fire, image), lambda: _layers(fire, in_channels, height, width), str(META))


@function("fire.output_shape", Kind.MODULE, example={**_FIRE2, "height": 55, "width": 50}, shows=(Fire,))
def output_shape(
    in_channels: Channels, squeeze: Channels, expand1x1: Channels, expand3x3: Channels, height: Size, width: Size
) -> Run:
    """Return the shape [C, H, W] that a fire module gives: both expansions side by side, and the size kept.

    >>> output_shape(96, 16, 64, 64, 55, 50).value
    [128, 55, 50]
    """
    check_elements("an image", (max(in_channels, expand1x1 + expand3x3), height, width))
    fire = _build(in_channels, squeeze, expand1x1, expand3x3)
    shape = list(fire(torch.zeros(1, in_channels, height, width, device=META)).shape[1:])
    return Run(shape, lambda: _layers(fire, in_channels, height, width), str(META))


@function(
    "squeezenet.times_smaller",
    Kind.MODULE,
    example={"than": "alexnet_original_grouped"},
    shows=(count_params, megabytes),
)
def times_smaller(
    than: Annotated[str, Length(1, 64)], bits: Annotated[int, Between(1, 32)] = 32, kept: Share = 1.0
) -> Run:
    """Return how many times fewer bytes SqueezeNet 1.0 takes than another network in float32.

    ``bits`` of each of SqueezeNet's parameters are kept, and of the parameters the share ``kept``; indices of what is
    left and codebooks are not counted.

    >>> round(times_smaller("alexnet_original_grouped").value, 1)
    48.8
    """
    small, large = (count_params(zoo.find(name).build()) for name in ("squeezenet1_0", than))
    rows = [
        (than, large, 32, megabytes(large, 32)),
        ("squeezenet1_0", small, 32, megabytes(small, 32)),
        ("as asked", small * kept, bits, megabytes(small * kept, bits)),
    ]
    table = Table("Size", ["network", "parameters", "bits each", "MB"], rows)
    return Run(large * 32 / (small * kept * bits), lambda: [table], str(META))


def _build(in_channels: int, squeeze: int, expand1x1: int, expand3x3: int) -> nn.Module:
    with META:
        return Fire(in_channels, squeeze, expand1x1, expand3x3)


def _layers(fire: nn.Module, in_channels: int, height: int, width: int) -> Blocks:
    image = torch.zeros(1, in_channels, height, width, device=META)
    rows = [(row.name, sizes(row.output_shape[1:]), row.params, row.macs) for row in layer_table(fire, image)]
    return [Table(f"Input {in_channels}×{height}×{width}", ["layer", "output shape", "parameters", "MACs"], rows)]

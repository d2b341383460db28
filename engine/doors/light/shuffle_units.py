"""``unit.*``: three units of one outline, 1x1 to m channels, 3x3, 1x1 back to c, that differ in what is grouped."""

from typing import Annotated, Literal, get_args

import torch
from torch import nn

from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META, check_elements
from engine.analysis.params import num_params as count_params
from engine.analysis.window import check_groups
from engine.arguments import Between, Groups, Size
from engine.errors import Refused
from engine.evidence import Blocks, Run, Table
from engine.models.shufflenet_v1 import ShuffleUnit
from engine.models.shufflenet_v2 import ShuffleUnitV2
from engine.registry import Kind, function

Unit = Literal["resnet", "resnext", "shufflenet_v1"]
Channels = Annotated[int, Between(1, 4096)]
_EXAMPLE = {"unit": "shufflenet_v1", "channels": 240, "bottleneck": 60, "groups": 3, "height": 7, "width": 7}


@function("unit.macs", Kind.MEASURED, example=_EXAMPLE, shows=(ShuffleUnit,))
def macs(unit: Unit, channels: Channels, bottleneck: Channels, height: Size, width: Size, groups: Groups = 1) -> Run:
    """Return the multiply-adds of a stride-1 unit with c outer and m inner channels.

    "resnet" has plain convolutions, H·W·(2cm + 9m²); "resnext" groups the 3×3, H·W·(2cm + 9m²/g); "shufflenet_v1"
    groups the 1×1 ones and has a depthwise 3×3, H·W·(2cm/g + 9m). Only the last two read ``groups``.

    >>> macs("shufflenet_v1", 240, 60, 7, 7, groups=3).value, macs("resnet", 240, 60, 7, 7).value
    (496860, 2998800)
    """
    check_elements("an image", (max(channels, bottleneck), height, width))
    image = torch.zeros(1, channels, height, width, device=META)
    value = count_macs(build(unit, channels, bottleneck, groups), image)

    def evidence() -> Blocks:
        rows = [_row(name, channels, bottleneck, groups, image) for name in get_args(Unit)]
        title = f"c = {channels}, m = {bottleneck}, g = {groups}, {height}×{width}"
        return [Table(title, ["unit", "weights", "MACs"], rows)]

    return Run(value, evidence, str(META))


@function(
    "shufflenet_v2.unit_output_shape", Kind.MODULE, example={"channels": 24, "height": 56, "width": 40, "stride": 2}
)
def unit_output_shape(
    channels: Annotated[int, Between(2, 4096)],
    height: Size,
    width: Size,
    stride: Literal[1, 2] = 1,
    out_channels: Channels | None = None,
) -> Run:
    """Return the shape [C, H, W] that ShuffleNet v2's unit gives; stride 2 doubles the channels unless told otherwise.

    >>> unit_output_shape(24, 56, 40, stride=2).value
    [48, 28, 20]
    """
    made = out_channels or channels * stride
    if stride == 1 and made != channels:
        raise Refused(f"at stride 1 half of the {channels} channels pass untouched, so out_channels cannot be {made}")
    if channels % 2 or made % 2:
        raise Refused(f"the unit splits its channels in two, so {channels} and {made} must both be even")
    check_elements("an image", (max(channels, made), height, width))
    with META:
        unit = ShuffleUnitV2(channels, made, stride).eval()
        shape = list(unit(torch.zeros(1, channels, height, width)).shape[1:])
    branches = [("left", count_params(unit.branch1)), ("right", count_params(unit.branch2))]
    return Run(shape, lambda: [Table("Parameters of the branches", ["branch", "parameters"], branches)], str(META))


def build(unit: Unit, channels: int, bottleneck: int, groups: int) -> nn.Module:
    """Return the unit on the meta device; the first two as their three convolutions."""
    if unit == "shufflenet_v1":
        check_groups(channels, bottleneck, groups)
        with META:
            return ShuffleUnit(channels, channels, groups, bottleneck=bottleneck)
    lanes = groups if unit == "resnext" else 1
    check_groups(bottleneck, bottleneck, lanes)
    return nn.Sequential(
        nn.Conv2d(channels, bottleneck, 1, bias=False, device=META),
        nn.Conv2d(bottleneck, bottleneck, 3, padding=1, groups=lanes, bias=False, device=META),
        nn.Conv2d(bottleneck, channels, 1, bias=False, device=META),
    )


def _row(unit: Unit, channels: int, bottleneck: int, groups: int, image: torch.Tensor) -> tuple[str, int, int]:
    try:
        made = build(unit, channels, bottleneck, groups)
    except Refused:
        return f"{unit}, whose groups do not fit", 0, 0
    weights = sum(weight.numel() for weight in made.parameters() if weight.dim() == 4)
    return unit, weights, count_macs(made, image)

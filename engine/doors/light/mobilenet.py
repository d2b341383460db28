"""``mobilenet.*``: whole MobileNets with a width multiplier, and the inverted residual of the second."""

from functools import partial
from typing import Annotated, Any, Literal

import torch
from torch import nn

from engine.analysis.macs import hooked, run_in_eval_mode
from engine.analysis.macs import macs as count_macs
from engine.analysis.output_shape import META, check_elements
from engine.analysis.params import num_params as count_params
from engine.analysis.shapes import layer_table
from engine.analysis.sizes import sizes
from engine.arguments import Between, Size
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.models.mobilenet_v1 import MobileNetV1
from engine.models.mobilenet_v2 import InvertedResidual, MobileNetV2, make_divisible
from engine.registry import Kind, function

Version = Literal["v1", "v2"]
WidthMult = Annotated[float, Between(0.1, 2)]
Side = Annotated[int, Between(32, 512)]
Channels = Annotated[int, Between(1, 4096)]
Expand = Annotated[int, Between(1, 64)]
_BLOCK = {"in_channels": 16, "out_channels": 24, "height": 8, "width": 8}


@function("mobilenet.num_params", Kind.MODULE, example={"version": "v1", "width_mult": 0.75})
def num_params(version: Version = "v1", width_mult: WidthMult = 1.0) -> Run:
    """Return the parameters of a MobileNet with this width multiplier, BatchNorm and 1000 classes included.

    >>> num_params("v1", 0.75).value, num_params("v2", 0.75).value
    (2585560, 2636424)
    """
    return Run(count_params(_build(version, width_mult)), partial(_alphas, version, 224), str(META))


@function("mobilenet.macs", Kind.MEASURED, example={"version": "v1", "width_mult": 0.5})
def macs(version: Version = "v1", width_mult: WidthMult = 1.0, size: Side = 224) -> Run:
    """Return the multiply-adds of a MobileNet with this width multiplier on one image of size × size.

    >>> macs("v1", 0.5).value
    149497088
    """
    return Run(_macs(version, width_mult, size), partial(_alphas, version, size), str(META))


@function("mobilenet.depthwise_share", Kind.MEASURED, example={"version": "v1"})
def depthwise_share(version: Version = "v1", width_mult: WidthMult = 1.0, size: Side = 224) -> Run:
    """Return the share of a MobileNet's multiply-adds that its depthwise convolutions do.

    >>> round(depthwise_share("v1").value, 4)
    0.0306
    """
    network = _build(version, width_mult)
    rows = layer_table(network, torch.empty(1, 3, size, size, device=META))
    groups = {name: getattr(layer, "groups", 1) for name, layer in network.named_modules()}
    depthwise = sum(row.macs for row in rows if groups[row.name] > 1)
    return Run(depthwise / sum(row.macs for row in rows), partial(_alphas, version, size), str(META))


@function("mobilenet.rounded_channels", Kind.CLOSED_FORM, example={"channels": 24, "width_mult": 0.75})
def rounded_channels(channels: Channels, width_mult: WidthMult = 1.0) -> Run:
    """Return the channels that MobileNet v2 makes of ``channels`` · ``width_mult``: a multiple of 8, over 9/10 of it.

    >>> rounded_channels(24, 0.75).value
    24
    """
    return Run(make_divisible(channels * width_mult))


@function("inverted_residual.macs", Kind.MEASURED, example=_BLOCK, shows=(InvertedResidual,))
def block_macs(
    in_channels: Channels,
    out_channels: Channels,
    height: Size,
    width: Size,
    stride: Literal[1, 2] = 1,
    expand_ratio: Expand = 6,
) -> Run:
    """Return the multiply-adds of MobileNet v2's block on one image; the expansion works on the input's places.

    >>> block_macs(16, 24, 8, 8).value, block_macs(16, 24, 8, 8, stride=2).value
    (301056, 148992)
    """
    check_elements("an expanded image", (in_channels * expand_ratio, height, width))
    block = _block(in_channels, out_channels, stride, expand_ratio)
    image = torch.zeros(1, in_channels, height, width, device=META)
    return Run(count_macs(block, image), partial(_layers, block, image), str(META))


@function("inverted_residual.num_params", Kind.MODULE, example={"in_channels": 16, "out_channels": 24})
def block_num_params(
    in_channels: Channels, out_channels: Channels, expand_ratio: Expand = 6, batch_norm: bool = True
) -> Run:
    """Return the parameters of MobileNet v2's block; without ``batch_norm`` only the weights of its convolutions.

    >>> block_num_params(16, 24).value, block_num_params(16, 24, batch_norm=False).value
    (5136, 4704)
    """
    block = _block(in_channels, out_channels, 1, expand_ratio)
    norms = 0 if batch_norm else sum(count_params(layer) for layer in block.modules() if _is_norm(layer))
    image = torch.zeros(1, in_channels, 8, 8, device=META)
    return Run(count_params(block) - norms, partial(_layers, block, image), str(META))


@function("inverted_residual.channels", Kind.MEASURED, example={"in_channels": 16, "out_channels": 24})
def block_channels(in_channels: Channels, out_channels: Channels, expand_ratio: Expand = 6) -> Run:
    """Return the channels at the block's input and behind each of its convolutions: thin, wide, wide, thin.

    >>> block_channels(16, 24).value
    [16, 96, 96, 24]
    """
    block = _block(in_channels, out_channels, 1, expand_ratio)
    convolutions = [layer for layer in block.modules() if isinstance(layer, nn.Conv2d)]
    seen: list[int] = [in_channels]

    def note(layer: nn.Module, given: tuple[Any, ...], output: torch.Tensor) -> None:
        seen.append(output.shape[1])

    image = torch.zeros(1, in_channels, 8, 8, device=META)
    with hooked(convolutions, note):
        run_in_eval_mode(block, image)
    return Run(seen, partial(_layers, block, image), str(META))


@function("inverted_residual.largest_cheap_expansion", Kind.MEASURED, example={"channels": 32})
def largest_cheap_expansion(channels: Channels) -> Run:
    """Return the largest whole t with which the block, N to N channels, is cheaper than one ordinary 3×3; 0 if none.

    It is the largest t below 9N/(2N + 9), so never over 4: t = 6 always costs more than a 3×3 between the thin ends.

    >>> largest_cheap_expansion(32).value
    3
    """
    image = torch.zeros(1, channels, 4, 4, device=META)
    ordinary = count_macs(nn.Conv2d(channels, channels, 3, padding=1, bias=False, device=META), image)
    costs = {t: count_macs(_expanding(channels, t), image) for t in range(1, 7)}
    rows = [("one 3×3", ordinary), *((f"t = {t}", cost) for t, cost in costs.items())]
    cheap = [t for t, cost in costs.items() if cost < ordinary]
    table = Table(f"{channels} to {channels} channels on 4×4", ["layer", "MACs"], rows)
    return Run(max(cheap, default=0), lambda: [table], str(META))


def _expanding(channels: int, t: int) -> nn.Sequential:
    """Return the block's three convolutions; with t = 1 too there is a 1×1 in front, as the formula has it."""
    wide = channels * t
    return nn.Sequential(
        nn.Conv2d(channels, wide, 1, bias=False, device=META),
        nn.Conv2d(wide, wide, 3, padding=1, groups=wide, bias=False, device=META),
        nn.Conv2d(wide, channels, 1, bias=False, device=META),
    )


def _build(version: Version, width_mult: float) -> nn.Module:
    with META:
        return MobileNetV1(width_mult=width_mult) if version == "v1" else MobileNetV2(width_mult=width_mult)


def _macs(version: Version, width_mult: float, size: int) -> int:
    return count_macs(_build(version, width_mult), torch.empty(1, 3, size, size, device=META))


def _alphas(version: Version, size: int) -> Blocks:
    """Return the counts for the usual multipliers as a table and a curve."""
    multipliers = [0.25, 0.5, 0.75, 1.0]
    networks = [_build(version, a) for a in multipliers]
    image = torch.empty(1, 3, size, size, device=META)
    rows = [(a, count_params(one), count_macs(one, image)) for a, one in zip(multipliers, networks, strict=True)]
    table = Table(f"MobileNet {version} on {size}×{size}", ["width multiplier", "parameters", "MACs"], rows)
    share = [count / rows[-1][2] for _, _, count in rows]
    lines = [Series("MACs", multipliers, share), Series("α²", multipliers, [a * a for a in multipliers])]
    return [table, Curve("Share of the multiply-adds", lines, "width multiplier α", "share")]


def _block(in_channels: int, out_channels: int, stride: int, expand_ratio: int) -> InvertedResidual:
    with META:
        return InvertedResidual(in_channels, out_channels, stride, expand_ratio)


def _layers(block: nn.Module, image: torch.Tensor) -> Blocks:
    rows = [(row.type, sizes(row.output_shape[1:]), row.params, row.macs) for row in layer_table(block, image)]
    return [Table(f"Input {sizes(image.shape[1:])}", ["layer", "output shape", "parameters", "MACs"], rows)]


def _is_norm(layer: nn.Module) -> bool:
    return isinstance(layer, nn.BatchNorm2d)

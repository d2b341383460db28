"""Fewer multiply-adds: whether they mean less time, whether six times wider is cheaper, whether a fire module fits."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.convolution_cost import ConvKind, convolution
from engine.analysis.macs import macs
from engine.analysis.output_shape import META
from engine.analysis.shapes import layer_table
from engine.analysis.toy_latency import PARALLEL, SERIAL, toy_latency
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.light._seeded import seeded
from engine.models.mobilenet_v2 import InvertedResidual
from engine.models.squeezenet import Fire
from engine.registry import Kind, function


@function("latency.fewer_macs_are_faster", Kind.MEASURED, example={"device": "serial"}, shows=(toy_latency,))
def fewer_macs_are_faster(device: Literal["parallel", "serial"] = "serial") -> Run:
    """Say whether separable layers beat ordinary ones in a toy latency, on a made-up parallel or serial device.

    Ten 3×3 convolutions of 64 channels on 28×28 places, or ten pairs in their place: an eighth of the multiply-adds in
    twice as many layers. Layers and multiply-adds are counted, time is layers · overhead + MACs / throughput.
    """
    kinds: tuple[ConvKind, ...] = ("separable", "standard")
    rows = [(kind, *_toy(kind)) for kind in kinds]
    times = [row[-2] if device == "parallel" else row[-1] for row in rows]
    columns = ["layers of", "number", "MACs", "parallel, µs", "serial, µs"]
    table = Table("A toy model of time, not a measured one", columns, rows)
    return Run(times[0] < times[1], lambda: [table], str(META))


def _toy(kind: ConvKind) -> tuple[int, int, float, float]:
    with META:
        network = nn.Sequential(*(convolution(kind, 64, 64) for _ in range(10)))
    image = torch.zeros(1, 64, 28, 28, device=META)
    layers, count = len(layer_table(network, image)), macs(network, image)
    return layers, count, toy_latency(layers, count, PARALLEL), toy_latency(layers, count, SERIAL)


@function("inverted_residual.is_cheaper_than", Kind.MEASURED, example={"rival": "conv at the wide end"})
def is_cheaper_than(
    rival: Literal["conv between the thin ends", "conv at the wide end"] = "conv between the thin ends",
    channels: Annotated[int, Between(1, 512)] = 32,
    expand_ratio: Annotated[int, Between(2, 12)] = 6,
) -> Run:
    """Say whether MobileNet v2's block does fewer MACs than one ordinary 3×3 between its thin ends, or at its width."""
    wide = channels * expand_ratio
    with META:
        layers = {
            "block": InvertedResidual(channels, channels, expand_ratio=expand_ratio),
            "conv between the thin ends": nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            "conv at the wide end": nn.Conv2d(wide, wide, 3, padding=1, bias=False),
        }
    fed = {name: wide if name == "conv at the wide end" else channels for name in layers}
    costs = {name: macs(layer, torch.zeros(1, fed[name], 8, 8, device=META)) for name, layer in layers.items()}
    rows = [(name, fed[name], cost) for name, cost in costs.items()]
    table = Table(f"On 8×8 places, t = {expand_ratio}", ["layer", "channels at its ends", "MACs"], rows)
    return Run(costs["block"] < costs[rival], lambda: [table], str(META))


@function("inverted_residual.adds_its_input", Kind.MEASURED, example={"stride": 1}, shows=(InvertedResidual,))
def adds_its_input(
    stride: Literal[1, 2] = 1,
    in_channels: Annotated[int, Between(1, 16)] = 8,
    out_channels: Annotated[int, Between(1, 16)] = 8,
) -> Run:
    """Say whether the output of MobileNet v2's block differs from that of its convolutions: whether it has a skip."""
    return settle(
        "The block's output less that of its convolutions",
        Holds.IF_DIFFERENT,
        _added,
        {"stride": stride, "in_channels": in_channels, "out_channels": out_channels},
        [
            {"stride": 1, "in_channels": 8, "out_channels": 8},
            {"stride": 2, "in_channels": 8, "out_channels": 8},
            {"stride": 1, "in_channels": 8, "out_channels": 12},
        ],
    )


def _added(generator: torch.Generator, stride: int, in_channels: int, out_channels: int) -> Tensor:
    block = seeded(InvertedResidual, generator, in_channels, out_channels, stride, 2)
    assert isinstance(block, InvertedResidual)
    x = randn(generator, 1, in_channels, 6, 6)
    return torch.sub(block(x), block.conv(x))[0].flatten(1)


@function("fire.halves_fit", Kind.MEASURED, example={"padding": 1}, shows=(Fire,))
def halves_fit(padding: Literal[0, 1, 2] = 1) -> Run:
    """Say whether a fire module's two expansions can be concatenated when its 3×3 is padded by this."""
    rows = [(p, *_expanded(p)) for p in dict.fromkeys((padding, 0, 1, 2))]
    table = Table("Expansions of a 16×9×7 map", ["padding", "1×1 gives", "3×3 gives", "they fit"], rows)
    return Run(rows[0][-1], lambda: [table], str(META))


def _expanded(padding: int) -> tuple[str, str, bool]:
    with META:
        fire = Fire(16, 4, 16, 16)
        fire.expand3x3.padding = (padding, padding)
        x = torch.zeros(1, 16, 9, 7)
        squeezed = fire.squeeze(x)
        shapes = [tuple(layer(squeezed).shape[2:]) for layer in (fire.expand1x1, fire.expand3x3)]
        try:
            fire(x)
            fits = True
        except RuntimeError:
            fits = False
    return str(shapes[0]), str(shapes[1]), fits


@function("fire.saves_params", Kind.MEASURED, example={"squeeze": 16}, shows=(Fire,))
def saves_params(
    squeeze: Annotated[int, Between(1, 1024)] = 16, in_channels: Annotated[int, Between(2, 1024)] = 96
) -> Run:
    """Say whether a fire module with 64 + 64 expansions has fewer parameters than one 3×3 to as many channels."""
    with META:
        sizes = [(s, sum(p.numel() for p in Fire(in_channels, s, 64, 64).parameters())) for s in (squeeze, 16, 512)]
        direct = sum(p.numel() for p in nn.Conv2d(in_channels, 128, 3).parameters())
    rows = [(f"fire, squeeze {s}", count) for s, count in sizes]
    table = Table(f"{in_channels} to 128 channels", ["layer", "parameters"], [*rows, ("3×3", direct)])
    return Run(sizes[0][1] < direct, lambda: [table], str(META))

"""What a depthwise separable convolution is: one convolution of a special form, that keeps space and channels apart."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.analysis.macs import macs
from engine.analysis.output_shape import META
from engine.analysis.params import num_params
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.models.mobilenet_v1 import MobileNetV1
from engine.registry import Kind, function

_IN, _OUT, _SIDE = 3, 5, 7


@function("conv_separable.is_one_convolution", Kind.MEASURED, example={"between": "nothing"})
def is_one_convolution(between: Literal["nothing", "relu"] = "nothing") -> Run:
    """Say whether depthwise 3×3 and then 1×1 equal the one 3×3 convolution with weights pointwise · depthwise."""
    return settle(
        "The pair beside the one convolution",
        Holds.IF_EQUAL,
        _not_one,
        {"between": between},
        [{"between": "relu" if between == "nothing" else "nothing"}],
    )


def _not_one(generator: torch.Generator, between: str) -> Tensor:
    x, depthwise, pointwise = _drawn(generator)
    hidden = functional.conv2d(x, depthwise, groups=_IN)
    pair = functional.conv2d(hidden.relu() if between == "relu" else hidden, pointwise)
    return torch.sub(pair, functional.conv2d(x, pointwise * depthwise[:, 0]))[0].flatten(1)


@function("conv_separable.can_imitate", Kind.MEASURED, example={"convolution": "random"})
def can_imitate(convolution: Literal["random", "rank one per channel"] = "random") -> Run:
    """Say whether some depthwise separable pair equals this ordinary 3×3 convolution.

    The best pair is found: for each input channel the rank-1 matrix nearest to its (out_channels × 9) weights.
    """
    return settle(
        "The ordinary convolution beside the nearest pair",
        Holds.IF_EQUAL,
        _not_imitated,
        {"convolution": convolution},
        [{"convolution": "random"}, {"convolution": "rank one per channel"}],
    )


def _not_imitated(generator: torch.Generator, convolution: str) -> Tensor:
    x, depthwise, pointwise = _drawn(generator)
    weight = randn(generator, _OUT, _IN, 3, 3) if convolution == "random" else pointwise * depthwise[:, 0]
    left, sizes, right = torch.linalg.svd(weight.transpose(0, 1).flatten(2), full_matrices=False)
    mixing = (left[:, :, 0] * sizes[:, :1]).mT[:, :, None, None]
    filtered = functional.conv2d(x, right[:, :1].reshape(_IN, 1, 3, 3), groups=_IN)
    return torch.sub(functional.conv2d(x, weight), functional.conv2d(filtered, mixing))[0].flatten(1)


@function("conv_separable.mixes", Kind.MEASURED, example={"layer": "depthwise", "what": "places"})
def mixes(
    layer: Literal["depthwise", "pointwise", "standard"] = "depthwise", what: Literal["places", "channels"] = "places"
) -> Run:
    """Say whether changing one place (or one channel) of the input changes others of the output."""
    return settle(
        f"Changes in the other {what} of the output",
        Holds.IF_DIFFERENT,
        _spread,
        {"layer": layer, "what": what},
        [{"layer": other, "what": what} for other in ("depthwise", "pointwise", "standard")],
    )


def _spread(generator: torch.Generator, layer: str, what: str) -> Tensor:
    x = randn(generator, 1, _IN, _SIDE, _SIDE)
    side = 1 if layer == "pointwise" else 3
    groups = _IN if layer == "depthwise" else 1
    weight = randn(generator, _IN, _IN // groups, side, side)
    touched = (slice(None), 0) if what == "channels" else (slice(None), slice(None), 3, 3)
    changed = x.clone()
    changed[touched] += 1
    moved = torch.sub(*(functional.conv2d(image, weight, padding=side // 2, groups=groups) for image in (changed, x)))
    moved[touched] = 0
    return moved[0].flatten(1)


@function("mobilenet.factor_changes_params", Kind.MEASURED, example={"factor": "width"}, shows=(MobileNetV1,))
def factor_changes_params(factor: Literal["width", "resolution"] = "width") -> Run:
    """Say whether halving this (MobileNet v1's width or its image) changes its parameters, and not only its MACs."""
    network, halved = _network(1.0), _network(0.5 if factor == "width" else 1.0)
    return Run(num_params(halved) != num_params(network), lambda: [_halved()], str(META))


def _halved() -> Table:
    settings = {"neither": (1.0, 224), "width": (0.5, 224), "resolution": (1.0, 112)}
    rows = [(name, *_counted(*setting)) for name, setting in settings.items()]
    full = rows[0][2]
    columns = ["halved", "parameters", "MACs", "share of the MACs"]
    return Table("MobileNet v1", columns, [(*row, row[2] / full) for row in rows])


def _network(width_mult: float) -> MobileNetV1:
    with META:
        return MobileNetV1(width_mult=width_mult)


def _counted(width_mult: float, size: int) -> tuple[int, int]:
    network = _network(width_mult)
    return num_params(network), macs(network, torch.empty(1, 3, size, size, device=META))


def _drawn(generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Return an image, the weights of a depthwise and those of a pointwise convolution."""
    image = randn(generator, 1, _IN, _SIDE, _SIDE)
    return image, randn(generator, _IN, 1, 3, 3), randn(generator, _OUT, _IN, 1, 1)

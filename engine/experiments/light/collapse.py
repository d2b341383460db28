"""ReLU in few dimensions loses data, in many it does not; so the thin end of a block stays linear."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.analysis.linear_bottleneck import lost, projected
from engine.analysis.relu_collapse import Activation, collapse, spiral
from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.light._seeded import seeded
from engine.models.mobilenet_v2 import InvertedResidual
from engine.registry import Kind, function

_SPIRAL = spiral(200)


@function("relu_collapse.loses_data", Kind.MEASURED, example={"dim": 2}, shows=(collapse,))
def loses_data(dim: Annotated[int, Between(2, 128)] = 2, activation: Activation = "relu") -> Run:
    """Say whether a 2-D spiral is lost in ``dim`` random dimensions with this activation: over 1/10 of its length.

    Under 1/20 counts as kept; the way back is the best linear map.
    """
    return settle(
        "Relative error of the points that come back",
        Holds.IF_DIFFERENT,
        _collapsed,
        {"dim": dim, "activation": activation},
        [{"dim": 2, "activation": "relu"}, {"dim": 30, "activation": "relu"}, {"dim": 2, "activation": "linear"}],
        Thresholds(none=0.05, some=0.1),
    )


def _collapsed(generator: torch.Generator, dim: int, activation: Activation) -> Tensor:
    embedding = randn(generator, 2, dim)
    return torch.tensor([collapse(_SPIRAL.to(embedding), embedding, activation).error])


@function(
    "relu_collapse.pseudo_inverse_recovers", Kind.MEASURED, example={"decoder": "pseudo_inverse"}, shows=(collapse,)
)
def pseudo_inverse_recovers(
    decoder: Literal["pseudo_inverse", "least_squares"] = "pseudo_inverse", activation: Activation = "relu"
) -> Run:
    """Say whether this way back from 100 dimensions returns a 2-D spiral, to 1/20 of its length."""
    return settle(
        "Relative error of the points that come back",
        Holds.IF_EQUAL,
        _returned,
        {"decoder": decoder, "activation": activation},
        [
            {"decoder": "least_squares", "activation": "relu"},
            {"decoder": "pseudo_inverse", "activation": "relu"},
            {"decoder": "pseudo_inverse", "activation": "linear"},
        ],
        Thresholds(none=0.05, some=0.2),
    )


def _returned(
    generator: torch.Generator, decoder: Literal["pseudo_inverse", "least_squares"], activation: Activation
) -> Tensor:
    embedding = randn(generator, 2, 100)
    return torch.tensor([collapse(_SPIRAL.to(embedding), embedding, activation, decoder).error])


@function("linear_bottleneck.keeps_data", Kind.MEASURED, example={"last": "linear"}, shows=(projected, lost))
def keeps_data(last: Literal["linear", "relu"] = "linear", channels: Annotated[int, Between(2, 8)] = 4) -> Run:
    """Say whether an affine readout finds the data behind a thin projection: all but 1/20 of its squares.

    The projection, of data that was widened sixfold with ReLU, is linear, or has a ReLU behind it.
    """
    return settle(
        "Share of the data's squares that the readout misses",
        Holds.IF_EQUAL,
        _missed,
        {"last": last, "channels": channels},
        [{"last": "relu" if last == "linear" else "linear", "channels": channels}],
        Thresholds(none=0.05, some=0.1),
    )


def _missed(generator: torch.Generator, last: Literal["linear", "relu"], channels: int) -> Tensor:
    x, expansion = randn(generator, 256, channels), randn(generator, channels, 6 * channels)
    return torch.tensor([lost(x, projected(x, expansion, last))])


@function("inverted_residual.gives_negatives", Kind.MEASURED, example={"linear": True}, shows=(InvertedResidual,))
def gives_negatives(linear: bool = True) -> Run:
    """Say whether MobileNet v2's block gives negative numbers, with its linear projection or with a ReLU6 behind it."""
    return settle(
        "What lies below 0 in the block's output",
        Holds.IF_DIFFERENT,
        _below_zero,
        {"linear": linear},
        [{"linear": not linear}],
    )


def _below_zero(generator: torch.Generator, linear: bool) -> Tensor:
    block = seeded(InvertedResidual, generator, 4, 6, linear=linear)
    output: Tensor = block(randn(generator, 2, 4, 6, 6))
    return output[0].clamp(max=0).flatten(1)

"""Normalisations that are something else as well: one affine map, a group normalisation, a part of another layer."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.layers.local_response_norm import LocalResponseNorm
from engine.layers.local_response_norm_within import LocalResponseNormWithinChannel
from engine.registry import Kind, function


@function("norm.merges_into_layer_before", Kind.MEASURED, example={"training": False}, shows=(BatchNorm,))
def merges_into_layer_before(training: bool = False) -> Run:
    """Say whether a linear layer with weights a·W and bias a·(b - mean) + β replaces a linear layer with BatchNorm.

    a is γ/√(running variance + ε). In evaluation the normalisation is one affine map, in training it is not.
    """
    return settle(
        "Output of the layer and its BatchNorm, beside that of the one merged layer",
        Holds.IF_EQUAL,
        _merging_error,
        {"training": training},
        [{"training": False}, {"training": True}],
    )


def _merging_error(generator: torch.Generator, training: bool) -> Tensor:
    norm = BatchNorm(5).to(current(), torch.float64)
    weight, bias = randn(generator, 5, 3), randn(generator, 5)
    for parameter in norm.parameters():
        parameter.data = randn(generator, 5)
    norm.get_buffer("running_mean").copy_(randn(generator, 5))
    norm.get_buffer("running_var").copy_(randn(generator, 5).exp())
    state = {name: value.clone() for name, value in norm.state_dict().items()}
    scale = state["weight"] / (state["running_var"] + norm.eps).sqrt()
    x = randn(generator, 8, 3)
    merged = F.linear(x, scale[:, None] * weight, scale * (bias - state["running_mean"]) + state["bias"])
    return torch.sub(norm.train(training)(F.linear(x, weight, bias)), merged)


@function("norm.layer_equals_group", Kind.MEASURED, example={"groups": 1}, shows=(LayerNorm, nn.GroupNorm))
def layer_equals_group(groups: Literal[1, 2, 3, 6] = 1, over: Literal["CHW", "W"] = "CHW") -> Run:
    """Say whether LayerNorm over these axes of (N, 6, H, W) equals torch's GroupNorm with so many groups (γ 1, β 0)."""
    return settle(
        "LayerNorm beside GroupNorm, both without parameters",
        Holds.IF_EQUAL,
        _group_error,
        {"groups": groups, "over": over},
        [{"groups": 1, "over": "CHW"}, {"groups": 2, "over": "CHW"}],
    )


def _group_error(generator: torch.Generator, groups: int, over: str) -> Tensor:
    x = randn(generator, 2, 6, 3, 4) + 3 * randn(generator, 1, 6, 1, 1)
    layer = LayerNorm([6, 3, 4] if over == "CHW" else 4, elementwise_affine=False)
    return torch.sub(layer(x), F.group_norm(x, groups))


@function("norm.noise_variance_falls_as", Kind.MEASURED, example={"law": "1/m"}, shows=(BatchNorm,))
def noise_variance_falls_as(law: Literal["1/m", "1/sqrt(m)", "constant"] = "1/m") -> Run:
    """Say whether the variance of one sample's output over random batches of m follows this law, within a quarter.

    Batches of 16 and of 256 normal values are compared, 1000 of each, in training mode.
    """
    return settle(
        "Variance at m = 256 over variance at m = 16, by the law's ratio, less 1",
        Holds.IF_EQUAL,
        _law_error,
        {"law": law},
        [{"law": "1/m"}, {"law": "1/sqrt(m)"}],
        Thresholds(none=0.25, some=0.5),
    )


def _law_error(generator: torch.Generator, law: str) -> Tensor:
    def variance(batch_size: int) -> Tensor:
        batches = randn(generator, batch_size, 1000)
        batches[0] = 0.5  # the sample; each channel is a batch of its own
        return BatchNorm(1000, affine=False).to(batches).forward(batches)[0].var()

    expected = {"1/m": 1 / 16, "1/sqrt(m)": 1 / 4, "constant": 1.0}[law]
    return variance(256) / variance(16) / expected - 1


@function("lrn.mixes", Kind.MEASURED, example={"kind": "within", "what": "places"}, shows=(LocalResponseNorm,))
def mixes(
    kind: Literal["within", "across"] = "within",
    what: Literal["channels", "places"] = "places",
    distance: Annotated[int, Between(1, 4)] = 1,
) -> Run:
    """Say whether an activation's output changes with another channel's, or with another place of its own channel.

    Both kinds have a window of 3, so they reach to a ``distance`` of 1: "within" a channel, or "across" channels.
    """
    return settle(
        "Change of one output when the other activation grows",
        Holds.IF_DIFFERENT,
        _change,
        {"kind": kind, "what": what, "distance": distance},
        [
            {"kind": "within", "what": what, "distance": distance},
            {"kind": "across", "what": what, "distance": distance},
        ],
    )


def _change(generator: torch.Generator, kind: str, what: str, distance: int) -> Tensor:
    layer = (LocalResponseNormWithinChannel if kind == "within" else LocalResponseNorm)(3, alpha=1.0, k=1.0)
    x = 0.5 + randn(generator, 1, 9, 9, 9).abs()
    raised = x.clone()
    raised[(0, 4 + distance, 4, 4) if what == "channels" else (0, 4, 4, 4 + distance)] += 3
    return torch.sub(layer(x), layer(raised))[0, 4, 4, 4]

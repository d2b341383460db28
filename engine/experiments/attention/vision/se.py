"""Squeeze and excitation: what the gates see, and what they are not."""

from typing import Literal

import torch
from torch import Tensor

from engine.attention.squeeze_excitation import SqueezeExcitation, squeeze
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function

_CHANNELS, _SIDE = 8, 4
_SHOWS = (SqueezeExcitation,)


@function("se.gates_ignore_shuffling", Kind.MEASURED, example={"shuffled": "places"}, shows=_SHOWS)
def gates_ignore_shuffling(shuffled: Literal["places", "channels"] = "places") -> Run:
    """Say whether the gates stay when the places of each map are shuffled alike, or when the channels are."""
    return settle(
        "Gates after shuffling less gates before",
        Holds.IF_EQUAL,
        _change_by_shuffling,
        {"shuffled": shuffled},
        [{"shuffled": "channels"}, {"shuffled": "places"}],
    )


def _change_by_shuffling(generator: torch.Generator, shuffled: str) -> Tensor:
    block, x = _block(generator), randn(generator, 2, _CHANNELS, _SIDE, _SIDE)
    if shuffled == "channels":
        return torch.sub(block.gates(x.roll(1, dims=1)), block.gates(x))
    order = torch.randperm(_SIDE * _SIDE, generator=generator)
    return torch.sub(block.gates(x.flatten(2)[..., order].reshape(x.shape)), block.gates(x))


@function("se.gates_sum_to_one", Kind.MEASURED, example={"by": "softmax"}, shows=_SHOWS)
def gates_sum_to_one(by: Literal["sigmoid", "softmax"] = "sigmoid") -> Run:
    """Say whether an image's gates sum to 1: the block's own sigmoids, or a softmax put in their place."""
    return settle(
        "Sum of the gates less 1",
        Holds.IF_EQUAL,
        _gate_sum_error,
        {"by": by},
        [{"by": "softmax" if by == "sigmoid" else "sigmoid"}],
    )


def _gate_sum_error(generator: torch.Generator, by: str) -> Tensor:
    block, x = _block(generator), randn(generator, 2, _CHANNELS, _SIDE, _SIDE)
    gates = block.gates(x)
    return (gates if by == "sigmoid" else gates.logit().softmax(-1)).sum(-1) - 1


@function("se.gates_differ_between", Kind.MEASURED, example={"what": "images"}, shows=_SHOWS)
def gates_differ_between(what: Literal["images", "places"] = "images") -> Run:
    """Say whether two images of a batch get different gates, or two places of one channel."""
    return settle(
        "Factor by which the block multiplies, in one and in the other",
        Holds.IF_DIFFERENT,
        _difference_of_factors,
        {"what": what},
        [{"what": "places" if what == "images" else "images"}],
    )


def _difference_of_factors(generator: torch.Generator, what: str) -> Tensor:
    block, x = _block(generator), randn(generator, 2, _CHANNELS, _SIDE, _SIDE)
    factors: Tensor = block(x) / x
    return factors[0] - factors[1] if what == "images" else factors[..., 0, 0] - factors[..., 1, 2]


@function("se.squeeze_tells_apart", Kind.MEASURED, example={"what": "means"}, shows=(squeeze,))
def squeeze_tells_apart(what: Literal["means", "arrangements"] = "means") -> Run:
    """Say whether the squeeze tells a map from one of another mean, or a single spike from a flat map of equal mean."""
    return settle(
        "Squeezed map less squeezed map",
        Holds.IF_DIFFERENT,
        _difference_of_squeezes,
        {"what": what},
        [{"what": "arrangements" if what == "means" else "means"}],
    )


def _difference_of_squeezes(generator: torch.Generator, what: str) -> Tensor:
    height = 1 + randn(generator, 1).abs()
    flat = height * torch.ones(1, 1, _SIDE, _SIDE).to(height)
    if what == "means":
        return squeeze(2 * flat) - squeeze(flat)
    spike = torch.zeros_like(flat)
    spike[0, 0, 1, 2] = flat.sum()
    return squeeze(spike) - squeeze(flat)


def _block(generator: torch.Generator) -> SqueezeExcitation:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        block = SqueezeExcitation(_CHANNELS, reduction=2)
    for parameter in block.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return block.requires_grad_(False)

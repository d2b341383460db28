"""Residual attention: what 1 + M saves, and what each mask activation does not see."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.attention.mask_activations import MASK_ACTIVATIONS
from engine.attention.residual_attention import combine
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

Activation = Literal["f1", "f2", "f3", "pooled_channels", "mean_of_channels"]
Change = Literal["scale_one_place", "affine_one_channel", "shuffle_places"]
_SHOWS = tuple(MASK_ACTIVATIONS.values())


@function("residual_attention.zero_mask_keeps_features", Kind.MEASURED, example={"residual": True}, shows=(combine,))
def zero_mask_keeps_features(residual: bool = True) -> Run:
    """Say whether a mask of zeros leaves the trunk's features as they are: (1 + M)·F, or without ``residual`` M·F."""
    return settle(
        "Output less trunk",
        Holds.IF_EQUAL,
        _change_by_zero_mask,
        {"residual": residual},
        [{"residual": not residual}],
    )


def _change_by_zero_mask(generator: torch.Generator, residual: bool) -> Tensor:
    trunk = randn(generator, 1, 2, 3, 3)
    return combine(trunk, torch.zeros_like(trunk), residual) - trunk


@function(
    "residual_attention.trunk_learns_where_mask_is_zero", Kind.MEASURED, example={"residual": True}, shows=(combine,)
)
def trunk_learns_where_mask_is_zero(residual: bool = True) -> Run:
    """Say whether the trunk still gets a gradient at a place where the mask is 0."""
    return settle(
        "Gradient of the output at the trunk, where the mask is 0",
        Holds.IF_DIFFERENT,
        _trunk_gradient,
        {"residual": residual},
        [{"residual": not residual}],
    )


def _trunk_gradient(generator: torch.Generator, residual: bool) -> Tensor:
    trunk = randn(generator, 6).requires_grad_()
    (gradient,) = torch.autograd.grad(combine(trunk, torch.zeros_like(trunk), residual).sum(), trunk)
    return gradient


@function("residual_attention.value_survives_depth", Kind.MEASURED, example={"residual": True}, shows=(combine,))
def value_survives_depth(residual: bool = True, num_modules: Annotated[int, Between(1, 60)] = 30) -> Run:
    """Say whether values keep a thousandth of their size or more through a chain of modules with masks around 0.5.

    Under 10⁻⁶ they are lost; with 1 + M they grow instead, and a network must normalise them.
    """
    return settle(
        "Size at the end over size at the start",
        Holds.IF_DIFFERENT,
        _size_at_the_end,
        {"residual": residual, "num_modules": num_modules},
        [{"residual": not residual, "num_modules": num_modules}, {"residual": False, "num_modules": 2}],
        Thresholds(none=1e-6, some=1e-3),
    )


def _size_at_the_end(generator: torch.Generator, residual: bool, num_modules: int) -> Tensor:
    value = randn(generator, 16)
    size = value.square().sum().sqrt()
    for _ in range(num_modules):
        mask = 0.4 + 0.2 * torch.rand(16, generator=generator, dtype=torch.float64).to(value)
        value = combine(value, mask, residual)
    return (value.square().sum().sqrt() / size).reshape(1)


@function(
    "residual_attention.mask_ignores",
    Kind.MEASURED,
    example={"activation": "f2", "change": "scale_one_place"},
    shows=_SHOWS,
)
def mask_ignores(activation: Activation, change: Change) -> Run:
    """Say whether a mask activation gives the same mask after this change of its input.

    ``scale_one_place`` multiplies all channels of one place by 7; ``affine_one_channel`` makes one channel 7·x + 3;
    ``shuffle_places`` moves the places about, and the mask is compared with the old one moved alike.
    """
    return settle(
        "Mask after the change less mask before",
        Holds.IF_EQUAL,
        _change_of_mask,
        {"activation": activation, "change": change},
        [
            {"activation": "f1", "change": change},
            {"activation": "f2", "change": "scale_one_place"},
            {"activation": "f3", "change": "scale_one_place"},
            {"activation": "f3", "change": "affine_one_channel"},
            {"activation": "mean_of_channels", "change": "affine_one_channel"},
            {"activation": "pooled_channels", "change": "scale_one_place"},
        ],
    )


def _change_of_mask(generator: torch.Generator, activation: Activation, change: Change) -> Tensor:
    mask, x = MASK_ACTIVATIONS[activation], randn(generator, 1, 3, 4, 4)
    before, changed = mask(x), x.clone()
    if change == "scale_one_place":
        changed[..., 1, 2] *= 7
    elif change == "affine_one_channel":
        changed[:, 1] = 7 * changed[:, 1] + 3
    else:
        changed = changed.roll(1, dims=3)
        before = before.roll(1, dims=3)
    return mask(changed) - before


@function("residual_attention.mask_lies_in_0_1", Kind.MEASURED, example={"activation": "f1"}, shows=_SHOWS)
def mask_lies_in_0_1(activation: Activation = "f1") -> Run:
    """Say whether every entry of the mask lies between 0 and 1."""
    return settle(
        "How far entries lie outside",
        Holds.IF_EQUAL,
        _outside,
        {"activation": activation},
        [{"activation": "f2"}, {"activation": "f1"}],
    )


def _outside(generator: torch.Generator, activation: Activation) -> Tensor:
    mask = MASK_ACTIVATIONS[activation](randn(generator, 1, 3, 4, 4))
    return torch.maximum(-mask, mask - 1).clamp(min=0)

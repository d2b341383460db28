"""What dividing by the size of past gradients does: to the first step, to later ones, to large or rare gradients."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim import named
from engine.optim.adagrad import Adagrad
from engine.optim.adam import Adam
from engine.optim.descent import fed, trajectory
from engine.optim.rmsprop import RMSprop, RMSpropBook
from engine.optim.surfaces import quadratic
from engine.registry import Kind, function

Name = Literal["sgd", "momentum", "adagrad", "rmsprop", "rmsprop_book", "adadelta", "adam", "adamax"]
Beta = Annotated[float, Between(0, 0.9999)]
_LR = 0.1


@function("optim.first_step_is_lr", Kind.MEASURED, example={"name": "adam"}, shows=(Adam,))
def first_step_is_lr(name: Name = "adam", bias_correction: bool = True) -> Run:
    """Say whether the first step is as long as the learning rate, for gradients from 10⁻³ to 10³ in size."""
    return settle(
        "|first step|/lr - 1",
        Holds.IF_EQUAL,
        _first_step,
        {"name": name, "bias_correction": bias_correction},
        [{"name": "adam", "bias_correction": False}, {"name": "sgd", "bias_correction": True}],
        Thresholds(none=1e-4, some=1e-2),
    )


def _first_step(generator: torch.Generator, name: str, bias_correction: bool) -> Tensor:
    settings = {"bias_correction": bias_correction} if name == "adam" else {}
    gradient = _sizes(generator, 8)
    points = fed(lambda params: named.build(name, params, _LR, **settings), [gradient])
    return torch.sub(points[1].abs() / _LR, 1)


@function("optim.steps_keep_shrinking", Kind.MEASURED, example={"name": "adagrad"}, shows=(Adagrad, RMSpropBook))
def steps_keep_shrinking(name: Name = "adagrad") -> Run:
    """Say whether steps under a gradient that stays the same are shorter after 160 of them than after 80."""
    return settle(
        "1 - length of step 160/length of step 80, all gradients equal",
        Holds.IF_DIFFERENT,
        _shrinking,
        {"name": name},
        [{"name": "adagrad"}, {"name": "rmsprop_book"}],
        Thresholds(none=1e-2, some=0.1),
    )


def _shrinking(generator: torch.Generator, name: str) -> Tensor:
    points = fed(lambda params: named.build(name, params, _LR), [_sizes(generator, 2)] * 160)
    steps = points.diff(dim=0).abs()
    return torch.clamp(1 - steps[159] / steps[79], min=0)


@function("optim.large_gradients_get_small_rates", Kind.MEASURED, example={"name": "adagrad"}, shows=(Adagrad,))
def large_gradients_get_small_rates(name: Name = "adagrad", larger: Literal["smaller", "larger"] = "smaller") -> Run:
    """Say whether the coordinate with 100 times larger gradients gets the ``smaller`` rate.

    A coordinate's rate is its step over its gradient, at step 5.
    """
    return settle(
        "By which share the rate of one coordinate is below that of the other",
        Holds.IF_DIFFERENT,
        _shortfall,
        {"name": name, "larger": larger},
        [{"name": "adagrad", "larger": "larger"}, {"name": "sgd", "larger": "smaller"}],
        Thresholds(none=1e-6, some=0.5),
    )


def _shortfall(generator: torch.Generator, name: str, larger: str) -> Tensor:
    large = 1 + randn(generator, 5, 1).abs()
    gradients = torch.cat([large, large / 100], dim=1)
    points = fed(lambda params: named.build(name, params, _LR), list(gradients))
    rates = (points[-1] - points[-2]).abs() / gradients[-1]
    of_large, of_small = rates if larger == "smaller" else rates.flip(0)
    return torch.clamp(1 - of_large / of_small, min=0)


@function("optim.rare_gradients_get_large_rates", Kind.MEASURED, example={"name": "adagrad"}, shows=(Adagrad,))
def rare_gradients_get_large_rates(name: Name = "adagrad") -> Run:
    """Say whether a coordinate with a gradient in one step of ten has a larger rate than one with it in each step."""
    return settle(
        "Rate of the rare coordinate over that of the frequent one, less 1, at step 40",
        Holds.IF_DIFFERENT,
        _advantage,
        {"name": name},
        [{"name": "adagrad"}, {"name": "sgd"}],
        Thresholds(none=1e-6, some=0.5),
    )


def _advantage(generator: torch.Generator, name: str) -> Tensor:
    size = _sizes(generator, 1)
    gradients = [size * size.new_tensor([1.0 if step % 10 == 0 else 0.0, 1.0]) for step in range(1, 41)]
    points = fed(lambda params: named.build(name, params, _LR), gradients)
    rare, frequent = (points[-1] - points[-2]) / gradients[-1]
    return torch.clamp(rare / frequent - 1, min=0)


@function("optim.path_ignores_loss_scale", Kind.MEASURED, example={"name": "adam"}, shows=(Adam,))
def path_ignores_loss_scale(name: Name = "adam", scale: Annotated[float, Between(2, 1e4)] = 100) -> Run:
    """Say whether 10 steps lead to the same point when the loss is multiplied by ``scale``."""
    return settle(
        "Distance between the end points for the loss and for its multiple",
        Holds.IF_EQUAL,
        _moved_by_scale,
        {"name": name, "scale": scale},
        [{"name": "adam", "scale": scale}, {"name": "sgd", "scale": scale}],
        Thresholds(none=1e-4, some=1e-2),
    )


def _moved_by_scale(generator: torch.Generator, name: str, scale: float) -> Tensor:
    start = 2 + randn(generator, 2).sigmoid()
    ends = [
        trajectory(lambda params: named.build(name, params, _LR), quadratic([factor, 3 * factor]).value, start, 10)[-1]
        for factor in (1.0, scale)
    ]
    return torch.dist(ends[0], ends[1])


@function("optim.uncorrected_steps_are_longer", Kind.MEASURED, example={"beta1": 0.9, "beta2": 0.999}, shows=(Adam,))
def uncorrected_steps_are_longer(beta1: Beta = 0.9, beta2: Beta = 0.999) -> Run:
    """Say whether Adam without bias correction takes longer first steps than with it (20 equal gradients)."""
    return settle(
        "Shortest of 20 uncorrected steps, over the corrected one, less 1",
        Holds.IF_DIFFERENT,
        _lengthening,
        {"beta1": beta1, "beta2": beta2},
        [{"beta1": 0.9, "beta2": 0.999}, {"beta1": 0.9, "beta2": 0.9}],
        Thresholds(none=1e-9, some=0.5),
    )


def _lengthening(generator: torch.Generator, beta1: float, beta2: float) -> Tensor:
    gradients = [_sizes(generator, 1)] * 20
    bare = fed(lambda params: Adam(params, _LR, (beta1, beta2), bias_correction=False), gradients).diff(dim=0).abs()
    corrected = fed(lambda params: Adam(params, _LR, (beta1, beta2)), gradients).diff(dim=0).abs()
    return torch.clamp((bare / corrected).min() - 1, min=0)


@function("optim.place_of_eps_matters", Kind.MEASURED, example={"gradient": 1e-6}, shows=(RMSprop, RMSpropBook))
def place_of_eps_matters(gradient: Annotated[float, Between(1e-9, 1e3)] = 1e-6) -> Run:
    """Say whether RMSProp's first step differs between ε = 10⁻⁸ inside and outside of the root, for such gradients."""
    return settle(
        "|step with ε inside/step with ε outside - 1|",
        Holds.IF_DIFFERENT,
        _effect_of_eps,
        {"gradient": gradient},
        [{"gradient": 1e-6}, {"gradient": 1.0}],
        Thresholds(none=1e-3, some=0.1),
    )


def _effect_of_eps(generator: torch.Generator, gradient: float) -> Tensor:
    given = [gradient * (1 + randn(generator, 4).sigmoid())]
    outside = fed(lambda params: RMSprop(params, _LR, alpha=0.9, eps=1e-8), given)[1]
    inside = fed(lambda params: RMSpropBook(params, _LR, alpha=0.9, eps=1e-8), given)[1]
    return torch.sub(inside / outside, 1)


def _sizes(generator: torch.Generator, count: int) -> Tensor:
    """Return gradients of both signs with sizes from 10⁻³ to 10³."""
    exponents = 6 * torch.rand(count, generator=generator, dtype=torch.float64) - 3
    return randn(generator, count).sign() * (10**exponents).to(randn(generator, 1))

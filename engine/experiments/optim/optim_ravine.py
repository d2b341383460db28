"""Descent in a ravine ½·(x² + κ·y²): its gradient, its largest rate, its zigzag, and what momentum does about it."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim.descent import trajectory
from engine.optim.momentum import Momentum
from engine.optim.sgd import SGD
from engine.optim.surfaces import quadratic
from engine.registry import Kind, function

Condition = Annotated[float, Between(1, 10_000)]
"""κ, the largest curvature over the smallest."""
LrTimesCurvature = Annotated[float, Between(1e-3, 10)]
_STEPS = 30


@function("optim.momentum_beats_descent", Kind.MEASURED, example={"condition": 100}, shows=(SGD, Momentum))
def momentum_beats_descent(condition: Condition = 100) -> Run:
    """Say whether momentum comes nearer to the minimum than plain descent in 30 steps, each at its best constant rate.

    The best settings of both on a quadratic are Polyak's: lr = 2/(1 + κ), against lr = 4/(1 + √κ)² and momentum
    ((√κ - 1)/(√κ + 1))².
    """
    return settle(
        "Distance left by plain descent less that left by momentum, as a share of the first distance",
        Holds.IF_DIFFERENT,
        _gain_of_momentum,
        {"condition": condition},
        [{"condition": 100.0}, {"condition": 1.0}],
        Thresholds(none=1e-9, some=0.1),
    )


def _gain_of_momentum(generator: torch.Generator, condition: float) -> Tensor:
    start, root = _start(generator), condition**0.5
    bowl = quadratic([1.0, condition])
    momentum = ((root - 1) / (root + 1)) ** 2
    plain = trajectory(lambda params: SGD(params, 2 / (1 + condition)), bowl.value, start, _STEPS)
    heavy = trajectory(lambda params: Momentum(params, 4 / (1 + root) ** 2, momentum), bowl.value, start, _STEPS)
    return torch.clamp((plain[-1].norm() - heavy[-1].norm()) / start.norm(), min=0)


@function("optim.descent_diverges", Kind.MEASURED, example={"lr_times_curvature": 2.1}, shows=(SGD,))
def descent_diverges(lr_times_curvature: LrTimesCurvature = 2.1) -> Run:
    """Say whether plain descent on a quadratic moves away from the minimum, for lr times its largest curvature."""
    return settle(
        "Growth of the steepest coordinate over 30 steps",
        Holds.IF_DIFFERENT,
        _growth,
        {"lr_times_curvature": lr_times_curvature},
        [{"lr_times_curvature": 2.1}, {"lr_times_curvature": 1.9}, {"lr_times_curvature": 2.0}],
    )


def _growth(generator: torch.Generator, lr_times_curvature: float) -> Tensor:
    steep = _steep(generator, lr_times_curvature)
    return torch.clamp(steep[-1].abs() / steep[0].abs() - 1, min=0)


@function("optim.descent_zigzags", Kind.MEASURED, example={"lr_times_curvature": 1.9}, shows=(SGD,))
def descent_zigzags(lr_times_curvature: LrTimesCurvature = 1.9) -> Run:
    """Say whether the exact gradient, without any noise, throws plain descent across a ravine's floor at each step."""
    return settle(
        "Share of steps at which the steepest coordinate changes its sign",
        Holds.IF_DIFFERENT,
        _share_of_crossings,
        {"lr_times_curvature": lr_times_curvature},
        [{"lr_times_curvature": 1.9}, {"lr_times_curvature": 0.5}],
        Thresholds(none=0.0, some=1.0),
    )


def _share_of_crossings(generator: torch.Generator, lr_times_curvature: float) -> Tensor:
    signs = _steep(generator, lr_times_curvature).sign()
    return (signs[1:] != signs[:-1]).double().mean()


def _steep(generator: torch.Generator, lr_times_curvature: float) -> Tensor:
    """Return the steep coordinate of plain descent with κ = 100."""
    curvature = 100.0
    ravine = quadratic([1.0, curvature])
    points = trajectory(
        lambda params: SGD(params, lr_times_curvature / curvature), ravine.value, _start(generator), _STEPS
    )
    return points[:, 1]


@function("optim.gradient_points_at_minimum", Kind.MEASURED, example={"condition": 1}, shows=(quadratic,))
def gradient_points_at_minimum(condition: Condition = 1) -> Run:
    """Say whether the negative gradient of a quadratic points straight at its minimum; it does in a round bowl."""
    return settle(
        "Sine of the angle between the negative gradient and the way to the minimum",
        Holds.IF_EQUAL,
        _sine,
        {"condition": condition},
        [{"condition": 1.0}, {"condition": 100.0}],
    )


def _sine(generator: torch.Generator, condition: float) -> Tensor:
    point = _start(generator).requires_grad_()
    (gradient,) = torch.autograd.grad(quadratic([1.0, condition]).value(point), point)
    across = gradient[0] * point[1] - gradient[1] * point[0]
    return torch.div(across, gradient.norm() * point.norm())


def _start(generator: torch.Generator) -> Tensor:
    """Return a start of which both coordinates are between 1 and 2, with random signs."""
    signs = randn(generator, 2).sign()
    return signs * (1 + randn(generator, 2).sigmoid())

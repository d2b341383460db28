"""Gradient play on V = x·y: where the players go, and what kind of point they circle."""

import math
from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Blocks, Path, Run, Series
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.adversarial import bilinear_game
from engine.generative.adversarial.bilinear_game import Update, play
from engine.registry import Kind, function

Rate = Annotated[float, Between(0.1, 0.3)]
_UPDATES: tuple[Update, ...] = ("simultaneous", "alternating", "extragradient")


@function("gan.play_spirals_out", Kind.MEASURED, example={"update": "simultaneous"}, shows=(bilinear_game.step,))
def play_spirals_out(update: Update = "simultaneous", lr: Rate = 0.1) -> Run:
    """Say whether 150 steps of gradient play on V = x·y carry the players away from the equilibrium."""
    settled = settle(
        "Distance after 150 steps over that at the start, less 1 (0 where it is less)",
        Holds.IF_DIFFERENT,
        _carried_away,
        {"update": update, "lr": lr},
        [{"update": other, "lr": lr} for other in _UPDATES],
        Thresholds(none=0.2, some=0.5),
    )
    return Run(settled.value, lambda: [*settled.evidence(), *_paths(lr)])


def _carried_away(generator: torch.Generator, update: Update, lr: float) -> Tensor:
    points = play(_start(generator), lr, 150, update)
    return torch.clamp(points[-1].norm() / points[0].norm() - 1, min=0)


@function(
    "gan.play_reaches_equilibrium", Kind.MEASURED, example={"update": "extragradient"}, shows=(bilinear_game.step,)
)
def play_reaches_equilibrium(update: Update = "extragradient") -> Run:
    """Say whether 300 steps of gradient play on V = x·y, with step size 0.3, end at the equilibrium (0, 0)."""
    return settle(
        "Distance after 300 steps over that at the start",
        Holds.IF_EQUAL,
        _distance_left,
        {"update": update},
        [{"update": other} for other in _UPDATES],
        Thresholds(none=1e-4, some=0.5),
    )


def _distance_left(generator: torch.Generator, update: Update) -> Tensor:
    points = play(_start(generator), 0.3, 300, update)
    return torch.div(points[-1].norm(), points[0].norm())


@function("gan.equilibrium_is", Kind.MEASURED, example={"kind": "saddle"})
def equilibrium_is(kind: Literal["saddle", "minimum", "maximum"] = "saddle") -> Run:
    """Say whether the equilibrium of V = x·A·y is a saddle, minimum or maximum of V, by the signs of its curvatures."""
    return settle(
        "Curvatures of the wrong sign, or 1 for a saddle without both signs",
        Holds.IF_EQUAL,
        _wrong_curvatures,
        {"kind": kind},
        [{"kind": other} for other in ("saddle", "minimum", "maximum")],
    )


def _wrong_curvatures(generator: torch.Generator, kind: str) -> Tensor:
    matrix = randn(generator, 2, 2)

    def value(at: Tensor) -> Tensor:
        return at[:2] @ matrix @ at[2:]

    hessian: Callable[..., Tensor] = torch.autograd.functional.hessian
    curvatures: Tensor = torch.linalg.eigvalsh(hessian(value, matrix.new_zeros(4)))
    up, down = (curvatures > 1e-9).sum(), (curvatures < -1e-9).sum()
    if kind == "saddle":
        return ((up == 0) | (down == 0)).double()
    return (down if kind == "minimum" else up).double()


def _start(generator: torch.Generator) -> Tensor:
    angle = 2 * math.pi * torch.rand((), generator=generator, dtype=torch.float64)
    return torch.stack([angle.cos(), angle.sin()]).to(current())


def _paths(lr: float) -> Blocks:
    paths = [play(torch.ones(2, dtype=torch.float64), lr, 60, update) for update in _UPDATES]
    reach = 1.1 * max(path.abs().max().item() for path in paths)
    axis = torch.linspace(-reach, reach, 31, dtype=torch.float64)
    values = bilinear_game.value(torch.stack(torch.meshgrid(axis, axis, indexing="xy"), dim=-1))
    series = [
        Series(update, path[:, 0].tolist(), path[:, 1].tolist()) for update, path in zip(_UPDATES, paths, strict=True)
    ]
    return [Path("60 steps from (1, 1) over V = x·y", series, values.tolist(), (-reach, reach, -reach, reach))]

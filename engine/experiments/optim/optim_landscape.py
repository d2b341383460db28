"""Where plain descent ends on convex and on other functions, from starts all over an interval."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.optim.descent import trajectory
from engine.optim.sgd import SGD
from engine.optim.surfaces import find as find_surface
from engine.registry import Kind, function

Name = Literal["quadratic", "quartic", "double_well", "tilted_wells", "exponential"]
_STARTS, _STEPS = 64, 50


@function("optim.reaches_global_minimum", Kind.MEASURED, example={"name": "quartic"}, shows=(SGD,))
def reaches_global_minimum(name: Name = "quartic") -> Run:
    """Say whether plain descent (rate 0.3) reaches a lowest point of the function from every start in [-1.5, 1.5].

    "exponential" is exp(-x), which is convex and has no lowest point.
    """
    return settle(
        "Highest value less lowest possible value, over 64 starts, after 50 steps",
        Holds.IF_EQUAL,
        lambda generator, name: _left(generator, name)[1],
        {"name": name},
        [{"name": "quartic"}, {"name": "tilted_wells"}, {"name": "exponential"}],
        Thresholds(none=1e-6, some=1e-3),
    )


@function("optim.end_depends_on_start", Kind.MEASURED, example={"name": "double_well"}, shows=(SGD,))
def end_depends_on_start(name: Name = "double_well") -> Run:
    """Say whether plain descent ends at points over 1 apart from starts in [-1.5, 1.5]."""
    return settle(
        "Distance between the outermost end points of 64 starts, after 50 steps",
        Holds.IF_DIFFERENT,
        lambda generator, name: _left(generator, name)[0],
        {"name": name},
        [{"name": "double_well"}, {"name": "quartic"}],
        Thresholds(none=1e-3, some=1.0),
    )


def _left(generator: torch.Generator, name: str) -> tuple[Tensor, Tensor]:
    """Return the spread of the end points, and the most by which their values exceed the lowest possible one."""
    surface = find_surface(name, [2.0] if name == "quadratic" else None)
    starts = 1.5 * (2 * torch.rand(_STARTS, 1, generator=generator, dtype=torch.float64) - 1)
    ends = trajectory(lambda params: SGD(params, 0.3), surface.value, starts.to(randn(generator, 1)), _STEPS)[-1]
    lowest = surface.value(ends.new_tensor(surface.minima[:1])) if surface.minima else ends.new_zeros(1)
    return ends.max() - ends.min(), (surface.value(ends) - lowest).max()

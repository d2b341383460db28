"""``optim.*``: where an optimizer's run over a function leads.

``name`` is an optimizer of :mod:`engine.optim.named`, ``function`` one of :mod:`engine.optim.surfaces`;
``coefficients`` are the curvatures of a quadratic ½·Σ hᵢ·xᵢ² (x² has 2) or the slopes of a linear function.
"""

from typing import Annotated

from engine.arguments import Between, Length
from engine.doors.optim._optim import (
    DEFAULTS,
    ON,
    Coordinate,
    Descent,
    LearningRate,
    Name,
    Numbers,
    NumSteps,
    Settings,
    Start,
    coordinate_of,
    descend,
    evidence,
)
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.optim.descent import trajectory as run_steps
from engine.registry import Kind, function

Tolerance = Annotated[float, Between(1e-12, 1e9)]
Names = Annotated[tuple[Name, ...], Length(2, 8)]
_BOWL = {"name": "momentum", "function": "quadratic", "coefficients": [2], "start": 1, "steps": 2, "lr": 0.1}
_RACE = {"names": ["sgd", "momentum"], "function": "quadratic", "coefficients": [1, 50], "start": [1, 1], "steps": 20}


@function("optim.trajectory", Kind.MEASURED, example=_BOWL, shows=(run_steps,))
def trajectory(
    name: Name,
    function: Name,
    start: Start,
    steps: NumSteps,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
) -> Run:
    """Return the start and the point after each step.

    >>> trajectory("sgd", "quadratic", [8.0], 3, lr=0.5, coefficients=[1]).value
    [[8.0], [4.0], [2.0], [1.0]]
    """
    run = descend(name, function, start, steps, lr, coefficients, settings)
    return _run(run.points.tolist(), run)


@function("optim.point", Kind.MEASURED, example=_BOWL, shows=(run_steps,))
def point(
    name: Name,
    function: Name,
    start: Start,
    steps: NumSteps,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
    coordinate: Coordinate = 0,
) -> Run:
    """Return a coordinate, counted from 0, of the point after all steps.

    >>> round(point("momentum", "quadratic", 1.0, 2, lr=0.1, coefficients=[2]).value, 12)
    0.46
    """
    run = descend(name, function, start, steps, lr, coefficients, settings)
    return _run(coordinate_of(run, coordinate), run)


@function("optim.final_loss", Kind.MEASURED, example=_BOWL, shows=(run_steps,))
def final_loss(
    name: Name,
    function: Name,
    start: Start,
    steps: NumSteps,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
) -> Run:
    """Return the function's value after all steps; infinite where the run overflowed."""
    run = descend(name, function, start, steps, lr, coefficients, settings)
    return _run(float(run.losses()[-1]), run)


@function("optim.final_distance", Kind.MEASURED, example=_BOWL, shows=(run_steps,))
def final_distance(
    name: Name,
    function: Name,
    start: Start,
    steps: NumSteps,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
) -> Run:
    """Return the Euclidean distance to the nearest minimum after all steps; infinite where the run overflowed.

    >>> final_distance("sgd", "quadratic", 1, 10, lr=0.5, coefficients=[2]).value
    0.0
    """
    run = descend(name, function, start, steps, lr, coefficients, settings)
    return _run(float(run.distances()[-1]), run)


@function("optim.converges", Kind.MEASURED, example={**_BOWL, "steps": 200}, shows=(run_steps,))
def converges(
    name: Name,
    function: Name,
    start: Start,
    steps: NumSteps = 200,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
    tolerance: Tolerance = 1e-3,
) -> Run:
    """Say whether the point after all steps lies within ``tolerance`` of a minimum.

    >>> [converges("sgd", "quadratic", [1, 1], lr=lr, coefficients=[1, 4]).value for lr in (0.4, 0.6)]
    [True, False]
    """
    run = descend(name, function, start, steps, lr, coefficients, settings)
    return _run(bool(run.distances()[-1] <= tolerance), run)


@function("optim.steps_to", Kind.MEASURED, example={**_BOWL, "tolerance": 0.5}, shows=(run_steps,))
def steps_to(
    name: Name,
    function: Name,
    start: Start,
    tolerance: Tolerance,
    steps: NumSteps = 1000,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
) -> Run:
    """Return after how many steps the distance to the nearest minimum is first at most ``tolerance``.

    >>> steps_to("sgd", "quadratic", 8, tolerance=1, lr=0.5, coefficients=[1], steps=10).value
    3
    """
    run = descend(name, function, start, steps, lr, coefficients, settings)
    near = (run.distances() <= tolerance).nonzero()
    if not len(near):
        raise Refused(f"'{name}' does not come within {tolerance:g} of a minimum in {steps} steps")
    reached = int(near[0])
    return _run(reached, Descent(run.surface, name, run.points[: reached + 1]))


@function("optim.best_of", Kind.MEASURED, example=_RACE, shows=(run_steps,))
def best_of(
    names: Names,
    function: Name,
    start: Start,
    steps: NumSteps,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
) -> Run:
    """Return which optimizer has the lowest value after all steps from one start, with otherwise usual settings."""
    runs = [descend(name, function, start, steps, lr, coefficients, DEFAULTS) for name in names]
    losses = [float(run.losses()[-1]) for run in runs]
    if losses.count(min(losses)) > 1:
        raise Refused(f"there is no single best of {', '.join(names)}: several end at {min(losses):g}")
    best = names[losses.index(min(losses))]
    table = Table("After all steps", ["optimizer", "f"], [(n, f"{f:.6g}") for n, f in zip(names, losses, strict=True)])
    return Run(best, lambda: [table, *evidence(runs)], ON)


def _run(value: object, run: Descent) -> Run:
    return Run(value, lambda: evidence([run]), ON)

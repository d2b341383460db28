"""``optim.torch_*``: the runs of :mod:`engine.doors.optim.optim` and its neighbours, by torch's own classes."""

import torch

from engine.doors.optim._optim import (
    DEFAULTS,
    ON,
    Coordinate,
    Descent,
    LearningRate,
    Name,
    Number,
    Numbers,
    NumSteps,
    Settings,
    Start,
    coordinate_of,
    evidence,
    find_start,
)
from engine.doors.optim._torch_optim import twin
from engine.evidence import Run, Table
from engine.optim.descent import fed, trajectory
from engine.registry import Kind, function


@function(
    "optim.torch_point",
    Kind.MODULE,
    example={"name": "momentum", "function": "quadratic", "coefficients": [2], "start": 1, "steps": 2, "lr": 0.1},
    shows=(trajectory,),
)
def torch_point(
    name: Name,
    function: Name,
    start: Start,
    steps: NumSteps,
    lr: LearningRate | None = None,
    coefficients: Numbers | None = None,
    settings: Settings = DEFAULTS,
    coordinate: Coordinate = 0,
) -> Run:
    """Return a coordinate of the point after all steps of ``torch.optim``'s own optimizer.

    >>> round(torch_point("momentum", "quadratic", 1.0, 2, lr=0.1, coefficients=[2]).value, 12)
    0.46
    """
    make = twin(name, lr, settings.given())
    surface, place = find_start(function, coefficients, start)
    run = Descent(surface, f"torch's {name}", trajectory(make, surface.value, place, steps))
    return Run(coordinate_of(run, coordinate), lambda: evidence([run]), ON)


@function("optim.torch_update", Kind.MODULE, example={"name": "adagrad", "gradients": [3, 4], "lr": 1}, shows=(fed,))
def torch_update(
    name: Name,
    gradients: Numbers,
    lr: LearningRate | None = None,
    settings: Settings = DEFAULTS,
    start: Number = 0.0,
) -> Run:
    """Return by how much the last gradient changes the parameter of ``torch.optim``'s own optimizer.

    >>> round(torch_update("adagrad", [3.0, 4.0], lr=1.0).value, 6)
    -0.8
    """
    values = torch.tensor(gradients, dtype=torch.float64)
    points = fed(twin(name, lr, settings.given()), list(values), torch.tensor(start, dtype=torch.float64))
    rows = [(g, f"{change:.10g}") for g, change in zip(gradients, points.diff().tolist(), strict=True)]
    table = Table(f"torch's {name}, gradient by gradient", ["gradient", "change of the parameter"], rows)
    return Run(float(points[-1] - points[-2]), lambda: [table], ON)

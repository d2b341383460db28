"""``optim.*``: what an optimizer makes of gradients that are given one after the other.

The parameter is one number. Optimizers that look ahead get the listed gradient wherever they ask for one.
"""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Length
from engine.doors.optim._optim import DEFAULTS, ON, LearningRate, Name, Number, Numbers, Settings, maker
from engine.errors import Refused, nearest
from engine.evidence import Curve, Run, Series, Table
from engine.optim import named
from engine.optim.descent import fed
from engine.optim.optimizer import Optimizer
from engine.registry import Kind, function

Entry = Annotated[str, Length(1, 64)]
_EXAMPLE = {"name": "adagrad", "gradients": [3, 4], "lr": 1}


@function("optim.update", Kind.MEASURED, example=_EXAMPLE, shows=(fed,))
def update(
    name: Name,
    gradients: Numbers,
    lr: LearningRate | None = None,
    settings: Settings = DEFAULTS,
    start: Number = 0.0,
) -> Run:
    """Return by how much the last gradient changes the parameter: new less old, negative for a positive gradient.

    >>> round(update("adagrad", [3.0, 4.0], lr=1.0).value, 6)
    -0.8
    """
    points, _ = _feed(name, gradients, lr, settings, start)
    return Run(float(points[-1] - points[-2]), lambda: _evidence(name, gradients, points), ON)


@function("optim.state", Kind.MEASURED, example={**_EXAMPLE, "entry": "sum"}, shows=(fed,))
def state(
    name: Name,
    gradients: Numbers,
    entry: Entry,
    lr: LearningRate | None = None,
    settings: Settings = DEFAULTS,
    start: Number = 0.0,
) -> Run:
    """Return what the optimizer remembers under ``entry``, such as "exp_avg_sq", after all gradients.

    >>> state("adagrad", [3.0, 4.0], "sum").value
    25.0
    """
    points, optimizer = _feed(name, gradients, lr, settings, start)
    (memory,) = optimizer.state.values()
    if entry not in memory:
        known = ", ".join(memory) or "nothing"
        raise Refused(f"'{name}' remembers no '{entry[:40]}'{nearest(entry, memory)} (it remembers {known})")
    rows = [(key, float(value)) for key, value in memory.items()]
    table = Table("What it remembers", ["entry", "value"], rows)
    return Run(float(memory[entry]), lambda: [table, *_evidence(name, gradients, points)], ON)


def _feed(
    name: str, gradients: Numbers, lr: float | None, settings: Settings, start: float
) -> tuple[Tensor, Optimizer]:
    """Return the parameter before and after each gradient, and the optimizer as it stands at the end."""
    if issubclass(named.find(name), named.USES_LOSS):
        raise Refused(f"'{name}' needs a function, not only its gradients; ask optim.point for its steps")
    make, built = maker(name, lr, settings), []

    def keep(params: list[Tensor]) -> Optimizer:
        built.append(make(params))
        return built[0]

    values = torch.tensor(gradients, dtype=torch.float64)
    points = fed(keep, list(values), torch.tensor(start, dtype=torch.float64))
    return points, built[0]


def _evidence(name: str, gradients: Numbers, points: Tensor) -> list[Table | Curve]:
    changes = points.diff().tolist()
    rows = [
        (step, gradient, f"{change:.10g}", f"{point:.10g}")
        for step, (gradient, change, point) in enumerate(
            zip(gradients, changes, points[1:].tolist(), strict=True), start=1
        )
    ]
    steps = Series(name, list(range(1, len(changes) + 1)), changes)
    return [
        Table(f"{name}, gradient by gradient", ["step", "gradient", "change", "parameter"], rows),
        Curve("change of the parameter", [steps], "step", "change"),
    ]

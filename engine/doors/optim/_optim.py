"""What the doors of ``optim.*`` share: settings as banks write them, one run, and its evidence.

Runs stay on the CPU: a point is a few numbers, and each step waits for the one before.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Block, Blocks, Curve, Path, Series, Table, Text
from engine.optim import named
from engine.optim.descent import trajectory
from engine.optim.optimizer import Optimizer
from engine.optim.surfaces import Surface
from engine.optim.surfaces import find as find_surface

Name = Annotated[str, Length(1, 64)]
Number = Annotated[float, Between(-1e9, 1e9)]
Numbers = Annotated[Sequence[Number], Length(1, 64)]
Start = Number | Numbers
"""A point: a list of coordinates, or one number where there is one."""
NumSteps = Annotated[int, Between(0, 1000)]
LearningRate = Annotated[float, Between(0, 1e6)]
Decay = Annotated[float, Between(0, 1)]
Coordinate = Annotated[int, Between(0, 63)]
ON = "cpu"
_ROWS, _COLUMNS, _LINES = 48, 24, 24


@dataclass(frozen=True)
class Settings:
    """What an optimizer is set to beside its learning rate, in torch's names; what is left out has its usual value."""

    momentum: Decay | None = None
    dampening: Decay | None = None
    alpha: Decay | None = None
    rho: Decay | None = None
    betas: tuple[Decay, Decay] | None = None
    eps: Annotated[float, Between(0, 1e6)] | None = None
    weight_decay: Annotated[float, Between(0, 1e6)] | None = None
    momentum_decay: Annotated[float, Between(0, 1e12)] | None = None
    bias_correction: bool | None = None
    history_size: Annotated[int, Between(1, 100)] | None = None

    def given(self) -> Mapping[str, Any]:
        """Return those that were set."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in values.items() if value is not None}


DEFAULTS = Settings()


@dataclass(frozen=True)
class Descent:
    """One run: the function, the optimizer's name, and the start with every point after it, ``(steps + 1, n)``."""

    surface: Surface
    name: str
    points: Tensor

    @property
    def overflow(self) -> int | None:
        """The first step whose point is no number any more, or None."""
        lost = (~self.points.isfinite().all(-1)).nonzero()
        return int(lost[0]) if len(lost) else None

    def losses(self) -> Tensor:
        """Return the value at each point, infinite from the overflow on."""
        return self._measured(self.surface.value(self.points))

    def distances(self) -> Tensor:
        """Return the distance of each point to the nearest minimum, infinite from the overflow on."""
        return self._measured(self.surface.distance(self.points))

    def _measured(self, values: Tensor) -> Tensor:
        lost = torch.arange(len(values)) >= (len(values) if self.overflow is None else self.overflow)
        return torch.where(lost | values.isnan(), math.inf, values)


def maker(name: str, lr: float | None, settings: Settings) -> Callable[[list[Tensor]], Optimizer]:
    """Return a function that builds the optimizer, after a check that it has these settings."""
    given = settings.given()
    named.check_settings(name, given)
    return lambda params: named.build(name, params, lr, **given)


def find_start(function: str, coefficients: Sequence[float] | None, start: Start) -> tuple[Surface, Tensor]:
    """Return the function and the start as ``(n,)``, or refuse a start of another number of coordinates."""
    surface = find_surface(function, coefficients)
    point = torch.tensor(start, dtype=torch.float64).reshape(-1)
    if len(point) != surface.dims:
        raise Refused(f"'{function}' has {surface.dims} variables, and 'start' has {len(point)} coordinates")
    return surface, point


def descend(
    name: str,
    function: str,
    start: Start,
    steps: int,
    lr: float | None,
    coefficients: Sequence[float] | None,
    settings: Settings,
) -> Descent:
    """Return the run of the optimizer called ``name``."""
    make = maker(name, lr, settings)
    surface, point = find_start(function, coefficients, start)
    return Descent(surface, name, trajectory(make, surface.value, point, steps))


def coordinate_of(run: Descent, coordinate: int) -> float:
    """Return one coordinate of the last point, or refuse where the run overflowed."""
    if coordinate >= run.surface.dims:
        raise Refused(f"'{run.surface.name}' has {run.surface.dims} variables: 'coordinate' counts from 0")
    if run.overflow is not None:
        raise Refused(f"this run overflows at step {run.overflow}: take fewer steps or a smaller 'lr'")
    return float(run.points[-1, coordinate])


def evidence(runs: Sequence[Descent]) -> Blocks:
    """Return the paths, the losses, and the steps of the first run."""
    first = runs[0].surface
    what = ", ".join(run.name for run in runs)
    blocks: list[Block] = [Text(f"{what} on f = {first.formula}, from {_shown(runs[0].points[0])}, in float64.")]
    if first.dims == 2:
        blocks.append(_path(runs))
    elif first.dims == 1:
        blocks.append(
            Curve("x after each step", [_over_steps(run.name, _kept(run)[:, 0]) for run in runs], "step", "x")
        )
    blocks.append(Curve("f after each step", [_over_steps(run.name, run.losses()) for run in runs], "step", "f"))
    return [*blocks, _table(runs[0])]


def _kept(run: Descent) -> Tensor:
    return run.points[: run.overflow]


def _over_steps(name: str, values: Tensor) -> Series:
    finite = values[values.isfinite()]
    return Series(name, list(range(len(finite))), finite.tolist())


def _path(runs: Sequence[Descent]) -> Path:
    """Return the paths of two coordinates over the function's values around them."""
    surface, kept = runs[0].surface, [_kept(run) for run in runs]
    every = torch.cat([*kept, *(run.points.new_tensor([place]) for run in runs for place in run.surface.minima)])
    low, high = every.amin(0), every.amax(0)
    margin = 0.1 * (high - low) + 0.05 * (high - low).max().clamp(min=1e-3)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    xs = torch.linspace(left, right, _ROWS, dtype=torch.float64)
    ys = torch.linspace(bottom, top, _COLUMNS, dtype=torch.float64)
    grid = torch.stack([xs.expand(len(ys), -1), ys[:, None].expand(-1, len(xs))], dim=-1)
    series = [
        Series(run.name, points[:, 0].tolist(), points[:, 1].tolist()) for run, points in zip(runs, kept, strict=True)
    ]
    return Path(f"f = {surface.formula}", series, surface.value(grid).tolist(), (left, right, bottom, top))


def _table(run: Descent) -> Table:
    """Return some steps of a run, the first ones and the last among them."""
    count = len(run.points)
    rows = [
        (step, *(f"{number:.10g}" for number in [*run.points[step].tolist()[:6], float(run.losses()[step])]))
        for step in sorted({*range(min(10, count)), *range(0, count, max(1, count // _LINES)), count - 1})
    ]
    names = [f"x{place}" for place in range(min(6, run.surface.dims))]
    return Table(f"{run.name}, step by step", ["step", *names, "f"], rows)


def _shown(point: Tensor) -> str:
    return f"({', '.join(f'{number:g}' for number in point.tolist()[:6])}{', …' if len(point) > 6 else ''})"

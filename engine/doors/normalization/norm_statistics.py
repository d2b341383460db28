"""``norm.*``: the statistics that normalisation keeps and gives, read from layers that really ran in float64."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between, Length
from engine.device import current
from engine.doors.normalization._torch_norm import batch_norm, run
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.layers.batch_norm import BatchNorm
from engine.registry import Kind, function

Batches = Annotated[
    Sequence[Annotated[Sequence[Annotated[float, Between(-1e9, 1e9)]], Length(2, 1024)]],
    Length(1, 64),
]
"""Batches of one channel; they may differ in length."""
Momentum = Annotated[float, Between(0, 1)]
"""The weight of the new batch, as in torch; null weighs all batches so far alike."""
Steps = Annotated[int, Between(1, 1000)]
BatchSize = Annotated[int, Between(2, 65_536)]
Variance = Annotated[float, Between(1e-12, 1e12)]
_MOST_BATCHES, _MOST_VALUES = 5_000, 4_194_304
"""The most that one call trains on: about a second on one core."""
_LEAST_EPS = torch.finfo(torch.float64).tiny
"""Torch refuses an ε of 0; this one is lost in every variance that is added to it."""


@function("norm.running_mean", Kind.MODULE, example={"batches": [[1, 3, 5]]}, shows=(BatchNorm,))
def running_mean(batches: Batches, momentum: Momentum | None = 0.1, epochs: Steps = 1) -> Run:
    """Return a BatchNorm's running mean, which starts at 0, after training on the batches ``epochs`` times."""
    return _running("running_mean", [_column(batch) for batch in batches], epochs, momentum)


@function("norm.running_var", Kind.MODULE, example={"batches": [[1, 3, 5]]}, shows=(BatchNorm,))
def running_var(batches: Batches, momentum: Momentum | None = 0.1, epochs: Steps = 1) -> Run:
    """Return a BatchNorm's running variance, which starts at 1, after training on the batches ``epochs`` times."""
    return _running("running_var", [_column(batch) for batch in batches], epochs, momentum)


@function("norm.running_mean_after", Kind.MODULE, example={"mean": 10, "steps": 3}, shows=(BatchNorm,))
def running_mean_after(
    mean: Annotated[float, Between(-1e9, 1e9)], steps: Steps, momentum: Momentum | None = 0.1
) -> Run:
    """Return the running mean after ``steps`` batches that all have this ``mean``."""
    return _running("running_mean", [mean + _spread(2, 1.0)], steps, momentum)


@function(
    "norm.running_var_after", Kind.MODULE, example={"variance": 4, "batch_size": 8, "steps": 1}, shows=(BatchNorm,)
)
def running_var_after(
    variance: Variance, batch_size: BatchSize, steps: Steps = 1, momentum: Momentum | None = 0.1
) -> Run:
    """Return the running variance after ``steps`` batches of ``batch_size`` values with this *biased* ``variance``."""
    return _running("running_var", [_spread(batch_size, variance)], steps, momentum)


@function("norm.largest_output", Kind.MODULE, example={"batch_size": 64}, shows=(BatchNorm,))
def largest_output(batch_size: BatchSize) -> Run:
    """Return the largest number that a BatchNorm (γ = 1, β = 0, ε ≈ 0) can give for one of ``batch_size`` values.

    It is reached when one value differs and all the others are equal, and does not depend on by how much.
    """

    def lone_outlier(size: int) -> float:
        x = torch.zeros(size, 1, dtype=torch.float64, device=current())
        x[0] = 1
        return float(run(_batch_norm(eps=_LEAST_EPS), x).max())

    def evidence() -> list[Curve]:
        sizes = sorted({2, 4, 16, 64, 256, batch_size})
        series = Series("one outlier", sizes, [lone_outlier(size) for size in sizes])
        return [Curve("The largest normalised value", [series], "batch size", "output")]

    return Run(lone_outlier(batch_size), evidence)


@function("norm.output_variance", Kind.MODULE, example={"variance": 1e-5}, shows=(BatchNorm,))
def output_variance(variance: Variance, eps: Annotated[float, Between(0, 1e6)] = 1e-5) -> Run:
    """Return the biased variance of a BatchNorm's output (γ = 1) for an input of this biased ``variance``."""

    def measured(v: float) -> float:
        return float(run(_batch_norm(eps), _spread(2, v)).square().mean())

    def evidence() -> list[Table]:
        inputs = sorted({variance, *(eps * 10.0**power for power in range(-3, 4))} - {0.0})
        return [Table(f"eps = {eps:g}", ["input variance", "output variance"], [(v, measured(v)) for v in inputs])]

    return Run(measured(variance), evidence)


@function("norm.output_std", Kind.MEASURED, example={"variance": 9, "divide_by": "standard_deviation"})
def output_std(variance: Variance, divide_by: Literal["standard_deviation", "variance"] = "standard_deviation") -> Run:
    """Return the standard deviation of values of this ``variance`` once divided by one or the other (no ε)."""
    x = _spread(2, variance)
    biased = x.var(correction=0)
    scaled = x / (biased.sqrt() if divide_by == "standard_deviation" else biased)
    rows = [("before", float(biased.sqrt())), ("after", float(scaled.std(correction=0)))]
    return Run(rows[1][1], lambda: [Table(f"divided by the {divide_by}", ["", "standard deviation"], rows)])


def _batch_norm(eps: float = 1e-5, momentum: float | None = 0.1) -> nn.Module:
    return batch_norm((2, 1), eps, momentum).to(current(), torch.float64)


def _running(
    name: Literal["running_mean", "running_var"], batches: Sequence[Tensor], epochs: int, momentum: float | None
) -> Run:
    _check_work(len(batches) * epochs, sum(batch.numel() for batch in batches) * epochs)
    layer = _batch_norm(momentum=momentum)
    history = [float(layer.get_buffer(name))]
    for batch in (batch for _ in range(epochs) for batch in batches):
        run(layer, batch)
        history.append(float(layer.get_buffer(name)))
    series = Series(name, list(range(len(history))), history)
    return Run(history[-1], lambda: [Curve(f"{name}, momentum {momentum}", [series], "batches seen", name)])


def _check_work(batches: int, values: int) -> None:
    """Refuse what would take longer than about a second."""
    if batches > _MOST_BATCHES:
        raise Refused(f"that is {batches:,} batches in all, and at most {_MOST_BATCHES:,} are run; take fewer epochs")
    if values > _MOST_VALUES:
        raise Refused(f"that is {values:,} values in all, and at most {_MOST_VALUES:,} are run; take smaller batches")


def _column(values: Sequence[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64, device=current())[:, None]


def _spread(size: int, variance: float) -> Tensor:
    """Return ``(size, 1)`` values with mean 0 and exactly this biased variance."""
    x = torch.linspace(-1, 1, size, dtype=torch.float64, device=current())
    return (x * math.sqrt(variance) / x.square().mean().sqrt())[:, None]

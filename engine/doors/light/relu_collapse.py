"""``relu_collapse.*`` and ``linear_bottleneck.*``: what an activation leaves of data with few dimensions."""

from typing import Annotated

import torch
from torch import Tensor

from engine.analysis.linear_bottleneck import Last, lost, projected
from engine.analysis.relu_collapse import Activation, Collapse, Decoder, collapse, spiral
from engine.arguments import Between
from engine.evidence import Blocks, Curve, Path, Run, Series, Table
from engine.registry import Kind, function

Dimensions = Annotated[int, Between(2, 128)]
_SEEDS = 8
_SHOWN = (2, 3, 5, 15, 30)


@function("relu_collapse.error", Kind.MEASURED, example={"dim": 2}, shows=(collapse,))
def error(dim: Dimensions, activation: Activation = "relu", decoder: Decoder = "least_squares") -> Run:
    """Return how much of a 2-D spiral is lost in ``dim`` random dimensions with ReLU: 0 nothing, 1 all.

    It is ‖returned - points‖ / ‖points‖, the mean over 8 random embeddings. The way back is the best linear map, or
    the pseudo-inverse of the embedding, whose error tends to 1/2 and not to 0.

    >>> error(2).value > 10 * error(30).value
    True
    """
    runs = _runs(dim, activation, decoder)
    value = sum(run.error for run in runs) / _SEEDS

    def evidence() -> Blocks:
        rows = [(n, *_means(_runs(n, activation, decoder))) for n in (dim, *(n for n in _SHOWN if n != dim))]
        columns = ["dimensions", "mean error", "points with 2 or more units on"]
        shown = [_line("points", runs[0].points), _line("returned", runs[0].returned)]
        return [Table(f"{activation}, back by {decoder}", columns, rows), Path(f"In {dim} dimensions and back", shown)]

    return Run(value, evidence, "cpu")


@function("relu_collapse.recoverable", Kind.MEASURED, example={"dim": 5}, shows=(collapse,))
def recoverable(dim: Dimensions) -> Run:
    """Return the share of a 2-D spiral's points that leave two or more of ``dim`` random ReLU units on.

    Such a point can be solved for; the mean over 8 random embeddings.

    >>> recoverable(30).value > recoverable(3).value
    True
    """
    runs = _runs(dim, "relu", "least_squares")

    def evidence() -> Blocks:
        shares = [_means(_runs(n, "relu", "least_squares"))[1] for n in _SHOWN]
        return [Curve("Points that can be solved for", [Series("share", _SHOWN, shares)], "dimensions", "share")]

    return Run(_means(runs)[1], evidence, "cpu")


@function("linear_bottleneck.lost", Kind.MEASURED, example={"channels": 4, "last": "relu"}, shows=(projected, lost))
def bottleneck_lost(
    channels: Annotated[int, Between(1, 16)] = 4,
    expand_ratio: Annotated[int, Between(1, 16)] = 6,
    last: Last = "linear",
) -> Run:
    """Return the share of the data that no affine readout finds behind a thin projection, linear or with ReLU.

    Normal data of ``channels`` channels, widened ``expand_ratio`` times with ReLU, then projected back as well as
    possible; the mean over 8 seeds.

    >>> bottleneck_lost(4, last="relu").value > bottleneck_lost(4, last="linear").value
    True
    """
    choices: tuple[Last, ...] = ("linear", "relu")

    def evidence() -> Blocks:
        rows = [(name, _lost(channels, expand_ratio, name)) for name in choices]
        return [Table("Share lost behind the projection", ["last", "share"], rows)]

    return Run(_lost(channels, expand_ratio, last), evidence, "cpu")


def _lost(channels: int, expand_ratio: int, last: Last) -> float:
    total = 0.0
    for seed in range(_SEEDS):
        generator = torch.Generator().manual_seed(seed)
        x = torch.randn(256, channels, generator=generator, dtype=torch.float64)
        expansion = torch.randn(channels, channels * expand_ratio, generator=generator, dtype=torch.float64)
        total += lost(x, projected(x, expansion, last))
    return total / _SEEDS


def _runs(dim: int, activation: Activation, decoder: Decoder) -> list[Collapse]:
    points = spiral(200)
    generators = (torch.Generator().manual_seed(seed) for seed in range(_SEEDS))
    embeddings = (torch.randn(2, dim, generator=generator, dtype=torch.float64) for generator in generators)
    return [collapse(points, embedding, activation, decoder) for embedding in embeddings]


def _means(runs: list[Collapse]) -> tuple[float, float]:
    return sum(run.error for run in runs) / len(runs), sum(run.recoverable for run in runs) / len(runs)


def _line(name: str, points: Tensor) -> Series:
    return Series(name, points[:, 0].tolist(), points[:, 1].tolist())

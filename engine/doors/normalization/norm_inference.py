"""``norm.*``: what batch normalisation uses at inference, by the paper and by moving averages, in float64."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Conventional, Length
from engine.device import for_float64
from engine.evidence import Block, Curve, Run, Series, Table
from engine.layers.batch_norm import BatchNorm
from engine.layers.batch_norm_inference import (
    PopulationStatistics,
    batch_norm_inference,
    moving_statistics,
    population_statistics,
)
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e6, 1e6)]
Batches = Annotated[Sequence[Annotated[Sequence[Number], Length(2, 256)]], Length(1, 64)]
"""Training batches of one channel."""
Rule = Annotated[Literal["paper", "torch", "d2l"], Conventional()]
"""The paper's averages of all batches, or moving ones: of unbiased variances (torch) or of biased ones (D2L)."""
Momentum = Annotated[float, Between(0, 1)]
_EXAMPLE = {"batches": [[1, 3, 5], [2, 2, 8]]}


@function("norm.inference_mean", Kind.MEASURED, example=_EXAMPLE, shows=(population_statistics, moving_statistics))
def inference_mean(batches: Batches, rule: Rule = "paper", momentum: Momentum = 0.1) -> Run:
    """Return the mean that inference uses after these batches: the paper's mean of their means, or a moving one.

    ``momentum`` is the weight of the new batch in a moving average, which starts at 0.
    """
    return Run(float(_statistics(batches, rule, momentum).mean), lambda: _evidence(batches, momentum))


@function("norm.inference_var", Kind.MEASURED, example=_EXAMPLE, shows=(population_statistics, moving_statistics))
def inference_var(batches: Batches, rule: Rule = "paper", momentum: Momentum = 0.1) -> Run:
    """Return the variance that inference uses: the paper's is m/(m - 1) times the mean of the biased variances.

    A moving average starts at 1; torch's is of unbiased variances, the D2L book's of biased ones.
    """
    return Run(float(_statistics(batches, rule, momentum).var), lambda: _evidence(batches, momentum))


@function("norm.inferred", Kind.MEASURED, example={**_EXAMPLE, "x": 4}, shows=(batch_norm_inference, BatchNorm))
def inferred(
    x: Number,
    batches: Batches,
    rule: Rule = "paper",
    momentum: Momentum = 0.1,
    weight: Number = 1.0,
    bias: Number = 0.0,
) -> Run:
    """Return what inference makes of one value: γ·(x - mean)/√(variance + 10⁻⁵) + β, as one map a·x + b."""
    statistics = _statistics(batches, rule, momentum)
    gamma, beta = (statistics.mean.new_tensor([number]) for number in (weight, bias))

    def output(value: float) -> float:
        return float(batch_norm_inference(statistics.mean.new_tensor([[value]]), statistics, gamma, beta))

    def evidence() -> list[Block]:
        batch = batches[0]
        layer = BatchNorm(1).to(statistics.mean)
        trained = layer(_column(batch))[:, 0].tolist()
        rows = [(value, weight * seen + bias, output(value)) for value, seen in zip(batch, trained, strict=True)]
        return [Table("The first batch", ["x", "in training", "at inference"], rows), *_evidence(batches, momentum)]

    return Run(output(x), evidence)


def _column(batch: Sequence[float]) -> Tensor:
    return torch.tensor(batch, dtype=torch.float64, device=for_float64())[:, None]


def _statistics(batches: Batches, rule: Rule, momentum: float) -> PopulationStatistics:
    columns = [_column(batch) for batch in batches]
    if rule == "paper":
        return population_statistics(columns)
    return moving_statistics(columns, momentum, unbiased=rule == "torch")


def _evidence(batches: Batches, momentum: float) -> list[Block]:
    seen = sorted({max(1, round(len(batches) * part / 12)) for part in range(1, 13)})
    blocks: list[Block] = []
    for name in ("mean", "var"):
        series = []
        for rule in ("paper", "torch", "d2l"):
            if rule == "paper" and len({len(batch) for batch in batches}) > 1:
                continue  # the paper's factor is for batches of one size
            moved = [_statistics(batches[:count], rule, momentum) for count in seen]
            series.append(Series(rule, seen, [float(getattr(statistics, name)) for statistics in moved]))
        blocks.append(Curve(f"The {name} for inference, momentum {momentum:g}", series, "batches seen", name))
    return blocks

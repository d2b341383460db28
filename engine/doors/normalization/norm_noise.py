"""``norm.*``: the noise that batch normalisation adds, by running every batch that a sample can find itself in."""

from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import Annotated

import torch

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series
from engine.layers.batch_norm import BatchNorm
from engine.registry import Kind, function

Values = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(3, 14)]
_MOST_BATCHES = 4096


@function(
    "norm.output_variance_over_batches",
    Kind.MEASURED,
    example={"values": [0, 1, 2, 3, 4, 9], "batch_size": 3},
    shows=(BatchNorm,),
)
def output_variance_over_batches(
    values: Values,
    batch_size: Annotated[int, Between(2, 14)],
    sample: Annotated[int, Between(0, 13)] = 0,
    training: bool = True,
) -> Run:
    """Return the variance of one sample's output over all batches of this size that it can be in.

    The batches are drawn from ``values`` without replacement. The noise is 0 when the batch is everything, or in
    evaluation; two values always give ±1, and between them it falls about as 1/batch_size.
    """
    if sample >= len(values):
        raise Refused(f"'sample' is {sample}, and the {len(values)} values are numbered from 0")
    if batch_size > len(values):
        raise Refused(f"a batch has at most all {len(values)} values, not {batch_size}")

    def evidence() -> list[Block]:
        sizes = list(range(2, len(values) + 1))
        series = Series("variance", sizes, [_variance(values, size, sample, training) for size in sizes])
        return [Curve("Variance of the sample's output", [series], "batch size", "variance")]

    return Run(_variance(values, batch_size, sample, training), evidence)


def _variance(values: Values, batch_size: int, sample: int, training: bool) -> float:
    others = [value for index, value in enumerate(values) if index != sample]
    companies = combinations(others, batch_size - 1)
    assert comb(len(others), batch_size - 1) <= _MOST_BATCHES  # at most C(13, 6) = 1716
    batches = torch.tensor([(values[sample], *company) for company in companies], dtype=torch.float64).T
    layer = BatchNorm(batches.shape[1]).to(for_float64(), torch.float64).train(training)  # a channel for each batch
    return float(layer(batches.to(for_float64()))[0].detach().var(correction=0))

"""``bagging.*``: what bootstraps hold, and what averaging members does to the error. Everything is exact."""

import math
from typing import Annotated

import torch

from engine.arguments import Between
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series, Table
from engine.registry import Kind, function
from engine.regularization.bagging import distinct_distribution, mean_error, unique_share

Samples = Annotated[int, Between(1, 2000)]
Members = Annotated[int, Between(1, 512)]


@function("bagging.unique_share", Kind.MEASURED, example={"n": 5}, shows=(distinct_distribution, unique_share))
def share(n: Samples, draws: Annotated[int, Between(0, 5000)] | None = None) -> Run:
    """Return the expected share of n samples that a bootstrap holds at least once, followed draw by draw.

    A bootstrap makes n draws with replacement unless ``draws`` says otherwise. The distribution of how many different
    samples were drawn is carried from draw to draw.
    """
    chances = distinct_distribution(n, n if draws is None else draws)
    counts = torch.arange(n + 1, dtype=torch.float64)

    def evidence() -> list[Block]:
        sizes = sorted({1, 2, 3, 5, 10, 30, 100, 300, 1000, n})
        rows = [(size, str(unique_share(size)) if size <= 5 else "", float(unique_share(size))) for size in sizes]
        return [
            Table("Expected share of a bootstrap of n draws; 1 - 1/e = 0.6321", ["n", "exactly", "share"], rows),
            Curve("Falling to 1 - 1/e", [Series("share", [math.log10(n) for n, *_ in rows], [r[2] for r in rows])],
                  "log10 n", "share"),
        ]  # fmt: skip

    return Run(float(chances @ counts) / n, evidence, "cpu")


@function(
    "bagging.distinct_probability", Kind.MEASURED, example={"n": 3, "distinct": 3}, shows=(distinct_distribution,)
)
def distinct_probability(
    n: Samples, distinct: Annotated[int, Between(0, 2000)], draws: Annotated[int, Between(0, 5000)] | None = None
) -> Run:
    """Return the probability that n samples, drawn n times (or ``draws``) with replacement, give so many different."""
    if distinct > n:
        raise Refused(f"'distinct' is {distinct}, and there are only {n} samples")
    chances = distinct_distribution(n, n if draws is None else draws)
    series = Series("probability", list(range(n + 1)), chances.tolist())
    curve = Curve("How many different samples are drawn", [series], "different samples", "probability")
    return Run(float(chances[distinct]), lambda: [curve], "cpu")


@function(
    "bagging.mean_error", Kind.MEASURED, example={"variance": 1, "covariance": 0.5, "members": 4}, shows=(mean_error,)
)
def error_of_mean(
    variance: Annotated[float, Between(0, 1e6)], covariance: Annotated[float, Between(-1e6, 1e6)], members: Members
) -> Run:
    """Return the expected squared error of the mean of members, given that of each and the covariance of two.

    Errors with exactly these moments are made from a square root of their covariance matrix, and averaged.
    """
    if not -variance <= covariance * (members - 1) or covariance > variance:
        raise Refused(
            f"{members} members whose errors have variance {variance:g} cannot all have covariance {covariance:g}: "
            f"it lies between -variance/(members - 1) and the variance"
        )
    matrix = torch.full((members, members), covariance, dtype=torch.float64, device=for_float64())
    matrix.fill_diagonal_(variance)
    values, vectors = torch.linalg.eigh(matrix)
    errors = vectors * values.clamp(min=0).sqrt()  # a member in each row, and in each column one of the sources

    def evidence() -> list[Block]:
        sizes = list(range(1, max(10, min(members, 40)) + 1))
        cases = {"asked": covariance, "independent": 0.0, "all alike": variance}
        series = [Series(name, sizes, [mean_error(variance, c, k) for k in sizes]) for name, c in cases.items()]
        return [Curve("Squared error of the mean", series, "members", "error")]

    return Run(float(errors.mean(0).square().sum()), evidence)

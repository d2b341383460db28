"""``ensemble.*``: several classifiers' answers, averaged or counted, in float64."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.doors.regularization._arguments import Index, Probability, entry
from engine.errors import Refused
from engine.evidence import Block, Curve, Heatmap, Run, Series, Table
from engine.registry import Kind, function
from engine.regularization.ensemble import (
    cross_entropy,
    geometric_posterior,
    log_mean_posterior,
    majority,
    mean_posterior,
    vote_accuracy,
)

Logits = Annotated[Tensor, Elements(512, 2), Between(-1e4, 1e4)]
"""One row of logits for each member."""
Mean = Literal["arithmetic", "geometric"]
Votes = Annotated[Sequence[Annotated[int, Between(0, 63)]], Length(1, 64)]
_LOGITS = {"logits": [[2, 0], [0, 1], [0, 3]]}


@function("ensemble.posterior", Kind.MODULE, example={**_LOGITS, "position": 0}, shows=(mean_posterior,))
def posterior(logits: Logits, position: Index, mean: Mean = "arithmetic") -> Run:
    """Return the probability that members together give a class: the mean of their softmax outputs.

    ``mean: geometric`` takes the softmax of their mean logits instead.
    """
    logits = logits.to(for_float64())
    together = _together(logits, mean)
    rows = [*logits.softmax(-1).tolist(), together.tolist()]
    heatmap = Heatmap("Class probabilities of the members, and below all of theirs", rows, "class", "member")
    return Run(entry(together, position, "position"), lambda: [heatmap, _bars(rows)])


@function(
    "ensemble.cross_entropy", Kind.MEASURED, example={**_LOGITS, "target": 1}, shows=(log_mean_posterior, cross_entropy)
)
def loss(
    logits: Logits, target: Index, of: Literal["ensemble", "mean member", "best member", "worst member"] = "ensemble"
) -> Run:
    """Return the cross-entropy, in nats, of the averaged probabilities, or of the mean, best or worst member."""
    logits = logits.to(for_float64())
    if target >= logits.shape[1]:
        raise Refused(f"'target' is {target}, and the {logits.shape[1]} classes are numbered from 0")
    each = cross_entropy(logits.log_softmax(-1), target)
    losses = {
        "ensemble": cross_entropy(log_mean_posterior(logits), target),
        "mean member": each.mean(),
        "best member": each.min(),
        "worst member": each.max(),
    }
    rows = [(name, float(value)) for name, value in losses.items()]
    return Run(float(losses[of]), lambda: [Table("Cross-entropy", ["of", "nats"], rows)])


@function("ensemble.vote", Kind.MEASURED, example={"votes": [1, 0, 1, 2]}, shows=(majority,))
def vote(votes: Votes) -> Run:
    """Return the class with most votes; of several with equally many, the one with the smallest number."""
    counts = [votes.count(label) for label in range(max(votes) + 1)]
    table = Table("Votes", ["class", "votes"], list(enumerate(counts)))
    return Run(int(majority(torch.tensor(votes))), lambda: [table], "cpu")


@function("ensemble.vote_accuracy", Kind.MEASURED, example={"members": 3, "p": 0.7}, shows=(vote_accuracy,))
def accuracy(members: Annotated[int, Between(1, 13)], p: Probability) -> Run:
    """Return how often most of several independent voters are right, each with probability p; a tie is wrong.

    Every pattern of right and wrong voters is listed.
    """

    def evidence() -> list[Block]:
        sizes = sorted({1, 3, 5, 7, 9, members})
        chances = sorted({0.3, 0.5, 0.7, round(p, 6)})
        series = [Series(f"p = {q:g}", sizes, [vote_accuracy([q] * k) for k in sizes]) for q in chances]
        return [Curve("Votes help only those who are right more often than not", series, "voters", "accuracy")]

    return Run(vote_accuracy([p] * members), evidence, "cpu")


def _together(logits: Tensor, mean: Mean) -> Tensor:
    return mean_posterior(logits) if mean == "arithmetic" else geometric_posterior(logits)


def _bars(rows: Sequence[Sequence[float]]) -> Table:
    names = [*(f"member {i}" for i in range(len(rows) - 1)), "together"]
    columns = ["", *(f"class {i}" for i in range(len(rows[0])))]
    return Table("Class probabilities", columns, [(name, *row) for name, row in zip(names, rows, strict=True)])

"""``dropout.attention_*``: attention weights of one query after dropout, in float64."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.device import for_float64
from engine.doors.regularization._arguments import Index, entry
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.layers.attention import masked_softmax
from engine.layers.dropout import drop
from engine.registry import Kind, function

Scores = Annotated[Tensor, Elements(64, 1), Between(-1e4, 1e4)]
Kept = Annotated[Sequence[bool], Length(1, 64)]
P = Annotated[float, Between(0, 0.99)]


@function(
    "dropout.attention_row_sum",
    Kind.MODULE,
    example={"scores": [0, 0, 0, 0], "kept": [True, True, True, False], "p": 0.5},
    shows=(masked_softmax, drop),
)
def attention_row_sum(scores: Scores, kept: Kept, p: P) -> Run:
    """Return what a query's attention weights sum to when the softmax's outputs not ``kept`` are dropped.

    The others are divided by 1 - p and nothing else, so the sum is 1 only on average.
    """
    weights, evidence = _weights(scores, kept, p)
    return Run(float(weights.sum()), lambda: [evidence])


@function(
    "dropout.attention_weight",
    Kind.MODULE,
    example={"scores": [0, 0], "kept": [True, False], "p": 0.5},
    shows=(masked_softmax, drop),
)
def attention_weight(scores: Scores, kept: Kept, p: P, position: Index = 0) -> Run:
    """Return one attention weight of a query after dropout with this mask."""
    weights, evidence = _weights(scores, kept, p)
    return Run(entry(weights, position, "position"), lambda: [evidence])


def _weights(scores: Tensor, kept: Sequence[bool], p: float) -> tuple[Tensor, Table]:
    if len(kept) != len(scores):
        raise Refused(f"'kept' needs true or false for each of the {len(scores)} scores, and has {len(kept)}")
    before = masked_softmax(scores.to(for_float64()))
    after = drop(before, torch.tensor(kept, device=before.device), p)
    rows = list(zip(range(len(kept)), kept, before.tolist(), after.tolist(), strict=True))
    return after, Table(f"Dropout after the softmax, p = {p:g}", ["key", "kept", "weight before", "after"], rows)

"""Batches of one corpus: which scheme continues where it stopped, and what the targets are."""

from itertools import pairwise
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, settle
from engine.registry import Kind, function
from engine.text.sampling import Batch, random_batches, sequential_batches

Scheme = Literal["random", "sequential"]
_SHOWS = (random_batches, sequential_batches)
_LENGTH, _BATCH_SIZE, _NUM_STEPS = 60, 2, 4


@function("sampling.next_batch_continues", Kind.MEASURED, example={"scheme": "sequential"}, shows=_SHOWS)
def next_batch_continues(scheme: Scheme = "sequential") -> Run:
    """Say whether each row of a batch begins, in the corpus, right behind the same row of the batch before."""
    return settle(
        "Place where a row begins, less the place behind the same row of the batch before",
        Holds.IF_EQUAL,
        _gaps,
        {"scheme": scheme},
        [{"scheme": "sequential"}, {"scheme": "random"}],
    )


def _gaps(generator: torch.Generator, scheme: Scheme) -> Tensor:
    batches = _batches(generator, scheme)
    return torch.stack([after.x[:, 0] - before.x[:, -1] - 1 for before, after in pairwise(batches)]).double()


@function("sampling.targets_shift_by", Kind.MEASURED, example={"places": 1}, shows=_SHOWS)
def targets_shift_by(places: Annotated[int, Between(0, 4)] = 1, scheme: Scheme = "random") -> Run:
    """Say whether the targets are the tokens this many places behind the inputs."""
    return settle(
        "Places of the targets, less those of the inputs moved so far",
        Holds.IF_EQUAL,
        _shift_error,
        {"places": places, "scheme": scheme},
        [{"places": count, "scheme": scheme} for count in (1, 0, _NUM_STEPS)],
    )


def _shift_error(generator: torch.Generator, places: int, scheme: Scheme) -> Tensor:
    return torch.cat([batch.y - batch.x - places for batch in _batches(generator, scheme)]).double()


@function("sampling.num_parts_is", Kind.MEASURED, example={"parts": "batch_size"}, shows=_SHOWS)
def num_parts_is(parts: Literal["batch_size", "num_steps"] = "batch_size") -> Run:
    """Say whether sequential sampling cuts the corpus into this many parts, one for each row of every batch."""
    batches = _batches(torch.Generator().manual_seed(0), "sequential")
    rows = torch.cat([batch.x for batch in batches], dim=1)
    whole = [row for row in rows if bool((row.diff() == 1).all())]
    table = Table(
        "Rows joined over all batches",
        ["row", "first place", "last place", "without a gap"],
        [(index, int(row[0]), int(row[-1]), bool((row.diff() == 1).all())) for index, row in enumerate(rows)],
    )
    return Run(len(whole) == {"batch_size": _BATCH_SIZE, "num_steps": _NUM_STEPS}[parts], lambda: [table], device="cpu")


@function("sampling.inputs_overlap", Kind.MEASURED, example={"step": "num_steps"}, shows=(random_batches,))
def inputs_overlap(step: Literal["num_steps", "one"] = "num_steps") -> Run:
    """Say whether a place of the corpus is an input more than once in an epoch of random sampling.

    It cuts every ``num_steps`` places; one that began a subsequence at every place would overlap.
    """
    counts = {way: _inputs(way) for way in dict.fromkeys([step, "num_steps", "one"])}
    rows = [(way, len(found), len(set(found))) for way, found in counts.items()]
    columns = ["a subsequence begins every", "inputs", "different places"]
    return Run(rows[0][1] > rows[0][2], lambda: [Table("One epoch", columns, rows)], device="cpu")


def _inputs(step: str) -> list[int]:
    if step == "one":
        return [start + place for start in range(_LENGTH - _NUM_STEPS) for place in range(_NUM_STEPS)]
    batches = _batches(torch.Generator().manual_seed(0), "random")
    return [int(place) for batch in batches for place in batch.x.flatten()]


def _batches(generator: torch.Generator, scheme: Scheme) -> list[Batch]:
    corpus = torch.arange(_LENGTH)
    if scheme == "sequential":
        return list(sequential_batches(corpus, _BATCH_SIZE, _NUM_STEPS))
    return list(random_batches(corpus, _BATCH_SIZE, _NUM_STEPS, 0, generator))

"""``sampling.*``: mini-batches of one long corpus, whose tokens are their own places, so that all is seen."""

from typing import Annotated, Literal

import torch

from engine.arguments import Between
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.registry import Kind, function
from engine.text.sampling import Batch, num_subsequences, random_batches, sequential_batches

Scheme = Literal["random", "sequential"]
Tokens = Annotated[int, Between(2, 10_000)]
BatchSize = Annotated[int, Between(1, 64)]
Steps = Annotated[int, Between(1, 64)]
Offset = Annotated[int, Between(0, 1000)]
Index = Annotated[int, Between(0, 9999)]
Seed = Annotated[int, Between(0, 10_000)]
_EXAMPLE = {"length": 35, "batch_size": 2, "num_steps": 5}
_SHOWN = 8


@function(
    "sampling.num_subsequences",
    Kind.MEASURED,
    example={"length": 35, "num_steps": 5},
    shows=(random_batches, num_subsequences),
)
def count(length: Tokens, num_steps: Steps, offset: Offset = 0) -> Run:
    """Return how many subsequences of ``num_steps`` tokens, each with its targets, a corpus gives behind an offset.

    Counted by drawing them all, one a batch.

    >>> count(35, 5).value, count(36, 5).value
    (6, 7)
    """
    found = _batches("random", length, 1, num_steps, offset, 0)
    rows = sorted((int(batch.x[0, 0]), int(batch.x[0, -1]), int(batch.y[0, -1])) for batch in found)
    table = Table("Subsequences", ["first place", "last place", "place of the last target"], rows[:64])
    return Run(len(found), lambda: [table], device="cpu")


@function("sampling.num_batches", Kind.MEASURED, example=_EXAMPLE, shows=(random_batches, sequential_batches))
def num_batches(
    length: Tokens, batch_size: BatchSize, num_steps: Steps, scheme: Scheme = "random", offset: Offset = 0
) -> Run:
    """Return how many whole mini-batches one epoch has.

    >>> num_batches(35, 2, 5).value, num_batches(35, 2, 5, scheme="sequential").value
    (3, 3)
    """
    found = _batches(scheme, length, batch_size, num_steps, offset, 0)
    return Run(len(found), lambda: _map(found, length), device="cpu")


@function(
    "sampling.batch",
    Kind.MEASURED,
    example={**_EXAMPLE, "scheme": "sequential"},
    shows=(random_batches, sequential_batches),
)
def batch(
    length: Tokens,
    batch_size: BatchSize,
    num_steps: Steps,
    scheme: Scheme = "sequential",
    index: Index = 0,
    offset: Offset = 0,
    of: Literal["X", "Y"] = "X",
    seed: Seed = 0,
) -> Run:
    """Return the places in the corpus that a mini-batch holds, a row for each subsequence; batches count from 0.

    >>> batch(20, 2, 3, index=1).value, batch(20, 2, 3, of="Y").value
    ([[3, 4, 5], [12, 13, 14]], [[1, 2, 3], [10, 11, 12]])
    """
    found = _batches(scheme, length, batch_size, num_steps, offset, seed)
    if index >= len(found):
        raise Refused(f"'index' is {index}, and {len(found)} batches are numbered 0 to {len(found) - 1}")
    chosen = found[index].x if of == "X" else found[index].y
    return Run(chosen.tolist(), lambda: _map(found, length), device="cpu")


@function("sampling.first_token", Kind.MEASURED, example={**_EXAMPLE, "row": 1}, shows=(sequential_batches,))
def first_token(
    length: Tokens, batch_size: BatchSize, num_steps: Steps, row: Index = 0, index: Index = 0, offset: Offset = 0
) -> Run:
    """Return at which place of the corpus a row of a sequential mini-batch begins; rows and batches count from 0.

    >>> first_token(20, 2, 3, row=1).value
    9
    """
    rows = batch(length, batch_size, num_steps, "sequential", index, offset)
    if row >= batch_size:
        raise Refused(f"'row' is {row}, and {batch_size} rows are numbered 0 to {batch_size - 1}")
    return Run(rows.value[row][0], rows.evidence, device="cpu")


def _batches(scheme: Scheme, length: int, batch_size: int, num_steps: int, offset: int, seed: int) -> list[Batch]:
    corpus = torch.arange(length)
    if offset >= length:
        raise Refused(f"'offset' is {offset}, and the corpus has {length} tokens")
    if scheme == "sequential":
        return list(sequential_batches(corpus, batch_size, num_steps, offset))
    generator = torch.Generator().manual_seed(seed)
    return list(random_batches(corpus, batch_size, num_steps, offset, generator))


def _map(found: list[Batch], length: int) -> Blocks:
    """Return the first batches, and in which batch each place of the corpus is an input (0: in none)."""
    rows = [(index, str(one.x.tolist()), str(one.y.tolist())) for index, one in enumerate(found[:_SHOWN])]
    used = torch.zeros(length)
    for index, one in enumerate(found, start=1):
        used[one.x.flatten()] = index
    width = min(length, 64)
    lines = [used[first : first + width].tolist() for first in range(0, length - width + 1, width)][:32]
    return [
        Table("Batches: places in the corpus", ["batch", "X", "Y"], rows),
        Heatmap("The batch of each place, 1 for the first; 0 where it is no input", lines, "place", "line"),
    ]

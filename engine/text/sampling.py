"""Cutting one long corpus into mini-batches: subsequences at random places, or such that batches continue each other.

Every pair is X, ``num_steps`` tokens, and Y, the same places one token later: what is to be predicted at each of them.

Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", first edition, section "Language Models and the Dataset".
"""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused


class Batch(NamedTuple):
    """Inputs and targets, each ``(batch_size, num_steps)``; Y is the corpus one place behind X."""

    x: Tensor
    y: Tensor


def num_subsequences(length: int, num_steps: int, offset: int = 0) -> int:
    """Return how many whole subsequences a corpus holds behind ``offset``: ⌊(length - offset - 1)/num_steps⌋.

    The 1 is for the last target, which needs a token behind the last input.

    >>> num_subsequences(35, num_steps=5)
    6
    """
    return max(0, (length - offset - 1) // num_steps)


def random_batches(
    corpus: Tensor, batch_size: int, num_steps: int, offset: int, generator: torch.Generator
) -> Iterator[Batch]:
    """Yield batches of subsequences that do not overlap, in random order; what fills no batch is left out.

    Two batches that follow one another in training are not neighbours in the corpus, so a recurrent network's state is
    set back before each. ``offset``, drawn anew below num_steps for each epoch, moves the cuts.
    """
    count = num_subsequences(len(corpus), num_steps, offset)
    _check(count // batch_size, batch_size, num_steps)
    starts = offset + num_steps * torch.randperm(count, generator=generator)
    for first in range(0, count - batch_size + 1, batch_size):
        places = starts[first : first + batch_size, None] + torch.arange(num_steps)
        yield Batch(corpus[places], corpus[places + 1])


def sequential_batches(corpus: Tensor, batch_size: int, num_steps: int, offset: int = 0) -> Iterator[Batch]:
    """Yield batches whose rows go on in the next one: row i of a batch continues row i of the one before.

    The corpus is cut into ``batch_size`` parts of equal length (not into num_steps parts), one below the other; a batch
    is a window of num_steps columns. So a recurrent network's state may be carried from batch to batch (detached), and
    is set back once an epoch.

    Convention, the D2L book's: the last token is only a target, so a part has ⌊(length - offset - 1)/batch_size⌋
    tokens, and row i begins i times that many behind the offset. Cutting all tokens gives parts of ⌊length/batch_size⌋.

    >>> [batch.x.tolist() for batch in sequential_batches(torch.arange(20), batch_size=2, num_steps=3)]
    [[[0, 1, 2], [9, 10, 11]], [[3, 4, 5], [12, 13, 14]], [[6, 7, 8], [15, 16, 17]]]
    """
    columns = max(0, (len(corpus) - offset - 1) // batch_size)
    _check(columns // num_steps, batch_size, num_steps)
    used = columns * batch_size
    xs = corpus[offset : offset + used].reshape(batch_size, -1)
    ys = corpus[offset + 1 : offset + 1 + used].reshape(batch_size, -1)
    for first in range(0, columns - num_steps + 1, num_steps):
        window = slice(first, first + num_steps)
        yield Batch(xs[:, window], ys[:, window])


def _check(batches: int, batch_size: int, num_steps: int) -> None:
    if batches < 1:
        raise Refused(f"the corpus is too short for one batch of {batch_size} subsequences of {num_steps} tokens")

"""``tensor.*``: batches of sequences, step by step; and an assertion about the number of axes."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch.nn import functional as F

from engine.arguments import Between, Length
from engine.doors.tensors._shapes import Shape, written, zeros
from engine.errors import Refused
from engine.evidence import Heatmap, Run, Table
from engine.registry import Kind, function
from engine.tensors.sequence_layout import one_hot_steps, time_first
from engine.tensors.shape_assertion import assert_rank

Tokens = Annotated[Sequence[Annotated[Sequence[Annotated[int, Between(0, 255)]], Length(1, 32)]], Length(1, 32)]
"""A row of tokens for each sample of the batch."""
Ranks = Annotated[Sequence[Annotated[int, Between(0, 8)]], Length(1, 8)]


@function(
    "tensor.one_hot_step",
    Kind.MODULE,
    example={"tokens": [[0, 2], [1, 1]], "step": 0, "vocab_size": 3},
    shows=(one_hot_steps,),
)
def one_hot_step(
    tokens: Tokens, step: Annotated[int, Between(0, 31)], vocab_size: Annotated[int, Between(1, 256)]
) -> Run:
    """Return the matrix (batch, vocab_size) that an RNN reads at a step, counted from 0: a row for each sample.

    >>> one_hot_step([[0, 2], [1, 1]], step=1, vocab_size=3).value
    [[0, 0, 1], [0, 1, 0]]
    """
    steps = one_hot_steps(_tokens(tokens), vocab_size)
    if step >= len(steps):
        raise Refused(f"'step' is {step}, and {len(steps)} steps are numbered 0 to {len(steps) - 1}")
    maps = [Heatmap(f"step {t}", m.tolist(), "vocabulary", "sample") for t, m in enumerate(steps[:4])]
    return Run(steps[step].tolist(), lambda: maps, "cpu")


@function(
    "tensor.one_hot_shape",
    Kind.MODULE,
    example={"batch": 32, "steps": 35, "vocab_size": 28},
    shows=(one_hot_steps, time_first),
)
def one_hot_shape(
    batch: Annotated[int, Between(1, 256)],
    steps: Annotated[int, Between(1, 256)],
    vocab_size: Annotated[int, Between(1, 65_536)],
) -> Run:
    """Return [T, B, V]: tokens (B, T), transposed and made one-hot, as torch's one_hot gives them.

    >>> one_hot_shape(32, 35, 28).value
    [35, 32, 28]
    """
    tokens = zeros((batch, steps), batch * steps * vocab_size)
    first = time_first(tokens)
    found = F.one_hot(first.long(), vocab_size)
    rows = [("tokens (B, T)", written(tokens.shape)), ("time first (T, B)", written(first.shape))]
    rows += [("one-hot (T, B, V)", written(found.shape)), (f"one of the {steps} steps", written(found.shape[1:]))]
    return Run(list(found.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], str(found.device))


@function("tensor.time_first", Kind.MODULE, example={"batch": [[1, 2, 3], [4, 5, 6]]}, shows=(time_first,))
def time_first_rows(batch: Tokens) -> Run:
    """Return a batch of sequences (B, T) as steps (T, B): permuted, so that row t holds every sample's t-th token.

    >>> time_first_rows([[1, 2, 3], [4, 5, 6]]).value
    [[1, 4], [2, 5], [3, 6]]
    """
    tokens = _tokens(batch)
    found = tokens.permute(1, 0)
    torn = tokens.reshape(found.shape)
    maps = [Heatmap(name, m.tolist(), "column", "row") for name, m in (("permuted", found), ("only reshaped", torn))]
    return Run(found.tolist(), lambda: [Heatmap("batch", tokens.tolist(), "step", "sample"), *maps], "cpu")


@function("tensor.assertion_passes", Kind.MEASURED, example={"shape": [2, 4, 4]}, shows=(assert_rank,))
def assertion_passes(shape: Shape, ranks: Ranks = (2, 4)) -> Run:
    """Say whether ``assert len(X.shape) in ranks`` lets a tensor of this shape through: it is run.

    >>> assertion_passes((2, 4, 4)).value, assertion_passes((3, 5)).value
    (False, True)
    """
    tried = dict.fromkeys([tuple(shape), (4,), (2, 4), (2, 4, 4), (2, 3, 4, 4)])
    rows = [(written(one), len(one), _passes(one, ranks)) for one in tried]
    return Run(rows[0][-1], lambda: [Table("Tried", ["shape", "axes", "passes"], rows)], str(zeros(shape).device))


def _passes(shape: Sequence[int], ranks: Sequence[int]) -> bool:
    try:
        assert_rank(zeros(shape), ranks)
    except AssertionError:
        return False
    return True


def _tokens(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    if len({len(row) for row in rows}) > 1:
        raise Refused("all samples of a batch have equally many tokens; pad the shorter ones")
    return torch.tensor(rows)

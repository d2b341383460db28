"""Batches of sequences: sample by sample (batch first) as data comes, or step by step (time first) as RNNs eat it."""

from torch import Tensor
from torch.nn import functional as F

from engine.errors import Refused


def time_first(batch: Tensor) -> Tensor:
    """Return ``(B, T, ...)`` as ``(T, B, ...)``: a transpose of the first two axes, never a reshape.

    A reshape to the same shape would put several samples into one and tear their steps apart.

    >>> import torch
    >>> time_first(torch.tensor([[1, 2, 3], [4, 5, 6]])).tolist()
    [[1, 4], [2, 5], [3, 6]]
    """
    return batch.transpose(0, 1)


def one_hot_steps(tokens: Tensor, vocab_size: int) -> list[Tensor]:
    """Return T matrices ``(B, vocab_size)`` from tokens ``(B, T)``: what an RNN reads at step 1, at step 2, ….

    Row b of matrix t has a 1 where the t-th token of sample b stands in the vocabulary.

    >>> import torch
    >>> [step.tolist() for step in one_hot_steps(torch.tensor([[0, 2]]), 3)]
    [[[1, 0, 0]], [[0, 0, 1]]]
    """
    if bool((tokens < 0).any() | (tokens >= vocab_size).any()):
        raise Refused(f"a vocabulary of {vocab_size} has the tokens 0 to {vocab_size - 1}")
    return list(F.one_hot(time_first(tokens), vocab_size))

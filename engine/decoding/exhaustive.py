"""Exhaustive search: every sequence is scored."""

import torch
from torch import Tensor

from engine.decoding.model import Decoded, SequenceModel


def exhaustive_search(model: SequenceModel, alpha: float = 0.0) -> Decoded:
    """Return the sequence with the greatest log P/L^α of all V^T; of equal ones, the first in dictionary order.

    A sequence that stops at the end token early is scored as often as it has continuations, V^(T - L) times.
    """
    sequences, log_probs, lengths = all_sequences(model)
    scores = log_probs / lengths**alpha
    best = int((scores == scores.max()).nonzero()[0])
    tokens = tuple(sequences[best, : lengths[best]].tolist())
    return Decoded(tokens, float(log_probs[best]), len(sequences))


def all_sequences(model: SequenceModel) -> tuple[Tensor, Tensor, Tensor]:
    """Return all V^T rows of T tokens in dictionary order, their log-probabilities and their lengths.

    What stands behind an end token does not count, neither in the log-probability nor in the length.
    Shapes: ``(V^T, T)``, ``(V^T,)`` and ``(V^T,)``.
    """
    vocabulary, length = model.vocabulary, model.length
    device = model.tables[0].device
    sequences = torch.cartesian_prod(*[torch.arange(vocabulary, device=device)] * length).reshape(-1, length)
    log_probs = torch.zeros(len(sequences), dtype=torch.float64, device=device)
    lengths = torch.zeros(len(sequences), dtype=torch.long, device=device)
    running = torch.ones(len(sequences), dtype=torch.bool, device=device)
    for place, table in enumerate(model.tables):
        continuations = vocabulary ** (length - place - 1)  # rows with one prefix stand together
        chosen = table.reshape(-1, 1).expand(-1, continuations).flatten()
        log_probs = torch.where(running, log_probs + chosen, log_probs)
        lengths += running
        if model.end is not None:
            running = running & (sequences[:, place] != model.end)
    return sequences, log_probs, lengths

"""Beam search: keep the k best unfinished sequences of each step, and compare the finished ones by length."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch

from engine.decoding.model import Decoded, SequenceModel, penalised


class Hypothesis(NamedTuple):
    """A prefix and its log-probability."""

    tokens: tuple[int, ...]
    log_prob: float


class Step(NamedTuple):
    """One step of the search."""

    scored: int
    """Candidates: V for each unfinished hypothesis."""
    kept: Sequence[Hypothesis]
    """The k best of them, the best first; those that are finished leave the beam."""


def beam_steps(model: SequenceModel, beam_width: int) -> Iterator[Step]:
    """Yield the steps of a beam search.

    Of all candidates of a step, the ``beam_width`` with the greatest log-probability are kept; of equal ones, those of
    the better hypothesis, then of the smaller token. A finished hypothesis takes its place with it, so k are
    found at most.
    """
    beam = [Hypothesis((), 0.0)]
    width = beam_width
    while beam and width:
        scores = torch.stack([model.next_log_probs(prefix.tokens) + prefix.log_prob for prefix in beam])
        order = scores.flatten().sort(descending=True, stable=True)
        kept = [
            Hypothesis((*beam[index // model.vocabulary].tokens, index % model.vocabulary), value)
            for value, index in zip(order.values[:width].tolist(), order.indices[:width].tolist(), strict=True)
        ]
        yield Step(scores.numel(), kept)
        beam = [prefix for prefix in kept if not model.finished(prefix.tokens)]
        width -= len(kept) - len(beam)


def beam_search(model: SequenceModel, beam_width: int, alpha: float = 0.0) -> Decoded:
    """Return the finished hypothesis with the greatest log P/L^α.

    With ``beam_width`` 1 it is greedy search. With V^(T - 1) nothing but last tokens is ever dropped, so the likeliest
    sequence is found. At most V + k·V·(T - 1) candidates are scored.
    """
    steps = list(beam_steps(model, beam_width))
    finished = [prefix for step in steps for prefix in step.kept if model.finished(prefix.tokens)]
    best = max(finished, key=lambda prefix: penalised(prefix.log_prob, len(prefix.tokens), alpha))
    return Decoded(best.tokens, best.log_prob, sum(step.scored for step in steps))

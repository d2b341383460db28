"""A sequence model small enough to be written down: the next token's probabilities after every prefix."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused

MOST_SEQUENCES = 2**16
"""The most sequences, V^T, that a model may have."""


class Decoded(NamedTuple):
    """What a search found, and how many candidates it scored for it."""

    tokens: tuple[int, ...]
    """Up to and with the end token, where there is one."""
    log_prob: float
    """Natural log of the sequence's probability."""
    scored: int


@dataclass(frozen=True)
class SequenceModel:
    """Log-probabilities of the next token: ``tables[t][prefix]`` for a prefix of t tokens.

    Shapes: table t is ``(V,)·(t + 1)``, for t from 0 to T - 1. Sequences have T tokens or stop earlier, at ``end``.
    """

    tables: Sequence[Tensor]
    end: int | None = None

    @property
    def vocabulary(self) -> int:
        """V, the number of tokens."""
        return self.tables[0].shape[0]

    @property
    def length(self) -> int:
        """T, the most tokens that a sequence may have."""
        return len(self.tables)

    def next_log_probs(self, prefix: Sequence[int]) -> Tensor:
        """Return the log-probabilities of the token after ``prefix``; shape ``(V,)``."""
        return self.tables[len(prefix)][tuple(prefix)]

    def log_prob(self, tokens: Sequence[int]) -> float:
        """Return log P(tokens), the sum over the chain rule: log P(token 1) + log P(token 2 | token 1) + ..."""
        return math.fsum(float(self.next_log_probs(tokens[:place])[token]) for place, token in enumerate(tokens))

    def finished(self, tokens: Sequence[int]) -> bool:
        """Say whether no token may follow."""
        return len(tokens) == self.length or (len(tokens) > 0 and tokens[-1] == self.end)


def penalised(log_prob: float, length: int, alpha: float) -> float:
    """Return log P/L^α, by which sequences of different lengths are compared; α = 0 compares probabilities.

    L counts the end token. Without the division a longer sequence can only lose. Convention: the D2L book takes
    α = 0.75.

    >>> penalised(-2.0, length=4, alpha=0.5)
    -1.0
    """
    return log_prob / math.pow(length, alpha)


def check_size(vocabulary: int, length: int) -> None:
    """Refuse more than :data:`MOST_SEQUENCES` sequences."""
    if vocabulary**length > MOST_SEQUENCES:
        raise Refused(
            f"{vocabulary} tokens give {vocabulary}^{length} sequences of length {length}, more than {MOST_SEQUENCES}; "
            "use fewer tokens or a smaller length"
        )


def random_model(
    generator: torch.Generator, vocabulary: int, length: int, memory: int | None = None, end: int | None = None
) -> SequenceModel:
    """Return a model whose logits are normal numbers of standard deviation 1.5.

    ``memory`` is how many last tokens the probabilities depend on: 1 gives a Markov chain with the same transitions at
    every place, None a model that looks at the whole prefix.
    """
    check_size(vocabulary, length)
    drawn = list(_logits(generator, vocabulary, length if memory is None else min(memory + 1, length)))
    tables = [drawn[min(t, len(drawn) - 1)].expand((vocabulary,) * (t + 1)) for t in range(length)]
    return SequenceModel(tables, end)


def _logits(generator: torch.Generator, vocabulary: int, tables: int) -> Iterator[Tensor]:
    for t in range(tables):
        logits = torch.randn((vocabulary,) * (t + 1), generator=generator, dtype=torch.float64)
        yield (1.5 * logits).log_softmax(-1)

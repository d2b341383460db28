"""The inputs of next sentence prediction: [CLS] A [SEP] B [SEP], where B follows A in half of the cases.

Source: Devlin, Chang, Lee & Toutanova 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", section 3.1, task 2, and figure 2.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import torch

from engine.errors import Refused

CLS, SEP, MASK = "[CLS]", "[SEP]", "[MASK]"
Sentence = Sequence[str]


class PairInput(NamedTuple):
    """Two sentences as BERT reads them."""

    tokens: list[str]
    segments: list[int]
    """0 for [CLS], A and the first [SEP]; 1 for B and the last [SEP]."""


class SentencePair(NamedTuple):
    """One example of the task."""

    first: Sentence
    second: Sentence
    is_next: bool


def join(first: Sentence, second: Sentence | None = None) -> PairInput:
    """Return the tokens and segments of one sentence or of two.

    >>> join(["this", "is"], ["good"])
    PairInput(tokens=['[CLS]', 'this', 'is', '[SEP]', 'good', '[SEP]'], segments=[0, 0, 0, 0, 1, 1])
    """
    tokens = [CLS, *first, SEP]
    segments = [0] * len(tokens)
    if second is None:
        return PairInput(tokens, segments)
    return PairInput([*tokens, *second, SEP], segments + [1] * (len(second) + 1))


def next_sentence_pairs(
    documents: Sequence[Sequence[Sentence]], generator: torch.Generator, negatives: float = 0.5
) -> Iterator[SentencePair]:
    """Yield a pair for each sentence that another follows: with probability 1/2 that one, else a random one.

    The random sentence is taken from *another* document, as in the published code, so it never is the true follower.
    The D2L book takes any paragraph, the same one included. ``negatives`` is the share of random pairs.

    Raises:
        Refused: there is one document alone, so that none is another.
    """
    if len(documents) < 2:
        raise Refused("random second sentences come from other documents, and there are fewer than two")
    for number, document in enumerate(documents):
        for first, follower in pairwise(document):
            if float(torch.rand((), generator=generator)) >= negatives:
                yield SentencePair(first, follower, True)
                continue
            step = int(torch.randint(1, len(documents), (), generator=generator))
            other = documents[(number + step) % len(documents)]
            yield SentencePair(first, other[int(torch.randint(len(other), (), generator=generator))], False)

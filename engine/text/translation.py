"""Sentence pairs for machine translation: cleaned, cut into words, numbered, and made equally long.

Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section "Machine Translation and the Dataset".
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused
from engine.text.cleaning import clean
from engine.text.tokens import tokenize
from engine.text.vocabulary import EOS, PAD, Vocabulary


class Sentences(NamedTuple):
    """One language's sentences as numbers."""

    ids: Tensor
    """``(N, num_steps)``."""
    valid_lens: Tensor
    """``(N,)``: how many of each row's tokens are no padding; the end token counts."""


class Pairs(NamedTuple):
    """A translation data set: row i of the target is the translation of row i of the source."""

    source: Sentences
    target: Sentences
    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary


def truncate_or_pad(tokens: Sequence[str], num_steps: int) -> list[str]:
    """Return exactly ``num_steps`` tokens: what is too long is cut at its end, what is too short is padded with <pad>.

    >>> truncate_or_pad(["a", "b", "c"], 2), truncate_or_pad(["a"], 3)
    (['a', 'b'], ['a', '<pad>', '<pad>'])
    """
    return [*tokens[:num_steps], *[PAD] * (num_steps - len(tokens))]


def encode(sentences: Sequence[Sequence[str]], vocabulary: Vocabulary, num_steps: int) -> Sentences:
    """Return the sentences' numbers, each with <eos> behind it, cut or padded to ``num_steps``.

    <eos> is put on *before* the cut, so a sentence that is cut loses it.
    """
    rows = [vocabulary.encode(truncate_or_pad([*sentence, EOS], num_steps)) for sentence in sentences]
    lengths = [min(len(sentence) + 1, num_steps) for sentence in sentences]
    return Sentences(torch.tensor(rows), torch.tensor(lengths))


def decode(ids: Tensor, vocabulary: Vocabulary) -> list[str]:
    """Return one row's tokens in front of its end: up to the first <eos> or <pad>.

    >>> decode(torch.tensor([4, 2, 0]), Vocabulary(["oui"]))
    ['oui']
    """
    tokens = vocabulary.decode(ids.tolist())
    ends = [place for place, token in enumerate(tokens) if token in (EOS, PAD)]
    return tokens[: ends[0]] if ends else tokens


def load_pairs(pairs: Sequence[tuple[str, str]], num_steps: int, min_freq: int = 1) -> Pairs:
    """Return the numbers of raw sentence pairs; each language has a vocabulary of its own.

    >>> pairs = load_pairs([("Go.", "Va\\u202f!"), ("Hi.", "Salut\\u202f!")], num_steps=4)
    >>> pairs.source.ids.tolist(), pairs.source.valid_lens.tolist()
    ([[5, 4, 2, 0], [6, 4, 2, 0]], [3, 3])
    """
    if not pairs:
        raise Refused("there are no sentence pairs")
    sides = [[tokenize(clean(text)) for text in side] for side in zip(*pairs, strict=True)]
    vocabularies = [Vocabulary((token for sentence in side for token in sentence), min_freq) for side in sides]
    source, target = (encode(side, known, num_steps) for side, known in zip(sides, vocabularies, strict=True))
    return Pairs(source, target, *vocabularies)

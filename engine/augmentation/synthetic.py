"""Samples that nobody collected: generated ones beside real ones, and sentences translated there and back.

Source: Sennrich, Haddow & Birch 2016, "Improving Neural Machine Translation Models with Monolingual Data" (back
translation); Yu et al. 2018, "QANet", section 3, uses the round trip as augmentation. The translator here is a
dictionary of seventeen words, a toy: it shows the mechanism, a way back that may differ from the way there, and what
can go wrong: French "terrible" is said of the dreadful and of the terrific.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor

TO_PIVOT: Final[Mapping[str, str]] = {
    "the": "le", "film": "film", "movie": "film", "was": "etait", "is": "est", "very": "tres", "really": "tres",
    "good": "bon", "great": "excellent", "superb": "excellent", "bad": "mauvais", "poor": "mauvais", "awful": "affreux",
    "terrible": "affreux", "not": "pas", "terrific": "terrible", "dreadful": "terrible",
}  # fmt: skip
"""Words of the task's language in the pivot language; synonyms share one, and so do two opposites."""
POSITIVE: Final = frozenset({"good", "great", "superb", "terrific"})
NEGATIVE: Final = frozenset({"bad", "poor", "awful", "terrible", "dreadful"})


def from_pivot(word: str) -> list[str]:
    """Return all words that the pivot word may stand for, in the order of the dictionary.

    >>> from_pivot("excellent")
    ['great', 'superb']
    """
    return [own for own, pivot in TO_PIVOT.items() if pivot == word]


def back_translate(sentence: Sequence[str], generator: torch.Generator) -> list[str]:
    """Return the sentence translated to the pivot language and back, each word drawn from those it may stand for.

    The result says the same in other words and carries the label of the original, unless a word of the pivot language
    has two senses.
    """
    paraphrase = []
    for word in sentence:
        choices = from_pivot(TO_PIVOT[word])
        paraphrase.append(choices[int(torch.randint(len(choices), (), generator=generator))])
    return paraphrase


def sentiment(sentence: Sequence[str]) -> int:
    """Return 1, 0 or -1: the sign of praise less blame, where "not" turns the next such word round.

    >>> sentiment("the film was not very good".split()), sentiment("a great movie".split())
    (-1, 1)
    """
    total, sign = 0, 1
    for word in sentence:
        if word == "not":
            sign = -1
        elif word in POSITIVE or word in NEGATIVE:
            total, sign = total + sign * (1 if word in POSITIVE else -1), 1
    return (total > 0) - (total < 0)


def with_generated(x: Tensor, labels: Tensor, per_class: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return the samples ``(n, d)`` and labels ``(n,)`` with ``per_class`` generated ones of each class behind them.

    The generator of samples is a normal distribution fitted to each class (mean, and the standard deviation of each
    feature): the place where a GAN would stand.
    """
    samples, kinds = [x], [labels]
    for label in sorted(set(labels.tolist())):
        own = x[labels == label]
        noise = torch.randn(per_class, x.shape[1], generator=generator, dtype=torch.float64).to(x)
        samples.append(own.mean(0) + noise * own.std(0, correction=0))
        kinds.append(labels.new_full((per_class,), label))
    return torch.cat(samples), torch.cat(kinds)

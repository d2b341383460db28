"""Counting n-grams, and how many of a candidate's stand in its references: clipped, not clipped, or removed."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

Tokens = Sequence[str]


class Matches(NamedTuple):
    """How many of a candidate's n-grams of one order count as matches."""

    matched: int
    total: int
    """The candidate's n-grams of this order, len - n + 1; 0 where it is shorter than n."""

    @property
    def precision(self) -> Fraction:
        """matched/total, exactly; 0 where there is no n-gram."""
        return Fraction(self.matched, self.total) if self.total else Fraction(0)


def ngrams(tokens: Tokens, order: int) -> list[tuple[str, ...]]:
    """Return the n-grams of a sentence in order, repeated ones as often as they stand there.

    >>> ngrams("a b b".split(), 2)
    [('a', 'b'), ('b', 'b')]
    """
    return [tuple(tokens[start : start + order]) for start in range(len(tokens) - order + 1)]


def allowances(references: Sequence[Tokens], order: int) -> Counter[tuple[str, ...]]:
    """Return how often each n-gram may be matched: its count in the reference that holds it most often."""
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= Counter(ngrams(reference, order))
    return most


def clipped_matches(candidate: Tokens, references: Sequence[Tokens], order: int) -> Matches:
    """Count each n-gram of the candidate at most as often as one reference holds it.

    matched = Σ over n-grams g of min(count of g in the candidate, largest count of g in one reference).
    Source: Papineni, Roukos, Ward & Zhu 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation", 2.1.

    >>> clipped_matches("the the the".split(), ["the cat".split()], order=1)
    Matches(matched=1, total=3)
    """
    counts = Counter(ngrams(candidate, order))
    return Matches((counts & allowances(references, order)).total(), counts.total())


def unclipped_matches(candidate: Tokens, references: Sequence[Tokens], order: int) -> Matches:
    """Count every n-gram of the candidate that any reference holds, however often it is repeated.

    >>> unclipped_matches("the the the".split(), ["the cat".split()], order=1)
    Matches(matched=3, total=3)
    """
    known = allowances(references, order)
    found = ngrams(candidate, order)
    return Matches(sum(ngram in known for ngram in found), len(found))


def matches_by_removal(candidate: Tokens, label: Tokens, order: int) -> Matches:
    """Walk along the candidate and strike each matched n-gram off the label's list, as the D2L book does.

    Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", "Evaluation of Predicted Sequences".

    >>> matches_by_removal("the the the".split(), "the cat".split(), order=1)
    Matches(matched=1, total=3)
    """
    left = ngrams(label, order)
    found = ngrams(candidate, order)
    matched = 0
    for ngram in found:
        if ngram in left:
            left.remove(ngram)
            matched += 1
    return Matches(matched, len(found))

"""Which experiment a sentence fits: the words that it shares with it, the rarer the more they weigh.

An experiment that gives the same truth proves a claim that it does not speak of, and nothing that is run can tell. Its
name, its summary and its arguments can: of two sentences that changed places each fits the other's experiment better.
Words count by their first letters, which is as good as any stemming on our claims, and weigh what their rarity among
the summaries of all functions tells, log((n + 1)/(k + ½)) for a word of k among n.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, log
from typing import Any

from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import CallTemplate
from dlquiz.core.expressions import Expression

STEM = 5
"""Letters of a word that count: variance and variances are one."""

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+(?:\.\d+)?")


def words(text: str) -> dict[str, str]:
    """Return the stems of a text, each with the first word that has it; BatchNorm has those of Batch and Norm, too.

    >>> words("BatchNorm's variances, 0.5")
    {'batch': 'BatchNorm', 'norm': 'Norm', 'varia': 'variances', '0.5': '0.5'}
    """
    found: dict[str, str] = {}
    for token in _TOKEN.findall(text):
        for part in (token, *_PART.findall(token)):
            if len(part) > 1 or part.isdigit():
                found.setdefault(part.lower()[:STEM], part)
    return found


@dataclass(frozen=True)
class Lexicon:
    """The words of all functions, and how much each weighs."""

    summaries: Mapping[str, Collection[str]]
    counts: Mapping[str, int]

    def weight(self, stem: str) -> float:
        """Return how much it tells that a sentence has this word."""
        return log((len(self.summaries) + 1) / (self.counts.get(stem, 0) + 0.5))

    def weigh(self, stems: Collection[str]) -> float:
        """Return how much some words tell together."""
        return fsum(map(self.weight, stems))

    def of(self, call: CallTemplate, function: str | None = None) -> set[str]:
        """Return the words of an experiment, or of what it would be with another function."""
        said = " ".join(_said(call.arguments))
        return {*self.summaries.get(function or call.function, ()), *words(said)}


@lru_cache(maxsize=2)
def lexicon(signatures: Signatures) -> Lexicon:
    """Return the words of all functions."""
    known = signatures.functions.items()
    summaries = {name: set(words(f"{_spaced(name)} {one.summary}")) for name, one in known}
    return Lexicon(summaries, Counter(stem for stems in summaries.values() for stem in stems))


def _said(value: Any) -> Iterator[str]:
    """Yield the names and the words of arguments; what an expression gives is no word."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield _spaced(name)
            yield from _said(item)
    elif isinstance(value, list | tuple) and not isinstance(value, Expression):
        for item in value:
            yield from _said(item)
    elif isinstance(value, str):
        yield _spaced(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def _spaced(name: str) -> str:
    return name.replace("_", " ").replace(".", " ")

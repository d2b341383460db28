"""Which experiment a sentence fits: the words that it shares with it, the rarer the more they weigh.

An experiment that gives the same truth proves a claim that it does not speak of, and nothing that is run can tell. Its
name, its summary and its arguments can: of two sentences that changed places each fits the other's experiment better.
Words count by their first letters, which is as good as any stemming on our claims, and weigh what their rarity among
the summaries of all functions tells, log((n + 1)/(k + ½)) for a word of k among n. Words such as "the" tell nothing.
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

_SHORTEST = 3
"""Letters of a part of a word that counts: there is no Re in ReLU."""

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+(?:\.\d+)?")
_SEVERAL = re.compile(r"[A-Z]{2,}s")
_SMALL = re.compile(
    "a|all|also|always|an|and|another|any|anything|as|at|be|because|been|being|both|but|by|can|"
    "could|did|do|does|each|either|else|even|every|everything|for|from|had|has|have|how|however|"
    "if|in|into|is|it|its|just|may|might|must|neither|never|no|nor|not|nothing|of|on|onto|or|"
    "other|per|say|shall|should|so|some|something|still|such|than|that|the|their|them|then|there|"
    "these|they|this|those|to|too|very|was|were|what|whatever|when|where|whether|which|while|who|"
    "whose|with|without|would",
    re.IGNORECASE,
)
"""Words that no sentence is recognised by."""


def words(text: str) -> dict[str, str]:
    """Return the stems of a text, each with the first word that has it; BatchNorm has those of Batch and Norm.

    >>> words("The BatchNorm's variances, 0.5"), words("LSTMs")
    ({'batch': 'BatchNorm', 'norm': 'BatchNorm', 'varia': 'variances', '0.5': '0.5'}, {'lstm': 'LSTMs'})
    """
    found: dict[str, str] = {}
    for token in _TOKEN.findall(text):
        whole = token[:-1] if _SEVERAL.fullmatch(token) else token
        parts = (part for part in _PART.findall(whole) if len(part) >= _SHORTEST)
        for part in (whole, *parts):
            if (len(part) > 1 or part.isdigit()) and not _SMALL.fullmatch(part):
                found.setdefault(part.lower()[:STEM], token)
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
        return {*self.summaries.get(function or call.function, ()), *words(argued(call))}


@lru_cache(maxsize=2)
def lexicon(signatures: Signatures) -> Lexicon:
    """Return the words of all functions."""
    known = signatures.functions.items()
    summaries = {name: set(words(f"{spaced(name)} {one.summary}")) for name, one in known}
    return Lexicon(summaries, Counter(stem for stems in summaries.values() for stem in stems))


def argued(call: CallTemplate) -> str:
    """Return the names and the words of a call's arguments."""
    return " ".join(_said(call.arguments))


def spaced(name: str) -> str:
    """Return a name as words.

    >>> spaced("pool.is_linear")
    'pool is linear'
    """
    return name.replace("_", " ").replace(".", " ")


def _said(value: Any) -> Iterator[str]:
    """Yield the names and the words of arguments; what an expression gives is no word."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield spaced(name)
            yield from _said(item)
    elif isinstance(value, list | tuple) and not isinstance(value, Expression):
        for item in value:
            yield from _said(item)
    elif isinstance(value, str):
        yield spaced(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)

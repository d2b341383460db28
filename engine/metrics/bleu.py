"""BLEU in two conventions: the standard one of 2002, and that of the book "Dive into Deep Learning" (D2L).

==========  ===================================  ======================================
            standard                             d2l
==========  ===================================  ======================================
weights     1/N for each order n = 1..N          1/2ⁿ for order n; they add to 1 - 2⁻ᴺ
references  one or more for each candidate       one, called the label
level       a sentence or a whole corpus         a sentence
smoothing   none, unless one is named            none
short       an order without n-grams gives 0     orders beyond the candidate are left out
==========  ===================================  ======================================

Sources: Papineni, Roukos, Ward & Zhu 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation";
Zhang, Lipton, Li & Smola, "Dive into Deep Learning", "Evaluation of Predicted Sequences"; for smoothing Chen & Cherry
2014, "A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import Refused
from engine.metrics.ngrams import Matches, Tokens, clipped_matches, matches_by_removal

Convention = Literal["standard", "d2l"]
Smoothing = Literal["none", "floor", "add_one", "exp"]
FLOOR = 0.1
"""What "floor" puts in the place of 0 matches."""


@dataclass(frozen=True)
class Bleu:
    """A score and everything that it was computed from; lists have one entry for each order, from n = 1."""

    matches: Sequence[Matches]
    precisions: Sequence[float]
    """After smoothing."""
    weights: Sequence[float]
    candidate_length: int
    reference_length: int

    @property
    def brevity_penalty(self) -> float:
        """min(1, exp(1 - r/c))."""
        return brevity_penalty(self.candidate_length, self.reference_length)

    @property
    def score(self) -> float:
        """Brevity penalty times Π pₙ^wₙ, from 0 to 1."""
        return self.brevity_penalty * math.prod(
            math.pow(p, w) for p, w in zip(self.precisions, self.weights, strict=True)
        )


def brevity_penalty(candidate_length: int, reference_length: int) -> float:
    """Return exp(min(0, 1 - r/c)) for lengths c and r in tokens; 0 for an empty candidate.

    >>> brevity_penalty(8, 6), round(brevity_penalty(5, 6), 4)
    (1.0, 0.8187)
    """
    if candidate_length == 0:
        return 0.0
    return math.exp(min(0.0, 1 - reference_length / candidate_length))


def closest_length(candidate: Tokens, references: Sequence[Tokens]) -> int:
    """Return the length of the reference that is closest to the candidate's; of two as close, the shorter.

    >>> closest_length("a b c".split(), ["a b c d e".split(), "a b".split(), "a b c d".split()])
    2
    """
    return min((len(reference) for reference in references), key=lambda size: (abs(size - len(candidate)), size))


def weights(max_order: int, convention: Convention) -> list[float]:
    """Return the exponents of p₁ to p_N.

    >>> weights(4, "standard"), weights(4, "d2l")
    ([0.25, 0.25, 0.25, 0.25], [0.5, 0.25, 0.125, 0.0625])
    """
    return [1 / max_order if convention == "standard" else 0.5**order for order in range(1, max_order + 1)]


def smoothed(matches: Sequence[Matches], smoothing: Smoothing) -> list[float]:
    """Return the precisions after smoothing; where nothing at all matches, they stay 0.

    "floor" writes 0.1 for 0 matches, "add_one" adds 1 to matches and totals from n = 2 on, "exp" writes 1/2 for the
    first order with 0 matches, 1/4 for the second and so on.
    """
    if smoothing == "none" or not any(match.matched for match in matches):
        return [float(match.precision) for match in matches]
    if smoothing == "add_one":
        return [float(matches[0].precision), *((m.matched + 1) / (m.total + 1) for m in matches[1:])]
    stand_in, precisions = 1.0, []
    for matched, total in matches:
        if matched == 0:
            stand_in = FLOOR if smoothing == "floor" else stand_in / 2
        precisions.append((matched or stand_in) / total if total else 0.0)
    return precisions


def standard_bleu(
    candidates: Sequence[Tokens],
    references: Sequence[Sequence[Tokens]],
    max_order: int = 4,
    smoothing: Smoothing = "none",
) -> Bleu:
    """Return the BLEU of a corpus, or of one sentence where there is one candidate.

    Matches, totals and lengths are added over the sentences *before* anything is divided; ``references[i]`` are those
    of ``candidates[i]``, and the closest of their lengths counts.

    Raises:
        Refused: the lists differ in length, or a candidate has no reference with a token.

    >>> pair = standard_bleu(["we saw the small cat the old".split()], [["we saw the small bird on the old".split()]])
    >>> round(pair.score, 4)
    0.4238
    """
    check_corpus(candidates, references)
    by_order = [
        [clipped_matches(candidate, given, order) for candidate, given in zip(candidates, references, strict=True)]
        for order in range(1, max_order + 1)
    ]
    matches = [Matches(sum(m.matched for m in found), sum(m.total for m in found)) for found in by_order]
    return Bleu(
        matches,
        smoothed(matches, smoothing),
        weights(max_order, "standard"),
        sum(map(len, candidates)),
        sum(closest_length(candidate, given) for candidate, given in zip(candidates, references, strict=True)),
    )


def d2l_bleu(candidate: Tokens, label: Tokens, max_order: int) -> Bleu:
    """Return the D2L book's BLEU of one sentence.

    exp(min(0, 1 - len(label)/len(candidate))) · Π pₙ^(1/2ⁿ) for n from 1 to min(max_order, len(candidate)).

    Raises:
        Refused: the label is empty.

    >>> round(d2l_bleu("we saw the small cat the old".split(), "we saw the small bird on the old".split(), 4).score, 3)
    0.593
    """
    check_corpus([candidate], [[label]])
    orders = min(max_order, len(candidate))
    matches = [matches_by_removal(candidate, label, order) for order in range(1, orders + 1)]
    precisions = [float(match.precision) for match in matches]
    return Bleu(matches, precisions, weights(orders, "d2l"), len(candidate), len(label))


def check_corpus(candidates: Sequence[Tokens], references: Sequence[Sequence[Tokens]]) -> None:
    """Refuse lists of different lengths and references without a token."""
    if len(candidates) != len(references):
        raise Refused(f"each candidate needs its references; there are {len(candidates)} and {len(references)}")
    for number, given in enumerate(references, start=1):
        if not given or not all(given):
            raise Refused(f"candidate {number} needs references of at least one word each")

"""``bleu.*``: scores of translations, their n-gram precisions and their brevity penalty.

Sentences are texts; their words are what stands between spaces. Case and punctuation are left as they are.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

from engine.arguments import Between, Length
from engine.errors import Refused
from engine.evidence import Block, Blocks, Run, Table, Text
from engine.metrics.bleu import Bleu, Convention, Smoothing, d2l_bleu, standard_bleu
from engine.metrics.bleu import brevity_penalty as penalty
from engine.metrics.ngrams import Tokens, allowances, clipped_matches, matches_by_removal, ngrams, unclipped_matches
from engine.registry import Kind, function

Sentence = Annotated[str, Length(0, 2000)]
References = Sentence | Annotated[Sequence[Sentence], Length(1, 8)]
"""One reference, or several."""
Order = Annotated[int, Between(1, 16)]
Tokened = Annotated[int, Between(0, 1_000_000)]
_PAIR = {"candidate": "we saw the small cat the old", "reference": "we saw the small bird on the old"}
_MOST_ROWS = 40


@function(
    "bleu.score",
    Kind.MEASURED,
    example={**_PAIR, "max_order": 4, "convention": "standard"},
    shows=(standard_bleu, d2l_bleu, clipped_matches, matches_by_removal),
)
def score(
    candidate: Sentence,
    reference: References,
    max_order: Order = 4,
    convention: Convention = "standard",
    smoothing: Smoothing = "none",
) -> Run:
    """Return the BLEU of one sentence, from 0 to 1 (papers often print 100 times as much).

    Convention: "standard" is the geometric mean of the clipped precisions with weights 1/N; "d2l" is the D2L book's
    product with exponents 1/2ⁿ, which takes one reference and no smoothing.

    >>> score("a b b c d", "a b c d e f", max_order=2, convention="d2l").value
    0.6814773296495301
    """
    words, references = candidate.split(), _references(reference)
    found = _bleu(words, references, max_order, convention, smoothing)
    return Run(found.score, lambda: _score_evidence(found, words, references, max_order), device="cpu")


@function(
    "bleu.corpus_score",
    Kind.MEASURED,
    example={"candidates": ["a b c d", "a b"], "references": ["a b c e", "a b"], "max_order": 2},
    shows=(standard_bleu, clipped_matches),
)
def corpus_score(
    candidates: Annotated[Sequence[Sentence], Length(1, 32)],
    references: Annotated[Sequence[References], Length(1, 32)],
    max_order: Order = 4,
    smoothing: Smoothing = "none",
) -> Run:
    """Return the standard BLEU of a corpus: matches, totals and lengths are added up before anything is divided."""
    words = [candidate.split() for candidate in candidates]
    found = standard_bleu(words, [_references(given) for given in references], max_order, smoothing)
    return Run(found.score, lambda: _orders_evidence(found), device="cpu")


@function(
    "bleu.precision",
    Kind.MEASURED,
    example={**_PAIR, "order": 2},
    shows=(clipped_matches, unclipped_matches),
)
def precision(candidate: Sentence, reference: References, order: Order, clipped: bool = True) -> Run:
    """Return the share of the candidate's n-grams of one ``order`` that match, each counted at most as often as a
    reference holds it.

    ``clipped: false`` counts a repeated n-gram every time, which is what clipping is there to prevent.

    >>> precision("a b b c d", "a b c d e f", order=1).value
    0.8
    """
    words, references = candidate.split(), _references(reference)
    if len(words) < order:
        raise Refused(f"a candidate of {len(words)} words has no n-grams of order {order}; use a lower order")
    count = clipped_matches if clipped else unclipped_matches
    value = float(count(words, references, order).precision)
    return Run(value, lambda: [_ngram_table(words, references, order)], device="cpu")


@function("bleu.brevity_penalty", Kind.CLOSED_FORM, example={"candidate_length": 5, "reference_length": 6})
def brevity_penalty(candidate_length: Tokened, reference_length: Annotated[int, Between(1, 1_000_000)]) -> Run:
    """Return exp(min(0, 1 - r/c)) for lengths c and r in words, which both conventions share."""
    value = penalty(candidate_length, reference_length)
    lengths = sorted({*range(1, min(2 * reference_length, 12) + 1), candidate_length})
    rows = [(length, reference_length, penalty(length, reference_length)) for length in lengths]
    table = Table("The factor for candidates of other lengths", ["candidate", "reference", "brevity penalty"], rows)
    return Run(value, lambda: [table], device="cpu")


def _references(reference: str | Sequence[str]) -> list[Tokens]:
    return [text.split() for text in ([reference] if isinstance(reference, str) else reference)]


def _bleu(
    words: Tokens, references: Sequence[Tokens], max_order: int, convention: Convention, smoothing: Smoothing
) -> Bleu:
    if convention == "standard":
        return standard_bleu([words], [references], max_order, smoothing)
    if len(references) != 1:
        raise Refused(f"the D2L book's BLEU takes one reference, not {len(references)}; use convention 'standard'")
    if smoothing != "none":
        raise Refused(f"the D2L book's BLEU has no smoothing '{smoothing}'; use convention 'standard'")
    return d2l_bleu(words, references[0], max_order)


def _score_evidence(found: Bleu, words: Tokens, references: Sequence[Tokens], max_order: int) -> Blocks:
    by_name = {"standard": standard_bleu([words], [references], max_order).score}
    if len(references) == 1:
        by_name["d2l"] = d2l_bleu(words, references[0], max_order).score
    conventions = Table("Both conventions, without smoothing", ["convention", "BLEU"], list(by_name.items()))
    orders = range(1, min(max_order, len(words)) + 1)
    return [*_orders_evidence(found), conventions, *(_ngram_table(words, references, order) for order in orders)]


def _orders_evidence(found: Bleu) -> list[Block]:
    """Return what each order adds to the score, and the lengths."""
    orders = zip(found.matches, found.precisions, found.weights, strict=True)
    rows = [(n, m.matched, m.total, p, w, p**w) for n, (m, p, w) in enumerate(orders, start=1)]
    columns = ["n", "matches", "n-grams", "precision", "weight", "precision ^ weight"]
    return [
        Text(
            f"{found.candidate_length} words against {found.reference_length}: brevity penalty "
            f"{found.brevity_penalty:.6g}. Times the last column's product: {found.score:.6g}."
        ),
        Table("Matches of each order", columns, rows),
    ]


def _ngram_table(words: Tokens, references: Sequence[Tokens], order: int) -> Table:
    """Return the candidate's n-grams of one order, the first ones where there are many."""
    allowed = allowances(references, order)
    counts = Counter(ngrams(words, order)).items()
    rows = [(" ".join(ngram), count, allowed[ngram], min(count, allowed[ngram])) for ngram, count in counts]
    columns = ["n-gram", "in the candidate", "most in one reference", "counted"]
    return Table(f"n-grams of order {order}", columns, rows[:_MOST_ROWS])

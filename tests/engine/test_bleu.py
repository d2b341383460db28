"""BLEU beside NLTK, sacreBLEU, the D2L book's procedure in plain loops, and exact fractions."""

import math
import warnings
from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.translate.bleu_score import SmoothingFunction, corpus_bleu, modified_precision, sentence_bleu
from sacrebleu.metrics import BLEU

from engine.arguments import bind
from engine.errors import Refused
from engine.evidence import Table
from engine.metrics.bleu import brevity_penalty, closest_length, d2l_bleu, standard_bleu, weights
from engine.metrics.ngrams import clipped_matches, matches_by_removal, unclipped_matches
from engine.registry import find

SENTENCE = st.lists(st.sampled_from("abcd"), min_size=1, max_size=12)
LONG = st.lists(st.sampled_from("abc"), min_size=4, max_size=12)
PAIR = ("we saw the small cat the old", "we saw the small bird on the old")
SMOOTHINGS = {"none": ("none", None), "floor": ("floor", 0.1), "add_one": ("add-k", 1), "exp": ("exp", None)}
NLTKS = {"none": "method0", "floor": "method1", "add_one": "method2", "exp": "method3"}


def value(name, /, **given):
    function = find(name)
    return function.call(**bind(function, given)).value


def sacrebleus(candidates, references, max_order, smoothing):
    """sacreBLEU wants one list for each reference *position*, with None where a sentence has fewer."""
    method, number = SMOOTHINGS[smoothing]
    most = max(map(len, references))
    columns = [[" ".join(r[i]) if i < len(r) else None for r in references] for i in range(most)]
    metric = BLEU(
        tokenize="none", smooth_method=method, smooth_value=number, max_ngram_order=max_order, effective_order=False
    )
    return metric.corpus_score([" ".join(c) for c in candidates], columns).score / 100


CORPUS = st.lists(st.tuples(SENTENCE, st.lists(SENTENCE, min_size=1, max_size=3)), min_size=1, max_size=4)


@settings(max_examples=150)
@given(corpus=CORPUS, max_order=st.integers(1, 5), smoothing=st.sampled_from(list(SMOOTHINGS)))
def test_standard_bleu_equals_sacrebleu(corpus, max_order, smoothing):
    candidates, references = [pair[0] for pair in corpus], [pair[1] for pair in corpus]
    ours = standard_bleu(candidates, references, max_order, smoothing).score
    assert ours == pytest.approx(sacrebleus(candidates, references, max_order, smoothing), rel=1e-9, abs=1e-12)


@settings(max_examples=150)
@given(
    corpus=st.lists(st.tuples(LONG, st.lists(LONG, min_size=1, max_size=3)), min_size=1, max_size=4),
    max_order=st.integers(1, 4),
    smoothing=st.sampled_from(list(NLTKS)),
)
def test_standard_bleu_equals_nltk_where_no_candidate_is_shorter_than_the_orders(corpus, max_order, smoothing):
    candidates, references = [pair[0] for pair in corpus], [pair[1] for pair in corpus]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NLTK warns where it writes 2.2e-308 for a precision of 0
        theirs = corpus_bleu(
            references,
            candidates,
            weights=(1 / max_order,) * max_order,
            smoothing_function=getattr(SmoothingFunction(), NLTKS[smoothing]),
        )
    ours = standard_bleu(candidates, references, max_order, smoothing).score
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-60)


@settings(max_examples=150)
@given(candidate=SENTENCE, references=st.lists(SENTENCE, min_size=1, max_size=3), order=st.integers(1, 5))
def test_clipped_matches_equal_nltk(candidate, references, order):
    theirs = modified_precision(references, candidate, order)
    ours = clipped_matches(candidate, references, order)
    assert ours.matched == theirs.numerator
    assert max(ours.total, 1) == theirs.denominator


def books_bleu(candidate, label, k):
    """The procedure that the D2L book describes: a dictionary of the label's n-grams, each match taken out of it."""
    score = math.exp(min(0, 1 - len(label) / len(candidate)))
    for n in range(1, min(k, len(candidate)) + 1):
        left = defaultdict(int)
        for start in range(len(label) - n + 1):
            left[tuple(label[start : start + n])] += 1
        matched = 0
        for start in range(len(candidate) - n + 1):
            ngram = tuple(candidate[start : start + n])
            if left[ngram] > 0:
                matched += 1
                left[ngram] -= 1
        score *= (matched / (len(candidate) - n + 1)) ** (0.5**n)
    return score


@settings(max_examples=150)
@given(candidate=SENTENCE, label=SENTENCE, k=st.integers(1, 6))
def test_d2l_bleu_equals_the_books_procedure(candidate, label, k):
    assert d2l_bleu(candidate, label, k).score == pytest.approx(books_bleu(candidate, label, k), rel=1e-12)


@settings(max_examples=100)
@given(candidate=SENTENCE, label=SENTENCE, order=st.integers(1, 5))
def test_striking_off_is_clipping(candidate, label, order):
    assert matches_by_removal(candidate, label, order) == clipped_matches(candidate, [label], order)


def test_one_pair_in_both_conventions():
    candidate, reference = (text.split() for text in PAIR)
    assert [tuple(m) for m in standard_bleu([candidate], [[reference]]).matches] == [(6, 7), (4, 6), (2, 5), (1, 4)]
    penalty = math.exp(1 - Fraction(8, 7))
    assert value("bleu.score", candidate=PAIR[0], reference=PAIR[1]) == pytest.approx(
        penalty * float(Fraction(6 * 4 * 2 * 1, 7 * 6 * 5 * 4)) ** 0.25
    )
    assert value("bleu.score", candidate=PAIR[0], reference=PAIR[1]) == pytest.approx(0.4238, abs=5e-5)
    assert sentence_bleu([reference], candidate) == pytest.approx(0.4238, abs=5e-5)
    books = value("bleu.score", candidate=PAIR[0], reference=PAIR[1], convention="d2l")
    assert books == pytest.approx(0.593, abs=5e-4)
    assert books == pytest.approx(books_bleu(candidate, reference, 4))


@pytest.mark.parametrize(("k", "expected"), [(1, 0.732295), (2, 0.681477), (3, 0.594034), (4, 0.0)])
def test_the_letters_of_the_book(k, expected):
    given = {"candidate": "a b b c d", "reference": "a b c d e f"}
    assert value("bleu.score", **given, max_order=k, convention="d2l") == pytest.approx(expected, abs=1e-6)


def test_standard_bleu_of_the_letters():
    given = {"candidate": "a b b c d", "reference": "a b c d e f"}
    scores = [value("bleu.score", **given, max_order=k) for k in (2, 3, 4)]
    assert scores == pytest.approx([0.634186, 0.478797, 0.0], abs=1e-6)
    assert 100 * value("bleu.score", **given, smoothing="exp") == pytest.approx(38.72, abs=0.005)


def test_precisions_of_the_letters():
    given = {"candidate": "a b b c d", "reference": "a b c d e f"}
    found = [value("bleu.precision", **given, order=n) for n in (1, 2, 3, 4)]
    assert found == pytest.approx([4 / 5, 3 / 4, 1 / 3, 0])
    assert value("bleu.precision", **given, order=1, clipped=False) == 1.0


def test_each_ngram_is_allowed_as_often_as_the_reference_richest_in_it_holds_it():
    references = [list("aab"), list("abbb")]
    assert clipped_matches(list("aaabbbb"), references, 1) == (5, 7)
    assert unclipped_matches(list("aaabbbbc"), references, 1) == (7, 8)


def test_brevity_penalty_and_closest_length():
    assert value("bleu.brevity_penalty", candidate_length=5, reference_length=6) == pytest.approx(math.exp(-0.2))
    assert [brevity_penalty(length, 6) for length in (6, 8)] == [1.0, 1.0]
    assert brevity_penalty(0, 6) == 0.0
    references = [["x"] * size for size in (9, 5, 7, 1)]
    assert [closest_length(["x"] * size, references) for size in (6, 8, 3, 10)] == [5, 7, 1, 9]


def test_weights():
    assert weights(3, "standard") == pytest.approx([1 / 3] * 3)
    assert weights(3, "d2l") == [0.5, 0.25, 0.125]


def test_a_corpus_is_added_up_before_it_is_divided():
    given = {"candidates": ["a b c d", "x"], "references": ["a b c d", "y z"], "max_order": 1}
    assert value("bleu.corpus_score", **given) == pytest.approx(4 / 5 * math.exp(1 - 6 / 5))


def test_an_empty_candidate_scores_0_in_both_conventions():
    for convention in ("standard", "d2l"):
        assert value("bleu.score", candidate="  ", reference="a b", convention=convention) == 0.0


def test_evidence_shows_each_order_and_each_ngram():
    function = find("bleu.score")
    run = function.call(**bind(function, {"candidate": "a b b c d", "reference": "a b c d e f", "max_order": 2}))
    orders, conventions, first, second = (block for block in run.evidence() if isinstance(block, Table))
    assert [row[:3] for row in orders.rows] == [(1, 4, 5), (2, 3, 4)]
    assert dict(conventions.rows)["standard"] == run.value
    assert dict(conventions.rows)["d2l"] == pytest.approx(0.681477, abs=1e-6)
    assert ("b", 2, 1, 1) in first.rows
    assert ("b b", 1, 0, 0) in second.rows


REFUSALS = [
    ("bleu.score", {"candidate": "a", "reference": ["a", "b"], "convention": "d2l"}, "takes one reference, not 2"),
    ("bleu.score", {"candidate": "a", "reference": "a", "convention": "d2l", "smoothing": "exp"}, "no smoothing 'exp'"),
    ("bleu.score", {"candidate": "a", "reference": " "}, "at least one word"),
    ("bleu.score", {"candidate": "a", "reference": " ", "convention": "d2l"}, "at least one word"),
    ("bleu.precision", {"candidate": "a b", "reference": "a b c", "order": 3}, "2 words has no n-grams of order 3"),
    ("bleu.corpus_score", {"candidates": ["a"], "references": ["a", "b"]}, "there are 1 and 2"),
    ("bleu.score", {"candidate": "a", "reference": "a", "max_order": 17}, "from 1 to 16"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        value(name, **arguments)
    assert "\n" not in str(refusal.value)

"""Counted language models beside brute counting, nltk, and tables of all sequences."""

import math
from fractions import Fraction
from itertools import permutations, product

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.lm import MLE, Vocabulary
from torch.testing import assert_close

from engine.errors import Refused
from engine.text.joint_table import chain, conditional, dependence_order, from_conditionals
from engine.text.ngram_model import NgramModel

TEXTS = st.lists(st.sampled_from("abc"), min_size=4, max_size=30)


def brute(tokens, context, token, alpha=0):
    """P(token | context): look at every place of the text where the context stands and something follows."""
    size = len(context)
    followers = [tokens[i + size] for i in range(len(tokens) - size) if tuple(tokens[i : i + size]) == tuple(context)]
    total = len(followers) + alpha * len(set(tokens))
    return Fraction(followers.count(token) + alpha, total) if total else None


@settings(max_examples=20)
@given(TEXTS, st.integers(1, 3), st.integers(0, 2))
def test_probabilities_by_brute_counting(tokens, order, alpha):
    model = NgramModel(tokens, order, Fraction(alpha))
    for size in range(order):
        for context in product(sorted(set(tokens)), repeat=size):
            for token in set(tokens):
                expected = brute(tokens, context, token, alpha)
                call = {"text": " ".join(tokens), "token": token, "context": " ".join(context)}
                if expected is None:
                    with pytest.raises(Refused, match=r"^nothing follows"):
                        model.probability(token, context)
                    continue
                assert model.probability(token, context) == expected
                if size == order - 1:  # what stands before a whole context does not matter
                    assert model.probability(token, ["c", "a", *context]) == expected
                assert run("ngram.probability", **call, order=order, alpha=alpha).value == float(expected)


@settings(max_examples=20)
@given(TEXTS, st.integers(1, 3))
def test_probabilities_of_nltk(tokens, order):
    grams = [[tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1)] for n in range(1, order + 1)]
    theirs = MLE(order, vocabulary=Vocabulary(tokens))
    theirs.fit([[gram for level in grams for gram in level]])
    ours = NgramModel(tokens, order)
    for gram in grams[-1]:
        expected = theirs.score(gram[-1], gram[:-1])
        assert float(ours.probability(gram[-1], gram[:-1])) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=20)
@given(TEXTS, st.integers(1, 3), st.data())
def test_probabilities_of_sentences_by_brute_counting(tokens, order, data):
    sentence = data.draw(st.lists(st.sampled_from(sorted(set(tokens))), min_size=1, max_size=4))
    expected = Fraction(1)
    for place, token in enumerate(sentence):
        if expected:
            factor = brute(tokens, sentence[max(0, place - order + 1) : place], token)
            if factor is None:
                return
            expected *= factor
    model = NgramModel(tokens, order)
    assert model.sentence_probability(sentence) == expected
    assert math.prod(model.chain(sentence), start=Fraction(1)) == expected
    call = {"text": " ".join(tokens), "sentence": " ".join(sentence), "order": order}
    assert run("ngram.sentence_probability", **call).value == float(expected)


def test_a_unigram_model_is_a_bag_of_words():
    tokens = ["a", "b", "a", "c", "a", "b", "d"]
    model = NgramModel(tokens, 1)
    assert {model.sentence_probability(words) for words in permutations("abc")} == {Fraction(3 * 2 * 1, 7**3)}
    assert len({NgramModel(tokens, 2, Fraction(1)).sentence_probability(words) for words in permutations("abc")}) > 1


@settings(max_examples=20)
@given(TEXTS, st.integers(1, 3), st.integers(1, 3))
def test_smoothed_probabilities_sum_to_one(tokens, order, alpha):
    model = NgramModel(tokens, order, Fraction(alpha))
    for context in product(sorted(set(tokens)), repeat=order - 1):
        assert sum(model.probability(token, context) for token in model.vocabulary) == 1


@settings(max_examples=20)
@given(TEXTS, st.integers(1, 4))
def test_unseen_ngrams_by_enumeration(tokens, order):
    seen = {tuple(tokens[i : i + order]) for i in range(len(tokens) - order + 1)}
    possible = list(product(sorted(set(tokens)), repeat=order))
    share = Fraction(sum(gram not in seen for gram in possible), len(possible))
    assert NgramModel(tokens, order).unseen_share() == share
    assert run("ngram.unseen_share", text=" ".join(tokens), order=order).value == float(share)
    gram = tokens[:order]
    count = sum(tokens[i : i + order] == gram for i in range(len(tokens)))
    assert run("ngram.count", text=" ".join(tokens), of=" ".join(gram)).value == count


@pytest.mark.parametrize(("words", "order"), [(2, 3), (3, 4), (5, 1)])
def test_a_table_has_a_number_for_each_sequence(words, order):
    sequences = sum(1 for _ in product(range(words), repeat=order))
    assert run("ngram.num_params", vocab_size=words, order=order).value == sequences
    assert run("ngram.num_params", vocab_size=1000, order=3).value == 10**9


@pytest.mark.parametrize("order", [1, 2, 3, 4, 5])
def test_a_model_of_order_n_looks_at_n_minus_one_words(order):
    assert run("ngram.context_length", order=order).value == order - 1


def test_what_counts_say_nothing_of():
    model = NgramModel(["a", "b", "c"], 2)
    with pytest.raises(Refused, match=r"^'z' does not occur in the text$"):
        model.probability("z", ["a"])
    with pytest.raises(Refused, match=r"^'z' does not occur in the text$"):
        model.sentence_probability(["a", "c", "z"])
    with pytest.raises(Refused, match=r"^nothing follows 'c' in the text"):
        model.probability("a", ["c"])
    with pytest.raises(Refused, match=r"^a text of 1 tokens holds no 2-gram$"):
        NgramModel(["a"], 2)
    with pytest.raises(Refused, match=r"^'of' holds no word$"):
        run("ngram.count", text="a", of=" ")


def random_joint(seed, words, length):
    drawn = torch.rand((words,) * length, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return drawn / drawn.sum()


def markov_joint(seed, words, length, order):
    """A chain with the same transitions at every place, added up entry by entry."""
    tables = [random_joint(seed + k, words, k + 1) for k in range(order + 1)]
    tables = [table / table.sum(-1, keepdim=True) for table in tables]
    joint = torch.zeros((words,) * length, dtype=torch.float64)
    for sequence in product(range(words), repeat=length):
        factors = [tables[min(t, order)][sequence[max(0, t - order) : t + 1]] for t in range(length)]
        joint[sequence] = math.prod(map(float, factors))
    return joint


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_the_chain_rule_holds_for_every_table(length):
    joint = random_joint(length, 3, length)
    assert_close(chain(joint), joint, rtol=1e-12, atol=1e-12)
    for sequence in list(product(range(3), repeat=length))[::4]:
        parts = []
        for t, token in enumerate(sequence):
            below = joint[sequence[:t]]
            parts.append(float(below[token].sum() / below.sum()))
            assert float(conditional(joint, t)[sequence[: t + 1]]) == pytest.approx(parts[-1], rel=1e-12)
        assert math.prod(parts) == pytest.approx(float(joint[sequence]), rel=1e-12)
        assert run("joint.probability", conditionals=parts).value == pytest.approx(float(joint[sequence]), rel=1e-9)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_markov_chain_is_found_out_by_its_order(order):
    joint = markov_joint(7, 3, 4, order)
    assert float(joint.sum()) == pytest.approx(1, rel=1e-12)
    assert dependence_order(joint) == order
    assert run("joint.markov_order", joint=joint.tolist()).value == order
    assert dependence_order(random_joint(1, 3, 4)) == 3
    assert_close(chain(joint, order), joint, rtol=1e-12, atol=1e-12)
    if order:
        assert not torch.allclose(chain(joint, order - 1), joint)


def test_conditional_independence_given_the_last_token():
    joint = markov_joint(3, 2, 3, 1)
    for last in (0, 1):
        given_last = joint[:, last] / joint[:, last].sum()
        assert_close(given_last, torch.outer(given_last.sum(1), given_last.sum(0)), rtol=1e-12, atol=1e-12)
        alone = joint.sum(0)[last] / joint[:, last].sum()
        for first in (0, 1):
            assert_close(conditional(joint, 2)[first, last], alone, rtol=1e-12, atol=1e-12)


def test_all_sequences_of_a_model_sum_to_one():
    def next_token(prefix):
        return random_joint(sum(prefix) + 10 * len(prefix), 3, 1)

    joint = from_conditionals(next_token, 3, 3)
    for a, b, c in product(range(3), repeat=3):
        expected = next_token(())[a] * next_token((a,))[b] * next_token((a, b))[c]
        assert float(joint[a, b, c]) == pytest.approx(float(expected), rel=1e-12)
    assert float(joint.sum()) == pytest.approx(1, rel=1e-12)


def test_conditional_probabilities_of_a_table_that_somebody_wrote():
    joint = [[0.3, 0.1], [0.2, 0.4]]
    call = {"joint": joint, "token": 1}
    assert run("joint.conditional", **call, context=[0]).value == pytest.approx(0.25, rel=1e-12)
    assert run("joint.conditional", **call).value == pytest.approx(0.6, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("joint.conditional", {"joint": [[0.5, 0.2]], "token": 0}, "every place of the sequence needs the same tokens"),
        ("joint.markov_order", {"joint": [[0.5, 0.2], [0.1, 0.1]]}, "the probabilities of all sequences must sum to 1"),
        (
            "joint.conditional",
            {"joint": [[0.5, 0.5], [0, 0]], "token": 0, "context": [1]},
            "the context .1. never occurs",
        ),
        ("joint.conditional", {"joint": [[0.5, 0.5], [0, 0]], "token": 2}, "the table holds sequences of 2 tokens"),
    ],
)
def test_tables_that_are_refused(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(name, **arguments)

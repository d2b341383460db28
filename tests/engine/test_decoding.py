"""Searches beside enumeration in plain loops, and the D2L book's tables."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arguments import bind
from engine.decoding.beam import beam_search, beam_steps
from engine.decoding.exhaustive import exhaustive_search
from engine.decoding.greedy import greedy_search
from engine.decoding.model import SequenceModel, penalised, random_model
from engine.decoding.viterbi import viterbi_search
from engine.doors.metrics.decoding import _D2L as D2L
from engine.errors import Refused
from engine.evidence import Table
from engine.registry import find

MODELS = {
    "seed": st.integers(0, 2**31),
    "vocabulary": st.integers(2, 4),
    "length": st.integers(1, 4),
    "memory": st.sampled_from([None, 1, 2]),
    "end": st.sampled_from([None, 0, 1]),
}


def run(name, /, **given):
    function = find(name)
    return function.call(**bind(function, given))


def value(name, /, **given):
    return run(name, **given).value


def drawn(seed, vocabulary, length, memory=None, end=None):
    return random_model(torch.Generator().manual_seed(seed), vocabulary, length, memory, end)


def enumerated(model, end, alpha):
    """Return the best log P/L^alpha over all sequences, cut behind the first end token, by plain loops."""
    length, vocabulary = len(model.tables), model.tables[0].shape[0]
    scores = {}
    for tokens in product(range(vocabulary), repeat=length):
        cut = tokens[: tokens.index(end) + 1] if end in tokens else tokens
        log_prob = sum(model.tables[t][cut[:t]][cut[t]].item() for t in range(len(cut)))
        scores[cut] = log_prob / len(cut) ** alpha
    best = max(scores, key=scores.get)
    return best, scores[best]


@settings(max_examples=60)
@given(alpha=st.sampled_from([0.0, 0.75, 2.0]), **MODELS)
def test_exhaustive_search_and_the_widest_beam_equal_enumeration(alpha, seed, vocabulary, length, memory, end):
    model = drawn(seed, vocabulary, length, memory, end)
    tokens, score = enumerated(model, end, alpha)
    for found in (exhaustive_search(model, alpha), beam_search(model, vocabulary ** (length - 1), alpha)):
        assert found.tokens == tokens or memory is not None  # in a Markov chain two sequences may tie
        assert penalised(found.log_prob, len(found.tokens), alpha) == pytest.approx(score, rel=1e-12)
        assert model.log_prob(found.tokens) == pytest.approx(found.log_prob, rel=1e-12)


@settings(max_examples=60)
@given(**MODELS)
def test_greedy_search_takes_the_argmax_of_each_step(seed, vocabulary, length, memory, end):
    model = drawn(seed, vocabulary, length, memory, end)
    tokens = ()
    while len(tokens) < length and end not in tokens:
        row = model.tables[len(tokens)][tokens].tolist()
        tokens = (*tokens, row.index(max(row)))
    found = greedy_search(model)
    assert found.tokens == tokens
    assert found.scored == vocabulary * len(tokens)
    assert beam_search(model, 1)[:2] == (tokens, pytest.approx(found.log_prob))


@settings(max_examples=60)
@given(width=st.integers(1, 6), **MODELS)
def test_beam_search_keeps_the_best_of_each_step(width, seed, vocabulary, length, memory, end):
    model = drawn(seed, vocabulary, length, memory, end)
    live, finished, left = {(): 0.0}, {}, width
    while live and left:
        step = {
            (*tokens, token): log_prob + model.tables[len(tokens)][tokens][token].item()
            for tokens, log_prob in live.items()
            for token in range(vocabulary)
        }
        kept = dict(sorted(step.items(), key=lambda item: -item[1])[:left])
        done = {tokens: value for tokens, value in kept.items() if tokens[-1] == end or len(tokens) == length}
        finished |= done
        left -= len(done)
        live = {tokens: value for tokens, value in kept.items() if tokens not in done}
    found = beam_search(model, width, alpha=0.75)
    best = max(value / len(tokens) ** 0.75 for tokens, value in finished.items())
    assert penalised(found.log_prob, len(found.tokens), 0.75) == pytest.approx(best, rel=1e-12)
    assert found.tokens in finished or memory is not None  # in a Markov chain two sequences may tie
    assert len(finished) <= width


@settings(max_examples=60)
@given(seed=MODELS["seed"], vocabulary=MODELS["vocabulary"], length=MODELS["length"])
def test_viterbi_equals_enumeration_on_a_markov_chain(seed, vocabulary, length):
    model = drawn(seed, vocabulary, length, memory=1)
    found = viterbi_search(model)
    assert found.log_prob == pytest.approx(enumerated(model, None, 0)[1], rel=1e-12)
    assert model.log_prob(found.tokens) == pytest.approx(found.log_prob, rel=1e-12)


@settings(max_examples=30)
@given(**MODELS)
def test_the_probabilities_of_all_sequences_add_to_1(seed, vocabulary, length, memory, end):
    model = drawn(seed, vocabulary, length, memory, end)
    every = {
        tokens[: tokens.index(end) + 1] if end in tokens else tokens
        for tokens in product(range(vocabulary), repeat=length)
    }
    assert math.fsum(math.exp(model.log_prob(tokens)) for tokens in every) == pytest.approx(1)


def test_memory_is_how_many_last_tokens_count():
    model = drawn(3, 3, 4, memory=2)
    rows = [model.next_log_probs((first, 1, 2)) for first in range(3)]
    assert torch.equal(rows[0], rows[1])
    assert torch.equal(rows[0], model.next_log_probs((1, 2)))
    assert not torch.equal(model.next_log_probs((0, 2)), model.next_log_probs((1, 2)))


def test_the_books_tables():
    assert value("decoding.tokens", search="greedy", **D2L) == ["A", "B", "C", "<eos>"]
    assert value("decoding.probability", search="greedy", **D2L) == pytest.approx(0.5 * 0.4 * 0.4 * 0.6)
    assert value("decoding.probability_of", sequence=["A", "C", "B", "<eos>"], **D2L) == pytest.approx(0.054)
    for search in ("exhaustive", "beam"):
        assert value("decoding.tokens", search=search, **D2L) == ["A", "C", "B", "<eos>"]
        assert value("decoding.probability", search=search, **D2L) == pytest.approx(0.5 * 0.3 * 0.6 * 0.6)


def test_with_an_end_token_the_length_decides():
    given = {**D2L, "search": "exhaustive", "end": "<eos>"}
    assert value("decoding.probability", **given) == pytest.approx(0.1)
    assert value("decoding.tokens", **given, alpha=0.75) == ["A", "C", "B", "<eos>"]


MARKOV = {
    "tokens": ["rain", "sun"],
    "rows": [
        {"after": [], "probabilities": [0.6, 0.4]},
        {"after": ["rain"], "probabilities": [0.5, 0.5]},
        {"after": ["sun"], "probabilities": [0.1, 0.9]},
    ],
    "length": 3,
    "memory": 1,
}


def test_rows_of_a_markov_chain_hold_after_every_prefix_that_ends_so():
    assert value("decoding.probability_of", sequence=["rain", "sun", "sun"], **MARKOV) == pytest.approx(0.6 * 0.5 * 0.9)
    assert value("decoding.tokens", search="greedy", **MARKOV) == ["rain", "rain", "rain"]
    assert value("decoding.probability", search="viterbi", **MARKOV) == pytest.approx(0.4 * 0.9 * 0.9)
    assert value("decoding.tokens", search="viterbi", **MARKOV) == ["sun", "sun", "sun"]


def test_a_prefix_without_a_row_is_followed_by_any_token():
    given = {**D2L, "sequence": ["B", "B"]}
    assert value("decoding.probability_of", **given) == pytest.approx(0.2 * 0.25)


@pytest.mark.parametrize(("vocabulary", "length", "width"), [(5, 4, 2), (3, 5, 3), (4, 1, 2), (7, 3, 1)])
def test_how_many_candidates_are_scored(vocabulary, length, width):
    given = {"vocabulary": vocabulary, "length": length, "beam_width": width}
    counts = [value("decoding.candidates_scored", search=s, **given) for s in ("greedy", "viterbi", "exhaustive")]
    assert counts == [vocabulary * length, vocabulary + vocabulary**2 * (length - 1), vocabulary**length]
    beam = vocabulary + width * vocabulary * (length - 1)
    assert value("decoding.candidates_scored", search="beam", **given) == beam


def test_evidence_compares_the_searches_and_shows_the_beam():
    searches, beam = run("decoding.tokens", search="beam", **D2L).evidence()
    assert isinstance(beam, Table)
    assert [row[0] for row in beam.rows] == [1, 1, 2, 2, 3, 3, 4, 4]
    assert {row[0]: row[1] for row in searches.rows}["exhaustive"] == "A C B <eos>"
    _, best = run("decoding.tokens", search="exhaustive", **D2L).evidence()
    assert [row[1] for row in best.rows][:2] == pytest.approx([0.054, 0.048])


def test_a_finished_hypothesis_takes_its_place_with_it():
    log_probs = torch.tensor([0.6, 0.3, 0.1], dtype=torch.float64).log()
    model = SequenceModel([log_probs, log_probs.expand(3, 3)], end=0)
    widths = [len(step.kept) for step in beam_steps(model, 2)]
    assert widths == [2, 1]


def row(*after, probabilities=(0.5, 0.5)):
    return {"after": list(after), "probabilities": list(probabilities)}


REFUSALS = [
    ({"rows": [row(probabilities=(0.5, 0.6))]}, "after the start add to 1.1, not to 1"),
    ({"rows": [row(probabilities=(0.5, 0.3, 0.2))]}, "needs 2 probabilities"),
    ({"rows": [row("a"), row("a")]}, "two rows stand after 'a'"),
    ({"rows": [row("aa")]}, "no token 'aa' among 'tokens'; did you mean 'a'"),
    ({"rows": [row("a", "b", "a")]}, "at most 2 tokens are seen"),
    ({"rows": [row("a", "b")], "memory": 1}, "at most 1 tokens are seen"),
    ({"tokens": ["a", "a"]}, "names a token twice"),
    ({"tokens": [str(n) for n in range(16)], "length": 5}, "16\\^5 sequences"),
    ({"search": "viterbi", "end": "b"}, "leave 'end' out"),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSALS)
def test_refusals_are_sentences(arguments, says):
    given = {"search": "greedy", "tokens": ["a", "b"], "rows": [row()], "length": 3, **arguments}
    with pytest.raises(Refused, match=says) as refusal:
        run("decoding.tokens", **given)
    assert "\n" not in str(refusal.value)


def test_a_sequence_longer_than_the_model_is_refused():
    with pytest.raises(Refused, match="has 5 tokens, more than 'length'"):
        value("decoding.probability_of", sequence=["A"] * 5, **D2L)

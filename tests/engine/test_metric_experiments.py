"""Every experiment on metrics and searches: the result it states, and controls that come out the other way."""

import pytest
from claim_runs import assert_settles, assert_shows, run

from engine.decoding.greedy import greedy_search
from engine.experiments.metrics import decoding

BEAM = {"search": "beam"}
CLAIMS = [
    ("bleu.clipping_is", {"rule": "removal"}, [{"rule": "none"}]),
    (
        "bleu.length_lowers",
        {"factor": "brevity_penalty", "candidate": "cut"},
        [{"factor": "brevity_penalty", "candidate": "padded"}, {"factor": "precision", "candidate": "cut"}],
    ),
    ("bleu.length_lowers", {"factor": "precision", "candidate": "padded"}, [{"factor": "precision"}]),
    ("bleu.feels_word_order", {"max_order": 2}, [{"max_order": 1}]),
    ("bleu.zero_without_a_long_match", {"smoothing": "none"}, [{"smoothing": "exp"}, {"max_order": 2}]),
    ("bleu.reacts_less_to_longer_ngrams", {"convention": "d2l"}, [{"convention": "standard"}]),
    ("bleu.corpus_is_mean_of_sentences", {"sentences": "copies"}, [{"sentences": "different"}]),
    ("bleu.conventions_agree", {"candidate": "same"}, [{"candidate": "other"}]),
    (
        "perplexity.of_guess_is",
        {"guess": "uniform", "value": "vocabulary size"},
        [
            {"guess": "uniform", "value": "1"},
            {"guess": "uniform", "value": "log of vocabulary size"},
            {"guess": "always right", "value": "vocabulary size"},
        ],
    ),
    ("perplexity.of_guess_is", {"guess": "always right", "value": "1"}, [{"guess": "uniform", "value": "1"}]),
    ("perplexity.exceeds_vocabulary", {"right": 0.5, "confidence": 10}, [{"confidence": 0.5}, {"right": 1.0}]),
    (
        "perplexity.is_power_of_entropy",
        {"base": "2", "unit": "bits"},
        [{"base": "e", "unit": "bits"}, {"base": "2", "unit": "nats"}],
    ),
    ("perplexity.is_power_of_entropy", {"base": "e", "unit": "nats"}, [{"base": "e", "unit": "bits"}]),
    ("perplexity.is_inverse_mean", {"mean": "geometric"}, [{"mean": "arithmetic"}]),
    ("perplexity.bounded_by_vocabulary", {"confidence": 1}, [{"confidence": 50}]),
    (
        "accuracy.unchanged_by",
        {"change": "softmax"},
        [{"change": "shift of one class"}, {"change": "negative scale"}],
    ),
    ("accuracy.unchanged_by", {"change": "positive scale"}, [{"change": "negative scale"}]),
    ("accuracy.unchanged_by", {"change": "shift of each row"}, [{"change": "shift of one class"}]),
    ("accuracy.feels_small_changes", {"metric": "cross_entropy"}, [{"metric": "accuracy"}]),
    (
        "decoding.finds_likeliest",
        {"search": "viterbi", "memory": "last token"},
        [
            {"search": "viterbi", "memory": "whole prefix"},
            {"search": "greedy"},
            {"search": "greedy", "memory": "whole prefix"},
        ],
    ),
    ("decoding.finds_likeliest", {"search": "exhaustive", "memory": "whole prefix"}, [{"search": "greedy"}]),
    (
        "decoding.finds_likeliest",
        {**BEAM, "beam_width": 27, "length": 4},
        [{**BEAM, "beam_width": 1, "length": 4}, {**BEAM, "beam_width": 2}],
    ),
    (
        "decoding.finds_likeliest",
        {**BEAM, "beam_width": 27, "memory": "whole prefix", "length": 4},
        [{**BEAM, "beam_width": 2, "memory": "whole prefix"}],
    ),
    ("decoding.equals_greedy", {"beam_width": 1}, [{"beam_width": 2}]),
    ("decoding.penalty_lengthens", {"alpha": 0.75}, [{"alpha": 0}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


def test_the_exhaustive_search_is_held_against_something_else(monkeypatch):
    assert run("decoding.finds_likeliest", {"search": "exhaustive"}).value is True
    monkeypatch.setattr(decoding, "exhaustive_search", greedy_search)
    assert run("decoding.finds_likeliest", {"search": "exhaustive"}).value is False


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_has_a_table_that_starts_with_the_answer_and_shows_both_outcomes(name, holding):
    assert_shows(name, holding)

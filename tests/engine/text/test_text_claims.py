"""Every experiment on text: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows

from engine.registry import load

torch.set_num_threads(1)

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("ngram.ignores_word_order", {"order": 1}, [{"order": 2}, {"order": 3}]),
    ("ngram.word_back_matters", {"order": 2, "back": 1}, [{"order": 2, "back": 2}, {"order": 1, "back": 1}]),
    ("ngram.word_back_matters", {"order": 3, "back": 2}, [{"order": 3, "back": 3}]),
    ("ngram.probabilities_sum_to_one", {"alpha": 1}, [{"alpha": 1, "add_to": "numerator"}]),
    ("ngram.unseen_is_impossible", {"alpha": 0}, [{"alpha": 1}]),
    ("ngram.sparser_with_order", {"text": "random"}, [{"text": "one word"}]),
    ("ngram.markov_chain_of_order", {"order": 2, "memory": 1}, [{"order": 2, "memory": 0}, {"order": 3, "memory": 1}]),
    ("ngram.markov_chain_of_order", {"order": 1, "memory": 0}, [{"order": 2, "memory": 0}]),
    ("language_model.sequences_sum_to_one", {}, [{"scores": "sigmoid"}]),
    ("language_model.chain_rule_holds", {}, [{"contexts": "last token"}, {"contexts": "none"}]),
    ("language_model.beats_uniform", {"trained": True}, [{"trained": False}]),
    ("language_model.carried_state_needs_detach", {"detach": False}, [{"detach": True}]),
    ("language_model.prefix_matters", {"of": "state"}, [{"of": "last token alone"}]),
    ("sampling.next_batch_continues", {"scheme": "sequential"}, [{"scheme": "random"}]),
    ("sampling.targets_shift_by", {"places": 1}, [{"places": 0}, {"places": 4}]),
    ("sampling.targets_shift_by", {"places": 1, "scheme": "sequential"}, [{"places": 0, "scheme": "sequential"}]),
    ("sampling.num_parts_is", {"parts": "batch_size"}, [{"parts": "num_steps"}]),
    ("sampling.inputs_overlap", {"step": "one"}, [{"step": "num_steps"}]),
    ("embedding.lookup_is", {"what": "row"}, [{"what": "column"}]),
    ("embedding.unused_rows_learn", {"tied": True}, [{"tied": False}]),
    ("embedding.std_is", {"std": "1"}, [{"std": "1", "scale": "1/sqrt(d)"}, {"std": "1", "init": "normal"}]),
    ("embedding.std_is", {"std": "sqrt(d)", "init": "normal"}, [{"std": "sqrt(d)", "init": "1/sqrt(d)"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS, ids=[f"{one[0]}-{i}" for i, one in enumerate(CLAIMS)])
def test_text_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", sorted({name for name, *_ in CLAIMS}))
def test_text_evidence_shows_both_outcomes(name):
    assert_shows(name, load()[name].example)

"""More experiments on normalisation: what each states, and controls that come out the other way."""

import pytest
from claim_runs import assert_settles, assert_shows

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("norm.hidden_inputs_drift", {"layer": "none"}, [{"layer": "batch"}]),
    ("norm.merges_into_layer_before", {}, [{"training": True}]),
    ("norm.layer_equals_group", {}, [{"groups": 2}, {"over": "W"}]),
    ("norm.noise_variance_falls_as", {}, [{"law": "1/sqrt(m)"}, {"law": "constant"}]),
    (
        "lrn.mixes",
        {"kind": "within", "what": "places"},
        [{"kind": "within", "what": "channels"}, {"kind": "within", "what": "places", "distance": 2}],
    ),
    (
        "lrn.mixes",
        {"kind": "across", "what": "channels"},
        [{"kind": "across", "what": "places"}, {"kind": "across", "what": "channels", "distance": 2}],
    ),
    ("norm.rnn_serves", {}, [{"normalisation": "batch"}]),
    (
        "norm.rnn_serves",
        {"case": "training on a batch of 1"},
        [{"normalisation": "batch", "case": "training on a batch of 1"}],
    ),
    (
        "norm.rnn_serves",
        {"normalisation": "batch", "case": "sequences as long as trained"},
        [{"normalisation": "batch"}],
    ),
    ("norm.rnn_sample_stands_alone", {}, [{"normalisation": "batch"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_a_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, case) for name, *cases in CLAIMS for case in (cases[0], *cases[1])]
)
def test_the_evidence_starts_with_the_answer(name, arguments):
    assert_shows(name, arguments, both=False)

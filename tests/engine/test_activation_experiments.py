"""Every claim on activations: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows

torch.set_num_threads(1)
HE, DEPTH = {"scheme": "kaiming_normal"}, "activation.passes_gradient_through_depth"
FITS = {
    "one_probability": (["sigmoid", "hardsigmoid"], ["relu", "tanh", "softmax", "step", "identity"]),
    "class_probabilities": (["softmax"], ["sigmoid", "relu", "tanh"]),
    "gate": (["sigmoid"], ["relu", "tanh", "step", "softplus"]),
    "recurrent_state": (["tanh", "softsign"], ["sigmoid", "relu", "identity", "step"]),
    "any_real_target": (["identity", "leaky_relu"], ["relu", "sigmoid", "tanh", "softplus"]),
    "positive_target": (["relu", "softplus"], ["identity", "sigmoid", "leaky_relu"]),
}
CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("activation.sigmoid_is", {"formula": "1/(1 + e^-z)"}, [{"formula": "1/(1 - e^-z)"}, {"formula": "1/(1 + e^z)"}]),
    ("activation.sigmoid_is", {"formula": "(1 + tanh(z/2))/2"}, [{"formula": "1/(1 - e^-z)"}]),
    (
        "activation.tanh_is",
        {"formula": "2σ(2z) - 1"},
        [{"formula": "σ(2z)"}, {"formula": "2σ(z) - 1"}, {"formula": "1 - 2σ(2z)"}],
    ),
    ("activation.tanh_is", {"formula": "(e^z - e^-z)/(e^z + e^-z)"}, [{"formula": "(e^z + e^-z)/(e^z - e^-z)"}]),
    *[
        ("activation.slope_is", {"name": name, "formula": right}, [{"name": name, "formula": each} for each in wrong])
        for name, right, wrong in [
            ("sigmoid", "a(1 - a)", ["1 - a^2", "a(1 + a)", "a^2", "z(1 - z)"]),
            ("tanh", "1 - a^2", ["a(1 - a)"]),
            ("silu", "σ(z)(1 + z(1 - σ(z)))", ["a(1 - a)", "σ(z)"]),
            ("softplus", "σ(z)", ["a(1 - a)"]),
            ("identity", "1", ["a(1 - a)"]),
        ]
    ],
    (
        "activation.sigmoid_is_softmax_of",
        {"pair": "(z, 0)"},
        [{"pair": pair} for pair in ("(z, -z)", "(z, 1)", "(0, z)")],
    ),
    (
        "activation.softmax_unchanged_by",
        {"change": "add", "amount": 100},
        [{"change": change} for change in ("multiply", "add to one", "exponentiate")],
    ),
    ("activation.softmax_survives_large_logits", {"form": "shifted"}, [{"form": "as written"}]),
    ("activation.softmax_survives_large_logits", {"form": "as written", "size": 50}, [{"form": "as written"}]),
    (
        "activation.linear_stack_collapses",
        {},
        [{"between": "relu"}, {"between": "tanh"}, {"bias": "b1 + b2"}, {"bias": "b2"}],
    ),
    (
        "activation.sigmoid_layer_multiplies_gradient_by",
        {"factor": "at most abs(w)/4"},
        [{"factor": factor} for factor in ("exactly 1/4", "at most 1/4", "at least abs(w)/4")],
    ),
    (
        "activation.sigmoid_chain_explodes",
        {"weight": 8, "centred": True},
        [{"weight": 8, "centred": False}, {"weight": 100, "centred": False}, {"weight": 2}, {"weight": 4}],
    ),
    (DEPTH, {"name": "relu"}, [{"name": "sigmoid"}, {"name": "relu", "scheme": "xavier_normal", "depth": 40}]),
    (DEPTH, {"name": "tanh"}, [{"name": "hardsigmoid"}, {"name": "step"}, {"name": "softplus"}]),
    (
        "activation.keeps_zero_mean_unit_variance",
        {"name": "selu"},
        [{"scheme": "kaiming_normal"}, {"name": "relu"}, {"name": "tanh"}, {"name": "elu"}],
    ),
    (
        "activation.keeps_zero_mean_unit_variance",
        {"name": "selu", "input_std": 2},
        [{"name": "identity", "input_std": 2}],
    ),
    (
        "activation.units_die",
        {"cause": "large step"},
        [{"cause": "nothing"}, {"activation": "leaky_relu"}, {"activation": "elu"}, {"lr": 0.1}],
    ),
    ("activation.units_die", {"cause": "negative bias"}, [{"cause": "negative bias", "activation": "leaky_relu"}]),
    ("activation.dead_units_stay_dead", {}, [{"activation": "leaky_relu"}, {"activation": "elu"}, {"bias": 0}]),
    ("activation.inactive_means_dead", {}, [{"inactive_for": "60 % of the examples"}]),
    *[
        ("activation.first_layer_gets_gradient", {"through": through}, [{"through": "step"}])
        for through in ("sigmoid", "step, straight through", "relu")
    ],
    (
        "activation.weight_gradients_share_sign",
        {"inputs": "positive", "batch_size": 1},
        [{"inputs": "zero-centred"}, {"inputs": "positive", "batch_size": 32}],
    ),
    *[
        (
            "activation.fits_output",
            {"unit": unit, "place": place},
            [{"unit": other, "place": place} for other in wrong],
        )
        for place, (right, wrong) in FITS.items()
        for unit in right
    ],
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", sorted({claim[0] for claim in CLAIMS}))
def test_evidence_starts_with_the_answer_and_shows_both_outcomes(name):
    _, holding, _ = next(claim for claim in CLAIMS if claim[0] == name)
    assert_shows(name, holding)

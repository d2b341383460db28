"""Every claim on initialisation: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

from engine.evidence import Curve

torch.set_num_threads(1)
WIDE_TO_NARROW = {"fan_in": 512, "fan_out": 128}
KAIMING = {"scheme": "kaiming_normal", "activation": "relu"}
TANH = {"scheme": "xavier_normal", "activation": "tanh", "depth": 8}
CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    (
        "init.units_stay_equal",
        {},
        [
            {"hidden": "random"},
            {"outgoing": "random"},
            {"dropout": True},
            {"biases": "random"},
            {"hidden": "random", "steps": 1},
        ],
    ),
    ("init.weights_get_gradient", {"weights": "random", "biases": "zero"}, [{"weights": "zero", "biases": "zero"}]),
    ("init.weights_get_gradient", {"weights": "zero", "biases": "random"}, [{"weights": "zero"}]),
    (
        "init.weights_get_gradient",
        {"weights": "zero", "activation": "sigmoid"},
        [{"weights": "zero", "activation": "tanh"}, {"weights": "zero", "activation": "relu"}],
    ),
    ("init.keeps_variance", {**KAIMING, "depth": 10}, [{"scheme": "xavier_normal", "activation": "relu", "depth": 10}]),
    ("init.keeps_variance", {**KAIMING, "direction": "backward"}, [{"scheme": "xavier_uniform", "activation": "relu"}]),
    ("init.keeps_variance", TANH, [{**TANH, "input_std": 1}, {**TANH, "gain": 4}, {**TANH, "gain": 0.5}]),
    ("init.keeps_variance", {**TANH, "input_std": 1, "gain": 5 / 3}, [{**TANH, "input_std": 1}]),
    (
        "init.keeps_variance",
        {"scheme": "xavier_normal"},
        [{"scheme": "xavier_normal", **WIDE_TO_NARROW}, {"scheme": "kaiming_normal"}],
    ),
    (
        "init.keeps_variance",
        {"scheme": "xavier_normal", "direction": "backward"},
        [{"scheme": "xavier_normal", "direction": "backward", **WIDE_TO_NARROW}],
    ),
    (
        "init.keeps_variance",
        {**KAIMING, **WIDE_TO_NARROW, "mode": "fan_in", "direction": "forward"},
        [
            {**KAIMING, **WIDE_TO_NARROW, "mode": "fan_out", "direction": "forward"},
            {**KAIMING, **WIDE_TO_NARROW, "mode": "fan_in", "direction": "backward"},
        ],
    ),
    (
        "init.keeps_variance",
        {**KAIMING, **WIDE_TO_NARROW, "mode": "fan_out", "direction": "backward"},
        [{**KAIMING, **WIDE_TO_NARROW, "mode": "fan_in", "direction": "backward"}],
    ),
    (
        "init.layer_multiplies_variance_by",
        {"factor": 0.5, "scheme": "xavier_normal", "activation": "relu", "depth": 8},
        [
            {"factor": 0.5, **KAIMING, "depth": 8},
            {"factor": 0.25, "scheme": "xavier_normal", "activation": "relu", "depth": 8},
            {"factor": 0.5, "scheme": "xavier_normal", "activation": "linear", "depth": 8},
        ],
    ),
    ("init.second_argument_is", {"meaning": "standard_deviation"}, [{"meaning": "variance"}]),
    *[
        (
            "init.factor_keeps_small_signals",
            {"activation": activation, "factor": right, "direction": direction},
            [{"activation": activation, "factor": wrong, "direction": direction}],
        )
        for activation, right, wrong in (("sigmoid", 4, 1), ("tanh", 1, 4), ("linear", 1, 2))
        for direction in ("forward", "backward")
    ],
    ("init.signal_vanishes", {"std": 0.01}, [{"std": 0.125}, {"std": 0.01, "depth": 1, "activation": "sigmoid"}]),
    ("init.signal_explodes", {"std": 0.5}, [{"std": 0.1768}, {"std": 0.5, "activation": "tanh"}, {"std": 0.01}]),
    (
        "init.gradient_vanishes",
        {"activation": "sigmoid"},
        [
            {"activation": "relu", "scheme": "kaiming_normal"},
            {"activation": "sigmoid", "depth": 1},
            {"activation": "tanh"},
        ],
    ),
    (
        "init.gradient_vanishes",
        {"activation": "sigmoid", "gain": 4},
        [{"activation": "sigmoid", "gain": 4, "depth": 2}],
    ),
    ("init.gradient_explodes", {"activation": "relu", "gain": 2}, [{"activation": "relu"}]),
    (
        "init.gradient_explodes",
        {"activation": "tanh", "scheme": "xavier_normal", "gain": 2},
        [{"activation": "tanh", "scheme": "xavier_normal"}],
    ),
    (
        "init.first_layer_learns",
        {"compared": "less", "activation": "sigmoid"},
        [
            {"compared": "less", **KAIMING},
            {"compared": "less", "activation": "tanh", "gain": 3},
            {"compared": "more", "activation": "sigmoid"},
        ],
    ),
    (
        "init.first_layer_learns",
        {"compared": "more", "activation": "tanh", "gain": 3},
        [{"compared": "more", **KAIMING, "gain": 3}, {"compared": "more", "activation": "tanh"}],
    ),
    *[
        (
            "init.keeps_norm_exactly",
            {"weights": "orthogonal", "of": of},
            [
                {"weights": "gaussian", "of": of},
                {"weights": "orthogonal", "of": of, "factor": 0.9},
                {"weights": "orthogonal", "of": of, "activation": "relu"},
            ],
        )
        for of in ("signal", "gradient")
    ],
    *[
        (
            "init.rnn_keeps_state",
            {"recurrent": "identity", "of": of},
            [
                {"recurrent": "orthogonal", "of": of},
                {"recurrent": "gaussian", "of": of},
                {"recurrent": "identity", "of": of, "factor": 0.9},
                {"recurrent": "identity", "of": of, "nonlinearity": "tanh"},
            ],
        )
        for of in ("signal", "gradient")
    ],
    (
        "preprocessing.wide_feature_rules_distance",
        {"scaling": "none"},
        [{"scaling": "min_max"}, {"scaling": "standardise"}],
    ),
    (
        "preprocessing.gradient_descent_converges",
        {"scaling": "standardise"},
        [{"scaling": "none"}],
    ),
    ("preprocessing.gradient_descent_converges", {"scaling": "min_max"}, [{"scaling": "none", "ratio": 1000}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_evidence_starts_with_the_answer_and_shows_both_outcomes(name, holding, controls):
    for arguments in (holding, *controls[:1]):
        assert_shows(name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "points"),
    [
        ("init.gradient_vanishes", {"activation": "sigmoid"}, 21),
        ("init.signal_explodes", {"std": 0.5}, 11),
        ("init.rnn_keeps_state", {"steps": 200}, 201),
    ],
)
def test_evidence_follows_a_norm_from_step_to_step(name, arguments, points):
    (curve,) = [block for block in run(name, arguments).evidence() if isinstance(block, Curve)]
    assert {len(series.y) for series in curve.series} == {points}


def test_the_norm_of_an_identity_rnn_is_flat_and_that_of_a_smaller_one_falls():
    flat, falling = (
        run("init.rnn_keeps_state", {"factor": factor, "steps": 50}).evidence()[-1].series[0].y for factor in (1, 0.9)
    )
    assert flat == pytest.approx([flat[0]] * 51, rel=1e-12)
    assert falling[50] == pytest.approx(0.9**50 * falling[0], rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "rank"), [({}, 1), ({"outgoing": "random"}, 3), ({"dropout": True}, 3), ({"hidden": "random"}, 3)]
)
def test_a_layer_that_starts_constant_has_rank_one_until_something_breaks_the_tie(arguments, rank):
    assert run("init.rank_after_training", arguments).value == rank

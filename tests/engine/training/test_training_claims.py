"""Claims about training: each holds as it is stated, and fails in its controls."""

import pytest
from claim_runs import assert_settles, assert_shows

CLAIMS = [
    (
        "training.shards_give_batch_gradient",
        {"shards": "equal"},
        [{"shards": "unequal"}, {"shards": "equal", "batch_norm": True}],
    ),
    ("training.shards_give_batch_gradient", {"shards": "unequal", "averaging": "weighted"}, [{"shards": "unequal"}]),
    ("training.lanes_equal_one_device", {"groups": 2}, [{"groups": 1}]),
    ("training.lanes_equal_one_device", {"groups": 1, "lanes": "crossed"}, [{"groups": 1}]),
    ("training.cheaper_split_is", {"layer": "linear", "split": "model"}, [{"layer": "convolution", "split": "model"}]),
    ("training.cheaper_split_is", {"layer": "convolution", "split": "data"}, [{"layer": "linear", "split": "data"}]),
    ("training.steps_use_one_batch", {"zero_grad": True}, [{"zero_grad": False}]),
    ("training.mode_matters_to", {"layer": "dropout"}, [{"layer": "layer_norm"}, {"layer": "linear"}]),
    ("training.mode_matters_to", {"layer": "batch_norm"}, [{"layer": "layer_norm"}]),
    ("training.step_leaves_trunk", {"frozen": True}, [{"frozen": False}]),
    ("training.deeper_network_starts_equal", {"block": "identity"}, [{"block": "random"}]),
    ("training.stays_finite", {"form": "stable"}, [{"form": "naive"}]),
    ("training.stays_finite", {"formula": "log", "form": "stable"}, [{"formula": "log", "form": "naive"}]),
    (
        "training.stays_finite",
        {"formula": "inverse_std", "form": "stable"},
        [{"formula": "inverse_std", "form": "naive"}],
    ),
    ("training.follows_data_in_branch", {"way": "eager"}, [{"way": "traced"}]),
    ("training.follows_data_in_branch", {"way": "static"}, [{"way": "traced"}]),
    (
        "training.curves_show",
        {"setting": "few_data", "shows": "overfitting"},
        [{"setting": "enough_data", "shows": "overfitting"}],
    ),
    (
        "training.curves_show",
        {"setting": "enough_data", "shows": "learning"},
        [{"setting": "tiny_rate", "shows": "learning"}],
    ),
    ("training.curves_show", {"setting": "tiny_rate", "shows": "stuck"}, [{"setting": "large_rate", "shows": "stuck"}]),
    (
        "training.curves_show",
        {"setting": "large_rate", "shows": "diverging"},
        [{"setting": "few_data", "shows": "diverging"}],
    ),
    (
        "training.curves_show",
        {"setting": "other_test_set", "shows": "data_problem"},
        [{"setting": "few_data", "shows": "data_problem"}],
    ),
    ("training.chooses_true_degree", {"by": "folds"}, [{"by": "training_error"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_about_training_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CLAIMS}))
def test_evidence_about_training_shows_both_outcomes(name):
    holding = next(holding for found, holding, _ in CLAIMS if found == name)
    assert_shows(name, holding)

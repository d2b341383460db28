"""Every experiment on kernels, choices, warps, gates, masks, glimpses, captions and rewards, with its controls."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

from engine.experiments._settle import Unsettled

torch.set_num_threads(1)

KERNELS = [
    ("nadaraya_watson.depends_on_query", {"score": "squared_distance"}, [{"score": "difference"}]),
    ("nadaraya_watson.nearest_key_weighs_most", {"score": "squared_distance"}, [{"score": "difference"}]),
    (
        "nadaraya_watson.tends_to",
        {"what": "mean", "bandwidth": 1e6},
        [{"what": "mean", "bandwidth": 1}, {"what": "nearest_value", "bandwidth": 1e6}],
    ),
    (
        "nadaraya_watson.tends_to",
        {"what": "nearest_value", "bandwidth": 0.05},
        [{"what": "nearest_value", "bandwidth": 1}],
    ),
    ("nadaraya_watson.equals_softmax", {"kernel": "gaussian"}, [{"kernel": "boxcar"}, {"kernel": "epanechnikov"}]),
]
CHOICES = [
    ("attention.soft_equals_expected_hard", {"after": "linear"}, [{"after": "square"}, {"after": "relu"}]),
    ("attention.soft_equals_expected_hard", {}, [{"after": "square"}]),
    ("attention.draws_repeat", {"selection": "soft"}, [{"selection": "hard"}]),
    ("attention.draws_repeat", {"selection": "argmax"}, [{"selection": "hard"}]),
    (
        "attention.selection_follows",
        {"what": "task", "attention": "focus"},
        [{"what": "task", "attention": "saliency"}, {"what": "loudness", "attention": "focus"}],
    ),
    (
        "attention.selection_follows",
        {"what": "loudness", "attention": "saliency"},
        [{"what": "loudness", "attention": "focus"}, {"what": "task", "attention": "saliency"}],
    ),
    ("attention.max_pooling_selects_salient", {"pooling": "max"}, [{"pooling": "average"}]),
]
GATES = [("attention.weights_compete", {"layer": "attention"}, [{"layer": "lstm_gates"}])]
FREQUENCIES = [
    ("fourier.basis_is_orthogonal", {"basis": "fourier"}, [{"basis": "random"}]),
    ("fourier.basis_is_orthogonal", {"basis": "cosine"}, [{"basis": "random"}]),
    ("fourier.one_gain_changes_one_component", {"basis": "cosine"}, [{"basis": "random"}]),
    ("fourier.one_gain_changes_one_component", {"basis": "fourier"}, [{"basis": "random"}]),
]
WARPS = [
    ("stn.theta_gets_gradient", {"kernel": "bilinear"}, [{"kernel": "nearest"}]),
    ("stn.returns_input", {"theta": "identity"}, [{"theta": "zero"}, {"theta": "shift"}, {"theta": "rotation"}]),
    ("stn.output_size_follows", {"what": "grid"}, [{"what": "theta"}]),
    (
        "stn.content_moves",
        {"to": "left", "shift": 0.5, "pixels": 2},
        [{"to": "right", "shift": 0.5, "pixels": 2}, {"to": "left", "shift": 0.5, "pixels": 4}],
    ),
    ("stn.content_moves", {"to": "right", "shift": -0.25, "pixels": 1}, [{"to": "left", "shift": -0.25, "pixels": 1}]),
    (
        "stn.area_multiplies_by",
        {"scale": 0.5, "factor": 4},
        [{"scale": 0.5, "factor": 0.25}, {"scale": 0.5, "factor": 2}],
    ),
    ("stn.area_multiplies_by", {"scale": 2, "factor": 0.25}, [{"scale": 2, "factor": 4}]),
    ("stn.theta_multiplies", {"what": "coordinates"}, [{"what": "image"}]),
    ("stn.crop_is_a_slice", {"window": "on_pixels"}, [{"window": "off_pixels"}]),
    ("stn.weights_sum_to_one", {"where": "inside"}, [{"where": "outside"}]),
    ("stn.weights_sum_to_one", {"where": "inside", "kernel": "nearest"}, [{"where": "outside", "kernel": "nearest"}]),
]
CHANNEL_GATES = [
    ("se.gates_ignore_shuffling", {"shuffled": "places"}, [{"shuffled": "channels"}]),
    ("se.gates_sum_to_one", {"by": "softmax"}, [{"by": "sigmoid"}]),
    ("se.gates_differ_between", {"what": "images"}, [{"what": "places"}]),
    ("se.squeeze_tells_apart", {"what": "means"}, [{"what": "arrangements"}]),
]
MASKS = [
    ("residual_attention.zero_mask_keeps_features", {}, [{"residual": False}]),
    ("residual_attention.trunk_learns_where_mask_is_zero", {}, [{"residual": False}]),
    ("residual_attention.value_survives_depth", {}, [{"residual": False}]),
    ("residual_attention.mask_lies_in_0_1", {"activation": "f1"}, [{"activation": "f2"}]),
    ("residual_attention.mask_lies_in_0_1", {"activation": "f3"}, [{"activation": "f2"}]),
    *(
        (
            "residual_attention.mask_ignores",
            {"activation": activation, "change": change},
            [{"activation": other, "change": change} for other in others],
        )
        for activation, change, others in [
            ("f2", "scale_one_place", ["f1", "f3", "pooled_channels", "mean_of_channels"]),
            ("f3", "affine_one_channel", ["f1", "f2", "pooled_channels", "mean_of_channels"]),
        ]
    ),
]
GLIMPSES = [
    (
        "glimpse.learns_from",
        {"part": "locator", "signal": "log_probability"},
        [{"part": "locator", "signal": "classification_loss"}],
    ),
    (
        "glimpse.learns_from",
        {"part": "classifier", "signal": "classification_loss"},
        [{"part": "classifier", "signal": "log_probability"}],
    ),
    (
        "glimpse.notices",
        {"what": "swap_in_the_middle"},
        [{"what": "swap_far_away"}, {"what": "far_away"}],
    ),
    ("glimpse.notices", {"what": "pixel_in_the_middle"}, [{"what": "far_away"}]),
]
CAPTIONS = [
    ("show_attend_tell.first_state_ignores_order", {"first_state": "mean"}, [{"first_state": "joined"}]),
    ("show_attend_tell.attention_shapes", {"what": "words"}, [{"what": "first_state"}]),
    ("show_attend_tell.weights_sum_to_one_over", {"what": "parts"}, [{"what": "words"}]),
]
REWARDS = [
    (
        "reinforce.is_unbiased",
        {"estimate": "reinforce"},
        [{"estimate": "baseline_of_the_action"}, {"estimate": "without_log"}],
    ),
    ("reinforce.is_unbiased", {"estimate": "with_baseline"}, [{"estimate": "baseline_of_the_action"}]),
    ("reinforce.baseline_lowers_variance", {"baseline": "expected_reward"}, [{"baseline": "far_off"}]),
    ("reinforce.baseline_lowers_variance", {"baseline": "best"}, [{"baseline": "far_off"}]),
    ("reinforce.learns_location", {}, [{"reward": "never"}, {"steps": 0}]),
]
CLAIMS = [
    *KERNELS,
    *CHOICES,
    *GATES,
    *FREQUENCIES,
    *WARPS,
    *CHANNEL_GATES,
    *MASKS,
    *GLIMPSES,
    *CAPTIONS,
    *REWARDS,
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_has_a_table_that_starts_with_the_answer_and_shows_both_outcomes(name, holding):
    assert_shows(name, holding)


def test_what_lies_between_is_not_settled():
    with pytest.raises(Unsettled, match="this settles nothing"):
        run("stn.area_multiplies_by", {"scale": 0.5, "factor": 3.6})

"""Every experiment on regularisation: what it states, and controls that come out the other way."""

import pytest
from claim_runs import assert_settles, assert_shows, run

from engine.errors import Refused

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("penalty.makes_exact_zeros", {"penalty": "l1"}, [{"penalty": "l2"}, {"penalty": "l1", "lam": 0}]),
    ("penalty.makes_exact_zeros", {"penalty": "elastic_net"}, [{"penalty": "l2"}]),
    ("penalty.contact_at_corner", {"ball": "l1"}, [{"ball": "l2"}]),
    ("penalty.shares_between_twins", {"penalty": "l2"}, [{"penalty": "l1"}]),
    ("penalty.shares_between_twins", {"penalty": "elastic_net"}, [{"penalty": "l1"}]),
    ("penalty.stable_for", {"penalty": "l2"}, [{"penalty": "l1"}]),
    ("penalty.stable_for", {"penalty": "l1", "features": "unrelated"}, [{"penalty": "l1"}]),
    ("penalty.stable_for", {"penalty": "l2", "features": "unrelated"}, [{"penalty": "l1"}]),
    (
        "ridge.error_moves_with_lam",
        {"part": "variance", "way": "falls"},
        [{"part": "bias", "way": "falls"}, {"part": "total", "way": "falls"}],
    ),
    (
        "ridge.error_moves_with_lam",
        {"part": "bias", "way": "rises"},
        [{"part": "variance", "way": "rises"}, {"part": "total", "way": "rises"}],
    ),
    (
        "penalty.is_map_of",
        {"penalty": "l2", "prior": "gaussian"},
        [{"penalty": "l2", "prior": "laplace"}, {"penalty": "l1", "prior": "gaussian"}],
    ),
    ("penalty.is_map_of", {"penalty": "l1", "prior": "laplace"}, [{"penalty": "l1", "prior": "gaussian"}]),
    ("weight_decay.shrinks_by_factor", {"name": "adamw"}, [{"name": "adam"}, {"name": "rmsprop"}, {"name": "adagrad"}]),
    ("weight_decay.shrinks_by_factor", {"name": "sgd"}, [{"name": "adam"}]),
    ("weight_decay.shrinks_by_factor", {"name": "momentum"}, [{"name": "adam"}]),
    ("penalty.weights_settle", {"loss": "logistic", "lam": 0.1}, [{"loss": "logistic"}]),
    ("penalty.weights_settle", {"loss": "logistic", "labels": "mixed"}, [{"loss": "logistic"}]),
    ("penalty.weights_settle", {"loss": "squares"}, [{"loss": "logistic"}]),
    ("penalty.raises_training_error", {"by": "l2"}, [{"by": "more features"}]),
    ("penalty.raises_training_error", {"by": "l1"}, [{"by": "more features"}]),
    ("dropout.keeps_mean", {"form": "inverted"}, [{"form": "unscaled"}]),
    ("dropout.keeps_mean", {"form": "classic"}, [{"form": "unscaled"}]),
    ("dropout.keeps_variance", {"p": 0}, [{"p": 0.5}]),
    (
        "dropout.switched_off_by",
        {"call": "eval"},
        [{"call": "no_grad"}, {"call": "requires_grad_(False)"}, {"call": "nothing"}],
    ),
    ("dropout.torch_p_means", {"meaning": "drop"}, [{"meaning": "keep"}]),
    ("dropout.scaling_is_exact", {"network": "linear"}, [{"network": "softmax"}, {"network": "hidden tanh"}]),
    (
        "dropout.scaling_is_exact",
        {"network": "softmax", "mean": "geometric"},
        [{"network": "hidden tanh, softmax", "mean": "geometric"}, {"network": "softmax"}],
    ),
    ("dropout.members_share_weights", {"method": "dropout"}, [{"method": "bagging"}]),
    ("dropout.attention_rows_sum_to_one", {"when": "evaluation"}, [{"when": "training"}]),
    ("dropout.attention_rows_sum_to_one", {"when": "averaged over masks"}, [{"when": "training"}]),
    ("dropout.attention_keeps_mean", {"place": "weights"}, [{"place": "scores"}]),
    ("early_stopping.lowers_test_error", {"watch": "validation"}, [{"watch": "training"}]),
    ("early_stopping.is_like_ridge", {}, [{"lam": "lr·steps"}]),
    ("early_stopping.equals_filter", {"steps": 20}, [{"steps": 20, "power": "steps + 1"}]),
    ("bagging.leaves_samples_out", {}, [{"replacement": False}]),
    ("bagging.unique_share_is", {"share": "1 - 1/e"}, [{"share": "2/3"}, {"share": "1/2"}, {"share": "1/e"}]),
    ("bagging.lowers_variance", {}, [{"learner": "mean"}]),
    ("ensemble.never_worse_than", {"member": "mean"}, [{"member": "best"}]),
    ("ensemble.never_worse_than", {"member": "worst"}, [{"member": "best"}]),
    (
        "ensemble.never_worse_than",
        {"member": "mean", "loss": "squared_error"},
        [{"member": "best", "loss": "squared_error"}],
    ),
    ("ensemble.gains_from", {}, [{"varied": "nothing"}]),
    ("ensemble.vote_beats_member", {"p": 0.7}, [{"p": 0.4}]),
    ("ensemble.averaging_logits_is", {}, [{"mean": "arithmetic"}]),
    (
        "augmentation.keeps_label",
        {"change": "horizontal flip", "drawings": "T"},
        [{"change": "horizontal flip", "drawings": "bdpq"}],
    ),
    (
        "augmentation.keeps_label",
        {"change": "turn by 180", "drawings": "80"},
        [{"change": "turn by 180", "drawings": "69"}],
    ),
    ("augmentation.keeps_label", {"change": "none"}, [{"change": "vertical flip"}]),
    ("augmentation.crop_always_fits", {"low": 256}, [{"low": 200}]),
    ("augmentation.jitter_repeats", {}, [{"seed": "another"}]),
    ("augmentation.keeps_differences_between_pixels", {}, [{"by": "contrast"}]),
    ("augmentation.round_trip_keeps_sentiment", {}, [{"loses": "negations"}, {"words": "ambiguous"}]),
    ("augmentation.generated_samples_serve", {}, [{"labels": "swapped"}]),
    ("augmentation.generated_samples_serve", {"labels": "none generated"}, [{"labels": "swapped"}]),
    ("capacity.underfits", {"vary": "degree", "size": 1}, [{"vary": "degree", "size": 3}]),
    ("capacity.underfits", {"vary": "width", "size": 1}, [{"vary": "width", "size": 16}]),
    (
        "capacity.overfits",
        {"vary": "degree", "size": 14},
        [{"vary": "degree", "size": 3}, {"size": 14, "samples": 200}],
    ),
    ("minibatch.variance_is", {"law": "s2/m"}, [{"law": "s2/m", "replacement": False}, {"law": "s2/sqrt(m)"}]),
    ("minibatch.variance_is", {"law": "s2/m·(n-m)/(n-1)", "replacement": False}, [{"law": "s2/m·(n-m)/(n-1)"}]),
    ("minibatch.noise_vanishes", {}, [{"batch_size": 4}, {"replacement": True}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_a_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, case) for name, *cases in CLAIMS for case in (cases[0], *cases[1])]
)
def test_the_evidence_starts_with_the_answer(name, arguments):
    assert_shows(name, arguments, both=False)


def test_a_geometric_mean_needs_probabilities():
    with pytest.raises(Refused, match="geometric mean"):
        run("dropout.scaling_is_exact", {"network": "linear", "mean": "geometric"})


@pytest.mark.parametrize("lam", [3, 7])
@pytest.mark.parametrize(("penalty", "stable"), [("l2", True), ("l1", False)])
def test_stability_under_correlation_is_compared_at_one_lam(lam, penalty, stable):
    assert run("penalty.stable_for", {"penalty": penalty, "lam": lam}).value is stable

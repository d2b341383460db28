"""Every claim on losses: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

torch.set_num_threads(1)
TO_0, KL = {"threshold": "to 0"}, {"of": "kl"}
CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("loss.huber_tends_to", {"limit": "r^2/2"}, [{"limit": "r^2"}, {"limit": "r^2/2", **TO_0}]),
    ("loss.huber_tends_to", {"limit": "0", **TO_0}, [{"limit": "abs(r)", **TO_0}, {"limit": "0"}]),
    ("loss.huber_tends_to", {"limit": "abs(r)", "loss": "huber/delta", **TO_0}, [{"limit": "abs(r)", **TO_0}]),
    (
        "loss.huber_tends_to",
        {"limit": "abs(r)", "loss": "smooth_l1", **TO_0},
        [{"limit": "0", "loss": "smooth_l1", **TO_0}],
    ),
    ("loss.huber_tends_to", {"limit": "0", "loss": "smooth_l1"}, [{"limit": "r^2/2", "loss": "smooth_l1"}]),
    ("loss.huber_is_delta_times_smooth_l1", {"delta": 3}, [{"delta": 3, "times": "1"}]),
    ("loss.huber_is_delta_times_smooth_l1", {"delta": 1, "times": "1"}, [{"delta": 0.5, "times": "1"}]),
    (
        "loss.is_smooth",
        {"name": "huber", "derivative": 1},
        [{"name": "huber", "derivative": 2}, {"name": "mae"}, {"name": "quantile"}],
    ),
    *[("loss.is_smooth", {"name": name, "derivative": 2}, [{"derivative": 2}]) for name in ("mse", "log_cosh")],
    ("loss.is_smooth", {"name": "mae", "derivative": 0}, [{"name": "mae", "derivative": 1}]),
    *[
        ("loss.scales_with_power", {"name": name, "power": power}, [{"name": name, "power": power + 1}])
        for name, power in (("mse", 2), ("rmse", 1), ("mae", 1), ("mbe", 1), ("log_rmse", 0))
    ],
    ("loss.scales_with_power", {}, [{"name": "huber"}, {"name": "huber", "power": 1}]),
    (
        "loss.can_be_negative",
        {"name": "gaussian_nll"},
        [{"name": name} for name in ("mse", "mae", "bce", "bce_with_logits", "hinge", "focal", "huber")],
    ),
    ("loss.can_be_negative", {"name": "mbe"}, [{"name": "quantile"}]),
    ("loss.opposite_errors_cancel", {"name": "mbe"}, [{"name": "mae"}, {"name": "mse"}, {"name": "huber"}]),
    ("loss.ratio_errors_are_symmetric", {}, [{"name": "mse"}, {"name": "mae"}, {"name": "rmse"}]),
    ("loss.constant_steps_settle", {"name": "mse"}, [{"name": "mae"}]),
    ("loss.constant_steps_settle", {"name": "huber"}, [{"name": "mae", "lr": 0.01}]),
    (
        "loss.minimised_by",
        {"name": "mse", "middle": "mean"},
        [{"middle": "median"}, {"middle": "midrange"}, {"name": "mae", "middle": "mean"}, {"name": "huber"}],
    ),
    ("loss.minimised_by", {"name": "mae", "middle": "median"}, [{"name": "mae", "middle": "midrange"}]),
    (
        "loss.minimised_by",
        {"name": "quantile", "q": 0.25, "middle": "first quartile"},
        [{"name": "quantile", "q": 0.75, "middle": "first quartile"}, {"name": "quantile", "middle": "third quartile"}],
    ),
    (
        "loss.outlier_moves_estimate",
        {"name": "mse"},
        [{"name": "mae"}, {"name": "huber"}, {"name": "smooth_l1"}, {"name": "quantile"}],
    ),
    ("loss.penalty_raises", {}, [{"what": "size of the weight"}, {"lam": 0}]),
    ("loss.penalty_raises", {"what": "penalised risk"}, [{"what": "penalised risk", "lam": 0}]),
    (
        "loss.wrong_output_gets_gradient",
        {"loss": "bce"},
        [{"loss": "half_squared_error"}, {"loss": "half_squared_error", "z": 30}],
    ),
    ("loss.wrong_output_gets_gradient", {"loss": "half_squared_error", "z": 0}, [{"loss": "half_squared_error"}]),
    ("loss.leaves_saturation", {"loss": "bce"}, [{"loss": "half_squared_error"}]),
    (
        "loss.cross_entropy_gradient_is",
        {"formula": "p - y"},
        [{"formula": formula} for formula in ("y - p", "(p - y)p(1 - p)", "-y/p")],
    ),
    ("loss.divergence_is", {**KL, "what": "zero for p = q"}, [{"of": "cross_entropy", "what": "zero for p = q"}]),
    (
        "loss.divergence_is",
        {"of": "cross_entropy", "what": "zero for p = q", "p": "one-hot"},
        [{**KL, "what": "symmetric"}],
    ),
    ("loss.divergence_is", {"of": "cross_entropy", "what": "entropy plus kl"}, [{**KL, "what": "entropy plus kl"}]),
    (
        "loss.divergence_is",
        {"of": "cross_entropy", "what": "least at q = p"},
        [{"of": "cross_entropy", "what": "symmetric"}],
    ),
    ("loss.divergence_is", {**KL, "what": "never negative"}, [{**KL, "what": "symmetric", "p": "one-hot"}]),
    ("loss.survives_large_logits", {}, [{"computed_from": "probability"}]),
    ("loss.survives_large_logits", {"computed_from": "probability", "size": 20}, [{"computed_from": "probability"}]),
    ("loss.can_reach_zero", {}, [{"fed_with": "probability"}]),
    ("loss.ignores_padding", {}, [{"change": "valid logits"}, {"change": "more padding", "denominator": "all"}]),
    ("loss.ignores_padding", {"denominator": "all"}, [{"change": "valid logits", "denominator": "all"}]),
    ("loss.ignores_padding", {"change": "more padding"}, [{"change": "more padding", "denominator": "all"}]),
    ("loss.rewards_ever_larger_logits", {}, [{"label_smoothing": 0.1}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", sorted({claim[0] for claim in CLAIMS}))
def test_evidence_starts_with_the_answer_and_shows_both_outcomes(name):
    _, holding, _ = next(claim for claim in CLAIMS if claim[0] == name)
    assert_shows(name, holding)


def test_a_second_sigmoid_leaves_at_least_0_3133():
    rows = run("loss.can_reach_zero", {"fed_with": "probability"}).evidence()[1].rows
    assert rows[0][1] == rows[0][2] == "0.31"

"""Every experiment of the optimizers: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows

from engine.registry import find

torch.set_num_threads(1)

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("momentum_beats_descent", {"condition": 100}, [{"condition": 1}]),
    ("descent_diverges", {"lr_times_curvature": 2.1}, [{"lr_times_curvature": c} for c in (0.5, 1.9, 2.0)]),
    ("descent_zigzags", {"lr_times_curvature": 1.9}, [{"lr_times_curvature": 0.5}]),
    ("descent_zigzags", {"lr_times_curvature": 1.1}, [{"lr_times_curvature": 0.9}]),
    ("gradient_points_at_minimum", {"condition": 1}, [{"condition": 100}, {"condition": 2}]),
    (
        "first_step_is_lr",
        {"name": "adam"},
        [{"name": "adam", "bias_correction": False}, {"name": "sgd"}, {"name": "rmsprop"}, {"name": "adadelta"}],
    ),
    ("first_step_is_lr", {"name": "adagrad"}, [{"name": "momentum"}]),
    ("first_step_is_lr", {"name": "adamax"}, [{"name": "rmsprop_book"}]),
    ("steps_keep_shrinking", {"name": "adagrad"}, [{"name": name} for name in ("rmsprop_book", "adam", "sgd")]),
    (
        "large_gradients_get_small_rates",
        {"name": "adagrad"},
        [{"name": "adagrad", "larger": "larger"}, {"name": "sgd"}, {"name": "momentum"}],
    ),
    ("large_gradients_get_small_rates", {"name": "rmsprop"}, [{"name": "rmsprop", "larger": "larger"}]),
    ("rare_gradients_get_large_rates", {"name": "adagrad"}, [{"name": "sgd"}]),
    ("path_ignores_loss_scale", {"name": "adam"}, [{"name": "sgd"}, {"name": "momentum"}]),
    ("path_ignores_loss_scale", {"name": "adagrad", "scale": 1000}, [{"name": "sgd", "scale": 2}]),
    ("uncorrected_steps_are_longer", {}, [{"beta1": 0.9, "beta2": 0.9}, {"beta1": 0.999, "beta2": 0.9}]),
    ("place_of_eps_matters", {"gradient": 1e-6}, [{"gradient": 1}]),
    ("momentum_forms_agree", {"lr": "constant"}, [{"lr": "falls"}]),
    ("torch_nesterov_holds", {"what": "look_ahead"}, [{"what": "parameter"}]),
    ("weight_decay_is_penalty", {"name": "adam"}, [{"name": "adamw"}]),
    ("weight_decay_is_penalty", {"name": "momentum"}, [{"name": "adamw"}]),
    ("penalty_is_shrinking", {"name": "sgd"}, [{"name": "adam"}]),
    ("newton_needs_one_step", {}, [{"loss": "quartic"}, {"method": "sgd"}]),
    ("ends_at_saddle", {"method": "newton"}, [{"method": "sgd"}]),
    ("ends_at_saddle", {"method": "newton", "kind": "maximum"}, [{"method": "sgd", "kind": "maximum"}]),
    ("bfgs_finds_inverse_hessian", {"steps": 4}, [{"steps": n} for n in (1, 2, 3)]),
    ("bfgs_stays_positive_definite", {}, [{"curvature": "negative"}]),
    ("two_loop_equals_bfgs", {"history_size": 4}, [{"history_size": n} for n in (1, 2, 3)]),
    ("minibatch_gradient_is_unbiased", {"batch_size": 2}, [{"sampling": "largest_losses"}]),
    ("minibatch_gradient_is_unbiased", {"batch_size": 1}, [{"sampling": "largest_losses", "batch_size": 1}]),
    ("noise_falls_as", {"law": "1/sqrt(b)"}, [{"law": "1/b"}, {"law": "constant"}]),
    ("noise_floor_vanishes", {"schedule": "inverse_time"}, [{"schedule": "constant"}, {"schedule": "inverse_square"}]),
    ("leaves_saddle", {"noise": 1e-3}, [{"noise": 0}]),
    ("clipping_keeps_direction", {"by": "norm"}, [{"by": "value"}, {"by": "norm_of_each"}]),
    ("clipping_restores_size", {"gain": 2}, [{"gain": 0.5}]),
    (
        "reaches_global_minimum",
        {"name": "quartic"},
        [{"name": "tilted_wells"}, {"name": "exponential"}],
    ),
    ("reaches_global_minimum", {"name": "quadratic"}, [{"name": "tilted_wells"}]),
    ("end_depends_on_start", {"name": "double_well"}, [{"name": "quartic"}, {"name": "quadratic"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(f"optim.{name}", holding, controls)


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CLAIMS}))
def test_evidence_starts_with_the_answer_and_shows_a_control_that_differs(name):
    assert_shows(f"optim.{name}", find(f"optim.{name}").example)

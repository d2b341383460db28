"""What is claimed about the foundations: each claim holds, and its control comes out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows

torch.set_num_threads(1)
FAST = "½·Σ ((Σ v·x)² - Σ v²·x²)"
CLAIMS = {
    "least_squares.reaches_minimum": [
        ({"method": "newton"}, [{"method": "one gradient step"}, {"method": "sgd"}]),
        ({"method": "sgd", "noise": False}, [{"method": "one gradient step", "noise": False}]),
        ({"method": "qr"}, []),
        ({"method": "normal equations"}, []),
    ],
    "least_squares.has_one_solution": [
        ({"columns": "independent"}, [{"columns": "one twice"}, {"columns": "more than samples"}])
    ],
    "least_squares.residuals_orthogonal_to": [
        ({"what": "inputs"}, [{"what": "targets"}]),
        ({"what": "predictions"}, []),
    ],
    "softmax_regression.unchanged_by": [
        ({"change": "vector to every row"}, [{"change": "vector to one row"}, {"change": "weights doubled"}]),
        ({"change": "number to every bias"}, []),
    ],
    "svm.depends_on": [({"samples": "support vectors"}, [{"samples": "other samples"}])],
    "mlp.solves_xor": [
        ({"hidden": "relu"}, [{"hidden": "identity"}, {"hidden": "relu", "units": 1}]),
        ({"hidden": "square"}, []),
    ],
    "universal.wide_network_fits": [
        ({"hidden": "tanh"}, [{"hidden": "identity"}, {"hidden": "square"}, {"hidden": "tanh", "units": 2}]),
        ({"hidden": "relu"}, []),
    ],
    "universal.more_units_help": [({"target": "sin(3x)"}, [{"target": "a step"}, {"target": "sin(3x) outside"}])],
    "derivative.is_gradient_product": [
        ({"of": "smooth function"}, [{"of": "x²y/(x² + y²) at 0"}, {"direction": "as given"}])
    ],
    "derivative.steepest_is": [
        (
            {"direction": "gradient"},
            [{"direction": "axis of the largest partial"}, {"direction": "against the gradient"}],
        )
    ],
    "backprop.recursion_is": [
        ({"formula": "(Wᵀ·δ) ⊙ f'"}, [{"formula": "(δ·Wᵀ) ⊙ f'"}, {"formula": "(W·δ) ⊙ f'"}, {"formula": "Wᵀ·δ"}]),
        ({"formula": "(δ·Wᵀ) ⊙ f'", "layout": "rows"}, [{"formula": "(Wᵀ·δ) ⊙ f'", "layout": "rows"}]),
        (
            {"formula": "(Wᵀ·δ) ⊙ f'", "square": True},
            [{"formula": "(δ·Wᵀ) ⊙ f'", "square": True}, {"formula": "(W·δ) ⊙ f'", "square": True}],
        ),
    ],
    "autograd.needs_sum_over_uses": [({"uses": 2}, [{"uses": 1}])],
    "bias_variance.moves_with": [
        ({"knob": "lam", "part": "variance", "way": "falls"}, [{"knob": "lam", "part": "variance", "way": "rises"}]),
        ({"knob": "lam", "part": "bias", "way": "rises"}, [{"knob": "lam", "part": "total", "way": "rises"}]),
        ({"knob": "degree", "part": "variance", "way": "rises"}, [{"knob": "degree", "part": "total", "way": "falls"}]),
        ({"knob": "degree", "part": "bias", "way": "falls"}, []),
    ],
    "bias_variance.best_at_crossing": [
        (
            {"bias": "1/t", "variance": "t"},
            [{"bias": "1/t²", "variance": "t"}, {"bias": "exp(-t)", "variance": "0.1·t"}],
        )
    ],
    "bias_variance.sums_to_error": [
        ({"parts": "bias² + variance + noise"}, [{"parts": "bias² + variance"}, {"parts": "bias + variance + noise"}]),
        ({"parts": "bias² + variance", "noisy_targets": False}, []),
    ],
    "diagnosis.remedy_helps": [
        (
            {"problem": "underfitting", "remedy": "higher degree"},
            [
                {"problem": "underfitting", "remedy": "more samples"},
                {"problem": "underfitting", "remedy": "lower degree"},
            ],
        ),
        ({"problem": "overfitting", "remedy": "more samples"}, [{"problem": "overfitting", "remedy": "higher degree"}]),
        ({"problem": "overfitting", "remedy": "lower degree"}, []),
    ],
    "split.choice_flatters": [
        ({"chosen_on": "test"}, [{"chosen_on": "validation"}, {"chosen_on": "test", "models": 1}])
    ],
    "k_fold.leave_one_out_is": [({"formula": "mean (r/(1 - h))²"}, [{"formula": "mean r²"}])],
    "k_fold.validates_each_once": [
        ({"remainder": "spread"}, [{"remainder": "drop"}]),
        ({"remainder": "last"}, []),
        ({"n": 12, "remainder": "drop"}, []),
    ],
    "occam.grows_with_degree": [({"what": "norm"}, [{"what": "norm", "lam": 1}, {"what": "train_error"}])],
    "pca.scores_are": [
        ({"what": "uncorrelated"}, [{"what": "independent"}]),
        ({"what": "independent", "data": "normal"}, []),
    ],
    "ica.finds_sources": [({"sources": "uniform"}, [{"sources": "uniform", "by": "pca"}])],
    "factorisation_machine.pairs_are": [({"formula": FAST}, [{"formula": "½·Σ (Σ v·x)²"}, {"formula": FAST[2:]}])],
    "knn.wide_feature_decides": [({"scaled": False}, [{"scaled": True}, {"scaled": False, "ratio": 1}])],
    "features.tell_apart": [
        ({"features": "sobel", "textures": "edges"}, [{"features": "sobel", "textures": "checkerboards"}]),
        ({"features": "learned", "textures": "checkerboards"}, []),
        ({"features": "learned", "textures": "edges"}, []),
    ],
    "shift.corrects": [
        ({"weights": "q(x)/p(x)"}, [{"weights": "q(y)/p(y)"}, {"weights": "none"}]),
        ({"weights": "q(y)/p(y)", "shift": "label"}, [{"weights": "q(x)/p(x)", "shift": "label"}]),
    ],
    "drift.follows": [({"target": "level"}, [{"target": "slope"}]), ({"target": "slope", "decay": 0}, [])],
}


@pytest.mark.parametrize(
    ("name", "holding", "controls"), [(name, *case) for name, cases in CLAIMS.items() for case in cases]
)
def test_a_claim_holds_and_its_controls_fail(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_shows_both_outcomes(name):
    assert_shows(name, CLAIMS[name][0][0])

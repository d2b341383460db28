"""Every experiment: the result it states, and a control that comes out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run
from torch import nn

from engine.errors import Refused
from engine.evidence import Heatmap
from engine.experiments import _settle
from engine.experiments._settle import Holds, Unsettled, settle

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("norm.depends_on_rest_of_batch", {"layer": "batch"}, [{"layer": "layer"}, {"layer": "batch", "training": False}]),
    (
        "norm.differs_between_train_and_eval",
        {"layer": "batch"},
        [{"layer": "layer"}, {"layer": "batch", "track_running_stats": False}],
    ),
    (
        "norm.keeps_running_statistics",
        {"layer": "batch"},
        [{"layer": "layer"}, {"layer": "batch", "track_running_stats": False}],
    ),
    ("norm.noise_falls_with_batch_size", {"layer": "batch"}, [{"layer": "layer"}, {"training": False}]),
    ("norm.accepts_batch_of_one", {"layer": "layer"}, [{"layer": "batch"}]),
    ("norm.accepts_batch_of_one", {"layer": "batch", "training": False}, [{"layer": "batch", "training": True}]),
    ("norm.accepts_batch_of_one", {"layer": "batch", "places": 4}, [{"layer": "batch", "places": 1}]),
    (
        "norm.bias_before_is_redundant",
        {"layer": "batch"},
        [{"layer": "none"}, {"layer": "layer"}, {"layer": "batch", "training": False}],
    ),
    ("norm.ignores_scale_of_weights_before", {"layer": "batch"}, [{"layer": "none"}]),
    ("norm.ignores_scale_of_weights_before", {"layer": "layer", "scale": 3}, [{"layer": "none", "scale": 3}]),
    ("norm.weight_gradient_shrinks_with_scale", {"layer": "batch"}, [{"layer": "none"}]),
    ("norm.weight_gradient_is_orthogonal", {"layer": "batch"}, [{"layer": "none"}]),
    (
        "norm.standardises",
        {"layer": "batch", "over": "NHW"},
        [
            {"layer": "layer", "over": "NHW"},
            {"layer": "batch", "over": "N"},
            {"layer": "batch", "over": "CHW"},
            {"layer": "batch", "over": "HW"},
        ],
    ),
    ("norm.standardises", {"layer": "layer", "over": "CHW"}, [{"layer": "batch", "over": "CHW"}]),
    ("norm.standardises", {"layer": "batch", "over": "N", "dims": 2}, [{"layer": "batch", "over": "C", "dims": 2}]),
    ("norm.standardises", {"layer": "layer", "over": "C", "dims": 2}, [{"layer": "layer", "over": "N", "dims": 2}]),
    (
        "norm.keeps_order_along",
        {"layer": "batch", "axis": "batch"},
        [
            {"layer": "batch", "axis": "features"},
            {"layer": "layer", "axis": "batch"},
            {"layer": "batch", "axis": "batch", "weight": -1},
        ],
    ),
    ("norm.keeps_order_along", {"layer": "layer", "axis": "features"}, [{"layer": "layer", "axis": "batch"}]),
    (
        "norm.has_one_gain_per",
        {"layer": "batch", "unit": "channel"},
        [{"layer": "layer", "unit": "channel"}, {"layer": "batch", "unit": "entry"}],
    ),
    ("norm.has_one_gain_per", {"layer": "layer", "unit": "entry"}, [{"layer": "batch", "unit": "entry"}]),
    ("norm.per_token_equals_per_sample", {"tokens": 1}, [{"tokens": 5}, {"tokens": 2}]),
    ("norm.commutes_with_shuffling_tokens", {}, [{"positions": True}, {"over": "sample"}]),
    ("norm.flat_gamma_raises", {"channels": 3, "width": 4}, [{"channels": 4, "width": 4}]),
    ("norm.divides_by", {"divisor": "standard_deviation"}, [{"divisor": "variance"}]),
    ("norm.normalises_with", {"variance": "biased"}, [{"variance": "unbiased"}]),
    ("norm.running_variance_is", {"variance": "unbiased"}, [{"variance": "biased"}]),
    (
        "norm.undone_by",
        {"weight": "sqrt(var + eps)", "bias": "mean"},
        [
            {"weight": "var", "bias": "mean"},
            {"weight": "sqrt(var)", "bias": "mean"},
            {"weight": "1", "bias": "mean"},
            {"weight": "sqrt(var + eps)", "bias": "0"},
            {"weight": "sqrt(var + eps)", "bias": "mean", "batch": "other"},
        ],
    ),
    ("norm.output_bounded_by_batch_size", {"layer": "batch"}, [{"layer": "none"}, {"layer": "batch", "weight": 3}]),
    ("norm.has_fixed_bound", {"by": "clamp"}, [{"by": "batch"}]),
    ("norm.two_values_become_plus_minus_one", {"batch_size": 2}, [{"batch_size": 3}, {"batch_size": 8}]),
    ("norm.output_has_unit_variance", {"input_variance": 1}, [{"input_variance": 1e-6}]),
    (
        "norm.batch_variances_recover_population",
        {"order": "shuffled"},
        [{"order": "sorted"}, {"order": "shuffled", "corrected": False}],
    ),
    ("norm.learns", {"layer": "batch", "batches": "mixed"}, [{"layer": "batch", "batches": "single_class"}]),
    ("norm.learns", {"layer": "none", "batches": "single_class"}, [{"layer": "batch", "batches": "single_class"}]),
    ("lrn.inhibits", {"distance": 2}, [{"distance": 3}, {"distance": 4}]),
    ("lrn.matches_torch", {"alpha_times": 5}, [{"alpha_times": 1}]),
    ("lrn.matches_torch", {"alpha_times": 3, "size": 3}, [{"alpha_times": 5, "size": 3}]),
    ("residual.zero_block_is", {"output": "relu(x)"}, [{"output": "x"}, {"output": "0"}]),
    (
        "residual.zero_block_is",
        {"output": "x", "signed": False, "block": "bottleneck"},
        [{"output": "x", "signed": True, "block": "bottleneck"}],
    ),
    (
        "residual.shortcut_fits",
        {"shortcut": "projection"},
        [{"shortcut": "identity"}, {"shortcut": "projection", "shortcut_stride": 1}],
    ),
    ("residual.shortcut_fits", {"shortcut": "pad"}, [{"shortcut": "pad", "shortcut_stride": 1}]),
    ("residual.jacobian_has_identity_term", {"skip": True}, [{"skip": False}]),
    ("residual.gradient_reaches_input", {"skip": True}, [{"skip": False}]),
    ("residual.gradient_reaches_input", {"skip": False, "depth": 1}, [{"skip": False, "depth": 50}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_has_a_table_that_starts_with_the_answer_and_shows_both_outcomes(name, holding):
    assert_shows(name, holding, both=holding != {"skip": False, "depth": 1})


def test_evidence_of_a_difference_shows_both_arrangements_as_heatmaps():
    blocks = run("norm.per_token_equals_per_sample", {"tokens": 5}).evidence()
    heatmaps = [block for block in blocks if isinstance(block, Heatmap)]
    assert [len(heatmap.values) for heatmap in heatmaps] == [2, 2]
    assert max(map(max, heatmaps[0].values)) > 0.1
    assert max(map(max, heatmaps[1].values)) < 1e-9


def test_axes_that_the_input_lacks_are_refused():
    with pytest.raises(Refused, match="no axes NHW"):
        run("norm.standardises", {"layer": "batch", "over": "NHW", "dims": 2})


def by_seed(differences):
    """Return a trial that gives the listed difference to each seed."""
    return lambda generator: torch.tensor([differences[generator.initial_seed()]])


def test_a_difference_that_is_neither_is_unsettled_and_names_the_seed():
    with pytest.raises(Unsettled, match=r"seed 3 .* 1\.0e-06"):
        settle("", Holds.IF_EQUAL, by_seed([0.0, 0.0, 0.0, 1e-6, 0.0]), {}, [])


def test_not_a_number_is_unsettled():
    with pytest.raises(Unsettled, match="seed 0"):
        settle("", Holds.IF_EQUAL, by_seed([float("nan")] * 5), {}, [])


def test_seeds_that_disagree_are_unsettled_and_named():
    with pytest.raises(Unsettled, match="seed 4 disagrees"):
        settle("", Holds.IF_EQUAL, by_seed([0.0, 0.0, 0.0, 0.0, 1.0]), {}, [])


def test_a_control_that_settles_nothing_is_shown_and_loses_no_evidence():
    """The chosen arrangement has no difference, one control has one, another lies between, a third is no number."""
    trial = lambda generator, size: torch.full((2, 2), size)  # noqa: E731
    controls = [{"size": size} for size in (1e-6, 1.0, float("nan"))]
    run = settle("Sizes", Holds.IF_EQUAL, trial, {"size": 0.0}, controls)
    assert run.value is True
    _, table, *heatmaps = run.evidence()
    assert [row[-1] for row in table.rows] == [True, "not settled", False, "not settled"]
    assert [row[1:3] for row in table.rows[1:3]] == [("1e-06", "1e-06"), ("1", "1")]
    assert len(heatmaps) == 2


def test_the_sign_of_a_difference_does_not_matter():
    assert settle("", Holds.IF_DIFFERENT, by_seed([-1.0, 1.0, -1.0, 1.0, -1.0]), {}, []).value is True


def test_several_seeds_are_run():
    assert len(_settle.SEEDS) >= 5


def test_an_unsettled_claim_is_refused_in_a_sentence():
    with pytest.raises(Refused, match="this settles nothing"):
        run("norm.output_has_unit_variance", {"input_variance": 0.01})


def test_a_batch_of_one_is_judged_by_torch_and_its_error_is_quoted():
    with pytest.raises(ValueError, match="per channel") as torchs:
        nn.BatchNorm1d(6)(torch.zeros(1, 6, 1))
    (table,) = run("norm.accepts_batch_of_one", {"layer": "batch"}).evidence()
    assert table.rows[0][3] == str(torchs.value)
    assert {row[3] for row in table.rows[1:]} == {"accepted"}


def test_a_batch_of_one_must_pass_backwards_too(monkeypatch):
    class FailsBackwards(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, upstream):
            raise RuntimeError("no way back\nsecond line")

    monkeypatch.setattr(nn.LayerNorm, "forward", lambda self, x: FailsBackwards.apply(x))
    result = run("norm.accepts_batch_of_one", {"layer": "layer"})
    assert result.value is False
    assert result.evidence()[0].rows[0][3] == "no way back"

"""Every experiment on attention: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

from engine.errors import Refused
from engine.evidence import Table
from engine.experiments._settle import Unsettled

torch.set_num_threads(1)

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    (
        "attention.dot_product_variance_is",
        {"variance": "d"},
        [{"variance": "1"}, {"variance": "sqrt(d)"}, {"variance": "1/d"}, {"variance": "d", "divide_by": "sqrt(d)"}],
    ),
    (
        "attention.dot_product_variance_is",
        {"variance": "1", "divide_by": "sqrt(d)", "embed_dim": 16},
        [{"variance": "1", "divide_by": "1"}, {"variance": "1", "divide_by": "d"}],
    ),
    ("attention.dot_product_variance_is", {"variance": "1/d", "divide_by": "d"}, [{"variance": "1/d"}]),
    ("attention.gradient_passes_softmax", {"scaled": True}, [{"scaled": False}]),
    (
        "attention.gradient_passes_softmax",
        {"scaled": False, "embed_dim": 4},
        [{"scaled": False, "embed_dim": 1024}],
    ),
    ("attention.weights_sum_to_one", {}, [{"normaliser": "sigmoid"}, {"over": "queries"}]),
    ("attention.output_stays_among_values", {}, [{"normaliser": "sigmoid"}, {"normaliser": "none"}]),
    (
        "attention.output_is",
        {"what": "best_value", "sharpness": 100},
        [{"what": "best_value", "sharpness": 1}, {"what": "mean", "sharpness": 100}],
    ),
    ("attention.output_is", {"what": "mean", "sharpness": 0}, [{"what": "mean", "sharpness": 1}]),
    ("attention.additive_equals_dot", {"keys": "identical"}, [{"keys": "different"}]),
    ("attention.selection_passes_gradient", {"selection": "soft"}, [{"selection": "hard"}]),
    ("attention.hides_future", {"mask": "causal"}, [{"mask": "none"}, {"mask": "anti_causal"}]),
    (
        "attention.hides_future",
        {"mask": "strictly_causal", "num_layers": 3},
        [{"mask": "none", "num_layers": 3}, {"mask": "anti_causal", "num_layers": 3}],
    ),
    ("attention.sees_whole_past", {"mask": "causal"}, [{"mask": "anti_causal"}]),
    (
        "attention.ignores_padding",
        {"by": "mask"},
        [{"by": "nothing"}, {"by": "zero_embeddings"}, {"by": "zero_weights"}],
    ),
    ("attention.all_masked_row_is", {"what": "nan", "by": "-inf"}, [{"what": "nan", "by": "-1e6"}]),
    ("attention.all_masked_row_is", {"what": "uniform", "by": "-1e6"}, [{"what": "uniform", "by": "-inf"}]),
    (
        "attention.all_masked_row_is",
        {"what": "zero", "by": "torch"},
        [{"what": "zero", "by": "-1e6"}, {"what": "uniform", "by": "torch"}, {"what": "nan", "by": "torch"}],
    ),
    ("attention.last_output_same_without_mask", {"num_layers": 1}, [{"num_layers": 2}, {"num_layers": 3}]),
    ("attention.last_output_same_without_mask", {"num_layers": 3, "cached": True}, [{"num_layers": 3}]),
    ("attention.commutes_with_shuffling_tokens", {}, [{"positions": "sinusoidal"}, {"causal": True}]),
    ("attention.pooled_output_ignores_order", {}, [{"positions": "sinusoidal"}]),
    ("attention.equal_tokens_get_equal_outputs", {}, [{"positions": "sinusoidal"}]),
    (
        "attention.ignores_order_of",
        {"shuffled": "pairs"},
        [{"shuffled": "keys"}, {"shuffled": "values"}, {"shuffled": "queries"}],
    ),
    ("attention.reaches_first_token", {"layer": "attention"}, [{"layer": "recurrence"}, {"layer": "convolution"}]),
    (
        "attention.reaches_first_token",
        {"layer": "attention", "length": 200},
        [{"layer": "recurrence", "length": 200}, {"layer": "convolution", "length": 4}],
    ),
    ("attention.reaches_first_token", {"layer": "convolution", "length": 3}, [{"layer": "convolution", "length": 4}]),
    ("attention.reaches_first_token", {"layer": "recurrence", "length": 3}, [{"layer": "recurrence", "length": 100}]),
    ("attention.cost_multiplies_by", {"factor": 4}, [{"factor": 2}, {"factor": 4, "part": "recurrence"}]),
    (
        "attention.cost_multiplies_by",
        {"factor": 2, "part": "recurrence"},
        [{"factor": 2, "part": "attention_products"}, {"factor": 4, "part": "recurrence"}],
    ),
    (
        "attention.cost_multiplies_by",
        {"factor": 2, "part": "attention_projections"},
        [{"factor": 4, "part": "attention_projections"}],
    ),
    ("attention.params_same_for_any_heads", {"convention": "split_heads"}, [{"convention": "full_width"}]),
    (
        "attention.params_same_for_any_heads",
        {"convention": "split_heads", "bias": False},
        [{"convention": "full_width", "bias": False}],
    ),
    ("attention.conventions_agree", {"num_heads": 1}, [{"num_heads": 2}, {"num_heads": 8, "bias": False}]),
    ("attention.mixing_depends_on_tokens", {"layer": "attention"}, [{"layer": "linear"}]),
    ("attention.output_length_follows", {"what": "query"}, [{"what": "key"}]),
    ("positional_encoding.shift_is_linear", {"shift": 3}, [{"shift": 3, "encoding": "random"}]),
    ("positional_encoding.shift_is_linear", {"shift": 16}, [{"shift": 16, "encoding": "random"}]),
    ("positional_encoding.product_depends_on_offset_only", {}, [{"encoding": "random"}]),
    (
        "positional_encoding.tells_positions_apart",
        {"waves": "all"},
        [{"waves": "fastest"}, {"waves": "slowest"}, {"waves": "none"}],
    ),
    (
        "positional_encoding.embedding_keeps_up",
        {"scale": "sqrt(d)"},
        [{"scale": "1"}, {"scale": "1/sqrt(d)"}],
    ),
    ("positional_encoding.embedding_keeps_up", {"scale": "1", "std": "1"}, [{"scale": "1/sqrt(d)", "std": "1"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_has_a_table_that_starts_with_the_answer_and_shows_both_outcomes(name, holding):
    assert_shows(name, holding)


def test_each_wrong_way_with_padding_is_wrong_in_its_own_way():
    blocks = run("attention.ignores_padding", {"by": "mask"}).evidence()
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert len({row[1:3] for row in table.rows}) == 4


def test_what_lies_between_is_not_settled():
    with pytest.raises(Unsettled, match="this settles nothing"):
        run("attention.reaches_first_token", {"layer": "recurrence", "length": 25})


def test_a_width_at_which_variances_could_be_confused_is_refused():
    with pytest.raises(Refused, match="'embed_dim' must be a whole number from 16 to 1024, not 4"):
        run("attention.dot_product_variance_is", {"embed_dim": 4})

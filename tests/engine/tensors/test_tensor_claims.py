"""Every experiment on tensors, freezing and precision: what it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

torch.set_num_threads(1)

BROADCASTING = [
    ("tensor.true_line_is_a_minimum", {"target": "(N, 1)"}, [{"target": "(N,)"}]),
    ("tensor.scales_each_channel", {"shape": "(1, C, 1, 1)"}, [{"shape": "(C,)"}]),
    ("tensor.scales_each_channel", {"shape": "(C, 1, 1)"}, [{"shape": "(C,)"}]),
    ("tensor.vector_is_taken_from_each", {"what": "row"}, [{"what": "column"}]),
    (
        "tensor.unsqueeze_pairs",
        {"query_dim": 2, "key_dim": 1},
        [{"query_dim": 1, "key_dim": 2}, {"query_dim": 1, "key_dim": 1}, {"query_dim": 2, "key_dim": 2}],
    ),
]
REDUCTIONS = [("tensor.centred_rows", {"keepdim": True}, [{"keepdim": False}])]
MEMORY = [
    *(
        (
            "tensor.writes_reach_original",
            {"operation": view},
            [
                {"operation": copy}
                for copy in ("clone", "reshape_of_transpose", "index_list", "boolean_mask", "repeat", "cat")
            ],
        )
        for view in (
            "view",
            "reshape",
            "flatten",
            "transpose",
            "permute",
            "slice",
            "squeeze",
            "expand",
            "detach",
            "contiguous",
        )
    ),
    (
        "tensor.writes_reach_original",
        {"operation": "transpose"},
        [{"operation": "flatten_of_transpose"}, {"operation": "contiguous_of_transpose"}],
    ),
    *(
        (
            "tensor.view_works_after",
            {"before": before},
            [{"before": "transpose"}, {"before": "permute"}, {"before": "slice_columns"}],
        )
        for before in ("nothing", "transpose_contiguous", "slice_rows")
    ),
]
REARRANGING = [
    ("tensor.makes_time_first", {"by": "permute"}, [{"by": "reshape"}, {"by": "view"}]),
    ("tensor.makes_time_first", {"by": "transpose"}, [{"by": "reshape"}]),
    ("tensor.rnn_mixes_samples", {"batch_first": False}, [{"batch_first": True}]),
    ("tensor.squeeze_keeps_batch", {"batch_size": 8}, [{"batch_size": 1}]),
    ("tensor.squeeze_keeps_batch", {"batch_size": 1, "dim": "last"}, [{"batch_size": 1, "dim": "all"}]),
    ("tensor.repeat_equals_interleave", {"values": "equal"}, [{"values": "different"}]),
    ("tensor.slices_give_back", {"join": "cat"}, [{"join": "add"}]),
    ("tensor.slices_give_back", {"join": "stack"}, [{"join": "add"}]),
]
PRODUCTS = [
    ("tensor.product_commutes", {"product": "hadamard"}, [{"product": "matrix"}, {"product": "outer"}]),
    ("tensor.product_commutes", {"product": "inner"}, [{"product": "matrix"}]),
    ("tensor.hadamard_equals_matrix_product", {"matrices": "diagonal"}, [{"matrices": "full"}]),
    ("tensor.has_rank_one", {"product": "outer"}, [{"product": "matrix"}]),
    ("tensor.bmm_equals_loop", {"product": "bmm"}, [{"product": "hadamard"}, {"product": "swapped"}]),
]
SOFTMAX = [
    ("tensor.softmax_sums_to_one", {"dim": 1, "over": 1}, [{"dim": 0, "over": 1}, {"dim": 1, "over": 0}]),
    ("tensor.softmax_sums_to_one", {"dim": 0, "over": 0}, [{"dim": 1, "over": 0}]),
    ("tensor.snippet_rows_are_equal", {"dim": 1}, [{"dim": 0}, {"dim": 1, "matrix": "random"}]),
]
FREEZING = [
    ("module.running_mean_moves", {"mode": "train"}, [{"mode": "eval"}]),
    ("module.trains_after_unfreezing", {"optimizer_got": "all"}, [{"optimizer_got": "trainable"}]),
    ("module.weights_move", {"frozen": False}, [{"frozen": True}]),
]
CUTTING = [("module.chain_equals_network", {"between": "nothing"}, [{"between": "relu"}])]
PRECISION = [
    ("precision.loss_is_finite", {"guard": "eps"}, [{"guard": "none"}]),
    ("precision.loss_is_finite", {"guard": "clamp"}, [{"guard": "none"}]),
    ("precision.loss_is_finite", {"guard": "logits"}, [{"guard": "none"}]),
    ("precision.softmax_is_finite", {"shifted": True}, [{"shifted": False}]),
    (
        "precision.softmax_is_finite",
        {"shifted": True, "dtype": "float16"},
        [{"shifted": False, "dtype": "float16"}, {"shifted": False, "dtype": "float64"}],
    ),
    ("precision.small_steps_add_up", {"dtype": "float32"}, [{"dtype": "float16"}, {"dtype": "bfloat16"}]),
    ("precision.small_steps_add_up", {"dtype": "float16", "kept_in": "float32"}, [{"dtype": "float16"}]),
    ("precision.gradient_survives", {"loss_scale": 1024}, [{"loss_scale": 1}]),
    ("precision.gradient_survives", {"dtype": "bfloat16"}, [{"dtype": "float16"}]),
    ("precision.order_of_addition_matters", {"dtype": "float16"}, [{"dtype": "whole numbers"}]),
    ("precision.order_of_addition_matters", {"dtype": "bfloat16"}, [{"dtype": "whole numbers"}]),
]
CLAIMS = [
    *BROADCASTING,
    *REDUCTIONS,
    *MEMORY,
    *REARRANGING,
    *PRODUCTS,
    *SOFTMAX,
    *FREEZING,
    *CUTTING,
    *PRECISION,
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_has_a_table_that_starts_with_the_answer_and_shows_both_outcomes(name, holding):
    assert_shows(name, holding)


def test_a_view_is_possible_exactly_where_the_strides_are_row_major():
    for before in ("nothing", "transpose", "transpose_contiguous", "slice_columns", "slice_rows", "permute"):
        row = run("tensor.view_works_after", {"before": before}).evidence()[0].rows[0]
        assert row[3] is row[4]

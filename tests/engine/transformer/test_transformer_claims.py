"""Every experiment on Transformers and BERT: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

from engine.experiments._settle import Unsettled
from engine.registry import load

torch.set_num_threads(1)

ORDERS = ["norm(x + f(x))", "x + f(norm(x))", "x + norm(f(x))"]
CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("transformer.decoder_leaks", {"mask": "none"}, [{"mask": "causal"}]),
    ("transformer.decoder_leaks", {"mask": "none", "num_layers": 1}, [{"mask": "causal", "num_layers": 1}]),
    (
        "transformer.changed_token_reaches",
        {"token": 3, "position": 5},
        [{"token": 3, "position": 2}, {"token": 5, "position": 4}],
    ),
    (
        "transformer.changed_token_reaches",
        {"token": 3, "position": 1, "mask": "none"},
        [{"token": 3, "position": 1}],
    ),
    ("transformer.one_pass_equals_prefixes", {"mask": "causal"}, [{"mask": "none"}]),
    (
        "transformer.prediction_needs_mask",
        {"num_layers": 2},
        [{"num_layers": 1}, {"num_layers": 2, "cached": True}],
    ),
    (
        "transformer.prediction_needs_mask",
        {"num_layers": 3},
        [{"num_layers": 3, "cached": True}],
    ),
    ("transformer.ignores_source_padding", {"masked": True}, [{"masked": False}]),
    (
        "transformer.incremental_equals_full",
        {},
        [{"remembers": "newest token"}, {"remembers": "no source"}],
    ),
    (
        "transformer.incremental_equals_full",
        {"num_layers": 1},
        [{"remembers": "newest token", "num_layers": 1}],
    ),
    ("transformer.writes_alike_with_cache", {}, [{"sources": "other"}]),
    (
        "transformer.passes_are",
        {"phase": "training", "passes": "one"},
        [{"phase": "prediction", "passes": "one"}, {"phase": "training", "passes": "one for each token"}],
    ),
    (
        "transformer.passes_are",
        {"phase": "prediction", "passes": "one for each token"},
        [{"phase": "prediction", "passes": "one"}],
    ),
    ("transformer.all_attentions_are_self", {"network": "encoder_only"}, [{"network": "encoder_decoder"}]),
    ("transformer.all_attentions_are_self", {"network": "decoder_only"}, [{"network": "encoder_decoder"}]),
    (
        "transformer.cross_attention_reads",
        {"part": "query", "sequence": "target"},
        [{"part": "query", "sequence": "source"}],
    ),
    (
        "transformer.cross_attention_reads",
        {"part": "key", "sequence": "source"},
        [{"part": "key", "sequence": "target"}, {"part": "value", "sequence": "target"}],
    ),
    (
        "transformer.cross_attention_reads",
        {"part": "value", "sequence": "source"},
        [{"part": "value", "sequence": "target"}],
    ),
    (
        "transformer.block_has",
        {"what": "feed_forward", "count": 1},
        [{"what": "feed_forward", "count": 2}, {"what": "linear_in_feed_forward", "count": 1}],
    ),
    (
        "transformer.block_has",
        {"what": "attention", "count": 2, "block": "decoder"},
        [{"what": "attention", "count": 2, "block": "encoder"}],
    ),
    (
        "transformer.block_has",
        {"what": "add_norm", "count": 3, "block": "decoder"},
        [{"what": "add_norm", "count": 3, "block": "encoder"}],
    ),
    ("transformer.block_has", {"what": "linear_in_feed_forward", "count": 2}, [{"what": "attention", "count": 2}]),
    ("transformer.knows_order", {"positions": "sinusoidal"}, [{"positions": "none"}]),
    ("transformer.knows_order", {"positions": "learned"}, [{"positions": "none"}]),
    ("transformer.knows_order", {"positions": "none", "part": "decoder"}, [{"positions": "none"}]),
    ("transformer.positions_drown_tokens", {"scale": "1/sqrt(d)"}, [{"scale": "sqrt(d)"}]),
    ("feed_forward.mixes_positions", {"layer": "attention"}, [{"layer": "feed_forward"}]),
    ("feed_forward.equals_convolution", {"kernel_size": 1}, [{"kernel_size": 3}]),
    ("attention.head_split_is", {"split": "neighbouring features"}, [{"split": "reshape without transpose"}]),
    ("add_norm.output_is_standardised", {"norm_first": False}, [{"norm_first": True}]),
    ("add_norm.silent_block_is_identity", {"norm_first": True}, [{"norm_first": False}]),
    ("add_norm.can_add", {"change": "nothing"}, [{"change": "width"}, {"change": "length"}]),
    ("add_norm.order_is", {"order": ORDERS[0]}, [{"order": ORDERS[1]}, {"order": ORDERS[2]}]),
    (
        "add_norm.order_is",
        {"order": ORDERS[1], "norm_first": True},
        [{"order": ORDERS[0], "norm_first": True}, {"order": ORDERS[2], "norm_first": True}],
    ),
    (
        "sequence_layer.attention_is_cheaper",
        {"length": 16, "width": 64},
        [{"length": 64, "width": 16}, {"length": 16, "width": 64, "projections": True}],
    ),
    ("bert.sees_both_sides", {"mask": "none"}, [{"mask": "causal"}]),
    ("bert.loss_depends_on", {"positions": "chosen"}, [{"positions": "others"}]),
    ("bert.loss_depends_on", {"positions": "others", "loss": "all tokens"}, [{"positions": "others"}]),
    (
        "bert.share_is",
        {"action": "random", "share": 0.015},
        [{"action": "random", "share": 0.1}, {"action": "masked", "share": 0.015}],
    ),
    ("bert.share_is", {"action": "random", "share": 0.1, "of": "chosen"}, [{"action": "random", "share": 0.1}]),
    ("bert.share_is", {"action": "chosen", "share": 0.15}, [{"action": "masked", "share": 0.8}]),
    ("bert.share_is", {"action": "masked", "share": 0.12}, [{"action": "kept", "share": 0.12}]),
    ("bert.negatives_are", {"share": 0.5}, [{"share": 0.15}]),
    ("bert.fine_tuning_moves", {"what": "body"}, [{"what": "body", "freeze": True}]),
    ("bert.fine_tuning_moves", {"what": "new layer", "freeze": True}, [{"what": "body", "freeze": True}]),
    ("bert.second_sentence_has_segment", {"segments": "different"}, [{"segments": "equal"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS, ids=[f"{one[0]}-{i}" for i, one in enumerate(CLAIMS)])
def test_transformer_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", sorted({name for name, *_ in CLAIMS}))
def test_transformer_evidence_shows_both_outcomes(name):
    assert_shows(name, load()[name].example)


def test_what_is_neither_equal_nor_different_is_not_settled():
    with pytest.raises(Unsettled, match="this settles nothing"):
        run("bert.share_is", {"action": "masked", "share": 0.1})

"""``attention.*`` as banks call it: numbers beside torch, beside plain arithmetic, beside published figures."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.matmul_macs import MatmulMacs
from engine.arguments import bind
from engine.errors import Refused
from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.layers.attention_multihead import MultiheadAttention
from engine.registry import find

torch.set_num_threads(1)
SCORES = st.lists(st.floats(-20, 20), min_size=1, max_size=6)


def run(name, **given):
    function = find(name)
    return function.call(**bind(function, given))


def value(name, **given):
    return run(name, **given).value


def softmax(scores):
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


@given(st.integers(1, 16), st.integers(1, 12), st.booleans())
def test_parameters_of_both_conventions_are_the_closed_forms(head_width, heads, bias):
    d = head_width * heads
    split = 4 * d**2 + 4 * d * bias
    full = 4 * heads * d**2 + (3 * heads * d + d) * bias
    assert value("attention.num_params", embed_dim=d, num_heads=heads, bias=bias) == split
    assert value("attention.num_params", embed_dim=d, num_heads=heads, bias=bias, convention="full_width") == full


@pytest.mark.parametrize(
    ("d", "heads", "bias", "convention", "expected"),
    [
        (512, 8, True, "split_heads", 1_050_624),
        (512, 1, True, "split_heads", 1_050_624),
        (512, 8, False, "split_heads", 1_048_576),
        (768, 12, True, "split_heads", 2_362_368),
        (512, 8, False, "full_width", 8_388_608),
        (10, 3, False, "full_width", 1_200),
    ],
)
def test_figures_that_others_give(d, heads, bias, convention, expected):
    assert value("attention.num_params", embed_dim=d, num_heads=heads, bias=bias, convention=convention) == expected


def test_biases_are_on_and_heads_split_unless_said_otherwise():
    assert value("attention.num_params", embed_dim=8, num_heads=2) == 4 * 64 + 4 * 8


@pytest.mark.parametrize("name", ["attention.num_params", "attention.head_dim", "attention.macs"])
def test_a_width_that_heads_cannot_share_is_refused(name):
    extra = {"length": 3} if name == "attention.macs" else {}
    with pytest.raises(Refused, match=r"^3 heads cannot share a width of 10 evenly; take an embed_dim of 9 or 12$"):
        value(name, embed_dim=10, num_heads=3, **extra)
    value(name, embed_dim=10, num_heads=3, convention="full_width", **extra)


def test_width_of_a_head():
    assert value("attention.head_dim", embed_dim=48, num_heads=6) == 48 // 6
    assert value("attention.head_dim", embed_dim=48, num_heads=6, convention="full_width") == 48


@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50))
def test_parameters_of_additive_attention(query_size, key_size, hiddens):
    sizes = {"query_size": query_size, "key_size": key_size, "num_hiddens": hiddens}
    assert value("attention.additive_num_params", **sizes) == hiddens * (query_size + key_size + 1)


@settings(max_examples=30)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 7), st.integers(1, 7))
def test_macs_are_the_closed_forms(head_width, heads, queries, keys):
    d = head_width * heads
    call = {"embed_dim": d, "num_heads": heads, "length": queries, "key_length": keys}
    projections, products = 2 * queries * d**2 + 2 * keys * d**2, 2 * queries * keys * d
    assert value("attention.macs", **call, part="projections") == projections
    assert value("attention.macs", **call, part="products") == products
    assert value("attention.macs", **call) == projections + products
    assert value("attention.macs", **call, convention="full_width") == heads * (projections + products)


@pytest.mark.parametrize("make", [MultiheadAttention, FullWidthMultiheadAttention])
def test_macs_are_half_of_what_torchs_flop_counter_counts(make):
    layer, query, memory = make(8, 2), torch.zeros(3, 5, 8), torch.zeros(3, 7, 8)
    with FlopCounterMode(display=False) as flops:
        layer(query, memory, memory)
    with MatmulMacs() as macs:
        layer(query, memory, memory)
    assert 2 * (macs.products + macs.linear) == flops.get_total_flops()


@given(st.lists(st.lists(st.floats(-20, 20), min_size=4, max_size=4), min_size=4, max_size=4), st.data())
def test_weights_are_softmax_over_what_may_be_seen(scores, data):
    valid_lens = data.draw(st.lists(st.integers(1, 4), min_size=4, max_size=4))
    scale = data.draw(st.sampled_from([0.0, 0.5, 1.0]))
    found = value("attention.weights", scores=scores, valid_lens=valid_lens, scale=scale, causal=True)
    for query, (row, valid) in enumerate(zip(scores, valid_lens, strict=True)):
        seen = min(valid, query + 1)
        expected = softmax([scale * score for score in row[:seen]]) + [0.0] * (4 - seen)
        assert found[query] == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(SCORES, st.data())
def test_one_query_by_arithmetic(scores, data):
    values = data.draw(st.lists(st.floats(-9, 9), min_size=len(scores), max_size=len(scores)))
    valid_len = data.draw(st.integers(1, len(scores)))
    weights = softmax(scores[:valid_len]) + [0.0] * (len(scores) - valid_len)
    expected = sum(w * v for w, v in zip(weights, values, strict=True))
    found = value("attention.output", scores=scores, values=values, valid_len=valid_len)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    for position, weight in enumerate(weights):
        found = value("attention.weight", scores=scores, position=position, valid_len=valid_len)
        assert found == pytest.approx(weight, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("scale", [None, 1.0])
@pytest.mark.parametrize("causal", [True, False])
def test_forward_by_arithmetic(scale, causal):
    query, key, values = [[1, 2], [0, -1], [3, 0.5]], [[1, 0], [0, 1], [2, 2]], [[1.0], [10.0], [100.0]]
    found = value("attention.forward", query=query, key=key, value=values, scale=scale, causal=causal)
    factor = 1 / math.sqrt(2) if scale is None else scale
    for position, (q, (output,)) in enumerate(zip(query, found, strict=True)):
        seen = position + 1 if causal else 3
        weights = softmax([factor * (q[0] * k[0] + q[1] * k[1]) for k in key[:seen]])
        expected = sum(w * v[0] for w, v in zip(weights, values, strict=False))
        assert output == pytest.approx(expected, rel=1e-12)


@given(st.tuples(*[st.integers(1, 6)] * 6))
def test_shapes(sizes):
    batch, queries, keys, query_size, key_size, value_size = sizes
    shapes = {"key": [batch, keys, key_size], "value": [batch, keys, value_size]}
    query = [batch, queries, query_size]
    assert value("attention.output_shape", query=query, **shapes, attention="additive") == [batch, queries, value_size]
    assert value("attention.weights_shape", query=query, **shapes, attention="additive") == [batch, queries, keys]
    same = [batch, queries, key_size]
    assert value("attention.output_shape", query=same, **shapes) == [batch, queries, value_size]
    assert value("attention.weights_shape", query=same, **shapes) == [batch, queries, keys]


@given(st.tuples(*[st.integers(1, 6)] * 5), st.integers(1, 6))
def test_shapes_of_multihead_attention(sizes, heads):
    batch, queries, keys, width, memory = sizes
    assume(width % heads == 0)
    call = {"query": [batch, queries, width], "key": [batch, keys, memory], "value": [batch, keys, memory]}
    call |= {"attention": "multihead", "num_heads": heads}
    assert value("attention.output_shape", **call) == [batch, queries, width]
    assert value("attention.weights_shape", **call) == [batch, heads, queries, keys]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        (
            "attention.output_shape",
            {"query": [2, 1, 8], "key": [2, 9, 7], "value": [2, 9, 7]},
            "a dot product needs queries and keys of one width, not 8 and 7",
        ),
        (
            "attention.output_shape",
            {"query": [2, 1, 8], "key": [1, 9, 8], "value": [2, 9, 8]},
            "query, key and value need one batch size",
        ),
        (
            "attention.weights_shape",
            {"query": [2, 1, 8], "key": [2, 9, 8], "value": [2, 8, 8]},
            "every key needs one value: there are 9 keys and 8 values",
        ),
        (
            "attention.output_shape",
            {"query": [2, 1, 8], "key": [2, 9, 8], "value": [2, 9, 8], "num_heads": 2},
            "'num_heads' is for multihead attention; dot attention has one",
        ),
        (
            "attention.output_shape",
            {"query": [65536] * 3, "key": [65536] * 3, "value": [65536] * 3},
            "has more than 1,000,000,000,000 elements",
        ),
        ("attention.weight", {"scores": [1, 2], "position": 2}, "'position' is 2, and 2 keys are numbered 0 to 1"),
        ("attention.weight", {"scores": [1, 2], "position": 0, "valid_len": 3}, "valid lengths lie between 0 and"),
        ("attention.output", {"scores": [1, 2], "values": [1]}, "there are 2 scores and 1 values"),
        ("attention.weights", {"scores": [[1, 2]], "causal": True}, "as many queries as keys, not 1 and 2"),
        ("attention.weights", {"scores": [[1, 2]], "valid_lens": [1, 2]}, "one length for each of the 1 queries"),
        ("attention.weights", {"scores": [[1] * 65]}, "at most 64 queries and keys are run, not 1 and 65"),
        ("attention.forward", {"query": [[1]], "key": [[1, 2]], "value": [[1]]}, "of one width, not 1 and 2"),
        ("attention.forward", {"query": [[1]], "key": [[1]], "value": [[1], [2]]}, "there are 1 keys and 2 values"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=sentence):
        value(name, **arguments)


def test_evidence_lists_the_parameters_that_were_counted():
    (table,) = run("attention.num_params", embed_dim=8, num_heads=2, convention="full_width").evidence()
    assert sum(row[-1] for row in table.rows) == 4 * 2 * 64 + 3 * 2 * 8 + 8


def test_evidence_of_weights_shows_scores_mask_and_weights():
    outcome = run("attention.weights", scores=[[1, 2], [3, 4]], causal=True)
    scores, mask, weights = outcome.evidence()
    assert (scores.values, mask.values) == ([[1, 2], [3, 4]], [[1, 0], [1, 1]])
    assert_close(weights.values, outcome.value)


def test_torchs_layer_and_ours_have_equally_many_parameters():
    for bias in (True, False):
        counts = {sum(p.numel() for p in make(24, 4, bias=bias).parameters()) for make in _SPLIT}
        assert len(counts) == 1


_SPLIT = (MultiheadAttention, nn.MultiheadAttention)

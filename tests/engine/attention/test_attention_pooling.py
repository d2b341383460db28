"""Pooling by scores, kernel regression, padding and the scores themselves, beside loops, torch and plain arithmetic."""

import math
from itertools import product

import pytest
import torch
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.attention.nadaraya_watson import NadarayaWatson, gaussian_as_softmax, nadaraya_watson, snippet
from engine.attention.pooling import attention_pooling
from engine.attention.scores import SCORES, bilinear, cosine, dot, negative_squared_distance, scaled_dot
from engine.errors import Refused
from engine.layers.attention import masked_softmax
from engine.layers.masks import padding_mask

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}
NAMED = {"dot": dot, "scaled_dot": scaled_dot, "cosine": cosine, "negative_squared_distance": negative_squared_distance}
BY_HAND = {
    "dot": lambda q, k: sum(a * b for a, b in zip(q, k, strict=True)),
    "scaled_dot": lambda q, k: sum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(len(q)),
    "cosine": lambda q, k: sum(a * b for a, b in zip(q, k, strict=True)) / math.hypot(*q) / math.hypot(*k),
    "negative_squared_distance": lambda q, k: -(math.dist(q, k) ** 2) / 2,
}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def shares(scores):
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def pooled_by_loop(query, key, value, score):
    outputs = []
    for q in query.tolist():
        weights = shares([score(q, k) for k in key.tolist()])
        outputs.append(
            [sum(w * v[e] for w, v in zip(weights, value.tolist(), strict=True)) for e in range(value.shape[1])]
        )
    return torch.tensor(outputs, dtype=torch.float64)


@pytest.mark.parametrize("name", NAMED)
def test_pooling_equals_a_loop_for_every_score(name):
    query, key, value = randn(0, 3, 4), randn(1, 5, 4), randn(2, 5, 2)
    expected = pooled_by_loop(query, key, value, BY_HAND[name])
    assert_close(attention_pooling(query, key, value, NAMED[name]).output, expected, **EXACT)
    found = run("attention.pooled", query=query.tolist(), key=key.tolist(), value=value.tolist(), score=name).value
    assert_close(torch.tensor(found, dtype=torch.float64), expected, **EXACT)


def test_pooling_in_batches_equals_einsum_and_its_width_is_the_values():
    query, key, value = randn(0, 2, 3, 4), randn(1, 2, 5, 4), randn(2, 2, 5, 7)
    scores = torch.einsum("nle,nse->nls", query, key) / 2
    expected = torch.einsum("nls,nsv->nlv", scores.softmax(-1), value)
    found = attention_pooling(query, key, value)
    assert_close(found.output, expected, **EXACT)
    assert_close(found.weights, scores.softmax(-1), **EXACT)
    assert found.output.shape == (2, 3, 7)


def test_pairs_of_key_and_value_may_come_in_any_order():
    query, key, value = randn(0, 3, 4), randn(1, 5, 4), randn(2, 5, 2)
    order = [3, 1, 4, 0, 2]
    expected = pooled_by_loop(query, key, value, BY_HAND["scaled_dot"])
    assert_close(attention_pooling(query, key[order], value[order]).output, expected, **EXACT)
    assert not torch.allclose(attention_pooling(query, key[order], value).output, expected)


def test_the_bilinear_score_takes_widths_that_differ():
    query, key, weight = randn(0, 3, 4), randn(1, 5, 2), randn(2, 4, 2)
    assert_close(bilinear(weight)(query, key), torch.einsum("le,ef,sf->ls", query, weight, key), **EXACT)


def test_scores_by_name_are_the_functions_of_that_name():
    assert SCORES == NAMED


@pytest.mark.parametrize("kernel", ["gaussian", "boxcar", "epanechnikov", "constant"])
@pytest.mark.parametrize("bandwidth", [1.5, 4.0])
def test_kernel_regression_is_the_ratio_of_two_sums(kernel, bandwidth):
    heights = {
        "gaussian": lambda u: math.exp(-u * u / 2),
        "boxcar": lambda u: 1.0 if abs(u) <= 1 else 0.0,
        "epanechnikov": lambda u: max(0.0, 1 - u * u),
        "constant": lambda u: 1.0,
    }
    queries, keys, values = [0.3, 2.2], [0.0, 1.0, 2.0, 3.5], [5.0, -1.0, 2.0, 8.0]
    expected = []
    for x in queries:
        weights = [heights[kernel]((x - key) / bandwidth) for key in keys]
        expected.append(sum(w * y for w, y in zip(weights, values, strict=True)) / sum(weights))
    given = [torch.tensor(row, dtype=torch.float64) for row in (queries, keys, values)]
    assert nadaraya_watson(*given, kernel, bandwidth).output.tolist() == pytest.approx(expected, rel=1e-12)
    asked = {"queries": queries, "keys": keys, "values": values, "kernel": kernel, "bandwidth": bandwidth}
    assert run("nadaraya_watson.output", **asked).value == pytest.approx(expected, rel=1e-12)
    if kernel == "gaussian":
        assert gaussian_as_softmax(*given, bandwidth).output.tolist() == pytest.approx(expected, rel=1e-12)


def test_weights_of_the_gaussian_are_softmax_of_half_the_squared_distance():
    queries, keys = [0.3, 2.2], [0.0, 1.0, 2.0]
    expected = [shares([-((x - key) ** 2) / 2 for key in keys]) for x in queries]
    for row, wanted in zip(run("nadaraya_watson.weights", queries=queries, keys=keys).value, expected, strict=True):
        assert row == pytest.approx(wanted, rel=1e-12)


def test_the_snippet_without_the_square_gives_every_query_the_same_weights():
    queries, keys, values = [1.0, 2.0, 3.0], [1.0, 2.0, 3.0], [4.0, 5.0, 6.0]
    wanted = shares([-1.0, -2.0, -3.0])  # the query cancels
    assert [round(w, 4) for w in wanted] == [0.6652, 0.2447, 0.09]
    given = [torch.tensor(row, dtype=torch.float64) for row in (queries, keys, values)]
    found = snippet(*given)
    for row in [*found.weights.tolist(), *run("nadaraya_watson.snippet_weights", queries=queries, keys=keys).value]:
        assert row == pytest.approx(wanted, rel=1e-12)
    mean = sum(w * y for w, y in zip(wanted, values, strict=True))
    assert found.output.tolist() == pytest.approx([mean] * 3, rel=1e-12)


def test_the_learned_weight_is_one_over_the_bandwidth_and_has_a_right_gradient():
    layer = NadarayaWatson(weight=0.5)
    query, key, value = randn(0, 3), randn(1, 5), randn(2, 5)
    heights = (-(((query[:, None] - key) / 2) ** 2) / 2).exp()
    assert_close(layer(query, key, value), (heights * value).sum(1) / heights.sum(1), **EXACT)
    assert sum(p.numel() for p in layer.parameters()) == 1
    weight = torch.tensor([0.7], dtype=torch.float64, requires_grad=True)
    call = lambda w: torch.func.functional_call(layer, {"weight": w}, (query, key, value))  # noqa: E731
    assert torch.autograd.gradcheck(call, weight)


def test_a_far_query_underflows_every_kernel_but_not_softmax():
    x, key, value = torch.tensor([1000.0]), torch.tensor([0.0, 1.0]), torch.tensor([5.0, 7.0])
    assert nadaraya_watson(x, key, value).output.isnan().all()
    assert gaussian_as_softmax(x, key, value).output.tolist() == [7.0]


@pytest.mark.parametrize("valid_lens", [[1, 3], [[1, 2], [3, 1]]], ids=["for each sequence", "for each query"])
@pytest.mark.parametrize("fill", ["-inf", "-1e6"])
def test_padded_weights_are_softmax_over_the_prefix(valid_lens, fill):
    scores = randn(5, 2, 2, 3)
    mask = padding_mask(torch.tensor(valid_lens), 3)
    ours = masked_softmax(scores, mask, fill=float(fill))
    door = run("attention.padded_weights", scores=scores.tolist(), valid_lens=valid_lens, fill=fill).value
    for n, row in product(range(2), range(2)):
        valid = valid_lens[n] if isinstance(valid_lens[n], int) else valid_lens[n][row]
        expected = shares(scores[n, row, :valid].tolist()) + [0.0] * (3 - valid)
        assert ours[n, row].tolist() == pytest.approx(expected, rel=1e-12, abs=1e-300)
        assert door[n][row] == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_masked_softmax_is_what_torchs_attention_weighs_by():
    scores, mask = randn(7, 2, 4, 3), torch.tensor([True, False, True])
    identity = torch.eye(3, dtype=torch.float64).expand(2, 3, 3)
    expected = functional.scaled_dot_product_attention(scores, identity, identity, attn_mask=mask, scale=1.0)
    assert_close(masked_softmax(scores, mask), expected, **EXACT)


def test_a_query_with_nothing_to_look_at():
    scores = [[[1.0, 5.0, 2.0, 0.0]]]
    assert run("attention.padded_weights", scores=scores, valid_lens=[0], fill="-1e6").value == [[[0.25] * 4]]
    with pytest.raises(Refused, match=r"^a query with a valid length of 0 has no weights"):
        run("attention.padded_weights", scores=scores, valid_lens=[0])


def test_additive_scores_by_a_double_loop():
    query, key, w_q, w_k, w_v = randn(0, 2, 3), randn(1, 4, 2), randn(2, 5, 3), randn(3, 5, 2), randn(4, 1, 5)
    named = {"query": query, "key": key, "W_q": w_q, "W_k": w_k, "w_v": w_v}
    found = run("attention.additive_scores", **{name: given.tolist() for name, given in named.items()}).value
    for i, j in product(range(2), range(4)):
        hidden = [math.tanh(float(w_q[h] @ query[i] + w_k[h] @ key[j])) for h in range(5)]
        expected = sum(float(w_v[0, h]) * hidden[h] for h in range(5))
        assert found[i][j] == pytest.approx(expected, rel=1e-12)


def test_self_weights_are_softmax_of_the_scaled_products_of_tokens_with_each_other():
    tokens = [[1.0, 0.0, 2.0], [0.0, -1.0, 1.0]]
    for i, row in enumerate(run("attention.self_weights", tokens=tokens).value):
        scores = [BY_HAND["scaled_dot"](tokens[i], token) for token in tokens]
        assert row == pytest.approx(shares(scores), rel=1e-12)


@pytest.mark.parametrize("d", [1, 2, 7, 14])
def test_the_variance_of_a_dot_product_is_the_width_and_scaling_makes_it_one(d):
    assert run("attention.score_variance", embed_dim=d).value == pytest.approx(d, rel=1e-12)
    assert run("attention.score_variance", embed_dim=d, divide_by="sqrt(d)").value == pytest.approx(1, rel=1e-12)
    assert run("attention.score_variance", embed_dim=d, divide_by="d").value == pytest.approx(1 / d, rel=1e-12)


def test_softmax_weights_sum_to_one_and_gates_do_not():
    scores = [[0.5, -1.0, 2.0]]
    assert run("attention.weight_sums", scores=scores).value == pytest.approx([1.0], rel=1e-12)
    gates = sum(1 / (1 + math.exp(-score)) for score in scores[0])
    assert run("attention.weight_sums", scores=scores, normaliser="sigmoid").value == pytest.approx([gates], rel=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("attention.pooled", {"query": [[1]], "key": [[1]], "value": [[1], [2]]}, "every key needs one value"),
        (
            "attention.pooled",
            {"query": [[1]], "key": [[1, 2]], "value": [[1]]},
            "this score needs queries and keys of one",
        ),
        (
            "attention.pooled",
            {"query": [[0]], "key": [[1]], "value": [[1]], "score": "cosine"},
            "the score 'cosine' of",
        ),
        (
            "attention.padded_weights",
            {"scores": [[[1, 2]]], "valid_lens": [1, 2]},
            "'valid_lens' needs an entry for each",
        ),
        (
            "attention.padded_weights",
            {"scores": [[[1, 2]]], "valid_lens": [[1, 1]]},
            "'valid_lens' needs a length for each",
        ),
        (
            "attention.padded_weights",
            {"scores": [[[1, 2]]], "valid_lens": [3]},
            "valid lengths lie between 0 and the 2",
        ),
        ("attention.self_weights", {"tokens": [[0] * 65]}, "tokens of at most 64 numbers are run, not 65"),
        ("nadaraya_watson.output", {"queries": [1], "keys": [1], "values": []}, "'values' must be a list of 1 to 64"),
        ("nadaraya_watson.output", {"queries": [1], "keys": [1], "values": [1, 2]}, "every key needs one value"),
        (
            "nadaraya_watson.output",
            {"queries": [9], "keys": [1], "values": [1], "kernel": "boxcar"},
            "a query has no key within the reach of a boxcar kernel of bandwidth 1: 0/0",
        ),
        (
            "attention.additive_scores",
            {"query": [[1]], "key": [[1]], "W_q": [[1, 2]], "W_k": [[1]], "w_v": [[1]]},
            "'W_q' must be 1×1 here, not 1×2",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused) as caught:
        run(name, **arguments)
    assert sentence in str(caught.value)


def test_evidence_shows_shapes_scores_and_weights():
    blocks = run("attention.pooled", query=[[1, 0]], key=[[1, 0], [0, 1]], value=[[1], [2]]).evidence()
    assert [block.title for block in blocks] == ["Shapes", "scores", "weights"]
    assert ("output", "1×1") in blocks[0].rows
    titles = [b.title for b in run("attention.forward", query=[[1, 0]], key=[[1, 0]], value=[[1]]).evidence()]
    assert titles == ["scores", "mask", "weights", "output"]

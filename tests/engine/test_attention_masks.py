"""Masks, as they are made and as attention obeys them, beside torch's and beside plain loops."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from engine.arguments import bind
from engine.errors import Refused
from engine.layers.masks import causal_mask, padding_mask
from engine.registry import Kind, find

torch.set_num_threads(1)
CAUSAL = [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


def value(name, **given):
    function = find(name)
    return function.call(**bind(function, given)).value


@pytest.mark.parametrize("length", [1, 2, 7])
def test_causal_mask_shows_what_torchs_does_not_hide(length):
    hidden = nn.Transformer.generate_square_subsequent_mask(length)
    assert torch.equal(causal_mask(length), hidden == 0)


@given(st.lists(st.integers(0, 6), min_size=1, max_size=4), st.integers(6, 9))
def test_padding_mask_equals_a_loop(valid_lens, keys):
    expected = [[[key < valid for key in range(keys)]] for valid in valid_lens]
    assert padding_mask(torch.tensor(valid_lens), keys).tolist() == expected


def test_padding_mask_with_a_length_for_each_query():
    mask = padding_mask(torch.tensor([[0, 2], [3, 1]]), 3)
    assert mask.int().tolist() == [[[0, 0, 0], [1, 1, 0]], [[1, 1, 1], [1, 0, 0]]]


@pytest.mark.parametrize("valid_lens", [[4], [-1]])
def test_valid_lengths_beyond_the_keys_are_refused(valid_lens):
    with pytest.raises(Refused, match="valid lengths lie between 0 and the 3 keys"):
        padding_mask(torch.tensor(valid_lens), 3)


@given(st.sampled_from(["none", "causal", "padding", "causal_padding"]), st.integers(1, 9), st.data())
def test_the_mask_is_what_torchs_layer_lets_through_and_what_a_loop_says(kind, length, data):
    given_length = {"valid_len": data.draw(st.integers(1, length))} if "padding" in kind else {}
    valid = given_length.get("valid_len", length)
    expected = [
        [int((key <= query or "causal" not in kind) and key < valid) for key in range(length)]
        for query in range(length)
    ]
    assert value("attention.mask", kind=kind, length=length, **given_length) == expected
    assert value("attention.visible", kind=kind, length=length, **given_length) == expected
    assert value("attention.num_visible", kind=kind, length=length, **given_length) == sum(map(sum, expected))
    for position in (0, length - 1):
        seen = value("attention.num_visible", kind=kind, length=length, position=position, **given_length)
        assert seen == sum(expected[position])


def test_the_longest_mask_is_measured_too():
    assert value("attention.visible", kind="causal", length=64) == value("attention.mask", kind="causal", length=64)


def test_a_mask_and_its_measurement_are_legs_of_different_kinds():
    assert find("attention.mask").kind is Kind.CLOSED_FORM
    assert find("attention.visible").kind is Kind.MEASURED


MASKS = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.lists(st.integers(0, 1), min_size=n, max_size=n), min_size=n, max_size=n)
)


@given(MASKS)
def test_what_a_given_mask_lets_through_is_judged_as_by_loops(mask):
    pairs = [(query, key) for query, row in enumerate(mask) for key, seen in enumerate(row) if seen]
    causal = [(query, key) for query in range(len(mask)) for key in range(query + 1)]
    assert value("attention.sees_future", mask=mask) is any(key > query for query, key in pairs)
    assert value("attention.is_causal", mask=mask) is (pairs == causal)
    assert value("attention.visible_pairs", mask=mask) == len(pairs)
    assert value("attention.blind_queries", mask=mask) == sum(not any(row) for row in mask)
    for valid_len in range(1, len(mask) + 1):
        expected = any(key >= valid_len for _, key in pairs)
        assert value("attention.sees_padding", mask=mask, valid_len=valid_len) is expected


@pytest.mark.parametrize(
    ("mask", "future", "causal"),
    [
        (CAUSAL, False, True),
        ([[1, 1, 1]] * 3, True, False),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], False, False),
        ([[0, 0, 0], [1, 0, 0], [1, 1, 0]], False, False),
        ([[1, 1, 1], [0, 1, 1], [0, 0, 1]], True, False),
        ([[0, 0, 0]] * 3, False, False),
    ],
    ids=["causal", "open", "itself only", "strictly causal", "upper", "nothing"],
)
def test_masks_that_learners_write(mask, future, causal):
    assert value("attention.sees_future", mask=mask) is future
    assert value("attention.is_causal", mask=mask) is causal


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("attention.mask", {"kind": "padding", "length": 3}, "a mask of kind 'padding' needs 'valid_len'"),
        (
            "attention.visible",
            {"kind": "causal", "length": 3, "valid_len": 2},
            "a mask of kind 'causal' takes no 'valid_len'",
        ),
        (
            "attention.mask",
            {"kind": "padding", "length": 3, "valid_len": 4},
            "'valid_len' is 4, and there are only 3 positions",
        ),
        (
            "attention.num_visible",
            {"kind": "causal", "length": 3, "position": 3},
            "'position' is 3, and 3 queries are numbered 0 to 2",
        ),
        ("attention.is_causal", {"mask": [[0.5]]}, r"a mask holds only 0 \(hidden\) and 1 \(may look\)"),
        ("attention.sees_future", {"mask": [[1, 0]]}, "earlier and later need a square mask, not 1 by 2"),
        (
            "attention.visible_pairs",
            {"mask": [[1] * 65]},
            "at most 64 queries and keys are run, and the mask is 1 by 65",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}$"):
        value(name, **arguments)


def test_evidence_of_a_mask_is_a_heatmap_of_its_pairs():
    function = find("attention.is_causal")
    (heatmap,) = function.call(**bind(function, {"mask": CAUSAL})).evidence()
    assert heatmap.values == CAUSAL
    assert_close(torch.tensor(heatmap.values), torch.ones(3, 3, dtype=torch.int64).tril())

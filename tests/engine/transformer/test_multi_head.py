"""Multi-head attention, its masks and positions, beside torch's layers with the same weights and beside loops."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close
from torch_twins import EXACT, assert_same_gradients, copy_attention, future, randn, randomised

from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.masks import causal_mask
from engine.layers.positional_encoding import sinusoidal

torch.set_num_threads(1)


def count(layer):
    return sum(parameter.numel() for parameter in layer.parameters())


@pytest.mark.parametrize("num_heads", [1, 2, 4])
def test_heads_that_share_the_width_equal_torchs(num_heads):
    ours = MultiheadAttention(8, num_heads).double()
    theirs = randomised(nn.MultiheadAttention(8, num_heads, batch_first=True))
    copy_attention(ours, theirs)
    query, memory = randn(1, 2, 3, 8).requires_grad_(), randn(2, 2, 5, 8).requires_grad_()
    found, weights = ours(query, memory, memory)
    expected, looked = theirs(query, memory, memory, average_attn_weights=False)
    assert_close(found, expected, **EXACT)
    assert_close(weights, looked, **EXACT)
    assert_same_gradients(
        found, expected, [query, memory, ours.out_proj.weight], [query, memory, theirs.out_proj.weight]
    )


@pytest.mark.parametrize(
    ("width", "heads", "expected"), [(512, 8, 1_050_624), (512, 1, 1_050_624), (768, 12, 2_362_368)]
)
def test_published_numbers_of_parameters_of_shared_widths(width, heads, expected):
    with torch.device("meta"):
        assert count(MultiheadAttention(width, heads)) == expected == 4 * width**2 + 4 * width
        assert count(MultiheadAttention(width, heads, bias=False)) == 4 * width**2


def test_one_full_width_head_equals_torchs_layer_and_eight_have_eight_times_its_weights():
    ours = FullWidthMultiheadAttention(8, 1).double()
    theirs = randomised(nn.MultiheadAttention(8, 1, batch_first=True))
    with torch.no_grad():
        head, biases = ours.heads[0], theirs.in_proj_bias.chunk(3)
        for layer, matrix, bias in zip(
            (head.q_proj, head.k_proj, head.v_proj), theirs.in_proj_weight.chunk(3), biases, strict=True
        ):
            layer.weight.copy_(matrix)
            layer.bias.copy_(bias)
        ours.out_proj.load_state_dict(theirs.out_proj.state_dict())
    tokens = randn(1, 2, 5, 8)
    found, weights = ours(tokens, tokens, tokens)
    expected, looked = theirs(tokens, tokens, tokens, average_attn_weights=False)
    assert_close(found, expected, **EXACT)
    assert_close(weights, looked, **EXACT)
    with torch.device("meta"):
        assert count(FullWidthMultiheadAttention(512, 8, bias=False)) == 8_388_608 == 4 * 8 * 512**2
        assert count(FullWidthMultiheadAttention(512, 1, bias=False)) == 4 * 512**2


def test_full_width_heads_are_summed_by_their_own_slices_of_the_output_matrix():
    ours = randomised(FullWidthMultiheadAttention(4, 3, bias=False))
    tokens = randn(1, 2, 5, 4)
    total = torch.zeros(2, 5, 4, dtype=torch.float64)
    for index, head in enumerate(ours.heads):
        query, key, value = (tokens @ layer.weight.mT for layer in (head.q_proj, head.k_proj, head.v_proj))
        mixed = (query @ key.mT / math.sqrt(4)).softmax(-1) @ value
        total = total + mixed @ ours.out_proj.weight[:, 4 * index : 4 * index + 4].mT
    assert_close(ours(tokens, tokens, tokens).output, total, **EXACT)


@pytest.mark.parametrize("length", [1, 2, 6])
def test_the_causal_mask_shows_what_torchs_square_mask_does_not_hide(length):
    hidden = nn.Transformer.generate_square_subsequent_mask(length)
    assert torch.equal(causal_mask(length), hidden == 0)
    assert torch.equal(causal_mask(length), ~future(length))
    assert causal_mask(length).sum(1).tolist() == list(range(1, length + 1))


@pytest.mark.parametrize("width", [2, 5, 8])
def test_waves_by_a_loop_and_their_turns(width):
    rows = sinusoidal(12, width)
    for position in range(12):
        for column in range(width):
            angle = position / 10_000 ** (2 * (column // 2) / width)
            expected = math.cos(angle) if column % 2 else math.sin(angle)
            assert float(rows[position, column]) == pytest.approx(expected, abs=1e-12)
    for first in range(0, width - 1, 2):
        angle = 3 / 10_000 ** (first / width)
        turn = torch.tensor(
            [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]], dtype=torch.float64
        )
        pair = rows[:, first : first + 2]
        assert_close(pair[:-3] @ turn.mT, pair[3:], **EXACT)

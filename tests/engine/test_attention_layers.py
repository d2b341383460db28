"""Attention written out, beside torch's own layers with the same weights: outputs, weights and gradients."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.attention import masked_softmax, scaled_dot_product_attention
from engine.layers.attention_additive import AdditiveAttention
from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.layers.attention_multihead import MultiheadAttention

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def random_mask(seed, *shape):
    """Some keys hidden, never all of a row's."""
    mask = torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) < 0.6
    mask[..., 0] = True
    return mask


def gradients(output, inputs):
    return torch.autograd.grad(output, inputs, randn(99, *output.shape))


@given(
    batch=st.integers(1, 3),
    queries=st.integers(1, 5),
    keys=st.integers(1, 5),
    width=st.integers(1, 6),
    value_width=st.integers(1, 6),
    masked=st.booleans(),
    scale=st.sampled_from([None, 0.3, 2.0]),
    seed=st.integers(0, 999),
)
def test_dot_product_attention_equals_torchs(batch, queries, keys, width, value_width, masked, scale, seed):
    shapes = [(batch, queries, width), (batch, keys, width), (batch, keys, value_width)]
    inputs = [randn(seed + n, *shape).requires_grad_() for n, shape in enumerate(shapes)]
    mask = random_mask(seed, batch, queries, keys) if masked else None
    ours = scaled_dot_product_attention(*inputs, attn_mask=mask, scale=scale).output
    theirs = functional.scaled_dot_product_attention(*inputs, attn_mask=mask, scale=scale)
    assert_close(ours, theirs, **EXACT)
    for our, their in zip(gradients(ours, inputs), gradients(theirs, inputs), strict=True):
        assert_close(our, their, **EXACT)


def test_softmax_of_scores_that_would_overflow_equals_torchs():
    scores = torch.tensor([[1e5, 1e5 + 1, -1e5], [800.0, -800.0, 0.0]], dtype=torch.float64)
    assert_close(masked_softmax(scores), scores.softmax(-1), **EXACT)


def test_a_row_without_keys_is_nan_or_uniform_as_filled():
    scores, nothing = randn(0, 1, 4), torch.zeros(1, 4, dtype=torch.bool)
    assert masked_softmax(scores, nothing).isnan().all()
    assert_close(masked_softmax(scores, nothing, fill=-1e6), torch.full((1, 4), 0.25, dtype=torch.float64), **EXACT)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("num_heads", [1, 2, 4])
@pytest.mark.parametrize("widths", [None, (5, 7)])
@pytest.mark.parametrize("masked", [True, False])
def test_multihead_attention_equals_torchs(num_heads, bias, widths, masked):
    kdim, vdim = widths or (None, None)
    ours = MultiheadAttention(8, num_heads, bias=bias, kdim=kdim, vdim=vdim).double()
    theirs = nn.MultiheadAttention(8, num_heads, bias=bias, kdim=kdim, vdim=vdim, batch_first=True).double()
    copy_weights(ours, theirs)
    inputs = [randn(0, 2, 3, 8), randn(1, 2, 5, kdim or 8), randn(2, 2, 5, vdim or 8)]
    inputs = [tensor.requires_grad_() for tensor in inputs]
    may_look = random_mask(3, 2, num_heads, 3, 5) if masked else None
    hidden = ~may_look.flatten(0, 1) if masked else None
    output, weights = ours(*inputs, attn_mask=may_look)
    expected, expected_weights = theirs(*inputs, attn_mask=hidden, average_attn_weights=False)
    assert_close(output, expected, **EXACT)
    assert_close(weights, expected_weights, **EXACT)
    for our, their in zip(gradients(output, inputs), gradients(expected, inputs), strict=True):
        assert_close(our, their, **EXACT)
    our = gradients(ours(*inputs, may_look).output, list(ours.q_proj.parameters()))
    their = gradients(theirs(*inputs, attn_mask=hidden)[0], query_parameters(theirs))
    for mine, other in zip(our, their, strict=True):
        assert_close(mine, other[:8], **EXACT)


def query_parameters(layer):
    weight = layer.q_proj_weight if layer.in_proj_weight is None else layer.in_proj_weight
    return [weight] if layer.in_proj_bias is None else [weight, layer.in_proj_bias]


@torch.no_grad()
def copy_weights(ours, theirs):
    for parameter in theirs.parameters():
        parameter.copy_(randn(parameter.numel(), *parameter.shape))
    if theirs.in_proj_weight is None:
        matrices = [theirs.q_proj_weight, theirs.k_proj_weight, theirs.v_proj_weight]
    else:
        matrices = theirs.in_proj_weight.chunk(3)
    layers = [ours.q_proj, ours.k_proj, ours.v_proj]
    for layer, matrix in zip(layers, matrices, strict=True):
        layer.weight.copy_(matrix)
    ours.out_proj.weight.copy_(theirs.out_proj.weight)
    if theirs.in_proj_bias is not None:
        for layer, bias in zip(layers, theirs.in_proj_bias.chunk(3), strict=True):
            layer.bias.copy_(bias)
        ours.out_proj.bias.copy_(theirs.out_proj.bias)


def test_dropout_on_the_weights_is_torchs_in_training_and_off_in_evaluation():
    ours = MultiheadAttention(8, 2, dropout=0.5).double()
    theirs = nn.MultiheadAttention(8, 2, dropout=0.5, batch_first=True).double()
    copy_weights(ours, theirs)
    tokens = randn(0, 2, 5, 8)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        ours_dropped = ours(tokens, tokens, tokens).output
        torch.manual_seed(0)
        expected = theirs(tokens, tokens, tokens, need_weights=True)[0]
    assert_close(ours_dropped, expected, **EXACT)
    whole = ours.eval()(tokens, tokens, tokens).output
    assert_close(whole, theirs.eval()(tokens, tokens, tokens)[0], **EXACT)
    assert not torch.allclose(whole, ours_dropped)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("num_heads", [1, 3])
def test_full_width_heads_equal_torchs_layer_of_the_joined_width(num_heads, bias):
    """A split layer of width h·d, given queries padded with zeros, has heads that are d wide."""
    d, joined = 4, 4 * num_heads
    ours = FullWidthMultiheadAttention(d, num_heads, bias).double()
    for parameter in ours.parameters():
        parameter.data = randn(parameter.numel() + len(parameter), *parameter.shape)
    for index, head in enumerate(ours.heads):
        head.q_proj.weight.data += index
    twin = nn.MultiheadAttention(joined, num_heads, bias=bias, kdim=d, vdim=d, batch_first=True).double()
    with torch.no_grad():
        matrices = [of_heads(ours, f"{name}_proj", "weight") for name in "qkv"]
        matrices[0] = functional.pad(matrices[0], (0, joined - d))
        if num_heads == 1:  # all widths are equal, and torch keeps one matrix
            twin.in_proj_weight.copy_(torch.cat(matrices))
        else:
            twin.q_proj_weight, twin.k_proj_weight, twin.v_proj_weight = map(nn.Parameter, matrices)
        twin.out_proj.weight.copy_(functional.pad(ours.out_proj.weight, (0, 0, 0, joined - d)))
        if bias:
            twin.in_proj_bias.copy_(torch.cat([of_heads(ours, f"{name}_proj", "bias") for name in "qkv"]))
            twin.out_proj.bias.copy_(functional.pad(ours.out_proj.bias, (0, joined - d)))
    query, memory = randn(0, 2, 3, d).requires_grad_(), randn(1, 2, 5, d).requires_grad_()
    mask = random_mask(2, 3, 5)
    output, weights = ours(query, memory, memory, mask)
    padded = functional.pad(query, (0, joined - d))
    expected, expected_weights = twin(padded, memory, memory, attn_mask=~mask, average_attn_weights=False)
    assert_close(output, expected[..., :d], **EXACT)
    assert_close(weights, expected_weights, **EXACT)
    pairs = zip(gradients(output, [query, memory]), gradients(expected[..., :d], [query, memory]), strict=True)
    for our, their in pairs:
        assert_close(our, their, rtol=1e-12, atol=1e-10)


def of_heads(layer, projection, name):
    return torch.cat([getattr(getattr(head, projection), name) for head in layer.heads])


@torch.no_grad()
def test_additive_attention_equals_a_loop_over_pairs():
    layer = AdditiveAttention(query_size=3, key_size=5, num_hiddens=4).double()
    query, key, value = randn(0, 2, 3, 3), randn(1, 2, 4, 5), randn(2, 2, 4, 6)
    output, weights = layer(query, key, value)
    for n in range(2):
        for q in range(3):
            hidden = [layer.W_q.weight @ query[n, q] + layer.W_k.weight @ k for k in key[n]]
            powers = [math.exp(float(layer.w_v.weight @ h.tanh())) for h in hidden]
            expected = torch.tensor([power / sum(powers) for power in powers], dtype=torch.float64)
            assert_close(weights[n, q], expected, **EXACT)
            assert_close(output[n, q], sum(p * v for p, v in zip(expected, value[n], strict=True)), **EXACT)


def test_additive_attention_has_right_gradients_and_obeys_its_mask():
    layer = AdditiveAttention(query_size=3, key_size=5, num_hiddens=4).double()
    inputs = [randn(0, 1, 2, 3), randn(1, 1, 3, 5), randn(2, 1, 3, 2)]
    inputs = [tensor.requires_grad_() for tensor in inputs]
    mask = torch.tensor([[True, True, False], [True, False, True]])
    assert torch.autograd.gradcheck(lambda q, k, v: layer(q, k, v, mask).output, inputs)
    assert (layer(*inputs, mask).weights[0] > 0).tolist() == mask.tolist()


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: MultiheadAttention(10, 3), "3 heads cannot share a width of 10 evenly; take an embed_dim of 9 or 12"),
        (lambda: MultiheadAttention(2, 3), "3 heads cannot share a width of 2 evenly; take an embed_dim of 3"),
        (
            lambda: scaled_dot_product_attention(randn(0, 2, 3), randn(0, 2, 4), randn(0, 2, 4)),
            "a dot product needs queries and keys of one width, not 3 and 4",
        ),
        (
            lambda: scaled_dot_product_attention(randn(0, 2, 3), randn(0, 4, 3), randn(0, 2, 3)),
            "every key needs one value: there are 4 keys and 2 values",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(build, sentence):
    with pytest.raises(Refused) as caught:
        build()
    assert str(caught.value) == sentence

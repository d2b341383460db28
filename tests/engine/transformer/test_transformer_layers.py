"""The Transformer's layers beside torch's with the same weights: outputs, attention weights and gradients."""

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.testing import assert_close
from torch_twins import (
    EXACT,
    assert_same_gradients,
    copy_decoder_layer,
    copy_encoder_layer,
    copy_linear,
    copy_stacks,
    future,
    randn,
    randomised,
    torch_stacks,
)

from engine.errors import Refused
from engine.layers.add_norm import AddNorm
from engine.layers.feed_forward import PositionwiseFeedForward
from engine.layers.transformer_decoder import TransformerDecoder, TransformerDecoderLayer
from engine.layers.transformer_encoder import TransformerEncoder, TransformerEncoderLayer
from engine.models.transformer_stacks import TransformerStacks

torch.set_num_threads(1)
WIDTH, HEADS, HIDDEN = 8, 2, 12


def num_params(layer):
    return sum(parameter.numel() for parameter in layer.parameters())


@pytest.mark.parametrize("activation", ["relu", "gelu"])
def test_the_feed_forward_network_is_two_linear_functions_and_two_convolutions_of_size_one(activation):
    layer, x = randomised(PositionwiseFeedForward(WIDTH, HIDDEN, activation=activation)), randn(5, 2, 3, WIDTH)
    w1, b1, w2, b2 = layer.parameters()
    bend = getattr(functional, activation)
    x.requires_grad_()
    expected = functional.linear(bend(functional.linear(x, w1, b1)), w2, b2)
    assert_close(layer(x), expected, **EXACT)
    assert_same_gradients(layer(x), expected, [x, w1, b1, w2, b2], [x, w1, b1, w2, b2])
    convolved = functional.conv1d(bend(functional.conv1d(x.mT, w1[..., None], b1)), w2[..., None], b2).mT
    assert_close(layer(x), convolved, **EXACT)


def test_the_feed_forward_network_has_2df_f_d_parameters():
    for d, f in ((8, 12), (512, 2048), (5, 3)):
        with torch.device("meta"):
            assert num_params(PositionwiseFeedForward(d, f)) == 2 * d * f + f + d


@pytest.mark.parametrize("norm_first", [False, True])
def test_add_norm_is_a_sum_and_torchs_layer_norm(norm_first):
    layer = randomised(AddNorm(WIDTH, norm_first=norm_first))
    weight, bias = layer.parameters()
    x, matrix = randn(1, 2, 3, WIDTH), randn(2, WIDTH, WIDTH)
    found = layer(x, layer.before(x) @ matrix)
    read = functional.layer_norm(x, (WIDTH,), weight, bias) if norm_first else x
    total = x + read @ matrix
    expected = total if norm_first else functional.layer_norm(total, (WIDTH,), weight, bias)
    assert_close(found, expected, **EXACT)


@pytest.mark.parametrize("norm_first", [False, True])
def test_dropout_in_add_norm_acts_on_the_sublayer_alone(norm_first):
    layer = randomised(AddNorm(WIDTH, dropout=0.5, norm_first=norm_first))
    x, y = randn(1, 2, WIDTH), randn(2, 2, WIDTH)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        found = layer(x, y)
        torch.manual_seed(0)
        total = x + functional.dropout(y, 0.5)
    assert_close(found, total if norm_first else functional.layer_norm(total, (WIDTH,), *layer.parameters()), **EXACT)


def test_what_changed_its_shape_cannot_be_added():
    with pytest.raises(
        Refused, match=r"^a residual adds equal shapes, and the sublayer turned \(2, 3\) into \(2, 4\)$"
    ):
        AddNorm(3)(torch.zeros(2, 3), torch.zeros(2, 4))


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("masked", [False, True])
def test_an_encoder_block_equals_torchs(norm_first, activation, masked):
    ours = TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, activation, norm_first=norm_first).double()
    options = {"activation": activation, "batch_first": True, "norm_first": norm_first}
    theirs = randomised(nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, **options))
    copy_encoder_layer(ours, theirs)
    x = randn(3, 2, 5, WIDTH).requires_grad_()
    hidden = future(5) if masked else None
    found, weights = ours(x, None if hidden is None else ~hidden)
    expected = theirs(x, src_mask=hidden)
    assert_close(found, expected, **EXACT)
    tokens = theirs.norm1(x) if norm_first else x
    looked = theirs.self_attn(tokens, tokens, tokens, attn_mask=hidden, average_attn_weights=False)[1]
    assert_close(weights, looked, **EXACT)
    our_matrices = [ours.feed_forward.linear1.weight, ours.self_attn.out_proj.weight, ours.add_norm2.norm.bias]
    their_matrices = [theirs.linear1.weight, theirs.self_attn.out_proj.weight, theirs.norm2.bias]
    assert_same_gradients(found, expected, [x, *our_matrices], [x, *their_matrices])


@pytest.mark.parametrize("norm_first", [False, True])
def test_a_decoder_block_equals_torchs(norm_first):
    ours = TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, norm_first=norm_first).double()
    theirs = randomised(nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True, norm_first=norm_first))
    copy_decoder_layer(ours, theirs)
    x, memory = randn(3, 2, 5, WIDTH).requires_grad_(), randn(4, 2, 4, WIDTH).requires_grad_()
    padding = torch.tensor([[False] * 4, [False, False, True, True]])
    found, own, cross = ours(x, memory, ~future(5), ~padding[:, None, None])
    expected = theirs(x, memory, tgt_mask=future(5), memory_key_padding_mask=padding)
    assert_close(found, expected, **EXACT)
    assert own.shape == (2, HEADS, 5, 5)
    assert cross.shape == (2, HEADS, 5, 4)
    assert not cross[1, ..., 2:].any()
    ours_used = [x, memory, ours.cross_attn.out_proj.weight, ours.feed_forward.linear2.weight]
    assert_same_gradients(
        found, expected, ours_used, [x, memory, theirs.multihead_attn.out_proj.weight, theirs.linear2.weight]
    )


def test_blocks_have_torchs_published_numbers_of_parameters():
    with torch.device("meta"):
        assert num_params(TransformerEncoderLayer(512, 8, 2048)) == 3_152_384
        assert num_params(TransformerDecoderLayer(512, 8, 2048)) == 4_204_032
        assert num_params(nn.TransformerEncoderLayer(512, 8, 2048)) == 3_152_384
        assert num_params(nn.TransformerDecoderLayer(512, 8, 2048)) == 4_204_032


def test_an_encoder_is_its_blocks_in_turn_and_records_their_weights():
    theirs = randomised(
        nn.TransformerEncoder(
            nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True), 2, nn.LayerNorm(WIDTH), False
        )
    )
    blocks = [TransformerEncoderLayer(WIDTH, HEADS, HIDDEN).double() for _ in range(2)]
    for our, their in zip(blocks, theirs.layers, strict=True):
        copy_encoder_layer(our, their)
    ours = TransformerEncoder(blocks, nn.LayerNorm(WIDTH).double())
    copy_linear(ours.norm, theirs.norm)
    x = randn(7, 1, 4, WIDTH)
    found = ours(x)
    assert_close(found.output, theirs(x), **EXACT)
    assert [tuple(weights.shape) for weights in found.weights] == [(1, HEADS, 4, 4)] * 2
    between = theirs.layers[0](x)
    looked = theirs.layers[1].self_attn(between, between, between, average_attn_weights=False)[1]
    assert_close(found.weights[1], looked, **EXACT)


def test_a_decoder_is_its_blocks_in_turn():
    theirs = randomised(
        nn.TransformerDecoder(nn.TransformerDecoderLayer(WIDTH, HEADS, HIDDEN, 0.0, batch_first=True), 2)
    )
    blocks = [TransformerDecoderLayer(WIDTH, HEADS, HIDDEN).double() for _ in range(2)]
    for our, their in zip(blocks, theirs.layers, strict=True):
        copy_decoder_layer(our, their)
    x, memory = randn(7, 1, 4, WIDTH), randn(8, 1, 3, WIDTH)
    found = TransformerDecoder(blocks)(x, memory, ~future(4))
    assert_close(found.output, theirs(x, memory, tgt_mask=future(4)), **EXACT)
    assert [tuple(weights.shape) for weights in found.cross_weights] == [(1, HEADS, 4, 3)] * 2
    assert [tuple(weights.shape) for weights in found.self_weights] == [(1, HEADS, 4, 4)] * 2


@pytest.mark.parametrize("norm_first", [False, True])
def test_both_stacks_equal_torchs_transformer(norm_first):
    theirs = torch_stacks(WIDTH, HEADS, 2, HIDDEN, norm_first)
    ours = TransformerStacks(WIDTH, HEADS, 2, 2, HIDDEN, 0.0, norm_first=norm_first).double()
    copy_stacks(ours, theirs)
    source, target = randn(1, 2, 4, WIDTH).requires_grad_(), randn(2, 2, 5, WIDTH).requires_grad_()
    padding = torch.tensor([[False] * 4, [False, True, True, True]])
    found, weights = ours(source, target, ~padding[:, None, None])
    expected = theirs(source, target, tgt_mask=future(5), src_key_padding_mask=padding, memory_key_padding_mask=padding)
    assert_close(found, expected, **EXACT)
    assert [len(part) for part in weights] == [2, 2, 2]
    assert all(torch.equal(part, part.tril()) for part in weights.decoder)
    first, last = ours.encoder.layers[0], ours.decoder.layers[1]
    their_first, their_last = theirs.encoder.layers[0], theirs.decoder.layers[1]
    assert_same_gradients(
        found,
        expected,
        [source, target, first.feed_forward.linear1.weight, last.add_norm2.norm.weight],
        [source, target, their_first.linear1.weight, their_last.norm2.weight],
    )


def test_dropout_is_on_in_training_and_off_in_evaluation():
    theirs = randomised(nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.4, batch_first=True))
    ours = TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, 0.4).double()
    copy_encoder_layer(ours, theirs)
    x = randn(3, 2, 5, WIDTH)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        dropped = ours(x).output
    assert_close(ours.eval()(x).output, theirs.eval()(x), **EXACT)
    assert not torch.allclose(dropped, ours(x).output)


def test_the_whole_base_model_without_embeddings_has_torchs_number_of_parameters():
    with torch.device("meta"):
        assert num_params(TransformerStacks()) == 44_140_544
        assert num_params(TransformerStacks(final_norms=False)) == 44_138_496
        assert num_params(TransformerStacks(512, 8, 6, 6, 2048)) == 6 * (3_152_384 + 4_204_032) + 2 * 2 * 512

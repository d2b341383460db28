"""The whole Transformer beside torch's stacks with embeddings written out, and writing with and without a cache."""

import math

import pytest
import torch
from torch.nn import functional
from torch.testing import assert_close
from torch_twins import EXACT, copy_stacks, future, ids_of, randn, randomised, torch_stacks

from engine.errors import Refused
from engine.layers.embedding_positions import TokenAndPosition
from engine.layers.transformer_cache import attend, keys_values, start, step
from engine.models.transformer import Transformer, transformer_base
from engine.models.transformer_decoding import write

torch.set_num_threads(1)
WIDTH, HEADS, HIDDEN, SOURCE_TOKENS, TARGET_TOKENS = 8, 2, 12, 9, 7


def waves(length, width):
    rows = []
    for position in range(length):
        angles = [position / 10_000 ** (2 * (column // 2) / width) for column in range(width)]
        rows.append([math.cos(a) if column % 2 else math.sin(a) for column, a in enumerate(angles)])
    return torch.tensor(rows, dtype=torch.float64)


def network(num_layers=2, tie_weights=False):
    vocabularies = (TARGET_TOKENS if tie_weights else SOURCE_TOKENS, TARGET_TOKENS)
    built = Transformer(
        *vocabularies, WIDTH, HEADS, num_layers, num_layers, HIDDEN, 0.0, max_len=20, tie_weights=tie_weights
    )
    return randomised(built).eval()


def twin_of(ours, num_layers):
    theirs = torch_stacks(WIDTH, HEADS, num_layers, HIDDEN)
    copy_stacks(ours.stacks, theirs)  # ours becomes theirs
    return theirs


def embedded(weight, ids):
    return math.sqrt(WIDTH) * functional.embedding(ids, weight) + waves(ids.shape[1], WIDTH)


def test_the_transformer_equals_torchs_stacks_between_embeddings_and_an_output_layer():
    ours = network()
    theirs = twin_of(ours, 2).eval()
    source, target = ids_of(1, SOURCE_TOKENS, 2, 5), ids_of(2, TARGET_TOKENS, 2, 4)
    lengths = torch.tensor([5, 3])
    padding = torch.arange(5) >= lengths[:, None]
    source_weight, target_weight = ours.source.embedding.weight, ours.target.embedding.weight
    decoded = theirs(
        embedded(source_weight, source),
        embedded(target_weight, target),
        tgt_mask=future(4),
        src_key_padding_mask=padding,
        memory_key_padding_mask=padding,
    )
    expected = functional.linear(decoded, ours.output.weight, ours.output.bias)
    found = ours(source, target, lengths).logits
    assert_close(found, expected, **EXACT)
    upstream = randn(9, *found.shape)
    for parameter in (source_weight, target_weight, ours.output.weight):
        (our,) = torch.autograd.grad(found, parameter, upstream, retain_graph=True)
        (their,) = torch.autograd.grad(expected, parameter, upstream, retain_graph=True)
        assert_close(our, their, **EXACT)


def test_the_encoder_and_the_decoder_can_be_run_apart():
    ours, source, target = network(), ids_of(1, SOURCE_TOKENS, 1, 5), ids_of(2, TARGET_TOKENS, 1, 4)
    whole = ours(source, target)
    apart = ours.decode(target, ours.encode(source).output)
    assert_close(apart.logits, whole.logits, **EXACT)
    assert [len(weights) for weights in whole.weights] == [2, 2, 2]
    assert not torch.allclose(ours.decode(target, ours.encode(source).output, causal=False).logits, whole.logits)


def test_one_matrix_serves_source_target_and_output_when_weights_are_tied():
    ours, target = network(tie_weights=True), ids_of(2, TARGET_TOKENS, 1, 4)
    weight = ours.target.embedding.weight
    assert ours.source.embedding.weight is weight
    assert ours.output.weight is weight
    assert ours.output.bias is None
    output = ours.stacks(ours.source(target), ours.target(target)).output
    assert_close(ours(target, target).logits, output @ weight.mT, **EXACT)


def test_embeddings_are_multiplied_by_the_root_of_the_width_and_waves_are_added():
    for width in (8, 6):
        layer, ids = TokenAndPosition(5, width, max_len=9).double(), ids_of(0, 5, 2, 7)
        expected = math.sqrt(width) * functional.embedding(ids, layer.embedding.weight) + waves(7, width)
        assert_close(layer(ids), expected, **EXACT)


def test_both_addends_are_of_one_size():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        layer = TokenAndPosition(2000, 256, max_len=64, positions="none").double()
    tokens = layer(torch.arange(2000)[None])
    assert tokens.var().item() == pytest.approx(1, abs=0.02)
    positions = TokenAndPosition(1, 256, max_len=64, scale=0.0).double()(torch.zeros(1, 64, dtype=torch.long))
    assert positions.square().mean().item() == pytest.approx(0.5, abs=1e-9)


def test_learned_positions_are_rows_of_a_matrix():
    layer, ids = randomised(TokenAndPosition(5, 6, 9, positions="learned", scale=1.0)), ids_of(0, 5, 2, 7)
    assert_close(layer(ids), functional.embedding(ids, layer.embedding.weight) + layer.positions.encoding[:7], **EXACT)


def test_more_tokens_than_positions_are_refused():
    with pytest.raises(Refused, match="there are 10 tokens and only 9 positions"):
        TokenAndPosition(5, 6, max_len=9)(torch.zeros(1, 10, dtype=torch.long))


@torch.no_grad()
@pytest.mark.parametrize("num_layers", [1, 3])
def test_decoding_token_by_token_equals_torchs_one_masked_pass(num_layers):
    ours = network(num_layers)
    theirs = twin_of(ours, num_layers).eval()
    target, memory = randn(3, 2, 6, WIDTH), randn(4, 2, 5, WIDTH)
    expected = theirs.decoder(target, memory, tgt_mask=future(6))
    cache = start(ours.stacks.decoder, memory)
    for position in range(6):
        found, cache = step(ours.stacks.decoder, target[:, position : position + 1], cache)
        assert_close(found[:, 0], expected[:, position], **EXACT)
        assert [layer.own.key.shape[2] for layer in cache] == [position + 1] * num_layers
    assert [layer.memory.value.shape for layer in cache] == [(2, HEADS, 5, WIDTH // HEADS)] * num_layers


@torch.no_grad()
def test_attention_to_remembered_keys_equals_torchs():
    block = network(1).stacks.decoder.layers[0]
    theirs = twin_of(network(1), 1).decoder.layers[0].multihead_attn
    for linear, matrix, bias in zip(
        (block.cross_attn.q_proj, block.cross_attn.k_proj, block.cross_attn.v_proj),
        theirs.in_proj_weight.chunk(3),
        theirs.in_proj_bias.chunk(3),
        strict=True,
    ):
        linear.weight.copy_(matrix)
        linear.bias.copy_(bias)
    block.cross_attn.out_proj.load_state_dict(theirs.out_proj.state_dict())
    query, memory = randn(1, 2, 3, WIDTH), randn(2, 2, 5, WIDTH)
    padding = torch.tensor([[False] * 5, [False, False, True, True, True]])
    found = attend(block.cross_attn, query, keys_values(block.cross_attn, memory), ~padding[:, None, None])
    expected, _ = theirs(query, memory, memory, key_padding_mask=padding)
    assert_close(found, expected, **EXACT)


@torch.no_grad()
def test_what_is_written_is_the_likeliest_token_of_each_pass_of_the_prefix():
    ours, source = network(), ids_of(1, SOURCE_TOKENS, 1, 5)
    theirs = twin_of(ours, 2).eval()
    prefix = torch.tensor([[0]])
    memory = theirs.encoder(embedded(ours.source.embedding.weight, source))
    for _ in range(5):
        x = embedded(ours.target.embedding.weight, prefix)
        last = theirs.decoder(x, memory, tgt_mask=future(prefix.shape[1]))[:, -1]
        scores = functional.linear(last, ours.output.weight, ours.output.bias)
        prefix = torch.cat([prefix, scores.argmax(-1, keepdim=True)], dim=1)
    for cached in (True, False):
        written = write(ours, source, bos=0, eos=None, max_len=5, cached=cached)
        assert written.tokens.tolist() == prefix[0, 1:].tolist()
        assert written.passes == 5
        assert_close(written.logits[-1], scores[0], **EXACT)
        whole = prefix[0, 1:].tolist()
        for end in set(whole):
            stopped = write(ours, source, bos=0, eos=end, max_len=5, cached=cached).tokens.tolist()
            assert stopped == whole[: whole.index(end) + 1]
        assert write(ours, source, bos=0, eos=whole[0], max_len=5, cached=cached).passes == 1


def test_nothing_is_written_for_a_length_below_one():
    with pytest.raises(Refused, match="max_len is 0, and at least one token is written; use a max_len from 1"):
        write(network(), ids_of(1, SOURCE_TOKENS, 1, 5), bos=0, eos=None, max_len=0)


def test_two_vocabularies_of_different_size_cannot_be_tied():
    with pytest.raises(Refused, match="tie_weights needs one vocabulary, and src_vocab_size is 9 and tgt_vocab_size 7"):
        Transformer(9, 7, 8, 2, 1, 1, 16, tie_weights=True)


def test_published_numbers_of_parameters_of_the_base_model():
    with torch.device("meta"):
        base = transformer_base()
    assert sum(p.numel() for p in base.parameters()) == 37_000 * 512 + 44_138_496
    with torch.device("meta"):
        apart = Transformer(1000, 2000, final_norms=False)
    assert sum(p.numel() for p in apart.parameters()) == 3000 * 512 + 44_138_496 + 512 * 2000 + 2000

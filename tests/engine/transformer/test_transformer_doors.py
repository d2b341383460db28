"""``transformer.*``, ``feed_forward.*`` and the like, beside arithmetic and beside counts of torch's own."""

import pytest
import sympy
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import Refused
from engine.registry import load

torch.set_num_threads(1)
SIZES = {"embed_dim": 512, "num_heads": 8, "dim_feedforward": 2048}
WIDTHS = {"head_dim": st.integers(1, 9), "heads": st.integers(1, 4), "hidden": st.integers(1, 40)}


def value(name, **given_arguments):
    return run(name, **given_arguments).value


def attention_params(d):
    return 4 * d * d + 4 * d


def encoder_params(d, f):
    return attention_params(d) + 2 * d * f + f + d + 4 * d


def decoder_params(d, f):
    return 2 * attention_params(d) + 2 * d * f + f + d + 6 * d


@settings(max_examples=15)
@given(**WIDTHS)
def test_parameters_of_a_block_and_its_parts_by_arithmetic(head_dim, heads, hidden):
    d = head_dim * heads
    sizes = {"embed_dim": d, "num_heads": heads, "dim_feedforward": hidden}
    expected = {
        "self_attention": attention_params(d),
        "feed_forward": 2 * d * hidden + hidden + d,
        "add_norm": 2 * d,
        "encoder_layer": encoder_params(d, hidden),
        "decoder_layer": decoder_params(d, hidden),
    }
    assert {part: value("transformer.layer_num_params", **sizes, part=part) for part in expected} == expected
    assert value("feed_forward.num_params", embed_dim=d, dim_feedforward=hidden) == expected["feed_forward"]
    by_convolution = value("feed_forward.num_params", embed_dim=d, dim_feedforward=hidden, by="convolution")
    assert by_convolution == expected["feed_forward"]


def test_published_numbers_of_parameters():
    assert value("transformer.layer_num_params", **SIZES) == 3_152_384
    assert value("transformer.layer_num_params", **SIZES, part="decoder_layer") == 4_204_032
    assert value("transformer.layer_num_params", **SIZES, part="self_attention") == 1_050_624
    assert value("transformer.stacks_num_params", **SIZES) == 44_140_544
    assert value("transformer.stacks_num_params", **SIZES, final_norms=False) == 44_138_496


@settings(max_examples=10)
@given(**WIDTHS, n=st.integers(1, 3), m=st.integers(1, 3), words=st.integers(1, 20), tied=st.booleans())
def test_parameters_of_a_whole_transformer_by_arithmetic(head_dim, heads, hidden, n, m, words, tied):
    d = head_dim * heads
    blocks = n * encoder_params(d, hidden) + m * decoder_params(d, hidden)
    sizes = {"embed_dim": d, "num_heads": heads, "dim_feedforward": hidden}
    layers = {"num_encoder_layers": n, "num_decoder_layers": m}
    assert value("transformer.stacks_num_params", **sizes, **layers) == blocks + 4 * d
    vocabularies = {"src_vocab_size": words if tied else words + 3, "tgt_vocab_size": words}
    found = value("transformer.num_params", **sizes, **layers, **vocabularies, tie_weights=tied)
    assert found == blocks + (words * d if tied else (2 * words + 3) * d + d * words + words)


def test_two_vocabularies_of_different_size_are_not_counted_as_tied():
    layers = {"num_encoder_layers": 1, "num_decoder_layers": 1}
    sizes = {"embed_dim": 8, "num_heads": 2, "dim_feedforward": 16, "src_vocab_size": 9, "tgt_vocab_size": 7}
    with pytest.raises(Refused, match="tie_weights needs one vocabulary, and src_vocab_size is 9 and tgt_vocab_size 7"):
        value("transformer.num_params", **sizes, **layers, tie_weights=True)


NETWORKS = {
    "transformer_base_stacks": 44_140_544,
    "transformer_base": 63_082_496,
    "transformer_big": 214_245_376,
    "bert_base": 109_482_240,
    "bert_large": 335_141_888,
    "bert_base_pretraining": 110_106_428,
    "bert_large_pretraining": 336_226_108,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_by_name_have_their_published_numbers_of_parameters(name):
    assert load()["model.num_params"].call(name).value == NETWORKS[name]


def stacks_macs(d, f, n, source, target):
    """Projections, products with both sequences, and feed-forward networks of n + n blocks."""
    encoder = 4 * source * d * d + 2 * source * source * d + 2 * source * d * f
    own = 4 * target * d * d + 2 * target * target * d
    cross = 2 * target * d * d + 2 * source * d * d + 2 * source * target * d
    return n * (encoder + own + cross + 2 * target * d * f)


def test_macs_of_networks_by_name_count_attentions_products():
    macs = load()["model.macs"].call
    assert macs("transformer_base_stacks").value == stacks_macs(512, 2048, 6, 64, 64)
    assert macs("transformer_base", 10).value == stacks_macs(512, 2048, 6, 10, 10) + 10 * 512 * 37_000
    block = 4 * 512 * 768**2 + 2 * 512**2 * 768 + 2 * 512 * 768 * 3072
    assert macs("bert_base").value == 12 * block + 768**2
    heads = 512 * 768**2 + 512 * 768 * 30_522 + 2 * 768
    assert macs("bert_base_pretraining").value == 12 * block + 768**2 + heads


def test_macs_of_the_base_models_stacks_are_what_torchs_flop_counter_counts():
    with torch.device("meta"):
        encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(512, 8, batch_first=True), 6, None, False)
        twin = nn.Transformer(custom_encoder=encoder, batch_first=True)
        source, target = torch.empty(1, 64, 512), torch.empty(1, 64, 512)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        twin(source, target)
    assert counter.get_total_flops() == 2 * load()["model.macs"].call("transformer_base_stacks").value


def test_stages_depth_and_counts_of_networks_by_name():
    stages = dict(load()["model.stages"].call("bert_base").value)
    assert stages["embeddings"] == stages["layer12"] == [512, 768]
    assert stages["pooler"] == [768]
    assert dict(load()["model.stages"].call("transformer_base", 9).value)["output"] == [9, 37_000]
    assert load()["model.depth"].call("bert_base").value == 12 * 4  # values, output, and two of the FFN, in each block
    assert load()["model.count"].call("transformer_base", "MultiheadAttention").value == 18
    assert load()["model.count"].call("transformer_base", "Conv2d").value == 0
    assert load()["model.output_shape"].call("bert_base", "layer3", 7).value == [7, 768]
    linear = 12 * (4 * (768**2 + 768) + 2 * 768 * 3072 + 3072 + 768) + 768**2 + 768
    assert load()["model.fc_share"].call("bert_base").value == pytest.approx(linear / 109_482_240, rel=1e-12)


@pytest.mark.parametrize(
    ("door", "arguments", "sentence"),
    [
        ("model.macs", ("bert_base", 600), "there are 600 tokens and only 512 positions"),
        ("model.count", ("bert_base", "Conv2D"), "there is no layer type 'Conv2D'; did you mean 'Conv2d'"),
        ("model.num_params", ("bert_bas",), "there is no model 'bert_bas'; did you mean 'bert_base'"),
    ],
)
def test_what_networks_by_name_refuse(door, arguments, sentence):
    with pytest.raises(Refused, match=sentence):
        load()[door].call(*arguments)


def test_evidence_of_a_network_by_name_adds_up_and_says_what_went_in():
    text, table = load()["model.macs"].call("bert_base", 16).evidence()
    assert text.text == "bert_base was built on the meta device and run on ids of 16 tokens, segments of 16 tokens."
    assert sum(row[-1] for row in table.rows[:-1]) == table.rows[-1][-1]
    assert sum(row[-2] for row in table.rows[:-1]) == 109_482_240
    attention = [row for row in table.rows if row[0] == "encoder.layers.0.self_attn"]
    assert attention == [("encoder.layers.0.self_attn", "MultiheadAttention", "16×768", 0, 2 * 16 * 16 * 768)]


@settings(max_examples=3)
@given(batch=st.integers(1, 3), source=st.integers(1, 6), target=st.integers(1, 6), heads=st.integers(1, 3))
def test_shapes_by_arithmetic(batch, source, target, heads):
    d = 4 * heads
    sizes = {"batch": batch, "embed_dim": d, "num_heads": heads, "vocab_size": 13}
    lengths = {"source_length": source, "target_length": target}
    expected = {
        "memory": [batch, source, d],
        "decoder_output": [batch, target, d],
        "logits": [batch, target, 13],
        "encoder_weights": [batch, heads, source, source],
        "decoder_weights": [batch, heads, target, target],
        "cross_weights": [batch, heads, target, source],
    }
    assert {what: value("transformer.shape", what=what, **lengths, **sizes) for what in expected} == expected


@pytest.mark.parametrize("length", [1, 2, 7])
def test_one_pass_in_training_and_one_for_each_token_in_prediction(length):
    assert value("transformer.decoder_passes", length=length, phase="training") == 1
    assert value("transformer.decoder_passes", length=length, phase="prediction") == length


@settings(max_examples=3)
@given(
    heads=st.integers(1, 3), f=st.integers(1, 9), steps=st.integers(1, 4), source=st.integers(1, 4), n=st.integers(1, 2)
)
def test_multiply_adds_of_decoding_by_arithmetic(heads, f, steps, source, n):
    d = 3 * heads

    def per_block(tokens, keys, source_projected):
        own = 4 * tokens * d * d + 2 * tokens * keys * d
        cross = 2 * tokens * d * d + 2 * source_projected * d * d + 2 * tokens * source * d
        return own + cross + 2 * tokens * d * f

    sizes = {"embed_dim": d, "num_heads": heads, "dim_feedforward": f, "source_length": source, "num_layers": n}
    whole = n * sum(per_block(t, t, source) for t in range(1, steps + 1))
    cached = n * sum(per_block(1, t, source if t == 1 else 0) for t in range(1, steps + 1))
    assert value("transformer.decoding_macs", **sizes, length=steps, cached=False) == whole
    assert value("transformer.decoding_macs", **sizes, length=steps) == cached
    held = {"embed_dim": d, "num_heads": heads, "num_layers": n, "length": steps, "source_length": source}
    assert value("transformer.cache_size", **held) == 2 * n * steps * d
    assert value("transformer.cache_size", **held, of="source") == 2 * n * source * d
    assert value("transformer.cache_size", **held, of="both") == 2 * n * (steps + source) * d


@pytest.mark.parametrize(("encoder", "decoder"), [(6, 6), (2, 3), (0, 1)])
def test_numbers_of_attentions(encoder, decoder):
    counts = {"all": encoder + 2 * decoder, "self": encoder + decoder, "cross": decoder, "causal": decoder}
    layers = {"num_encoder_layers": encoder, "num_decoder_layers": decoder}
    assert {kind: value("transformer.num_attentions", **layers, kind=kind) for kind in counts} == counts


@settings(max_examples=10)
@given(d=st.integers(1, 20), f=st.integers(1, 20), length=st.integers(1, 30))
def test_multiply_adds_of_a_feed_forward_network(d, f, length):
    assert value("feed_forward.macs", embed_dim=d, dim_feedforward=f, length=length) == 2 * length * d * f


@settings(max_examples=15)
@given(n=st.integers(2, 20), d=st.integers(1, 9), k=st.sampled_from([3, 5, 7]))
def test_rivals_by_the_formulas_of_the_papers_table(n, d, k):
    costs = {"recurrence": 2 * n * d * d, "convolution": k * n * d * d, "self_attention": 2 * n * n * d + 3 * n * d * d}
    paths = {"recurrence": n - 1, "convolution": -(-2 * (n - 1) // (k - 1)), "self_attention": 1}
    steps = {"recurrence": n, "convolution": 1, "self_attention": 1}
    for layer in costs:
        assert value("sequence_layer.macs", layer=layer, length=n, width=d, kernel_size=k) == costs[layer]
        assert value("sequence_layer.path_length", layer=layer, length=n, kernel_size=k) == paths[layer]
        assert value("sequence_layer.sequential_steps", layer=layer, length=n) == steps[layer]


def test_attention_of_d_512_and_768_has_the_published_numbers_of_parameters():
    assert value("attention.num_params", embed_dim=512, num_heads=8) == 1_050_624
    assert value("attention.num_params", embed_dim=768, num_heads=12) == 2_362_368
    assert value("attention.num_params", embed_dim=512, num_heads=8, bias=False) == 1_048_576
    full = {"convention": "full_width", "bias": False}
    assert value("attention.num_params", embed_dim=512, num_heads=8, **full) == 8_388_608


def test_full_width_heads_have_4hd2_weights_for_all_h_and_d():
    h, d = sympy.symbols("h d", positive=True)
    heads, output = 3 * h * d**2, (h * d) * d
    assert sympy.expand(heads + output - 4 * h * d**2) == 0
    assert sympy.expand((heads + output).subs(h, 1) - 4 * d**2) == 0
    for number, width in ((1, 6), (3, 5), (4, 8)):
        found = value("attention.num_params", embed_dim=width, num_heads=number, bias=False, convention="full_width")
        assert found == (heads + output).subs({h: number, d: width})


def test_each_heads_weights_are_a_softmax_of_its_own_slice():
    generator = torch.Generator().manual_seed(3)
    matrices = [torch.randn(shape, generator=generator, dtype=torch.float64) for shape in ((24, 8), (8, 8))]
    tokens = torch.randn(1, 5, 8, generator=generator, dtype=torch.float64)[0]
    query, key = (tokens @ (2 * rows / 8**0.5).mT for rows in matrices[0].chunk(3)[:2])
    for head in (1, 2):
        part = slice(4 * (head - 1), 4 * head)
        expected = (query[:, part] @ key[:, part].mT / 4**0.5).softmax(-1)
        found = value("attention.head_weights", num_heads=2, length=5, embed_dim=8, head=head, seed=3)
        assert_close(torch.tensor(found, dtype=torch.float64), expected, rtol=1e-12, atol=1e-12)


def drawn_encoder(seed, num_layers, heads, length):
    """Torch's blocks with the numbers that the door draws, in the order of its parameters; and its tokens."""
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        numbers = torch.randn(shape, generator=generator, dtype=torch.float64)
        return 2 * numbers / shape[-1] ** 0.5 if len(shape) > 1 else numbers

    width, blocks = 8 * heads, []
    for _ in range(num_layers):
        block = nn.TransformerEncoderLayer(width, heads, 16, 0.0, batch_first=True).double()
        projections = [(draw(width, width), draw(width)) for _ in range(4)]
        norm1 = (draw(width), draw(width))
        linears = [(draw(16, width), draw(16)), (draw(width, 16), draw(width))]
        block.self_attn.in_proj_weight.data = torch.cat([matrix for matrix, _ in projections[:3]])
        block.self_attn.in_proj_bias.data = torch.cat([bias for _, bias in projections[:3]])
        pairs = [projections[3], norm1, *linears, (draw(width), draw(width))]
        layers = (block.self_attn.out_proj, block.norm1, block.linear1, block.linear2, block.norm2)
        for layer, (weight, bias) in zip(layers, pairs, strict=True):
            layer.weight.data, layer.bias.data = weight, bias
        blocks.append(block)
    return blocks, torch.randn(1, length, width, generator=generator, dtype=torch.float64)


@torch.no_grad()
def test_the_weights_of_every_block_of_an_encoder_are_torchs():
    blocks, x = drawn_encoder(5, 2, 2, 4)
    for layer, block in enumerate(blocks, start=1):
        looked = block.self_attn(x, x, x, average_attn_weights=False)[1][0]
        for head in (1, 2):
            call = {"num_layers": 2, "num_heads": 2, "length": 4, "layer": layer, "head": head, "seed": 5}
            found = torch.tensor(value("transformer.encoder_weights", **call), dtype=torch.float64)
            assert_close(found, looked[head - 1], rtol=1e-12, atol=1e-12)
        x = block(x)
    assert len(run("transformer.encoder_weights", **call).evidence()) == 4


def test_evidence_of_a_block_lists_what_runs_in_order():
    _, table = run("transformer.layer_num_params", **SIZES, part="decoder_layer").evidence()
    attentions = [row[0] for row in table.rows if row[1] == "MultiheadAttention"]
    assert attentions == ["self_attn", "cross_attn"]
    assert sum(row[3] for row in table.rows) == 4_204_032


def test_waves_turn_by_a_fixed_angle_for_each_step():
    """P[i + s] = R(s)·P[i] for each pair of columns, as the addition theorems say, and as the numbers do."""
    position, shift, frequency = sympy.symbols("i s w", real=True)
    angle = shift * frequency
    turn = sympy.Matrix([[sympy.cos(angle), sympy.sin(angle)], [-sympy.sin(angle), sympy.cos(angle)]])
    pair = sympy.Matrix([sympy.sin(position * frequency), sympy.cos(position * frequency)])
    moved = pair.subs(position, position + shift)
    assert sympy.expand_trig((turn * pair - moved).expand(trig=True)).applyfunc(sympy.simplify) == sympy.zeros(2, 1)
    for column in (0, 4):
        entries = {
            (at, add): value("positional_encoding.value", position=at, column=column + add, embed_dim=8)
            for at in (5, 8)
            for add in (0, 1)
        }
        step = {shift: 3, frequency: sympy.Float(10_000, 30) ** (-sympy.Rational(column, 8)), position: 5}
        expected = turn.subs(step) * sympy.Matrix([entries[5, 0], entries[5, 1]])
        assert float(expected[0]) == pytest.approx(entries[8, 0], abs=1e-12)
        assert float(expected[1]) == pytest.approx(entries[8, 1], abs=1e-12)


REFUSALS = [
    ("transformer.layer_num_params", {**SIZES, "num_heads": 3}, "3 heads cannot share a width of 512 evenly"),
    ("transformer.stacks_num_params", {**SIZES, "num_heads": 3}, "3 heads cannot share a width of 512 evenly"),
    ("transformer.decoding_macs", {**SIZES, "num_heads": 3, "length": 2}, "3 heads cannot share a width of 512 evenly"),
    (
        "sequence_layer.macs",
        {"layer": "convolution", "length": 4, "width": 4, "kernel_size": 4},
        "a centred kernel has",
    ),
    (
        "transformer.encoder_weights",
        {"num_layers": 1, "num_heads": 2, "length": 3, "layer": 2},
        "there is no head 1 in block 2: 1 blocks have 2 heads each",
    ),
    (
        "attention.head_weights",
        {"num_heads": 2, "length": 3, "embed_dim": 4, "head": 3},
        "'head' is 3, and 2 heads are numbered 1 to 2",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "sentence"), REFUSALS)
def test_what_does_not_fit_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        value(name, **arguments)

"""The caption network beside a loop in plain arithmetic, beside torch's LSTM cell, and beside its shapes."""

import pytest
import torch
from door_runs import run
from torch import nn
from torch.testing import assert_close

from engine.models.show_attend_tell import AnnotationEncoder, CaptionDecoder, doubly_stochastic_penalty

torch.set_num_threads(1)
EXACT = {"rtol": 1e-10, "atol": 1e-10}
PARTS, CHANNELS, EMBED, HIDDEN, VOCABULARY = 6, 4, 3, 5, 7


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def decoder_with_random_weights():
    with torch.random.fork_rng():
        decoder = CaptionDecoder(VOCABULARY, CHANNELS, EMBED, HIDDEN, attention_size=8).double()
    for seed, parameter in enumerate(decoder.parameters()):
        parameter.data = randn(seed, *parameter.shape)
    return decoder


def torchs_cell(decoder):
    with torch.random.fork_rng():
        cell = nn.LSTMCell(EMBED + CHANNELS, HIDDEN).double()
    for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
        getattr(cell, name).data = getattr(decoder.cell, name).detach()
    return cell


def affine(layer, x):
    return x @ layer.weight.mT + (0 if layer.bias is None else layer.bias)


def test_the_decoder_word_by_word():
    decoder, annotations, words = (
        decoder_with_random_weights(),
        randn(0, 2, PARTS, CHANNELS),
        torch.tensor([[1, 4, 2], [0, 6, 3]]),
    )
    caption, cell = decoder(annotations, words), torchs_cell(decoder)
    mean = annotations.sum(1) / PARTS
    h, c = affine(decoder.first_h, mean).tanh(), affine(decoder.first_c, mean).tanh()
    assert_close(decoder.first_state(annotations), (h, c), **EXACT)
    looker = decoder.attention
    for t in range(3):
        scores = torch.stack(
            [
                affine(
                    looker.score,
                    (affine(looker.from_annotation, annotations[:, i]) + affine(looker.from_state, h)).tanh(),
                )
                for i in range(PARTS)
            ],
            dim=1,
        )[..., 0]
        weights = scores.softmax(-1)
        context = affine(decoder.gate, h).sigmoid() * torch.einsum("ns,nsc->nc", weights, annotations)
        embedded = decoder.embedding.weight[words[:, t]]
        h, c = cell(torch.cat([embedded, context], 1), (h, c))
        logits = affine(
            decoder.output, embedded + affine(decoder.from_state, h) + affine(decoder.from_context, context)
        )
        assert_close(caption.weights[:, t], weights, **EXACT)
        assert_close(caption.logits[:, t], logits, **EXACT)


def test_the_first_state_knows_no_order_and_no_attention():
    decoder, annotations = decoder_with_random_weights(), randn(0, 1, PARTS, CHANNELS)
    h, c = decoder.first_state(annotations)
    shuffled = annotations[:, [2, 0, 5, 1, 4, 3]]
    assert_close(decoder.first_state(shuffled), (h, c), **EXACT)
    found = torch.autograd.grad(h.sum(), list(decoder.attention.parameters()), allow_unused=True)
    assert all(gradient is None for gradient in found)


def test_annotations_are_the_places_of_the_last_map_row_by_row():
    with torch.random.fork_rng():
        encoder = AnnotationEncoder(width=2).double()
    for seed, parameter in enumerate(encoder.parameters()):
        parameter.data = randn(seed, *parameter.shape) / 4
    x = randn(0, 1, 3, 32, 48)
    maps = x
    pools = 0
    for layer in encoder.features:
        maps = layer(maps)
        pools += isinstance(layer, nn.MaxPool2d)
    assert pools == 4
    assert sum(isinstance(layer, nn.Conv2d) for layer in encoder.features) == 13
    assert bool((encoder(x) >= 0).all())  # the last convolution is followed by its ReLU
    assert bool((encoder(x) == 0).any())
    assert maps.shape == (1, 16, 2, 3)
    for place in range(6):
        assert_close(encoder(x)[0, place], maps[0, :, place // 3, place % 3], **EXACT)


@pytest.mark.parametrize("network", ["vgg16", "vgg19"])
def test_224_pixels_make_196_annotations_of_512(network):
    assert run("show_attend_tell.annotations", size=224, network=network).value == [196, 512]
    assert run("show_attend_tell.annotations", size=448, network=network).value == [28 * 28, 512]


def test_shapes_of_scores_and_weights():
    assert run("show_attend_tell.shapes", vocab_size=1000, words=5).value == [[5, 1000], [5, 196]]
    table = run("show_attend_tell.shapes", vocab_size=1000, words=5).evidence()[0]
    assert ("pooling 4", "1×512×14×14") in table.rows


def test_parameters_of_the_decoder():
    v, c, e, h, a = 1000, 512, 300, 256, 128
    parts = [
        v * e,
        2 * (c + 1) * h,
        (c + 1) * a + (h + 1) * a + a + 1,
        h + 1,
        4 * h * (e + c + h + 2),
        (h + c) * e,
        (e + 1) * v,
    ]
    asked = {"vocab_size": v, "channels": c, "embed_size": e, "hidden_size": h, "attention_size": a}
    assert run("show_attend_tell.num_params", **asked).value == sum(parts)
    with torch.device("meta"):
        assert sum(p.numel() for p in CaptionDecoder(v, c, e, h, a).parameters()) == sum(parts)


def test_the_penalty_by_hand():
    weights = torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]], dtype=torch.float64)
    expected = (1 - 0.75) ** 2 + (1 - 0.75) ** 2 + (1 - 0.5) ** 2
    assert float(doubly_stochastic_penalty(weights[None])) == pytest.approx(expected, rel=1e-12)
    assert run("show_attend_tell.penalty", weights=weights.tolist()).value == pytest.approx(expected, rel=1e-12)

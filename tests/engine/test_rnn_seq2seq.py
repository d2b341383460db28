"""Encoder-decoder networks beside torch's modules with the same weights, and step by step; doors; experiments."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from engine.models.elman import ElmanLayer, ElmanNetwork
from engine.models.seq2seq import Decoder, Encoder
from engine.models.seq2seq_attention import AttentionDecoder
from engine.models.teacher_forcing import decoder_inputs, free_running

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}
TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
V, E, H = 7, 4, 6


def fill(module, seed=0):
    for index, parameter in enumerate(module.parameters()):
        draws = torch.Generator().manual_seed(seed + index)
        parameter.data = torch.randn(parameter.shape, dtype=torch.float64, generator=draws)
    return module


def tokens(seed, *shape):
    return torch.randint(V, shape, generator=torch.Generator().manual_seed(seed))


def twin(ours, kind, input_size, hidden_size, num_layers=1, bidirectional=False):
    theirs = TORCH[kind](input_size, hidden_size, num_layers=num_layers, bidirectional=bidirectional).double()
    directions = 1 + bidirectional
    for name, parameter in theirs.named_parameters():
        ours_name, _, place = name.partition("_l")
        index = int(place.removesuffix("_reverse")) * directions + place.endswith("_reverse")
        parameter.data = getattr(ours.cells[index], ours_name).data
    return theirs


def as_tuple(state):
    return state if isinstance(state, tuple) else (state,)


@pytest.mark.parametrize("kind", TORCH)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_encoder_and_decoder_equal_torchs(kind, bidirectional):
    width = H * (1 + bidirectional)
    encoder = fill(Encoder(V, E, H, num_layers=2, kind=kind, bidirectional=bidirectional))
    decoder = fill(Decoder(V, E, width, num_layers=2, kind=kind), seed=50)
    source, target = tokens(1, 5, 3), tokens(2, 4, 3)
    encoded = encoder(source)
    outputs, state = twin(encoder.rnn, kind, E, H, 2, bidirectional)(encoder.embedding.weight[source])
    assert_close(encoded.outputs, outputs, **EXACT)
    joined = tuple(s.unflatten(0, (2, -1)).transpose(1, 2).flatten(2) for s in as_tuple(state))
    for our, their in zip(encoded.state, joined, strict=True):
        assert_close(our, their, **EXACT)
    context = joined[0][-1]
    inputs = torch.stack([torch.cat([decoder.embedding.weight[step], context], dim=1) for step in target])
    start = joined if kind == "lstm" else joined[0]
    outputs, state = twin(decoder.rnn, kind, E + width, width, 2)(inputs, start)
    decoded = decoder(target, encoded)
    assert_close(decoded.logits, outputs @ decoder.output.weight.T + decoder.output.bias, **EXACT)
    for our, their in zip(decoded.state, as_tuple(state), strict=True):
        assert_close(our, their, **EXACT)


@pytest.mark.parametrize("kind", ["gru", "lstm"])
@pytest.mark.parametrize("masked", [False, True])
@torch.no_grad()
def test_attention_decoder_equals_a_loop_over_steps_and_sequences(kind, masked):
    encoder, decoder = fill(Encoder(V, E, H, 2, kind)), fill(AttentionDecoder(V, E, H, 2, kind), seed=50)
    source, target, valid = tokens(1, 5, 3), tokens(2, 4, 3), [5, 2, 3]
    encoded = encoder(source)
    found = decoder(target, encoded, torch.tensor(valid) if masked else None)
    rnn, score = twin(decoder.rnn, kind, E + H, H, 2), decoder.attention
    for n in range(3):
        state = tuple(part[:, n : n + 1].contiguous() for part in encoded.state)
        seen = encoded.outputs[: valid[n] if masked else 5, n]
        for t in range(4):
            query = score.W_q.weight @ state[0][-1, 0]
            scores = [score.w_v.weight[0] @ torch.tanh(query + score.W_k.weight @ key) for key in seen]
            weights = torch.stack(scores).softmax(0)
            x = torch.cat([decoder.embedding.weight[target[t, n]], weights @ seen])
            output, after = rnn(x[None, None], state if kind == "lstm" else state[0])
            state = as_tuple(after)
            assert_close(found.logits[t, n], decoder.output(output[0, 0]), **EXACT)
            assert_close(found.weights[t, n, : len(seen)], weights, **EXACT)
            assert not found.weights[t, n, len(seen) :].any()


def test_free_running_feeds_the_likeliest_token_back():
    encoder, decoder = fill(Encoder(V, E, H), seed=42), fill(Decoder(V, E, H), seed=92)
    encoded = encoder(tokens(1, 5, 2))
    found = free_running(decoder, encoded, bos=3, length=6)
    read = torch.cat([torch.full((1, 2), 3), found.argmax(-1)[:-1]])
    assert_close(found, decoder(read, encoded).logits, **EXACT)
    assert len({tuple(step.tolist()) for step in read}) > 2


def test_teacher_forcing_shifts_by_one():
    assert decoder_inputs(torch.tensor([[5, 8], [6, 9]]), bos=1).tolist() == [[1, 1], [5, 8]]


def test_elman_network_equals_torchs_rnn_and_a_softmax():
    network = fill(ElmanNetwork(3, 5, 4))
    theirs = nn.RNN(3, 5, bias=False).double()
    theirs.load_state_dict({"weight_ih_l0": network.hidden.U.weight, "weight_hh_l0": network.hidden.W.weight})
    x = torch.randn(6, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    states = theirs(x)[0]
    assert_close(network.hidden(x), states, **EXACT)
    assert_close(network(x), (states @ network.V.weight.T).softmax(-1), **EXACT)
    assert isinstance(network.hidden, ElmanLayer)


@settings(max_examples=15)
@given(*[st.integers(1, 20)] * 3, st.integers(1, 3), st.sampled_from([("rnn", 1), ("gru", 3), ("lstm", 4)]))
def test_parameters_are_the_closed_form(vocab, embed, hidden, layers, kind):
    name, blocks = kind
    form = {"vocab_size": vocab, "embed_size": embed, "hidden_size": hidden, "num_layers": layers, "kind": name}
    above = (layers - 1) * blocks * (2 * hidden**2 + 2 * hidden)
    encoder = vocab * embed + blocks * (hidden * embed + hidden**2 + 2 * hidden) + above
    decoder = vocab * embed + blocks * (hidden * (embed + hidden) + hidden**2 + 2 * hidden) + above
    decoder += hidden * vocab + vocab
    assert run("seq2seq.num_params", **form, part="encoder").value == encoder
    assert run("seq2seq.num_params", **form, part="decoder").value == decoder
    assert run("seq2seq.num_params", **form, attention=True).value == encoder + decoder + 2 * hidden**2 + hidden


@pytest.mark.parametrize("kind", ["gru", "lstm"])
def test_shapes(kind):
    form = {"vocab_size": 10, "embed_size": 8, "hidden_size": 16, "num_layers": 2, "batch": 3, "kind": kind}
    expected = {"encoder_outputs": [7, 3, 16], "state": [2, 3, 16], "context": [3, 16], "logits": [5, 3, 10]}
    for what, shape in expected.items():
        outcome = run("seq2seq.shape", **form, source_length=7, target_length=5, what=what)
        assert outcome.value == shape
        assert len(outcome.evidence()[0].rows) == 4


def test_decoder_inputs_as_text():
    outcome = run("seq2seq.decoder_inputs", target=["a", "b", "a", "<eos>"], bos="<s>")
    assert outcome.value == "<s> a b a"
    assert list(outcome.evidence()[0].rows)[1] == (2, "a", "b")


CLAIMS = [
    ("seq2seq.source_reaches_first_output", {"state": "encoder"}, [{"state": "zero"}]),
    ("seq2seq.source_reaches_first_output", {"state": "zero", "context": True}, [{"state": "zero", "kind": "lstm"}]),
    ("seq2seq.runs_free_as_taught", {"targets": "own"}, [{"targets": "other"}]),
    ("seq2seq.handover_grows_with_source", {"what": "outputs"}, [{"what": "context"}, {"what": "state"}]),
    ("seq2seq.attention_ignores_padding", {"masked": True}, [{"masked": False}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_its_controls_do_not_and_both_are_shown(name, holding, controls):
    assert_settles(name, holding, controls)
    assert_shows(name, holding)

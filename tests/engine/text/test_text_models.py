"""The recurrent language model beside torch's modules with the same weights; translation pairs by hand."""

import math
from types import SimpleNamespace

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.metrics.perplexity import perplexity
from engine.models.char_rnn import RecurrentLanguageModel
from engine.models.char_rnn_training import predict, train, train_step
from engine.text.translation import decode, encode, load_pairs, truncate_or_pad
from engine.text.vocabulary import Vocabulary

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}
TEXT = "the time traveller " * 4


def ids_of(seed, high, *shape):
    return torch.randint(high, shape, generator=torch.Generator().manual_seed(seed))


def twins(words=5, hidden=4):
    """Ours, and torch's network and linear layer with its weights; torch's second bias is 0."""
    ours = RecurrentLanguageModel(words, hidden).double()
    generator = torch.Generator().manual_seed(0)
    for parameter in ours.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 2
    rnn, output = nn.RNN(words, hidden).double(), nn.Linear(hidden, words).double()
    cell = ours.rnn.cells[0]
    with torch.no_grad():
        rnn.weight_ih_l0.copy_(cell.weight_ih)
        rnn.weight_hh_l0.copy_(cell.weight_hh)
        rnn.bias_ih_l0.copy_(cell.bias_ih)
        rnn.bias_hh_l0.zero_()
        output.load_state_dict(ours.output.state_dict())
    return ours, rnn, output


def by_torch(rnn, output, ids, state=None):
    hidden, after = rnn(functional.one_hot(ids.T, rnn.input_size).double(), state)
    return output(hidden), after


def test_the_model_equals_torchs_recurrent_network_with_a_linear_layer():
    ours, rnn, output = twins()
    ids = ids_of(1, 5, 2, 7)
    expected, after = by_torch(rnn, output, ids)
    found = ours(ids)
    assert_close(found.logits, expected, **EXACT)
    assert_close(found.state[0], after, **EXACT)
    assert_close(ours(ids, found.state).logits, by_torch(rnn, output, ids, after)[0], **EXACT)
    upstream = torch.randn(7, 2, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    our = torch.autograd.grad(found.logits, ours.rnn.cells[0].weight_hh, upstream)[0]
    assert_close(our, torch.autograd.grad(expected, rnn.weight_hh_l0, upstream)[0], **EXACT)


@pytest.mark.parametrize("lr", [0.1, 3.0])
def test_a_step_of_training_is_clipped_gradient_descent_with_a_detached_state(lr):
    ours, rnn, output = twins()
    batch = SimpleNamespace(x=ids_of(1, 5, 2, 7), y=ids_of(2, 5, 2, 7))
    before = [p.detach().clone() for p in (rnn.weight_hh_l0, output.weight, rnn.bias_ih_l0)]
    expected, after = by_torch(rnn, output, batch.x)
    loss = functional.cross_entropy(expected.flatten(0, 1), batch.y.T.flatten())
    trained = [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, *output.parameters()]
    for parameter, gradient in zip(trained, torch.autograd.grad(loss, trained), strict=True):
        parameter.grad = gradient
    nn.utils.clip_grad_norm_(trained, 0.05)
    torch.optim.SGD(trained, lr).step()
    step = train_step(ours, batch, None, lr, max_norm=0.05)
    assert_close(step.loss, loss.detach(), **EXACT)
    assert_close(step.state[0], after.detach(), **EXACT)
    assert not step.state[0].requires_grad
    cell = ours.rnn.cells[0]
    moved = [(cell.weight_hh, rnn.weight_hh_l0), (ours.output.weight, output.weight), (cell.bias_ih, rnn.bias_ih_l0)]
    for (our, their), old in zip(moved, before, strict=True):
        assert_close(our.detach(), their.detach(), **EXACT)
        assert not torch.equal(our.detach(), old)


def test_an_epoch_carries_the_state_and_gives_the_perplexity_of_its_mean_loss():
    ours, rnn, output = twins()
    corpus = torch.arange(31) % 5
    trained = [rnn.weight_ih_l0, rnn.weight_hh_l0, rnn.bias_ih_l0, *output.parameters()]
    optimizer, expected = torch.optim.SGD(trained, 0.5), []
    rows = corpus[:30].reshape(2, 15), corpus[1:31].reshape(2, 15)
    for _ in range(2):
        state, losses = None, []
        for first in (0, 5, 10):
            x, y = (part[:, first : first + 5] for part in rows)
            logits, state = by_torch(rnn, output, x, state)
            loss = functional.cross_entropy(logits.flatten(0, 1), y.T.flatten())
            for parameter, gradient in zip(trained, torch.autograd.grad(loss, trained), strict=True):
                parameter.grad = gradient
            nn.utils.clip_grad_norm_(trained, 1.0)
            optimizer.step()
            state = state.detach()
            losses.append(loss.item())
        expected.append(math.exp(sum(losses) / 3))
    assert train(ours, corpus, epochs=2, batch_size=2, num_steps=5, lr=0.5) == pytest.approx(expected, rel=1e-9)


@torch.no_grad()
def test_predictions_are_the_likeliest_tokens_after_a_warm_up():
    ours, rnn, output = twins()
    tokens = [3, 1, 4]
    for _ in range(6):
        logits, _ = by_torch(rnn, output, torch.tensor([tokens]))
        tokens.append(int(logits[-1, 0].argmax()))
    assert predict(ours, [3, 1, 4], 6) == tokens


@settings(max_examples=15)
@given(words=st.integers(1, 30), hidden=st.integers(1, 30), layers=st.integers(1, 3))
def test_parameters_of_language_models_by_arithmetic(words, hidden, layers):
    for kind, blocks in (("rnn", 1), ("gru", 3), ("lstm", 4)):
        sizes = {"vocab_size": words, "hidden_size": hidden, "num_layers": layers, "kind": kind}
        cells = blocks * (words * hidden + hidden * hidden + hidden + (layers - 1) * (2 * hidden * hidden + hidden))
        assert run("language_model.num_params", **sizes).value == cells + words * hidden + words
    shape = {"vocab_size": words, "hidden_size": hidden, "batch_size": 2, "num_steps": 3}
    assert run("language_model.logits_shape", **shape).value == [3, 2, words]


def test_training_teaches_a_model_its_text():
    after = {epochs: run("language_model.perplexity_after", text=TEXT, epochs=epochs).value for epochs in (1, 20)}
    assert after[20] < 1.2 < 6 < after[1]
    assert run("language_model.writes", text=TEXT, prefix="time", num_preds=10).value == "time traveller"[:14]
    with pytest.raises(Refused, match=r"^'prefix' holds 'x', which does not occur in the text$"):
        run("language_model.writes", text=TEXT, prefix="x")


@settings(max_examples=20)
@given(words=st.integers(2, 12), seed=st.integers(0, 99))
def test_perplexity_is_torchs_cross_entropy_to_the_power_of_e(words, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(6, words, generator=generator, dtype=torch.float64)
    targets = torch.randint(words, (6,), generator=generator)
    expected = functional.cross_entropy(logits, targets).exp().item()
    assert perplexity(logits, targets).item() == pytest.approx(expected, rel=1e-12)
    call = {"logits": logits.tolist(), "targets": targets.tolist()}
    assert run("perplexity.of_logits", **call).value == pytest.approx(expected, rel=1e-12)
    assert perplexity(torch.zeros_like(logits), targets).item() == pytest.approx(words, rel=1e-12)
    sure = 200 * functional.one_hot(targets, words).double()
    assert perplexity(sure, targets).item() == pytest.approx(1, abs=1e-12)
    assert perplexity(-sure, targets).item() > 1e50


def test_translation_pairs_by_hand():
    pairs = [("Go.", "Va\u202f!"), ("I go home.", "Je rentre.")]
    loaded = load_pairs(pairs, num_steps=5)
    assert loaded.source_vocabulary.tokens == ("<pad>", "<bos>", "<eos>", "<unk>", ".", "go", "home", "i")
    assert loaded.source.ids.tolist() == [[5, 4, 2, 0, 0], [7, 5, 6, 4, 2]]
    assert loaded.source.valid_lens.tolist() == [3, 5]
    assert [decode(ids, loaded.source_vocabulary) for ids in loaded.source.ids] == [
        ["go", "."],
        ["i", "go", "home", "."],
    ]
    assert [decode(ids, loaded.target_vocabulary) for ids in loaded.target.ids] == [["va", "!"], ["je", "rentre", "."]]
    found = run("translation.batch", pairs=[list(pair) for pair in pairs], num_steps=5).value
    assert found == [loaded.source.ids.tolist(), loaded.target.ids.tolist()]
    with pytest.raises(Refused, match="there are no sentence pairs"):
        load_pairs([], num_steps=5)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6), st.integers(1, 8))
def test_sentences_are_cut_or_padded_and_read_back(words, steps):
    expected = ([*words, "<eos>"] + ["<pad>"] * steps)[:steps]
    call = {"sentence": " ".join(words), "num_steps": steps}
    assert run("translation.tokens", **call).value == expected
    assert run("translation.valid_len", **call).value == sum(token != "<pad>" for token in expected)
    assert run("translation.keeps_end", **call).value is (len(words) < steps)
    assert truncate_or_pad([*words, "<eos>"], steps) == expected
    known = Vocabulary(words)
    rows = encode([words], known, steps)
    assert known.decode(rows.ids[0].tolist()) == expected
    assert rows.valid_lens.tolist() == [min(len(words) + 1, steps)]
    assert decode(rows.ids[0], known) == words[:steps]

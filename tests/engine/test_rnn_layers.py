"""Recurrent cells and networks beside torch's own with the same weights: values and gradients, in float64."""

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.gru import GRUCell
from engine.layers.lstm import LSTMCell
from engine.layers.recurrent import Recurrent, unroll
from engine.layers.rnn import RNNCell
from engine.layers.rnn_backward import bptt
from engine.layers.rnn_forward_gradient import RTRL

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}
TORCH = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}
TORCH_CELLS = {"rnn": nn.RNNCell, "lstm": nn.LSTMCell, "gru": nn.GRUCell}
CELLS = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}


def randn(seed, *shape):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def fill(module, seed=0):
    for index, parameter in enumerate(module.parameters()):
        parameter.data = randn(seed + index, *parameter.shape)
    return module


def copy_into_torchs(ours, theirs):
    """Torch's names are ours with ``_l0``, ``_l0_reverse``, ``_l1``, ... behind; a bias that we lack is 0 there."""
    directions = 2 if theirs.bidirectional else 1
    with torch.no_grad():
        for name, parameter in theirs.named_parameters():
            ours_name, _, place = name.partition("_l")
            index = int(place.removesuffix("_reverse")) * directions + place.endswith("_reverse")
            source = getattr(ours.cells[index], ours_name)
            parameter.copy_(torch.zeros_like(parameter) if source is None else source)


def assert_same_gradients(ours, theirs, our_leaves, their_leaves):
    weights = [randn(90 + index, *output.shape) for index, output in enumerate(ours)]
    losses = [sum((w * y).sum() for w, y in zip(weights, outputs, strict=True)) for outputs in (ours, theirs)]
    mine, other = torch.autograd.grad(losses[0], our_leaves), torch.autograd.grad(losses[1], their_leaves)
    for a, b in zip(mine, other, strict=True):
        assert_close(a, b, **EXACT)


@pytest.mark.parametrize("bias", ["two", "one", "none"])
@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_equals_torchs(kind, bias):
    ours = fill(CELLS[kind](3, 5, bias=bias))
    theirs = TORCH_CELLS[kind](3, 5, bias=bias != "none").double()
    theirs.load_state_dict({name: torch.zeros_like(p) for name, p in theirs.named_parameters()} | ours.state_dict())
    x, state = randn(20, 2, 3).requires_grad_(), [randn(21 + i, 2, 5).requires_grad_() for i in range(2)]
    state = tuple(state[: len(ours.state_parts)])
    found = ours(x, state)
    expected = theirs(x, state if kind == "lstm" else state[0])
    expected = expected if kind == "lstm" else (expected,)
    for our, their in zip(found, expected, strict=True):
        assert_close(our, their, **EXACT)
    names = list(ours.state_dict())
    leaves = [[x, *state, *(getattr(m, name) for name in names)] for m in (ours, theirs)]
    assert_same_gradients(found, expected, *leaves)


@pytest.mark.parametrize("bias", ["two", "one", "none"])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("num_layers", [1, 3])
@pytest.mark.parametrize("kind", CELLS)
def test_a_network_equals_torchs(kind, num_layers, bidirectional, bias):
    form = {"num_layers": num_layers, "bidirectional": bidirectional}
    ours = fill(Recurrent(kind, 3, 4, bias=bias, **form))
    theirs = TORCH[kind](3, 4, bias=bias != "none", **form).double()
    copy_into_torchs(ours, theirs)
    x = randn(50, 6, 2, 3).requires_grad_()
    cells = num_layers * (2 if bidirectional else 1)
    state = tuple(randn(60 + part, cells, 2, 4).requires_grad_() for part in range(2 if kind == "lstm" else 1))
    for start in (None, state):
        output, final = ours(x, start)
        expected, final_expected = theirs(x, start if start is None or kind == "lstm" else start[0])
        final_expected = final_expected if kind == "lstm" else (final_expected,)
        for our, their in zip([output, *final], [expected, *final_expected], strict=True):
            assert_close(our, their, **EXACT)
        leaves = [x] if start is None else [x, *state]
        assert_same_gradients([output, *final], [expected, *final_expected], leaves, leaves)


def test_relu_cell_equals_torchs():
    ours = fill(RNNCell(3, 5, nonlinearity="relu"))
    theirs = nn.RNNCell(3, 5, nonlinearity="relu").double()
    theirs.load_state_dict(ours.state_dict())
    x, h = randn(1, 2, 3), randn(2, 2, 5)
    assert_close(ours(x, (h,))[0], theirs(x, h), **EXACT)


@torch.no_grad()
@pytest.mark.parametrize("update", ["keeps_old", "takes_new"])
@pytest.mark.parametrize("reset", ["after", "before"])
@pytest.mark.parametrize("bias", ["two", "one", "none"])
def test_all_forms_of_the_gru_by_their_formulas(update, reset, bias):
    cell = fill(GRUCell(3, 4, bias, update, reset))
    x, h = randn(10, 3), randn(11, 4)
    zero = torch.zeros(12, dtype=torch.float64)
    b, b2 = (zero if p is None else p for p in (cell.bias_ih, cell.bias_hh))
    w, u = cell.weight_ih, cell.weight_hh
    r = 1 / (1 + torch.exp(-(w[:4] @ x + b[:4] + u[:4] @ h + b2[:4])))
    z = 1 / (1 + torch.exp(-(w[4:8] @ x + b[4:8] + u[4:8] @ h + b2[4:8])))
    past = r * (u[8:] @ h + b2[8:]) if reset == "after" else u[8:] @ (r * h) + b2[8:]
    n = torch.tanh(w[8:] @ x + b[8:] + past)
    expected = z * h + (1 - z) * n if update == "keeps_old" else (1 - z) * h + z * n
    assert_close(cell(x[None], (h[None],))[0][0], expected, **EXACT)


def test_first_weights_lie_where_torchs_do():
    cell = LSTMCell(3, 400)
    for parameter in cell.parameters():
        assert 0.049 < parameter.abs().max() <= 0.05


def test_dropout_acts_between_layers_and_only_in_training():
    net = fill(Recurrent("gru", 3, 4, num_layers=2, dropout=1.0))
    x = randn(50, 6, 2, 3)
    dropped = net(x).output
    assert_close(dropped, unroll(net.cells[1], torch.zeros(6, 2, 4, dtype=torch.float64)).output, **EXACT)
    assert dropped.abs().max() > 0.01
    assert not torch.allclose(net.eval()(x).output, dropped)
    one = fill(Recurrent("gru", 3, 4, dropout=1.0))
    assert_close(one(x).output, unroll(one.cells[0], x).output, **EXACT)


def test_a_sequence_of_the_wrong_width_is_refused():
    sentence = r"^the input must be \(L, N, 3\), steps first, not \(7, 4, 5\)$"
    with pytest.raises(Refused, match=sentence):
        Recurrent("rnn", 3, 5)(torch.zeros(7, 4, 5))


@pytest.mark.parametrize("detach_every", [None, 1, 3, 10])
def test_bptt_equals_autograd_with_detached_states(detach_every):
    cell = fill(RNNCell(3, 4, bias="one"))
    x, start, upstream = randn(10, 8, 2, 3), randn(11, 2, 4), randn(12, 8, 2, 4)
    state, states = start, [start]
    for t, step in enumerate(x):
        if detach_every and t % detach_every == 0:
            state = state.detach()
        state = torch.tanh(step @ cell.weight_ih.T + cell.bias_ih + state @ cell.weight_hh.T)
        states.append(state)
    loss = (torch.stack(states[1:]) * upstream).sum()
    expected = torch.autograd.grad(loss, [cell.weight_ih, cell.weight_hh, cell.bias_ih])
    with torch.no_grad():
        found = bptt(cell, x, torch.stack(states), upstream, detach_every)
    for our, their in zip(found, expected, strict=True):
        assert_close(our, their, **EXACT)


def test_rtrl_equals_autograd():
    cell = fill(RNNCell(3, 4, bias="one"))
    x, upstream = randn(10, 8, 3), randn(12, 8, 4)
    loss = (unroll(cell, x[:, None]).output[:, 0] * upstream).sum()
    expected = torch.autograd.grad(loss, [cell.weight_ih, cell.weight_hh, cell.bias_ih])
    learner = RTRL(cell)
    totals = [torch.zeros_like(gradient) for gradient in expected]
    for step, direct in zip(x, upstream, strict=True):
        learner.step(step)
        for total, part in zip(totals, learner.gradients(direct), strict=True):
            total += part
    for our, their in zip(totals, expected, strict=True):
        assert_close(our, their, **EXACT)

"""What an LSTM's gates do when biases force them, how its rows are ordered, and what stays bounded."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.recurrent._recurrent import HIDDEN, INPUTS, fill, random_lstm, sequence
from engine.layers.lstm import LSTMCell
from engine.layers.recurrent import unroll
from engine.registry import Kind, function

Gate = Literal["open", "closed"]
Order = Literal["i,f,g,o", "f,i,g,o", "f,i,o,g", "i,f,o,g"]
_BIAS = {"open": 50.0, "closed": -50.0}
_LENGTH = 6


@function("lstm.new_cell_state_is", Kind.MEASURED, example={"what": "old"}, shows=(LSTMCell,))
def new_cell_state_is(
    what: Literal["old", "candidate", "sum", "zero"] = "old", forget_gate: Gate = "open", input_gate: Gate = "closed"
) -> Run:
    """Say whether the cell state after a step is the old one, the candidate, their sum or zero.

    Biases of 50 open a gate (1), of -50 close it (0).
    """
    chosen = {"what": what, "forget_gate": forget_gate, "input_gate": input_gate}
    gates: tuple[Gate, ...] = ("open", "closed")
    return settle(
        "The new cell state less what it is said to be",
        Holds.IF_EQUAL,
        _cell_state_error,
        chosen,
        [{"what": what, "forget_gate": f, "input_gate": i} for f in gates for i in gates],
    )


def _cell_state_error(generator: torch.Generator, what: str, forget_gate: Gate, input_gate: Gate) -> Tensor:
    cell = random_lstm(generator, forget_gate=_BIAS[forget_gate], input_gate=_BIAS[input_gate])
    x, h, c = randn(generator, 1, INPUTS), randn(generator, 1, HIDDEN), randn(generator, 1, HIDDEN)
    candidate = cell.gates(x, h).candidate
    expected = {"old": c, "candidate": candidate, "sum": c + candidate, "zero": torch.zeros_like(c)}
    difference: Tensor = cell(x, (h, c))[1] - expected[what]
    return difference


@function("lstm.hidden_state_is", Kind.MEASURED, example={"formula": "o*tanh(c)"}, shows=(nn.LSTMCell, LSTMCell))
def hidden_state_is(formula: Literal["o*tanh(c)", "o*c", "tanh(o*c)"] = "o*tanh(c)") -> Run:
    """Say whether this gives the hidden state of ``torch.nn.LSTMCell``, from its output gate and new cell state."""
    return settle(
        "Torch's hidden state less the formula",
        Holds.IF_EQUAL,
        _hidden_state_error,
        {"formula": formula},
        [{"formula": other} for other in ("o*tanh(c)", "o*c", "tanh(o*c)")],
    )


def _hidden_state_error(generator: torch.Generator, formula: str) -> Tensor:
    cell, twin = _cell_and_torchs(generator)
    x, h, c = randn(generator, 1, INPUTS), randn(generator, 1, HIDDEN), 2 * randn(generator, 1, HIDDEN)
    o = cell.gates(x, h).output_gate
    h, c = twin(x, (h, c))
    difference: Tensor = h - {"o*tanh(c)": o * c.tanh(), "o*c": o * c, "tanh(o*c)": (o * c).tanh()}[formula]
    return difference


@function("lstm.torch_orders_rows", Kind.MEASURED, example={"order": "i,f,g,o"}, shows=(nn.LSTMCell, LSTMCell))
def torch_orders_rows(order: Order = "i,f,g,o") -> Run:
    """Say whether the rows of torch's weights are for these in this order: gates i, f, o and the candidate g."""
    orders: tuple[Order, ...] = ("i,f,g,o", "f,i,g,o", "f,i,o,g", "i,f,o,g")
    return settle(
        "Torch's next state less that of a cell which reads the rows in this order",
        Holds.IF_EQUAL,
        _order_error,
        {"order": order},
        [{"order": other} for other in orders],
    )


@torch.no_grad()
def _order_error(generator: torch.Generator, order: str) -> Tensor:
    cell, twin = _cell_and_torchs(generator)
    x, state = randn(generator, 1, INPUTS), (randn(generator, 1, HIDDEN), randn(generator, 1, HIDDEN))
    blocks = dict(zip(order.split(","), range(4), strict=True))
    for name, parameter in twin.named_parameters():
        read = parameter.chunk(4)
        cell.get_parameter(name).copy_(torch.cat([read[blocks[gate]] for gate in "ifgo"]))
    return torch.cat(cell(x, state)) - torch.cat(twin(x, state))


@function("lstm.swapping_biases_matters", Kind.MEASURED, example={"biases": "different"}, shows=(LSTMCell,))
def swapping_biases_matters(biases: Literal["different", "equal"] = "different") -> Run:
    """Say whether the outputs change when the biases of the forget gate and the input gate are exchanged."""
    return settle(
        "Outputs with exchanged biases less outputs",
        Holds.IF_DIFFERENT,
        _exchange_effect,
        {"biases": biases},
        [{"biases": "different"}, {"biases": "equal"}],
    )


@torch.no_grad()
def _exchange_effect(generator: torch.Generator, biases: str) -> Tensor:
    cell, x = random_lstm(generator), sequence(generator, _LENGTH)
    assert cell.bias_ih is not None
    forget, put = cell.rows("forget_gate"), cell.rows("input_gate")
    if biases == "equal":
        cell.bias_ih[forget] = cell.bias_ih[put]
    before = unroll(cell, x).output
    cell.bias_ih[forget], cell.bias_ih[put] = cell.bias_ih[put].clone(), cell.bias_ih[forget].clone()
    return (unroll(cell, x).output - before)[:, 0]


@function("lstm.stays_within_one", Kind.MEASURED, example={"what": "hidden_state"}, shows=(LSTMCell,))
def stays_within_one(what: Literal["hidden_state", "cell_state", "candidate", "gates"] = "hidden_state") -> Run:
    """Say whether these stay between -1 and 1 for 50 steps, with forget and input gates wide open and large inputs."""
    names = ("hidden_state", "cell_state", "candidate", "gates")
    return settle(
        "How far the largest modulus is over 1",
        Holds.IF_EQUAL,
        _excess_over_one,
        {"what": what},
        [{"what": name} for name in names],
        Thresholds(none=1e-9, some=1.0),
    )


@torch.no_grad()
def _excess_over_one(generator: torch.Generator, what: str) -> Tensor:
    cell = random_lstm(generator, gain=3.0, forget_gate=50.0, input_gate=50.0, candidate=3.0)
    state = cell.initial_state(1)
    largest = torch.zeros(()).to(cell.weight_hh)
    for x in sequence(generator, 50):
        gates, state = cell.gates(x, state[0]), cell(x, state)
        opened = torch.cat([gates.input_gate, gates.forget_gate, gates.output_gate])
        seen = {"hidden_state": state[0], "cell_state": state[1], "candidate": gates.candidate, "gates": opened}[what]
        largest = torch.maximum(largest, seen.abs().max())
    return (largest - 1).clamp(min=0)


@function("lstm.gate_lets_state_grow", Kind.MEASURED, example={"activation": "relu"})
def gate_lets_state_grow(activation: Literal["sigmoid", "relu"] = "sigmoid") -> Run:
    """Say whether c ← gate∘c, 30 times, can make c larger than it was when the gate is this function of z in [1, 2]."""
    return settle(
        "How far the largest |c| after 30 steps is over its start, relative",
        Holds.IF_DIFFERENT,
        _growth,
        {"activation": activation},
        [{"activation": "relu"}, {"activation": "sigmoid"}],
    )


def _growth(generator: torch.Generator, activation: str) -> Tensor:
    start = randn(generator, HIDDEN)
    c = start
    for _ in range(30):
        z = 1 + randn(generator, HIDDEN).sigmoid()
        c = c * (z.relu() if activation == "relu" else z.sigmoid())
    return (c.abs() / start.abs() - 1).clamp(min=0)


def _cell_and_torchs(generator: torch.Generator) -> tuple[LSTMCell, nn.LSTMCell]:
    """Return our cell and torch's, with the same random weights and two biases."""
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        cell, twin = LSTMCell(INPUTS, HIDDEN), nn.LSTMCell(INPUTS, HIDDEN).double()
    fill(cell, generator)
    twin.to(cell.weight_hh).load_state_dict(cell.state_dict())
    return cell, twin

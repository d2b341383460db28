"""What a GRU's gates do, which of its forms is torch's, and how it differs from an LSTM."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.recurrent._recurrent import HIDDEN, INPUTS, fill, random_lstm, set_biases
from engine.layers.gru import GRUCell, Reset, Update
from engine.layers.lstm import LSTMCell
from engine.registry import Kind, function

Gate = Literal["open", "closed"]
_BIAS = {"open": 50.0, "closed": -50.0}
_UPDATES: tuple[Update, ...] = ("keeps_old", "takes_new")
_RESETS: tuple[Reset, ...] = ("after", "before")


@function("gru.equals_torch", Kind.MEASURED, example={"update": "keeps_old"}, shows=(nn.GRUCell, GRUCell))
def equals_torch(
    update: Update = "keeps_old",
    reset: Reset = "after",
    recurrent: Literal["full", "diagonal_without_bias"] = "full",
) -> Run:
    """Say whether a GRU of this form gives the next state of ``torch.nn.GRUCell`` with the same weights.

    ``update`` says what an update gate of 1 does, ``reset`` where the reset gate acts: after or before the candidate's
    recurrent product. ``diagonal_without_bias`` makes that product's matrix diagonal and its bias 0.
    """
    chosen = {"update": update, "reset": reset, "recurrent": recurrent}
    return settle(
        "Torch's next state less that of the form",
        Holds.IF_EQUAL,
        _difference_from_torch,
        chosen,
        [chosen | {"update": u, "reset": r} for u in _UPDATES for r in _RESETS],
    )


@torch.no_grad()
def _difference_from_torch(generator: torch.Generator, update: Update, reset: Reset, recurrent: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        cell, twin = GRUCell(INPUTS, HIDDEN, "two", update, reset), nn.GRUCell(INPUTS, HIDDEN).double()
    fill(cell, generator)
    if recurrent != "full":
        rows = cell.rows("candidate")
        cell.weight_hh[rows] = cell.weight_hh[rows].diag().diag()
        assert cell.bias_hh is not None
        cell.bias_hh[rows] = 0
    twin.to(cell.weight_hh).load_state_dict(cell.state_dict())
    x, h = randn(generator, 1, INPUTS), randn(generator, 1, HIDDEN)
    difference: Tensor = cell(x, (h,))[0] - twin(x, h)
    return difference


@function("gru.new_state_is", Kind.MEASURED, example={"what": "old", "update_gate": "open"}, shows=(GRUCell,))
def new_state_is(
    what: Literal["old", "candidate"] = "old", update_gate: Gate = "open", update: Update = "keeps_old"
) -> Run:
    """Say whether the new state is the old one, or the candidate, with the update gate open (1) or closed (0).

    ``update`` is the convention: in torch an update gate of 1 "keeps_old", in other texts it "takes_new".
    """
    gates: tuple[Gate, ...] = ("open", "closed")
    return settle(
        "The new state less what it is said to be",
        Holds.IF_EQUAL,
        _state_error,
        {"what": what, "update_gate": update_gate, "update": update},
        [{"what": what, "update_gate": gate, "update": form} for form in _UPDATES for gate in gates],
    )


def _state_error(generator: torch.Generator, what: str, update_gate: Gate, update: Update) -> Tensor:
    cell = _random_gru(generator, update, update_gate=_BIAS[update_gate])
    x, h = randn(generator, 1, INPUTS), randn(generator, 1, HIDDEN)
    new: Tensor = cell(x, (h,))[0]
    return new - (h if what == "old" else cell.gates(x, h).candidate)


@function("gru.candidate_sees_state", Kind.MEASURED, example={"reset_gate": "open"}, shows=(GRUCell,))
def candidate_sees_state(reset_gate: Gate = "open", reset: Reset = "after") -> Run:
    """Say whether the candidate depends on the old state with the reset gate open (1) or closed (0)."""
    gates: tuple[Gate, ...] = ("open", "closed")
    return settle(
        "Gradient of the candidate at the old state",
        Holds.IF_DIFFERENT,
        _state_in_candidate,
        {"reset_gate": reset_gate, "reset": reset},
        [{"reset_gate": gate, "reset": reset} for gate in gates],
    )


def _state_in_candidate(generator: torch.Generator, reset_gate: Gate, reset: Reset) -> Tensor:
    cell = _random_gru(generator, "keeps_old", reset, reset_gate=_BIAS[reset_gate])
    x, h = randn(generator, 1, INPUTS), randn(generator, 1, HIDDEN).requires_grad_()
    candidate = cell.gates(x, h).candidate
    (gradient,) = torch.autograd.grad(candidate, h, randn(generator, 1, HIDDEN))
    return gradient


@function("gru.closed_gate_silences_output", Kind.MEASURED, example={"gate": "lstm_output"}, shows=(LSTMCell, GRUCell))
def closed_gate_silences_output(
    gate: Literal["lstm_output", "gru_reset", "gru_update"] = "lstm_output",
) -> Run:
    """Say whether the next h is 0 when this gate is closed: an LSTM's output gate, or one of a GRU's two gates."""
    return settle(
        "The next h",
        Holds.IF_EQUAL,
        _output_behind_closed_gate,
        {"gate": gate},
        [{"gate": name} for name in ("lstm_output", "gru_reset", "gru_update")],
    )


def _output_behind_closed_gate(generator: torch.Generator, gate: str) -> Tensor:
    x, h, c = randn(generator, 1, INPUTS), randn(generator, 1, HIDDEN), randn(generator, 1, HIDDEN)
    if gate == "lstm_output":
        shown: Tensor = random_lstm(generator, output_gate=-50.0)(x, (h, c))[0]
        return shown
    cell = _random_gru(generator, "keeps_old", "after", **{f"{gate.removeprefix('gru_')}_gate": -50.0})
    state: Tensor = cell(x, (h,))[0]
    return state


@function("gru.stays_between_old_and_candidate", Kind.MEASURED, example={"cell": "gru"}, shows=(GRUCell, LSTMCell))
def stays_between_old_and_candidate(cell: Literal["gru", "lstm"] = "gru") -> Run:
    """Say whether every entry of the new state lies between the old one's and the candidate's.

    A GRU interpolates: its two shares sum to 1. An LSTM's shares of c and candidate, f and i, are chosen separately.
    """
    return settle(
        "How far the new state is outside of the interval",
        Holds.IF_EQUAL,
        _outside,
        {"cell": cell},
        [{"cell": "gru"}, {"cell": "lstm"}],
    )


@torch.no_grad()
def _outside(generator: torch.Generator, cell: str) -> Tensor:
    x, h, old = randn(generator, 20, INPUTS), randn(generator, 20, HIDDEN), randn(generator, 20, HIDDEN)
    if cell == "gru":
        gru, old = _random_gru(generator), h
        new, candidate = gru(x, (h,))[0], gru.gates(x, h).candidate
    else:
        lstm = random_lstm(generator)
        new, candidate = lstm(x, (h, old))[1], lstm.gates(x, h).candidate
    low, high = torch.minimum(old, candidate), torch.maximum(old, candidate)
    return torch.maximum(low - new, new - high).clamp(min=0)


def _random_gru(
    generator: torch.Generator, update: Update = "keeps_old", reset: Reset = "after", **biases: float
) -> GRUCell:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        cell = GRUCell(INPUTS, HIDDEN, "two", update, reset)
    fill(cell, generator)
    set_biases(cell, biases)
    return cell

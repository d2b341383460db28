"""Bidirectional and deep networks: how directions are joined, where the last states stand, what reaches the top."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.recurrent._recurrent import random_cell, random_network, sequence
from engine.layers.recurrent import CellKind, Recurrent, unroll
from engine.layers.recurrent_cell import RecurrentCell
from engine.registry import Kind, function

Join = Literal["concatenation", "sum", "concatenation_unflipped"]
Cut = Literal["nothing", "layer_1_weight_ih", "layer_2_weight_ih", "layer_2_weight_hh"]
_LENGTH, _HIDDEN = 6, 6


@function("rnn.bidirectional_output_is", Kind.MEASURED, example={"join": "concatenation"}, shows=(Recurrent,))
def bidirectional_output_is(join: Join = "concatenation", kind: CellKind = "rnn") -> Run:
    """Say whether a bidirectional layer gives the outputs of two one-way layers joined in this way.

    The second layer runs on the flipped sequence, and its output is flipped back unless ``concatenation_unflipped``;
    ``sum`` adds the two, and then stands beside the layer's first hidden_size features.
    """
    return settle(
        "The layer's outputs less those of two one-way layers",
        Holds.IF_EQUAL,
        _joining_error,
        {"join": join, "kind": kind},
        [{"join": name, "kind": kind} for name in ("concatenation", "sum", "concatenation_unflipped")],
    )


def _joining_error(generator: torch.Generator, join: Join, kind: CellKind) -> Tensor:
    network, x = random_network(generator, kind, bidirectional=True), sequence(generator, _LENGTH)
    output: Tensor = network(x).output[:, 0]
    ahead, behind = (_cell(network, index) for index in (0, 1))
    first, second = unroll(ahead, x).output[:, 0], unroll(behind, x.flip(0)).output[:, 0]
    if join == "sum":
        return output[:, :_HIDDEN] - (first + second.flip(0))
    return output - torch.cat([first, second if join == "concatenation_unflipped" else second.flip(0)], dim=1)


@function("rnn.last_state_stands_at", Kind.MEASURED, example={"direction": "backward", "step": "first"})
def last_state_stands_at(
    direction: Literal["forward", "backward"] = "backward", step: Literal["first", "last"] = "first"
) -> Run:
    """Say whether a direction's state after all inputs is its half of the output at the first, or last, step."""
    chosen = {"direction": direction, "step": step}
    return settle(
        "The direction's last state less its half of the output",
        Holds.IF_EQUAL,
        _place_error,
        chosen,
        [{"direction": way, "step": place} for way in ("backward", "forward") for place in ("first", "last")],
    )


def _place_error(generator: torch.Generator, direction: str, step: str) -> Tensor:
    ran = random_network(generator, bidirectional=True)(sequence(generator, _LENGTH))
    index = int(direction == "backward")
    half = ran.output[0 if step == "first" else -1, :, index * _HIDDEN :][:, :_HIDDEN]
    difference: Tensor = ran.state[0][index] - half
    return difference


@function("rnn.input_reaches_top", Kind.MEASURED, example={"cut": "nothing"}, shows=(Recurrent,))
def input_reaches_top(cut: Cut = "nothing") -> Run:
    """Say whether a two-layer network's last output depends on the last input once these weights are 0.

    Layer 2 reads layer 1's states alone, by its weight_ih; by its weight_hh it reads its own last state.
    """
    names: tuple[Cut, ...] = ("nothing", "layer_1_weight_ih", "layer_2_weight_ih", "layer_2_weight_hh")
    return settle(
        "Gradient of the last output at the last input",
        Holds.IF_DIFFERENT,
        _gradient_at_top,
        {"cut": cut},
        [{"cut": name} for name in names],
    )


def _gradient_at_top(generator: torch.Generator, cut: Cut) -> Tensor:
    network, x = random_network(generator, num_layers=2), sequence(generator, _LENGTH).requires_grad_()
    if cut != "nothing":
        cell, name = _cell(network, int(cut[6]) - 1), cut[8:]
        nn.init.zeros_(cell.get_parameter(name))
    last = network(x).output[-1]
    (gradient,) = torch.autograd.grad(last, x, randn(generator, *last.shape))
    return gradient[-1]


@function("rnn.input_passes_full_dropout", Kind.MEASURED, example={"num_layers": 1}, shows=(Recurrent,))
def input_passes_full_dropout(num_layers: Annotated[int, Between(1, 3)] = 1, training: bool = True) -> Run:
    """Say whether the output still depends on the input when a recurrent network's dropout is 1.

    Dropout acts between layers, never after the last and never on the way through time, and only in training.
    """
    chosen = {"num_layers": num_layers, "training": training}
    return settle(
        "Outputs for one sequence less outputs for another",
        Holds.IF_DIFFERENT,
        _change_under_dropout,
        chosen,
        [{"num_layers": layers, "training": mode} for mode in (True, False) for layers in (1, 2)],
    )


def _change_under_dropout(generator: torch.Generator, num_layers: int, training: bool) -> Tensor:
    network = random_network(generator, num_layers=num_layers, dropout=1.0).train(training)
    first, second = (network(sequence(generator, _LENGTH)).output[:, 0] for _ in range(2))
    difference: Tensor = first - second
    return difference


@function("rnn.merging_biases_changes_nothing", Kind.MEASURED, example={"kind": "lstm"}, shows=(Recurrent,))
def merging_biases_changes_nothing(kind: CellKind = "lstm") -> Run:
    """Say whether torch's two biases can be added up to one, in bias_ih, without any change of the outputs.

    In a GRU of torch's form the reset gate multiplies the candidate's recurrent bias.
    """
    return settle(
        "Outputs with two biases less outputs with their sum",
        Holds.IF_EQUAL,
        _merging_error,
        {"kind": kind},
        [{"kind": name} for name in ("rnn", "gru", "lstm")],
    )


@torch.no_grad()
def _merging_error(generator: torch.Generator, kind: CellKind) -> Tensor:
    cell, x = random_cell(generator, kind, bias="two"), sequence(generator, _LENGTH)
    before = unroll(cell, x).output
    assert cell.bias_ih is not None
    assert cell.bias_hh is not None
    cell.bias_ih.add_(cell.bias_hh)
    cell.bias_hh.zero_()
    return (unroll(cell, x).output - before)[:, 0]


def _cell(network: Recurrent, index: int) -> RecurrentCell:
    cell = network.cells[index]
    assert isinstance(cell, RecurrentCell)
    return cell

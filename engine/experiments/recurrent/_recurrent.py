"""Recurrent networks with random weights for experiments, drawn from a generator."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.experiments._settle import randn
from engine.layers.lstm import LSTMCell
from engine.layers.recurrent import CELLS, CellKind, Recurrent
from engine.layers.recurrent_cell import Bias, RecurrentCell

INPUTS, HIDDEN = 3, 6


def fill(module: nn.Module, generator: torch.Generator, gain: float = 1.0) -> None:
    """Draw weights with variance gain²/columns and biases with variance 1/4, in float64."""
    for parameter in module.parameters():
        scale = gain / parameter.shape[1] ** 0.5 if parameter.dim() > 1 else 0.5
        parameter.data = scale * randn(generator, *parameter.shape)


def random_cell(
    generator: torch.Generator, kind: CellKind = "rnn", bias: Bias = "one", gain: float = 1.0
) -> RecurrentCell:
    """Return a cell with INPUTS inputs and HIDDEN units."""
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        cell = CELLS[kind](INPUTS, HIDDEN, bias)
    fill(cell, generator, gain)
    return cell


def random_network(
    generator: torch.Generator,
    kind: CellKind = "rnn",
    num_layers: int = 1,
    bidirectional: bool = False,
    dropout: float = 0.0,
) -> Recurrent:
    """Return a network with INPUTS inputs and HIDDEN units a layer and direction."""
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        network = Recurrent(kind, INPUTS, HIDDEN, num_layers, bidirectional, "one", dropout)
    fill(network, generator)
    return network


@torch.no_grad()
def set_biases(cell: RecurrentCell, biases: Mapping[str, float]) -> None:
    """Set the biases of whole blocks, such as ``{"forget_gate": 50}``."""
    assert cell.bias_ih is not None
    for block, value in biases.items():
        cell.bias_ih[cell.rows(block)] = value


def random_lstm(generator: torch.Generator, gain: float = 1.0, **biases: float) -> LSTMCell:
    """Return an LSTM cell with these biases of its blocks."""
    cell = random_cell(generator, "lstm", gain=gain)
    assert isinstance(cell, LSTMCell)
    set_biases(cell, biases)
    return cell


def sequence(generator: torch.Generator, length: int, samples: int = 1) -> Tensor:
    """Return inputs ``(length, samples, INPUTS)``."""
    return randn(generator, length, samples, INPUTS)

"""Recurrent networks from cells: unrolled over time, stacked in layers, run in both directions.

Sources: Graves, Mohamed & Hinton 2013, "Speech Recognition with Deep Recurrent Neural Networks" (deep); Schuster &
Paliwal 1997, "Bidirectional Recurrent Neural Networks".
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Refused
from engine.layers.gru import GRUCell
from engine.layers.lstm import LSTMCell
from engine.layers.recurrent_cell import Bias, RecurrentCell, State
from engine.layers.rnn import RNNCell

CellKind = Literal["rnn", "lstm", "gru"]
CELLS: Mapping[CellKind, type[RecurrentCell]] = {"rnn": RNNCell, "lstm": LSTMCell, "gru": GRUCell}


class Unrolled(NamedTuple):
    """What comes out of a run over a sequence."""

    output: Tensor
    """``(L, N, D·H)``: the last layer's h at every step; D is 2 where both directions run, else 1."""
    state: State
    """After the last step, each ``(num_layers·D, N, H)``; of one cell alone, each ``(N, H)``."""


def unroll(cell: RecurrentCell, x: Tensor, state: State | None = None, reverse: bool = False) -> Unrolled:
    """Return h of every step of ``x`` ``(L, N, I)``, and the state after the last; the same weights at every step.

    With ``reverse`` the steps are taken from the last to the first. Outputs keep their places all the same: output t
    then sums up the inputs t to L - 1, and the state is the one after input 0.
    """
    state = cell.initial_state(x.shape[1]) if state is None else state
    outputs = []
    for step in reversed(x) if reverse else x:
        state = cell(step, state)
        outputs.append(state[0])
    return Unrolled(torch.stack(outputs[::-1] if reverse else outputs), state)


class Recurrent(nn.Module):
    """A deep recurrent network: layer l at step t reads layer l - 1 at step t and its own state at step t - 1.

    Shapes: x ``(L, N, input_size)`` to output ``(L, N, D·H)`` and states ``(num_layers·D, N, H)``; their order is layer
    0 forward, layer 0 backward, layer 1 forward, ... as in ``torch.nn.LSTM``. With ``bidirectional`` every layer has
    two cells that share no weight; both read the sequence, one from each end, and their outputs are *joined*, not
    added, so that the layer above has 2·H inputs. Dropout acts between layers, never after the last.

    Raises:
        Refused: the input's last axis is not input_size wide.

    >>> output, (h, c) = Recurrent("lstm", 3, 5, num_layers=2, bidirectional=True)(torch.zeros(7, 4, 3))
    >>> tuple(output.shape), tuple(h.shape), tuple(c.shape)
    ((7, 4, 10), (4, 4, 5), (4, 4, 5))
    """

    def __init__(
        self,
        kind: CellKind,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bidirectional: bool = False,
        bias: Bias = "two",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.input_size, self.num_layers, self.dropout = input_size, num_layers, dropout
        self.directions = 2 if bidirectional else 1
        widths = [input_size] + [self.directions * hidden_size] * (num_layers - 1)
        self.cells = nn.ModuleList(
            CELLS[kind](width, hidden_size, bias) for width in widths for _ in range(self.directions)
        )

    def forward(self, x: Tensor, state: State | None = None) -> Unrolled:
        """Return the last layer's outputs and every cell's last state."""
        if x.dim() != 3 or x.shape[-1] != self.input_size:
            raise Refused(f"the input must be (L, N, {self.input_size}), steps first, not {tuple(x.shape)}")
        finals: list[State] = []
        for layer in range(self.num_layers):
            if layer:
                x = F.dropout(x, self.dropout, self.training)
            ran = [self._run(layer, direction, x, state) for direction in range(self.directions)]
            x = torch.cat([one.output for one in ran], dim=-1)
            finals += [one.state for one in ran]
        return Unrolled(x, tuple(torch.stack(parts) for parts in zip(*finals, strict=True)))

    def _run(self, layer: int, direction: int, x: Tensor, state: State | None) -> Unrolled:
        index = layer * self.directions + direction
        cell = self.cells[index]
        assert isinstance(cell, RecurrentCell)
        own = None if state is None else tuple(part[index] for part in state)
        return unroll(cell, x, own, reverse=direction == 1)

"""Recurrent networks as doors build them: torch's own, or ours where torch has no such convention."""

from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.errors import Refused
from engine.layers.recurrent import CELLS, CellKind, Recurrent
from engine.layers.recurrent_cell import Bias

Width = Annotated[int, Between(1, 65_536)]
Layers = Annotated[int, Between(1, 32)]
Steps = Annotated[int, Between(1, 1024)]
Samples = Annotated[int, Between(1, 4096)]
MOST_MACS = 10**9
"""The largest network that is really run: some 0.1 s on one core."""
MOST_NUMBERS = 10**7
"""The most weights, or the longest input or output, of a network that is really run."""
_TORCHS: Mapping[CellKind, Callable[..., nn.RNNBase]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


class Form(NamedTuple):
    """What a recurrent network is made of."""

    kind: CellKind
    input_size: int
    hidden_size: int
    num_layers: int
    bidirectional: bool

    @property
    def directions(self) -> int:
        """2 where the sequence is read from both ends."""
        return 2 if self.bidirectional else 1

    @property
    def weights(self) -> int:
        """How many weights the matrices hold; each is used once a step and sample."""
        above = self.directions * self.hidden_size
        inputs = self.input_size + above * (self.num_layers - 1)
        rows = len(CELLS[self.kind].blocks) * self.hidden_size * self.directions
        return rows * (inputs + self.hidden_size * self.num_layers)


def torchs(form: Form, bias: bool = True) -> nn.RNNBase:
    """Return ``torch.nn.RNN``, ``LSTM`` or ``GRU`` on the default device."""
    kind, *sizes, num_layers, bidirectional = form
    return _TORCHS[kind](*sizes, num_layers=num_layers, bidirectional=bidirectional, bias=bias)


def counted(form: Form, bias: Bias) -> nn.Module:
    """Return the network on the meta device: torch's, with two biases or none, or ours with one."""
    with torch.device("meta"):
        return Recurrent(*form, bias=bias) if bias == "one" else torchs(form, bias == "two")


def check_work(form: Form, length: int, batch: int) -> None:
    """Refuse a run that would take long or fill the memory."""
    if form.weights > MOST_NUMBERS:
        raise Refused(f"a network with {form.weights:,} weights is not run; use smaller sizes")
    if form.weights * length * batch > MOST_MACS:
        raise Refused(f"this run would take {form.weights * length * batch:,} multiply-adds; use smaller sizes")
    numbers = length * batch * max(form.input_size, form.directions * form.hidden_size)
    if numbers > MOST_NUMBERS:
        raise Refused(f"this run would hold sequences of {numbers:,} numbers; use smaller sizes")


def parts(state: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """Return torch's state as a tuple, also where it is h alone."""
    return (state,) if isinstance(state, Tensor) else state

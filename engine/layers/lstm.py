"""Long short-term memory: gates decide what the cell state keeps, takes in and shows.

Sources: Hochreiter & Schmidhuber 1997, "Long Short-Term Memory"; the forget gate is from Gers, Schmidhuber & Cummins
2000, "Learning to Forget".
"""

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from engine.layers.recurrent_cell import RecurrentCell, State


class LSTMGates(NamedTuple):
    """What one step computes from x_t and h_{t-1}; each is ``(N, H)``."""

    input_gate: Tensor
    """i in (0, 1): the share of the candidate that is added."""
    forget_gate: Tensor
    """f in (0, 1): the share of the old cell state that is *kept*."""
    candidate: Tensor
    """g in (-1, 1), also written c̃."""
    output_gate: Tensor
    """o in (0, 1): the share of tanh(c) that is shown."""


class LSTMCell(RecurrentCell):
    """Add to a memory instead of rewriting it (∘ multiplies entry by entry)::

        i, f, o = σ(W·x_t + U·h_{t-1} + b), each with its own W, U and b;  g = tanh(W·x_t + U·h_{t-1} + b)
        c_t = f ∘ c_{t-1} + i ∘ g
        h_t = o ∘ tanh(c_t)

    The state is (h, c). h stays in (-1, 1); c does not: after t steps from zero it stays in (-t, t). The rows of the
    weights are i, f, g, o, as in ``torch.nn.LSTMCell``. Writing one matrix W·[h, x] instead of two counts the same.

    >>> import torch
    >>> [tuple(part.shape) for part in LSTMCell(3, 5)(torch.zeros(2, 3), (torch.zeros(2, 5), torch.zeros(2, 5)))]
    [(2, 5), (2, 5)]
    """

    blocks = ("input_gate", "forget_gate", "candidate", "output_gate")
    state_parts = ("h", "c")

    def forward(self, x: Tensor, state: State) -> State:
        """Return (h, c)."""
        h, c = state
        gates = self.gates(x, h)
        c = gates.forget_gate * c + gates.input_gate * gates.candidate
        return gates.output_gate * c.tanh(), c

    def gates(self, x: Tensor, h: Tensor) -> LSTMGates:
        """Return the three gates and the candidate; the cell state has no say in them."""
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        i, f, g, o = z.chunk(len(self.blocks), dim=-1)
        return LSTMGates(i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid())

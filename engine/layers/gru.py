"""The gated recurrent unit, in the forms that papers, books and libraries use.

Sources: Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine
Translation" (z keeps the old state, reset before the matrix); Chung, Gulcehre, Cho & Bengio 2014, "Empirical Evaluation
of Gated Recurrent Neural Networks on Sequence Modeling" (z takes the candidate).
"""

from typing import Final, Literal, NamedTuple

from torch import Tensor
from torch.nn import functional as F

from engine.layers.recurrent_cell import Bias, RecurrentCell, State

Update = Literal["keeps_old", "takes_new"]
"""What an update gate of 1 does: h = z ∘ h_old + (1 - z) ∘ n, or h = (1 - z) ∘ h_old + z ∘ n."""
Reset = Literal["after", "before"]
"""Where the reset gate acts in the candidate: r ∘ (U·h + b), as in torch, or U·(r ∘ h) + b."""


class GRUGates(NamedTuple):
    """What one step computes from x_t and h_{t-1}; each is ``(N, H)``."""

    reset_gate: Tensor
    """r in (0, 1): the share of the old state that enters the candidate."""
    update_gate: Tensor
    """z in (0, 1)."""
    candidate: Tensor
    """n in (-1, 1), also written h̃."""


class GRUCell(RecurrentCell):
    """Mix the old state with a candidate, entry by entry (∘)::

        r, z = σ(W·x_t + U·h_{t-1} + b), each with its own W, U and b
        n = tanh(W·x_t + b + r ∘ (U·h_{t-1} + b'))     with ``reset="after"``
        n = tanh(W·x_t + b + U·(r ∘ h_{t-1}) + b')     with ``reset="before"``
        h_t = z ∘ h_{t-1} + (1 - z) ∘ n                with ``update="keeps_old"``, else z and 1 - z exchanged

    The state is h alone: there is no cell state beside it and no output gate. The defaults are torch's, and so is the
    order of the rows: r, z, n.

    >>> import torch
    >>> [tuple(part.shape) for part in GRUCell(3, 5)(torch.zeros(2, 3), (torch.zeros(2, 5),))]
    [(2, 5)]
    """

    blocks = ("reset_gate", "update_gate", "candidate")

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: Bias = "two",
        update: Update = "keeps_old",
        reset: Reset = "after",
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self.update: Final = update
        self.reset: Final = reset

    def forward(self, x: Tensor, state: State) -> State:
        """Return (h,)."""
        (h,) = state
        gates = self.gates(x, h)
        keep = gates.update_gate if self.update == "keeps_old" else 1 - gates.update_gate
        return (keep * h + (1 - keep) * gates.candidate,)

    def gates(self, x: Tensor, h: Tensor) -> GRUGates:
        """Return the two gates and the candidate."""
        r_x, z_x, n_x = F.linear(x, self.weight_ih, self.bias_ih).chunk(len(self.blocks), dim=-1)
        r = (r_x + self._recurrent("reset_gate", h)).sigmoid()
        z = (z_x + self._recurrent("update_gate", h)).sigmoid()
        past = r * self._recurrent("candidate", h) if self.reset == "after" else self._recurrent("candidate", r * h)
        return GRUGates(r, z, (n_x + past).tanh())

    def _recurrent(self, block: str, h: Tensor) -> Tensor:
        rows = self.rows(block)
        return F.linear(h, self.weight_hh[rows], None if self.bias_hh is None else self.bias_hh[rows])

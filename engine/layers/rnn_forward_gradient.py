"""Real-time recurrent learning (RTRL): the simple cell's gradients carried forward, beside the state.

Source: Williams & Zipser 1989, "A Learning Algorithm for Continually Running Fully Recurrent Neural Networks".
"""

import torch
from torch import Tensor

from engine.layers.rnn import RNNCell
from engine.layers.rnn_backward import RNNGradients


class RTRL:
    """The state of a cell with tanh, and the sensitivities of each state to each weight: P = ∂h_t/∂W.

    P_t = (1 - h_t²) ∘ (W_hh·P_{t-1} + what W does in this step). For W_hh alone P has H·H·H numbers, however long the
    sequence is, and the product costs H·H·H·H multiply-adds a step; BPTT stores H numbers a step and costs H·H.
    Convention: one sequence, no batch.
    """

    def __init__(self, cell: RNNCell) -> None:
        self.cell = cell
        h, i = cell.hidden_size, cell.input_size
        self.state = cell.weight_hh.new_zeros(h)
        self.sensitivity = cell.weight_hh.new_zeros(h, h, i + h + 1)
        """∂h[k]/∂[W_ih, W_hh, b][row, column] at ``[k, row, column]``."""

    @torch.no_grad()
    def step(self, x: Tensor) -> Tensor:
        """Take the input ``(I,)`` and return the next state ``(H,)``."""
        seen = torch.cat([x, self.state, self.state.new_ones(1)])
        ((self.state,), before) = self.cell(x, (self.state,)), self.sensitivity
        through_state = torch.einsum("km,mrc->krc", self.cell.weight_hh, before)
        directly = torch.einsum("kr,c->krc", torch.eye(len(self.state)).to(seen), seen)
        self.sensitivity = (1 - self.state.square())[:, None, None] * (through_state + directly)
        return self.state

    def gradients(self, upstream: Tensor) -> RNNGradients:
        """Return what a loss with ∂loss/∂h_t = ``upstream`` ``(H,)`` at this step adds to the gradients."""
        flat = torch.einsum("k,krc->rc", upstream, self.sensitivity)
        inputs = self.cell.input_size
        return RNNGradients(flat[:, :inputs], flat[:, inputs:-1], flat[:, -1])

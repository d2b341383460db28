"""Backpropagation through time (BPTT), written out for the simple recurrent cell with tanh.

Source: Werbos 1990, "Backpropagation Through Time: What It Does and How to Do It".
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.layers.rnn import RNNCell


class RNNGradients(NamedTuple):
    """Gradients of a loss with respect to the weights of h_t = tanh(W_ih·x_t + W_hh·h_{t-1} + b)."""

    weight_ih: Tensor
    weight_hh: Tensor
    bias: Tensor


def bptt(cell: RNNCell, x: Tensor, states: Tensor, upstream: Tensor, detach_every: int | None = None) -> RNNGradients:
    """Return the gradients by going back through the unrolled network, from the last step to the first::

        δ_t = (∂loss/∂h_t directly + W_hhᵀ·δ_{t+1}) ∘ (1 - h_t²)
        ∂loss/∂W_hh = Σ_t δ_t·h_{t-1}ᵀ    ∂loss/∂W_ih = Σ_t δ_t·x_tᵀ    ∂loss/∂b = Σ_t δ_t

    Shapes: x ``(L, N, I)``; states ``(L + 1, N, H)``, h_0 first; upstream ``(L, N, H)``, what each h_t gets directly.
    All L·N·H states must be stored. ``detach_every`` = k truncates: nothing goes back across the borders of chunks of
    k steps, as if the state were detached there.
    """
    found = RNNGradients(*(torch.zeros_like(w) for w in (cell.weight_ih, cell.weight_hh, cell.weight_ih[:, 0])))
    carried = torch.zeros_like(states[0])
    for t in reversed(range(len(x))):
        delta = (upstream[t] + carried) * (1 - states[t + 1].square())
        found.weight_ih.add_(delta.T @ x[t])
        found.weight_hh.add_(delta.T @ states[t])
        found.bias.add_(delta.sum(0))
        border = detach_every is not None and t % detach_every == 0
        carried = torch.zeros_like(delta) if border else delta @ cell.weight_hh
    return found

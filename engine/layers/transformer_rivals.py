"""Three layers that turn a sequence of vectors into one of the same length and width, beside one another.

For n tokens of width d and a kernel of k: multiply-adds, steps that must wait for one another, and how many steps lie
between the first token and the last output.

===============  ===========================  ================  ==========================
layer            multiply-adds                sequential steps  path between the ends
===============  ===========================  ================  ==========================
recurrence       2·n·d²                       n                 n - 1
convolution      k·n·d²                       1                 ⌈2(n - 1)/(k - 1)⌉ layers
self-attention   2·n²·d, projections 3·n·d²   1                 1
===============  ===========================  ================  ==========================

Source: Vaswani et al. 2017, "Attention Is All You Need", table 1. There a convolution's path is O(n/k), with growing
dilation O(log_k n), and the projections of self-attention are left out.
"""

from collections.abc import Mapping
from typing import Literal

import torch
from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.attention import scaled_dot_product_attention

Rival = Literal["recurrence", "convolution", "self_attention"]


class Recurrence(nn.Module):
    """h_t = tanh(U·x_t + W·h_{t-1}), with h before the first token 0."""

    def __init__(self, width: int, kernel_size: int) -> None:
        super().__init__()
        self.U, self.W = (nn.Linear(width, width, bias=False) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        """Return every state."""
        state, states = torch.zeros_like(x[:, 0]), []
        for token in x.unbind(1):
            state = (self.U(token) + self.W(state)).tanh()
            states.append(state)
        return torch.stack(states, dim=1)


class Convolution(nn.Module):
    """tanh of a convolution along the sequence, centred and padded, so that its length stays."""

    def __init__(self, width: int, kernel_size: int) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise Refused(f"a centred kernel has an odd size, not {kernel_size}")
        self.conv = nn.Conv1d(width, width, kernel_size, padding=kernel_size // 2, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return every token, mixed with its neighbours."""
        mixed: Tensor = self.conv(x.mT).mT
        return mixed.tanh()


class SelfAttention(nn.Module):
    """One head of attention among all tokens, with projections to queries, keys and values."""

    def __init__(self, width: int, kernel_size: int) -> None:
        super().__init__()
        self.q_proj, self.k_proj, self.v_proj = (nn.Linear(width, width, bias=False) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        """Return every token, mixed with all tokens."""
        return scaled_dot_product_attention(self.q_proj(x), self.k_proj(x), self.v_proj(x)).output


RIVALS: Mapping[Rival, type[Recurrence | Convolution | SelfAttention]] = {
    "recurrence": Recurrence,
    "convolution": Convolution,
    "self_attention": SelfAttention,
}


def neighbours(layer: nn.Module, length: int, width: int) -> Tensor:
    """Return ``(length, length)``: whether output t depends on token s directly, without passing another output.

    A recurrence is looked at one step at a time, since its outputs are its own inputs; the other layers as a whole.
    Measured by gradients with all weights equal and positive, so that nothing cancels.
    """
    for parameter in layer.parameters():
        nn.init.constant_(parameter, 0.5 / width)
    tokens = torch.linspace(0.1, 0.9, length * width, dtype=torch.float64).reshape(1, length, width).requires_grad_()
    layer = layer.double()
    if not isinstance(layer, Recurrence):
        return _dependence(layer(tokens)[0], tokens)
    step = _dependence(layer(tokens[:, :2])[0], tokens)[1, :2]
    return (
        torch.eye(length, dtype=torch.bool) & step[1] | torch.eye(length, dtype=torch.bool).roll(1, 0).tril() & step[0]
    )


def path_length(layer: nn.Module, length: int, width: int = 2) -> int:
    """Return how many steps, or layers on top of one another, take the first token to the last output."""
    direct = neighbours(layer, length, width)
    reached, steps = torch.zeros(length, dtype=torch.bool), 0
    reached[0] = True
    while not reached[-1]:
        reached, steps = (direct & reached).any(1), steps + 1
    return steps


def _dependence(outputs: Tensor, tokens: Tensor) -> Tensor:
    rows = [torch.autograd.grad(output.sum(), tokens, retain_graph=True)[0][0] for output in outputs]
    return torch.stack(rows).ne(0).any(-1)

"""What all recurrent cells share: one set of weights that every time step uses, and a state that is handed on."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

Bias = Literal["two", "one", "none"]
"""Torch keeps two biases for each block, one beside each matrix; papers and most books write one, or none."""
State = tuple[Tensor, ...]
"""What passes from one step to the next, each ``(N, H)``; the first is h, which is also the step's output."""


class RecurrentCell(nn.Module, ABC):
    """One step of a recurrent network: (x_t, state) to the next state.

    Shapes: x ``(N, input_size)``, h ``(N, hidden_size)``. A cell has B = ``len(blocks)`` blocks of rows, one for each
    gate or candidate: weight_ih ``(B·H, I)``, weight_hh ``(B·H, H)``, bias_ih and bias_hh ``(B·H,)``. Names, order and
    first values, uniform within ±1/√H, are those of torch's cells.

    Parameters: B·(H·I + H·H + b·H), where b is 2, 1 or 0 biases. With ``bias="one"`` it is bias_ih that stays.
    """

    blocks: ClassVar[tuple[str, ...]]
    """What the blocks of rows compute, in torch's order."""
    state_parts: ClassVar[tuple[str, ...]] = ("h",)

    bias_ih: nn.Parameter | None
    bias_hh: nn.Parameter | None

    def __init__(self, input_size: int, hidden_size: int, bias: Bias = "two") -> None:
        super().__init__()
        self.input_size, self.hidden_size, self.bias = input_size, hidden_size, bias
        rows = len(self.blocks) * hidden_size
        self.weight_ih = nn.Parameter(torch.empty(rows, input_size))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden_size))
        self.register_parameter("bias_ih", nn.Parameter(torch.empty(rows)) if bias != "none" else None)
        self.register_parameter("bias_hh", nn.Parameter(torch.empty(rows)) if bias == "two" else None)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -1 / math.sqrt(hidden_size), 1 / math.sqrt(hidden_size))

    @abstractmethod
    def forward(self, x: Tensor, state: State) -> State:
        """Return the next state."""

    def initial_state(self, batch_size: int) -> State:
        """Return a state of zeros."""
        return tuple(self.weight_hh.new_zeros(batch_size, self.hidden_size) for _ in self.state_parts)

    def rows(self, block: str) -> slice:
        """Return where the rows of a block stand in weight_ih, weight_hh and the biases."""
        first = self.blocks.index(block) * self.hidden_size
        return slice(first, first + self.hidden_size)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"{self.input_size}, {self.hidden_size}, bias={self.bias!r}"

"""The simple recurrent cell: the next state is a nonlinear function of the input and the last state.

Source: Elman 1990, "Finding Structure in Time".
"""

from typing import Final, Literal

from torch import Tensor
from torch.nn import functional as F

from engine.layers.recurrent_cell import Bias, RecurrentCell, State

Nonlinearity = Literal["tanh", "relu"]


class RNNCell(RecurrentCell):
    """h_t = f(W_ih·x_t + b_ih + W_hh·h_{t-1} + b_hh) with f = tanh or ReLU, as in ``torch.nn.RNNCell``.

    Many books write h_t = f(U·x_t + W·h_{t-1} + b); some exchange the letters U and W. An output layer, such as
    softmax(V·h_t), is not part of the cell.

    >>> import torch
    >>> [tuple(part.shape) for part in RNNCell(3, 5)(torch.zeros(2, 3), (torch.zeros(2, 5),))]
    [(2, 5)]
    """

    blocks = ("candidate",)

    def __init__(
        self, input_size: int, hidden_size: int, bias: Bias = "two", nonlinearity: Nonlinearity = "tanh"
    ) -> None:
        super().__init__(input_size, hidden_size, bias)
        self.nonlinearity: Final = nonlinearity

    def forward(self, x: Tensor, state: State) -> State:
        """Return (h,)."""
        (h,) = state
        z = F.linear(x, self.weight_ih, self.bias_ih) + F.linear(h, self.weight_hh, self.bias_hh)
        return (z.tanh() if self.nonlinearity == "tanh" else z.relu(),)

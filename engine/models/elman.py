"""The simple recurrent network as books write it, with an output layer: s_t = tanh(U·x_t + W·s_{t-1}), o_t = V·s_t.

Source: Elman 1990, "Finding Structure in Time". Convention: no biases; some books exchange the letters U and W.
"""

import torch
from torch import Tensor, nn


class ElmanLayer(nn.Module):
    """The hidden layer: U reads the input, and W the layer's own last state; both are the same at every step.

    Shapes: ``(L, N, input_size)`` to the states ``(L, N, hidden_size)``. Parameters: H·I + H·H.
    """

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__()
        self.U = nn.Linear(input_size, hidden_size, bias=False)
        self.W = nn.Linear(hidden_size, hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the states of all steps; the state before the first is 0."""
        state = self.U.weight.new_zeros(x.shape[1], self.W.in_features)
        states = []
        for inputs in x:
            state = self.step(inputs, state)
            states.append(state)
        return torch.stack(states)

    def step(self, x: Tensor, state: Tensor) -> Tensor:
        """Return the state after one step's input."""
        return torch.tanh(self.U(x) + self.W(state))


class ElmanNetwork(nn.Module):
    """An Elman layer and an output at every step; parameters: H·I + H·H + O·H.

    Shapes: ``(L, N, input_size)`` to probabilities ``(L, N, output_size)``.

    >>> ElmanNetwork(input_size=3, hidden_size=5, output_size=2)(torch.zeros(7, 1, 3))[0, 0].tolist()
    [0.5, 0.5]
    """

    def __init__(self, input_size: int, hidden_size: int, output_size: int) -> None:
        super().__init__()
        self.hidden = ElmanLayer(input_size, hidden_size)
        self.V = nn.Linear(hidden_size, output_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return o_t = softmax(V·s_t) for every step."""
        logits: Tensor = self.V(self.hidden(x))
        return logits.softmax(-1)

"""The multilayer perceptron: linear layers with an activation between them, and the two ReLUs that solve XOR.

Source: Rumelhart, Hinton & Williams 1986; XOR by two ReLU units: Goodfellow, Bengio & Courville 2016, section 6.1;
784-256-10: Zhang, Lipton, Li & Smola 2023, "Dive into Deep Learning", section 5.2.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

Activation = Callable[[Tensor], Tensor]


class MLP(nn.Module):
    """Layers h ← f(W·h + b) of these ``sizes``, input and output among them; none follows the last layer.

    A layer from a to b units has a·b + b parameters. Without the activation, or with the identity, the stack is one
    linear layer, however many there are.

    >>> from engine.analysis.params import num_params
    >>> with torch.device("meta"):
    ...     num_params(MLP([784, 256, 10]))
    203530
    """

    def __init__(self, sizes: Sequence[int], activation: Activation = torch.relu, bias: bool = True) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(before, after, bias) for before, after in pairwise(sizes))
        self.activation = activation

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs, ``(n, sizes[0])`` to ``(n, sizes[-1])``."""
        for layer in list(self.layers)[:-1]:
            x = self.activation(layer(x))
        outputs: Tensor = self.layers[-1](x)
        return outputs


def xor_network() -> MLP:
    """Return the 2-2-1 network that computes XOR exactly: max(0, a + b) - 2·max(0, a + b - 1).

    >>> xor_network()(torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])).flatten().tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    with torch.device("meta"):
        network = MLP([2, 2, 1])
    network = network.to_empty(device="cpu")
    values = ([[1.0, 1.0], [1.0, 1.0]], [0.0, -1.0], [[1.0, -2.0]], [0.0])
    for parameter, value in zip(network.parameters(), values, strict=True):
        parameter.data = torch.tensor(value)
    return network

"""A highway layer: a learned gate decides, unit by unit, how much is transformed and how much passes unchanged.

Source: Srivastava, Greff & Schmidhuber 2015, "Highway Networks", equations 2 to 4 and section 2.2.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from engine.errors import Refused


class Highway(nn.Module):
    """y = T·H + (1 - T)·x with H = f(W_H x + b_H) and the *transform gate* T = σ(W_T x + b_T); 1 - T: the carry gate.

    Shapes: ``(N, *, features)`` to the same shape; input and output must have one width. The layer has
    2·(features² + features) parameters, twice a plain layer's.

    T → 0 gives y = x, T → 1 gives the plain layer y = H. A negative ``gate_bias`` lets a fresh network carry, so that a
    deep one passes gradients before it has learned anything. A ResNet's shortcut has no gate: y = x + F(x).

    Args:
        activation: f; the paper tries ReLU and tanh.
        gate_bias: first value of b_T; the paper uses -1 to -4, more negative for deeper networks.

    >>> layer = Highway(3, gate_bias=-50.0)
    >>> x = torch.ones(1, 3)
    >>> torch.equal(layer(x), x)
    True
    """

    def __init__(
        self, features: int, activation: Callable[[Tensor], Tensor] = torch.relu, gate_bias: float = -2.0
    ) -> None:
        super().__init__()
        self.plain = nn.Linear(features, features)
        self.gate = nn.Linear(features, features)
        self.activation = activation
        nn.init.constant_(self.gate.bias, gate_bias)

    def transform_gate(self, x: Tensor) -> Tensor:
        """Return T, of the shape of ``x``, each entry in (0, 1)."""
        return torch.sigmoid(self.gate(x))

    def forward(self, x: Tensor) -> Tensor:
        """Return T·H + (1 - T)·x.

        Raises:
            Refused: the last axis is not as wide as the layer.
        """
        if x.shape[-1] != self.plain.in_features:
            raise Refused(f"this highway layer is {self.plain.in_features} wide, and its input {x.shape[-1]}")
        gate = self.transform_gate(x)
        return gate * self.activation(self.plain(x)) + (1 - gate) * x


def highway_network(features: int, depth: int, gate_bias: float = -2.0) -> nn.Sequential:
    """Return ``depth`` highway layers, one after the other."""
    return nn.Sequential(*(Highway(features, gate_bias=gate_bias) for _ in range(depth)))

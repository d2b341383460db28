"""PReLU: a rectifier whose negative slope is learned, one for the layer or one for each channel.

Source: He, Zhang, Ren & Sun 2015, "Delving Deep into Rectifiers", which starts at 0.25 and has one slope a channel.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.activations.rectifier import rectifier, rectifier_slope


class PReLU(nn.Module):
    """y = max(0, x) + a·min(0, x) with a trainable a.

    Shapes: ``(N, C, ...)`` or ``(C,)`` to the same; ``weight`` is ``(num_parameters,)``, 1 (shared, torch's default) or
    C (the paper's).

    >>> PReLU()(torch.tensor([[-4.0, 2.0]])).tolist()
    [[-1.0, 2.0]]
    """

    def __init__(self, num_parameters: int = 1, init: float = 0.25) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((num_parameters,), init))

    def forward(self, x: Tensor) -> Tensor:
        """Return the activations."""
        return rectifier(x, spread_over_channels(self.weight, x))


class PReLUGradients(NamedTuple):
    """The gradients of a loss with respect to x and the slopes."""

    x: Tensor
    weight: Tensor


def prelu_backward(upstream: Tensor, x: Tensor, weight: Tensor) -> PReLUGradients:
    """Return the gradients, given ``upstream`` = g = ∂loss/∂y: ∂x = g·(1 or a), ∂a = Σ g·x over the negative x.

    The sum for a shared slope runs over everything, that for a channel's over its own values.

    Shapes: ``upstream`` and ``x`` are ``(N, C, ...)``, ``weight`` is ``(1,)`` or ``(C,)``.

    >>> prelu_backward(torch.ones(1, 3), torch.tensor([[-1.0, -2.0, 5.0]]), torch.tensor([0.25])).weight.tolist()
    [-3.0]
    """
    slopes = spread_over_channels(weight, x)
    through_weight = upstream * x.clamp(max=0)
    axes = [axis for axis in range(x.dim()) if axis != 1]
    by_channel = through_weight.sum(axes)
    return PReLUGradients(
        x=upstream * rectifier_slope(x, slopes),
        weight=by_channel if len(weight) > 1 else by_channel.sum().reshape(1),
    )


def spread_over_channels(weight: Tensor, x: Tensor) -> Tensor:
    """Return the slopes shaped so that they meet axis 1 of ``x``, which holds the channels (axis 0 of a vector)."""
    return weight.reshape(-1, *[1] * max(0, x.dim() - 2))

"""Fan-in and fan-out of a weight: from its shape, and by counting connections in a layer that runs.

Weights have torch's shapes: ``(out_features, in_features)`` or ``(out_channels, in_channels/groups, *kernel_size)``.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F


class Fans(NamedTuple):
    """How many inputs feed one output, and how many outputs one input feeds."""

    fan_in: int
    fan_out: int


def fans(shape: Sequence[int]) -> Fans:
    """Return fan_in = shape[1]·K and fan_out = shape[0]·K, K being the number of cells of the kernel.

    Convention: this is torch's count. It knows no stride and no groups, so an input of a strided or grouped convolution
    really feeds fewer outputs than its fan_out says.

    >>> fans((64, 32, 3, 3))
    Fans(fan_in=288, fan_out=576)
    >>> fans((200, 300))
    Fans(fan_in=300, fan_out=200)
    """
    cells = math.prod(shape[2:])
    return Fans(shape[1] * cells, shape[0] * cells)


def connections(shape: Sequence[int], device: torch.device) -> Fans:
    """Return the same numbers by running the layer, every weight 1, stride 1, one group, far from any border.

    fan_in is the number of inputs with a gradient at one output, fan_out the number of outputs that one input changes.
    """
    weight = torch.ones(*shape, device=device)
    around = [2 * size - 1 for size in shape[2:]]
    window = torch.ones(1, shape[1], *shape[2:], device=device, requires_grad=True)
    (gradient,) = torch.autograd.grad(_apply(window, weight)[(0,) * len(shape)], window)
    impulse = torch.zeros(1, shape[1], *around, device=device)
    impulse[(0, 0, *(size - 1 for size in shape[2:]))] = 1
    return Fans(int(gradient.count_nonzero()), int(_apply(impulse, weight).count_nonzero()))


def _apply(x: Tensor, weight: Tensor) -> Tensor:
    """Run the linear layer or the convolution that has this weight; ``x`` is one sample."""
    layers: dict[int, Callable[[Tensor, Tensor], Tensor]] = {2: F.linear, 3: F.conv1d, 4: F.conv2d, 5: F.conv3d}
    return layers[weight.dim()](x, weight)

"""Dead ReLU units: negative for every input there is, so that no example gives their weights a gradient.

A unit that is 0 for *some* inputs is what ReLU is for; it is dead only when it is 0 for all of them.
"""

from collections.abc import Callable
from itertools import product

import torch
from torch import Tensor


def dead_units(
    weight: Tensor, bias: Tensor, data: Tensor, activation: Callable[[Tensor], Tensor] = torch.relu
) -> Tensor:
    """Return which units have a gradient of exactly 0 for every example: the rows of ``weight`` that cannot learn.

    Shapes: ``weight`` is ``(units, in)``, ``bias`` ``(units,)``, ``data`` ``(N, in)``; the result is bool ``(units,)``.

    >>> bias = torch.tensor([0.0, -9.0])
    >>> dead_units(torch.ones(2, 1), bias, torch.tensor([[-1.0], [2.0]])).tolist()
    [False, True]
    """
    return unit_gradients(weight, bias, data, activation).eq(0).all(0)


def unit_gradients(weight: Tensor, bias: Tensor, data: Tensor, activation: Callable[[Tensor], Tensor]) -> Tensor:
    """Return the slope ∂activation/∂z of every unit for every example, by autograd: ``(N, units)``."""
    z = (data @ weight.T + bias).detach().requires_grad_()
    (slopes,) = torch.autograd.grad(activation(z).sum(), z)
    return slopes


def highest_preactivation(weight: Tensor, bias: float, low: float, high: float) -> Tensor:
    """Return the largest w·x + b for x in the box [low, high]ⁿ: each weight takes the end of its sign.

    A ReLU unit is dead on the box exactly if this is at most 0.

    >>> highest_preactivation(torch.tensor([2.0, -1.0]), -3, 0, 1).item()
    -1.0
    """
    return bias + torch.maximum(weight * low, weight * high).sum()


def highest_at_corners(weight: Tensor, bias: float, low: float, high: float) -> Tensor:
    """Return the same by trying all 2ⁿ corners of the box, on one of which a linear function is largest."""
    corners = torch.tensor(list(product((low, high), repeat=len(weight))), dtype=weight.dtype)
    return (corners @ weight + bias).max()

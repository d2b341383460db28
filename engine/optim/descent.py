"""Running an optimizer, ours or torch's, over a function or through given gradients, and keeping every point."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

Loss = Callable[[Tensor], Tensor]


class Steps(Protocol):
    """What ours and torch's optimizers have in common."""

    def step(self, closure: Callable[[], Any], /) -> Any:
        """Take one step."""


Make = Callable[[list[Tensor]], Steps]
"""Builds an optimizer over a list with one tensor."""


def trajectory(make: Make, loss: Loss, start: Tensor, steps: int) -> Tensor:
    """Return the start and the point after each step: ``(steps + 1, *start.shape)``.

    A start ``(runs, n)`` makes several runs side by side; they don't mix, as losses are summed, for every optimizer
    that treats each number by itself. What overflows goes on as infinity or NaN.
    """
    point = start.detach().clone().requires_grad_()
    optimizer = make([point])
    twice = getattr(optimizer, "differentiates_gradient", False)

    def closure() -> Tensor:
        with torch.enable_grad():
            value = loss(point).sum()
            (point.grad,) = torch.autograd.grad(value, point, create_graph=twice)
        return value

    points = [start.detach().clone()]
    for _ in range(steps):
        optimizer.step(closure)
        points.append(point.detach().clone())
    return torch.stack(points)


def fed(make: Make, gradients: Sequence[Tensor], start: Tensor | None = None) -> Tensor:
    """Return the points of an optimizer that is given these gradients in turn, whatever it does with them.

    It starts at ``start``, by default 0; the result is ``(len(gradients) + 1, *shape)``.
    """
    point = torch.zeros_like(gradients[0]) if start is None else start.detach().clone()
    optimizer = make([point])
    points = [point.clone()]
    for gradient in gradients:

        def closure(gradient: Tensor = gradient) -> Tensor:
            point.grad = gradient
            return (gradient * point).sum()

        optimizer.step(closure)
        points.append(point.clone())
    return torch.stack(points)

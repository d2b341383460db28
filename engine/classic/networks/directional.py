"""Slopes of a function of several variables: partial, directional, and the gradient that holds them all.

Source: any text on calculus; Deisenroth, Faisal & Ong 2020, "Mathematics for Machine Learning", chapter 5.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from engine.errors import Refused

Field = Callable[[Tensor], Tensor]
"""From a point ``(d,)`` to a number."""


def unit(direction: Tensor) -> Tensor:
    """Return the vector of length 1 that points the same way.

    Raises:
        Refused: the vector is 0 and points nowhere.

    >>> unit(torch.tensor([3.0, 4.0]))
    tensor([0.6000, 0.8000])
    """
    length = direction.norm()
    if length == 0:
        raise Refused("the direction is 0 and points nowhere: give one with an entry that is not 0")
    return torch.div(direction, length)


def by_limit(f: Field, point: Tensor, direction: Tensor, h: float = 1e-5) -> Tensor:
    """Return (f(x + h·u) - f(x - h·u))/2h with u the unit vector: the definition, stopped at a small h.

    The symmetric quotient is wrong by about h²/6·f''' along u, and by rounding of about 1e-16/h. It needs no gradient,
    so it also exists where f has slopes but no gradient.

    >>> f = lambda p: p[0] ** 2 + 3 * p[1]
    >>> round(by_limit(f, torch.tensor([2.0, 0.0]).double(), torch.tensor([5.0, 0.0]).double()).item(), 6)
    4.0
    """
    u = unit(direction)
    return (f(point + h * u) - f(point - h * u)) / (2 * h)


def gradient(f: Field, point: Tensor) -> Tensor:
    """Return the partial derivatives ∂f/∂x_i, ``(d,)``, by autograd: slopes along the coordinate axes."""
    point = point.detach().clone().requires_grad_()
    (found,) = torch.autograd.grad(f(point), point, materialize_grads=True)
    return found


def by_gradient(f: Field, point: Tensor, direction: Tensor) -> Tensor:
    """Return ∇f·u, which is the slope along u where f is *differentiable* at the point.

    With θ the angle between both it is ‖∇f‖·cos θ: largest, ‖∇f‖, along the gradient, 0 across it, -‖∇f‖ against it.
    Partial derivatives alone do not suffice: x²y/(x² + y²), 0 at the origin, has both partials 0 there and yet slopes.
    """
    return gradient(f, point) @ unit(direction)


def steepest(f: Field, point: Tensor, directions: int = 3600) -> tuple[float, float]:
    """Return the largest slope over directions of the plane and its angle in (-180, 180] degrees, by trying them all.

    >>> slope, angle = steepest(lambda p: p[0] + p[1], torch.zeros(2).double(), directions=360)
    >>> round(slope, 6), round(angle, 6)
    (1.414214, 45.0)
    """
    angles = torch.arange(directions, dtype=torch.float64) * (2 * math.pi / directions)
    slopes = torch.stack([by_limit(f, point, torch.stack([a.cos(), a.sin()]).to(point)) for a in angles])
    best = int(slopes.argmax())
    degrees = 360 * best / directions
    return float(slopes[best]), degrees - 360 if degrees > 180 else degrees

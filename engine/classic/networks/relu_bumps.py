"""Universal approximation by construction: a ReLU network with one hidden layer that follows any continuous curve.

The theorem needs a non-linear *hidden* layer and a linear output layer, and speaks of continuous functions on a closed
and bounded set. It says that a network exists, not that training finds it or that it holds elsewhere.
Source: Cybenko 1989; Hornik, Stinchcombe & White 1989; Leshno, Lin, Pinkus & Schocken 1993 (any activation that is no
polynomial). Error of the broken line: de Boor 2001, "A Practical Guide to Splines", chapter III.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class ReluCurve(NamedTuple):
    """A one-hidden-layer network of one input: offset + Σ coefficient·max(0, x - kink)."""

    kinks: Tensor
    """``(units,)``: where each hidden unit, with weight 1, switches on."""
    coefficients: Tensor
    """``(units,)``: the output layer's weights."""
    offset: Tensor
    """Its bias."""

    def __call__(self, x: Tensor) -> Tensor:
        """Return the outputs for inputs ``(n,)``."""
        return self.offset + (x[:, None] - self.kinks).clamp(min=0) @ self.coefficients


def bump(x: Tensor, centre: float, width: float) -> Tensor:
    """Return the hat of height 1 that is 0 beyond ``centre`` ± ``width``, out of three ReLUs.

    (max(0, x - c + h) - 2·max(0, x - c) + max(0, x - c - h))/h

    >>> bump(torch.tensor([0.0, 1.0, 1.5, 2.0]), centre=1.0, width=1.0)
    tensor([0.0000, 1.0000, 0.5000, 0.0000])
    """
    left, middle, right = ((x - centre + shift).clamp(min=0) for shift in (width, 0.0, -width))
    return (left - 2 * middle + right) / width


def through(knots: Tensor, values: Tensor) -> ReluCurve:
    """Return the network that joins the points by straight lines: one unit for each of the n - 1 intervals.

    Each unit bends the line at its knot by the change of slope there, so a sum of bumps needs no more than this. Left
    of the first knot it is constant, right of the last it goes straight on. Shapes: rising ``knots`` (n,), values (n,).

    >>> curve = through(torch.tensor([0.0, 1.0, 2.0]), torch.tensor([1.0, 3.0, 2.0]))
    >>> curve(torch.tensor([0.0, 0.5, 1.0, 2.0])).tolist()
    [1.0, 2.0, 3.0, 2.0]
    """
    slopes = values.diff() / knots.diff()
    bends = slopes.diff(prepend=torch.zeros_like(slopes[:1]))
    return ReluCurve(knots[:-1], bends, values[0])


def error_bound(curvature: float, width: float) -> float:
    """Return h²/8·max abs(f''), which the error of straight lines over intervals of this width never exceeds.

    Four times as many units divide it by 16.

    >>> error_bound(curvature=9.0, width=0.5)
    0.28125
    """
    return width**2 / 8 * curvature

"""The game V(x, y) = x·y, the smallest one in which gradient play fails: x lowers V and y raises it.

Its only equilibrium, (0, 0), is a saddle of V. The players' gradients turn around it, and what the step makes of that
depends on the rule. With step size η the squared distance from the equilibrium is multiplied, per step, by

=============  ===========================  =============================================================
simultaneous   1 + η²                       both move from one point: an outward spiral, for every η > 0
alternating    1, on average over a turn    y answers x's *new* place: a closed orbit, for η < 2
extragradient  1 - η² + η⁴                  both move by the gradient half ahead: an inward spiral, for η < 1
=============  ===========================  =============================================================

Sources: Goodfellow 2016, "NIPS 2016 Tutorial", section 8.2; Korpelevich 1976 (extragradient).
"""

import math
from typing import Literal

import torch
from torch import Tensor

Update = Literal["simultaneous", "alternating", "extragradient"]


def value(point: Tensor) -> Tensor:
    """Return V at the points ``(..., 2)``."""
    return point[..., 0] * point[..., 1]


def field(point: Tensor) -> Tensor:
    """Return where the players want to go, (-∂V/∂x, +∂V/∂y) = (-y, x): at right angles to the way to (0, 0)."""
    x, y = point.unbind(-1)
    return torch.stack([-y, x], dim=-1)


def step(point: Tensor, lr: float, update: Update = "simultaneous") -> Tensor:
    """Return the point after one step of both players.

    >>> step(torch.tensor([1.0, 1.0]), 0.5).tolist(), step(torch.tensor([1.0, 1.0]), 0.5, "alternating").tolist()
    ([0.5, 1.5], [0.5, 1.25])
    """
    if update == "simultaneous":
        return point + lr * field(point)
    if update == "extragradient":
        return point + lr * field(point + lr * field(point))
    x, y = point.unbind(-1)
    x = x - lr * y
    return torch.stack([x, y + lr * x], dim=-1)


def play(start: Tensor, lr: float, steps: int, update: Update = "simultaneous") -> Tensor:
    """Return the start and the point after each step: ``(steps + 1, 2)``."""
    points = [start]
    for _ in range(steps):
        points.append(step(points[-1], lr, update))
    return torch.stack(points)


def growth(lr: float, update: Update = "simultaneous") -> float:
    """Return the largest size of an eigenvalue of one step: above 1 the play leaves the equilibrium.

    A step is linear: what it makes of (1, 0) and (0, 1) are the columns of its matrix. Simultaneous play has the
    eigenvalues 1 ± i·η.

    >>> round(growth(0.1), 9)  # √1.01
    1.004987562
    """
    matrix = step(torch.eye(2, dtype=torch.float64), lr, update)
    sizes: Tensor = torch.linalg.eigvals(matrix).abs()
    return sizes.max().item()


def growth_formula(lr: float, update: Update = "simultaneous") -> float:
    """Return the same by its formula: √(1 + η²), 1 (for η ≤ 2), or √(1 - η² + η⁴)."""
    if update == "simultaneous":
        return math.sqrt(1 + lr**2)
    if update == "extragradient":
        return math.sqrt(1 - lr**2 + lr**4)
    half_trace = 1 - lr**2 / 2  # of a matrix with determinant 1, whose eigenvalues are t ± √(t² - 1)
    return 1.0 if lr <= 2 else abs(half_trace) + math.sqrt(half_trace**2 - 1)

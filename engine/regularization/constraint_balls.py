"""A penalty as a constraint: where the level sets of a quadratic loss first touch a diamond or a disc.

Minimising loss + λ·‖w‖ for some λ is minimising the loss subject to ‖w‖ ≤ r for some r. In two dimensions one can look
at it: the ellipses of the loss grow from the unpenalised optimum until they meet the ball. The diamond of the L1 norm
has corners on the axes, and there one weight is exactly 0; the disc of the L2 norm has none.

Source: Tibshirani 1996, figure 2; Goodfellow, Bengio & Courville 2016, section 7.2.
"""

import math
from typing import Literal

import torch
from torch import Tensor

from engine.errors import Refused

Ball = Literal["l1", "l2"]


def quadratic(w: Tensor, hessian: Tensor, centre: Tensor) -> Tensor:
    """Return ½(w - c)ᵀH(w - c) for points ``(..., 2)``."""
    away = w - centre
    return 0.5 * torch.einsum("...i,ij,...j->...", away, hessian, away)


def first_contact(hessian: Tensor, centre: Tensor, radius: float, ball: Ball) -> Tensor:
    """Return the point of the ball ‖w‖ ≤ ``radius`` with the smallest ½(w - c)ᵀH(w - c).

    Shapes: ``hessian`` (2, 2), symmetric and positive definite; ``centre`` c (2,), the optimum without the constraint;
    the result (2,). Where c lies inside the ball, the constraint does nothing and c is returned.

    Raises:
        Refused: the Hessian is not symmetric and positive definite.

    >>> first_contact(torch.eye(2), torch.tensor([3.0, 1.0]), 1.0, "l1")
    tensor([1., 0.])
    >>> first_contact(torch.eye(2), torch.tensor([3.0, 4.0]), 1.0, "l2")
    tensor([0.6000, 0.8000])
    """
    if not torch.equal(hessian, hessian.T) or float(torch.linalg.eigvalsh(hessian)[0]) <= 0:
        raise Refused("the Hessian must be symmetric and positive definite, or the level sets are no ellipses")
    if float(centre.norm(1 if ball == "l1" else 2)) <= radius:
        return centre.clone()
    return _on_diamond(hessian, centre, radius) if ball == "l1" else _on_disc(hessian, centre, radius)


def _on_diamond(hessian: Tensor, centre: Tensor, radius: float) -> Tensor:
    """Return the best point of the four sides: on a segment a quadratic has its minimum in closed form."""
    corners = radius * torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]]).to(centre)
    side = corners.roll(-1, 0) - corners
    curvature = torch.einsum("si,ij,sj->s", side, hessian, side)
    slope = torch.einsum("si,ij,sj->s", corners - centre, hessian, side)
    share = (-slope / curvature).clamp(0, 1)
    points = corners + share[:, None] * side
    return points[quadratic(points, hessian, centre).argmin()]


def _on_disc(hessian: Tensor, centre: Tensor, radius: float) -> Tensor:
    """Return the ridge solution (H + μI)⁻¹Hc with the μ > 0 that gives it length ``radius``, found by bisection.

    The length falls as μ grows, and at μ = ‖Hc‖/radius it is below the radius, since H + μI stretches by more than μ.
    """
    values, directions = torch.linalg.eigh(hessian)
    pull = values * (directions.T @ centre)
    (pull_0, pull_1), (value_0, value_1) = pull.tolist(), values.tolist()
    low, high = 0.0, math.hypot(pull_0, pull_1) / radius
    while low < (middle := (low + high) / 2) < high:  # until no number lies between them
        length = math.hypot(pull_0 / (value_0 + middle), pull_1 / (value_1 + middle))
        low, high = (middle, high) if length > radius else (low, middle)
    point = directions @ (pull / (values + high))
    return torch.mul(point, radius / math.hypot(*point.tolist()))

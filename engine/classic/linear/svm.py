"""A linear support vector machine: the hinge loss with an L2 penalty, minimised in its primal and in its dual.

Labels are -1 and 1; the intercept is the weight of a column of ones and is penalised with the others, as in
LIBLINEAR. The classic machine leaves it out of the penalty, which adds the constraint Σ αy = 0 to its dual.
Source: Cortes & Vapnik 1995, "Support-Vector Networks"; dual coordinate descent: Hsieh, Chang, Lin, Keerthi &
Sundararajan 2008; descent in the primal: Shalev-Shwartz, Singer & Srebro 2007, "Pegasos".
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused

_MOST_SWEEPS = 5000


class Machine(NamedTuple):
    """What was learned."""

    weight: Tensor
    """``(d,)``, the best w."""
    alpha: Tensor
    """``(n,)``, the dual variables in [0, C]; samples with one over 0 are the support vectors."""

    @property
    def margin(self) -> Tensor:
        """The distance 2/‖w‖ between the lines x·w = -1 and x·w = 1."""
        return torch.div(2, self.weight.norm())


def objective(x: Tensor, y: Tensor, w: Tensor, c: float) -> Tensor:
    """Return ½·‖w‖² + C·Σ max(0, 1 - y·(x·w)); ``x`` (n, d), ``y`` (n,) of -1 and 1.

    >>> objective(torch.tensor([[2.0], [-0.5]]), torch.tensor([1.0, -1.0]), torch.tensor([1.0]), c=2.0).item()
    1.5
    """
    hinge: Tensor = (1 - y * (x @ w)).clamp(min=0).sum()
    return w.square().sum() / 2 + c * hinge


def by_dual(x: Tensor, y: Tensor, c: float, tolerance: float = 1e-13) -> Machine:
    """Return the minimum by coordinate descent on the dual, whose w is Σ α·y·x.

    The dual maximises Σ α - ½·‖Σ α·y·x‖² with every α in [0, C]. One α at a time goes to its best value,
    α_i ← clip(α_i + (1 - y_i·(x_i·w))/‖x_i‖², 0, C), until a sweep moves none by more than ``tolerance`` times C.

    Raises:
        Refused: the α still move after 5,000 sweeps.

    >>> by_dual(torch.tensor([[2.0], [-2.0]]).double(), torch.tensor([1.0, -1.0]).double(), c=1.0).weight
    tensor([0.5000], dtype=torch.float64)
    """
    signed = (y[:, None] * x).tolist()
    squares = [sum(value * value for value in row) for row in signed]
    alpha, w = [0.0] * len(signed), [0.0] * x.shape[1]
    for _ in range(_MOST_SWEEPS):
        moved = 0.0
        for i, row in enumerate(signed):
            if squares[i] == 0:
                alpha[i] = c  # a sample at the origin has hinge 1 whatever w is
                continue
            slack = 1 - sum(a * b for a, b in zip(row, w, strict=True))
            step = min(max(alpha[i] + slack / squares[i], 0.0), c) - alpha[i]
            alpha[i] += step
            w = [a + step * b for a, b in zip(w, row, strict=True)]
            moved = max(moved, abs(step))
        if moved <= tolerance * c:
            return Machine(x.new_tensor(w), x.new_tensor(alpha))
    raise Refused(f"the dual has not settled after {_MOST_SWEEPS:,} sweeps: give a smaller C, or scale the features")


def by_subgradient(x: Tensor, y: Tensor, c: float, steps: int) -> Tensor:
    """Return the w of the lowest objective met in ``steps`` of subgradient descent from 0: near the minimum, not at it.

    A subgradient is w - C·Σ y·x over the samples with y·(x·w) < 1; step number t has the rate 1/t.
    """
    w = best = torch.zeros_like(x[0])
    for t in range(1, steps + 1):
        inside = y * (x @ w) < 1
        w = w - (w - c * (y * inside) @ x) / t
        if objective(x, y, w, c) < objective(x, y, best, c):
            best = w
    return best

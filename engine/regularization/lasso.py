"""The lasso: least squares with an L1 penalty, which puts weights at exactly 0; and the elastic net.

Source: Tibshirani 1996, "Regression Shrinkage and Selection via the Lasso"; coordinate descent: Friedman, Hastie &
Tibshirani 2010, "Regularization Paths for Generalized Linear Models via Coordinate Descent"; ISTA: Daubechies, Defrise
& De Mol 2004; elastic net: Zou & Hastie 2005, section 3.1, the one they call *naïve*: their own multiplies its weights
by 1 + l2 afterwards, which is not done here.
"""

import torch
from torch import Tensor

from engine.errors import Refused

_MOST_SWEEPS = 10_000


def soft_threshold(z: Tensor, threshold: float) -> Tensor:
    """Return sign(z)·max(abs(z) - threshold, 0), the w that minimises ½(w - z)² + threshold·abs(w).

    It moves every value towards 0 by the same amount and stops there; an L2 penalty divides all by one number instead.

    >>> soft_threshold(torch.tensor([3.0, 0.5, -2.0]), 1.0)
    tensor([ 2.,  0., -1.])
    """
    return z.sign() * (z.abs() - threshold).clamp(min=0)


def lasso(
    x: Tensor,
    y: Tensor,
    lam: float,
    l2: float = 0.0,
    tolerance: float = 1e-13,
    start: Tensor | None = None,
    sweeps: int = _MOST_SWEEPS,
) -> Tensor:
    """Return the w that minimises ½·‖X·w - y‖² + λ·Σ abs(w) + ½·l2·‖w‖², by coordinate descent.

    Each weight in turn is set to its best value given the others, which is a soft threshold::

        w_j ← S(x_j·(y - Σ_{k≠j} x_k·w_k), λ)/(‖x_j‖² + l2)

    until a whole sweep moves no weight by more than ``tolerance`` times the largest. Shapes: ``x`` (n, d), ``y`` (n,).
    ``l2`` > 0 makes it the naïve elastic net, whose solution is unique even where columns of ``x`` are equal; a weight
    whose column is all zeros stays 0. The sweeps begin at ``start``, or at 0.

    Raises:
        Refused: the weights still move after so many ``sweeps``, since columns are nearly dependent.

    >>> lasso(torch.eye(3), torch.tensor([3.0, -0.5, -2.0]), lam=1.0).abs()
    tensor([2., 0., 1.])
    """
    gram, target = (x.T @ x).tolist(), (x.T @ y).tolist()
    features = range(len(target))
    w = [0.0 for _ in features] if start is None else start.tolist()
    for _ in range(sweeps):
        moved = 0.0
        for j in features:
            before = w[j]
            w[j] = _best(target[j] - sum(gram[j][k] * w[k] for k in features if k != j), gram[j][j] + l2, lam)
            moved = max(moved, abs(w[j] - before))
        if moved <= tolerance * max(map(abs, w)):
            break
    else:
        raise Refused(
            f"the lasso has not settled after {sweeps:,} sweeps, as the features are nearly dependent: give 'l2' "
            f"a positive value, which makes it an elastic net"
        )
    return torch.tensor(w, dtype=x.dtype, device=x.device)


def _best(correlation: float, curvature: float, lam: float) -> float:
    """Return the best value of one weight: its soft threshold by its curvature."""
    excess = abs(correlation) - lam
    if excess <= 0 or curvature == 0:
        return 0.0
    return excess / curvature if correlation > 0 else -excess / curvature


def ista(x: Tensor, y: Tensor, lam: float, steps: int) -> Tensor:
    """Return the same minimum, approached by ``steps`` of proximal gradient descent from 0 (ISTA).

    A step goes down the gradient of the squares and then soft-thresholds: w ← S(w - t·Xᵀ(X·w - y), t·λ), with the
    rate t = 1/‖X‖², ‖X‖ being the largest singular value. The threshold is what plain descent on a subgradient lacks:
    with it weights become exactly 0.

    >>> ista(torch.eye(3), torch.tensor([3.0, -0.5, -2.0]), lam=1.0, steps=1).abs()
    tensor([2., 0., 1.])
    """
    rate = 1 / float(torch.linalg.matrix_norm(x, 2)) ** 2
    gram, target = x.T @ x, x.T @ y
    w = torch.zeros_like(target)
    for _ in range(steps):
        w = soft_threshold(w - rate * (gram @ w - target), rate * lam)
    return w


def largest_subgradient_violation(x: Tensor, y: Tensor, w: Tensor, lam: float) -> Tensor:
    """Return by how much ``w`` misses the lasso's condition for a minimum, 0 at the solution.

    With the correlations c = Xᵀ(y - X·w), a weight that is not 0 needs c = λ·sign(w), and one that is 0 needs
    abs(c) ≤ λ: the subgradient of abs(w) at 0 is the whole interval [-1, 1].
    """
    correlations = x.T @ (y - x @ w)
    at_zero = (correlations.abs() - lam).clamp(min=0)
    return torch.where(w == 0, at_zero, (correlations - lam * w.sign()).abs()).max()

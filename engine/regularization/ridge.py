"""Ridge regression: least squares with an L2 penalty, which shrinks every weight and zeroes none.

Source: Hoerl & Kennard 1970, "Ridge Regression: Biased Estimation for Nonorthogonal Problems"; the shrinkage by
directions is in Hastie, Tibshirani & Friedman 2009, "The Elements of Statistical Learning", section 3.4.1.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused


def ridge(x: Tensor, y: Tensor, lam: float) -> Tensor:
    """Return the w that minimises ½·‖X·w - y‖² + ½·λ·‖w‖², which is (XᵀX + λI)⁻¹·Xᵀy.

    Shapes: ``x`` (n, d), ``y`` (n,), the result (d,); or (n, k) and (d, k) for k targets at once. There
    is no intercept: centre x and y first, so that none is needed, since an intercept must not be shrunk. For other
    factors before loss and penalty, convert λ by :func:`engine.regularization.objective.shared_lam`.

    Raises:
        Refused: λ is too small for columns of ``x`` that are dependent, so that many w are equally good.

    >>> ridge(torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 4.0]), lam=5.0)
    tensor([1.])
    """
    gram = x.T @ x + lam * torch.eye(x.shape[1]).to(x)
    return solved(gram, x.T @ y, lam)


def solved(hessian: Tensor, right: Tensor, lam: float) -> Tensor:
    """Return hessian⁻¹·right, or refuse a Hessian of a penalised fit that is singular to the numbers' precision."""
    if int(torch.linalg.matrix_rank(hessian, hermitian=True)) < len(hessian):
        raise Refused(
            f"with lam {lam:g} and features so nearly dependent there is no one best w: give lam a larger value"
        )
    solution: Tensor = torch.linalg.solve(hessian, right)
    return solution


def shrinkage(x: Tensor, lam: float) -> Tensor:
    """Return by what ridge multiplies the least-squares solution along each singular direction: s²/(s² + λ).

    The singular values s of ``x`` come in falling order, so the last direction, in which the inputs vary least, is
    shrunk most. The sum of the factors is the effective number of parameters.

    >>> shrinkage(torch.diag(torch.tensor([3.0, 1.0])), lam=1.0)
    tensor([0.9000, 0.5000])
    """
    squares = torch.linalg.svdvals(x).square()
    return torch.div(squares, squares + lam)


class RidgeError(NamedTuple):
    """What a ridge solution is wrong by on average, as a squared distance to the true weights."""

    bias: Tensor
    """‖E[ŵ] - w‖²: what is left when the noise averages out."""
    variance: Tensor
    """E ‖ŵ - E[ŵ]‖²: what the noise of the targets does."""

    @property
    def total(self) -> Tensor:
        """E ‖ŵ - w‖², the sum of both."""
        return self.bias + self.variance


def ridge_error(x: Tensor, weights: Tensor, noise_std: float, lam: float) -> RidgeError:
    """Return squared bias and variance of ridge on fixed inputs, with targets X·w + noise of mean 0.

    With the solution matrix R = (XᵀX + λI)⁻¹Xᵀ they are ‖R·X·w - w‖² and σ²·Σ R². A larger λ raises the bias and
    lowers the variance.
    """
    solution = ridge_matrix(x, lam)
    bias = (solution @ x @ weights - weights).square().sum()
    return RidgeError(bias, noise_std**2 * solution.square().sum())


def ridge_matrix(x: Tensor, lam: float) -> Tensor:
    """Return R, ``(d, n)``, by which ridge makes its weights from the targets: w = R·y."""
    return solved(x.T @ x + lam * torch.eye(x.shape[1]).to(x), x.T, lam)

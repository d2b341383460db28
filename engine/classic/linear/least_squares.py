"""Least squares: the w that minimises Σ (x·w - y)², in closed form and by one step of Newton's method.

Shapes everywhere: ``x`` (n, d), ``y`` (n,), the result (d,). An intercept is the weight of a column of ones.
Source: Golub & Van Loan 2013, "Matrix Computations", chapter 5; Moore-Penrose inverse: Penrose 1955.
"""

from collections.abc import Sequence
from fractions import Fraction

import torch
from torch import Tensor

from engine.errors import Refused


def with_intercept(x: Tensor) -> Tensor:
    """Return ``x`` with a column of ones at its end.

    >>> with_intercept(torch.tensor([[3.0], [5.0]]))
    tensor([[3., 1.],
            [5., 1.]])
    """
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)


def by_normal_equations(x: Tensor, y: Tensor) -> Tensor:
    """Solve (XᵀX)·w = Xᵀy. Short, but XᵀX squares the condition number of X and so doubles the digits lost.

    Raises:
        Refused: the columns of ``x`` are dependent, so that XᵀX has no inverse and many w are equally good.

    >>> by_normal_equations(torch.tensor([[1.0], [2.0], [3.0]]), torch.tensor([2.0, 4.0, 6.0]))
    tensor([2.])
    """
    _need_independent_columns(x)
    solution: Tensor = torch.linalg.solve(x.T @ x, x.T @ y)
    return solution


def by_qr(x: Tensor, y: Tensor) -> Tensor:
    """Solve R·w = Qᵀy with X = Q·R, Q's columns orthonormal and R upper triangular: no XᵀX is formed.

    Raises:
        Refused: the columns of ``x`` are dependent, so that R has a 0 on its diagonal.

    >>> by_qr(torch.tensor([[3.0], [4.0]]), torch.tensor([6.0, 8.0])).round(decimals=4)
    tensor([2.])
    """
    _need_independent_columns(x)
    q, r = torch.linalg.qr(x)
    solution: Tensor = torch.linalg.solve_triangular(r, (q.T @ y)[:, None], upper=True)[:, 0]
    return solution


def by_pseudo_inverse(x: Tensor, y: Tensor) -> Tensor:
    """Return X⁺·y by the singular values X = U·S·Vᵀ: w = V·S⁺·Uᵀy, where S⁺ inverts the values that are not 0.

    Of all w that fit equally well it is the shortest, so it exists for dependent columns too. A singular value counts
    as 0 below max(n, d)·eps times the largest.

    >>> by_pseudo_inverse(torch.tensor([[1.0, 1.0]]), torch.tensor([2.0])).round(decimals=4)
    tensor([1., 1.])
    """
    u, s, vh = torch.linalg.svd(x, full_matrices=False)
    inverse = torch.where(s > max(x.shape) * torch.finfo(s.dtype).eps * s.max(), 1 / s, 0)
    solution: Tensor = vh.T @ (inverse * (u.T @ y))
    return solution


def newton_step(x: Tensor, y: Tensor, start: Tensor) -> Tensor:
    """Return start - H⁻¹·g, with the gradient g = 2·Xᵀ(X·start - y) and the Hessian H = 2·XᵀX.

    The loss is quadratic, so its second-order expansion *is* the loss, and one step ends at the minimum from anywhere.
    That all samples enter at once has nothing to do with it: gradient descent uses the same matrices and does not
    finish.

    >>> newton_step(torch.tensor([[1.0], [2.0]]), torch.tensor([2.0, 4.0]), torch.tensor([-7.0]))
    tensor([2.])
    """
    _need_independent_columns(x)
    gradient, hessian = 2 * x.T @ (x @ start - y), 2 * x.T @ x
    return torch.sub(start, torch.linalg.solve(hessian, gradient))


def exact(x: Sequence[Sequence[float]], y: Sequence[float]) -> list[Fraction]:
    """Return the same w as fractions, by Gauss-Jordan elimination of the normal equations: nothing is rounded.

    Raises:
        Refused: the columns of ``x`` are dependent.

    >>> exact([[1, 1], [2, 1], [3, 1]], [1, 2, 2])
    [Fraction(1, 2), Fraction(2, 3)]
    """
    columns = [[Fraction(value) for value in column] for column in zip(*x, strict=True)]
    target = [Fraction(value) for value in y]
    rows = [[_dot(a, b) for b in [*columns, target]] for a in columns]
    for i in range(len(rows)):
        pivot = next((j for j in range(i, len(rows)) if rows[j][i]), None)
        if pivot is None:
            raise _dependent()
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(len(rows)):
            if j != i:
                rows[j] = [b - rows[j][i] * a for a, b in zip(rows[i], rows[j], strict=True)]
    return [row[-1] for row in rows]


def _dot(a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(a, b, strict=True)), Fraction(0))


def _need_independent_columns(x: Tensor) -> None:
    if int(torch.linalg.matrix_rank(x)) < x.shape[1]:
        raise _dependent()


def _dependent() -> Refused:
    return Refused(
        "the columns of 'x' are dependent, so many w are equally good and XᵀX has no inverse: the pseudo-inverse gives "
        "the shortest of them"
    )

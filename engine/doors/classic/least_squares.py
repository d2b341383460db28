"""``least_squares.*``: weights and residuals of the closest plane, by several methods."""

from collections.abc import Callable, Mapping
from typing import Literal

import torch
from torch import Tensor

from engine.classic.linear.least_squares import (
    by_normal_equations,
    by_pseudo_inverse,
    by_qr,
    exact,
    newton_step,
    with_intercept,
)
from engine.doors.regularization._arguments import Index, Matrix, Vector, entry, samples
from engine.evidence import Run, Table
from engine.registry import Kind, function

Method = Literal["normal_equations", "qr", "pseudo_inverse", "newton"]
_METHODS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "normal_equations": by_normal_equations,
    "qr": by_qr,
    "pseudo_inverse": by_pseudo_inverse,
    "newton": lambda x, y: newton_step(x, y, torch.ones_like(x[0])),
}
_DATA = {"x": [[1], [2], [3]], "y": [1, 2, 2]}


@function("least_squares.weight", Kind.MEASURED, example=_DATA, shows=tuple(_METHODS.values())[:3])
def weight(x: Matrix, y: Vector, feature: Index = 0, intercept: bool = True, method: Method = "pseudo_inverse") -> Run:
    """Return a weight that minimises Σ (x·w + b - y)²; with ``intercept`` the one after the last feature is b.

    Where the columns are dependent, the pseudo-inverse gives the shortest solution and the other methods refuse.
    """
    x, w, residuals = _fit(x, y, intercept, method)
    rows = [(*row, float(residual)) for row, residual in zip(x.tolist(), residuals, strict=True)]
    columns = [f"x{i}" for i in range(x.shape[1])]
    return Run(entry(w, feature, "feature"), lambda: [Table("Residuals y - ŷ", [*columns, "residual"], rows)])


@function("least_squares.weight_formula", Kind.CLOSED_FORM, example=_DATA, shows=(exact,))
def weight_formula(x: Matrix, y: Vector, feature: Index = 0, intercept: bool = True) -> Run:
    """Return the same from the normal equations, solved in fractions without rounding."""
    x, y = samples(x, y)
    fractions = exact((with_intercept(x) if intercept else x).tolist(), y.tolist())
    value = entry(torch.tensor([float(w) for w in fractions], dtype=torch.float64), feature, "feature")
    rows = [(i, str(w.limit_denominator(10**6)), float(w)) for i, w in enumerate(fractions)]
    return Run(value, lambda: [Table("Weights", ["weight", "as a fraction", "value"], rows)])


@function("least_squares.residual_sum", Kind.MEASURED, example=_DATA, shows=tuple(_METHODS.values())[:3])
def residual_sum(x: Matrix, y: Vector, intercept: bool = True, method: Method = "pseudo_inverse") -> Run:
    """Return Σ (y - ŷ)² that the best weights leave."""
    x, _, residuals = _fit(x, y, intercept, method)
    rows = list(enumerate(residuals.tolist()))
    return Run(float(residuals.square().sum()), lambda: [Table("Residuals y - ŷ", ["sample", "residual"], rows)])


def _fit(x: Tensor, y: Tensor, intercept: bool, method: Method) -> tuple[Tensor, Tensor, Tensor]:
    x, y = samples(x, y)
    x = with_intercept(x) if intercept else x
    w = _METHODS[method](x, y)
    return x, w, y - x @ w

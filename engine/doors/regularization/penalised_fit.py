"""``ridge.*`` and ``lasso.*``: least squares with a penalty, fitted to given data in float64, without an intercept."""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.doors.regularization._arguments import Index, Lam, Matrix, Vector, entry, samples
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series, Table
from engine.layers.dropout_masks import all_masks
from engine.registry import Kind, function
from engine.regularization.lasso import lasso
from engine.regularization.objective import Loss, objective, shared_lam
from engine.regularization.ridge import ridge, ridge_error, shrinkage

L2 = Literal["half_l2", "l2"]
_DATA = {"x": [[1, 0], [0, 1], [1, 1]], "y": [2, 0.2, 2]}


@function("ridge.weight", Kind.MEASURED, example={**_DATA, "lam": 1}, shows=(ridge, objective))
def ridge_weight(
    x: Matrix, y: Vector, lam: Lam, feature: Index = 0, loss: Loss = "half_sum", penalty: L2 = "half_l2"
) -> Run:
    """Return a weight that minimises loss + λ·penalty, by one Newton step from 0 on what autograd gives.

    The objective is quadratic, so one step is exact. ``loss`` "half_sum" is ½·Σ (x·w - y)², "mean" Σ (x·w - y)²/n and
    so on; ``penalty`` is ½·Σ w² or Σ w².
    """
    x, y = samples(x, y)
    if lam == 0 and int(torch.linalg.matrix_rank(x)) < x.shape[1]:
        raise Refused("with lam 0 and dependent features there is no one best w: give lam a positive value")
    start = torch.zeros(x.shape[1]).to(x).requires_grad_()
    (slope,) = torch.autograd.grad(objective(x, y, start, lam, loss, penalty), start, create_graph=True)
    hessian = torch.stack([torch.autograd.grad(part, start, retain_graph=True)[0] for part in slope])
    w = -torch.linalg.solve(hessian, slope.detach())
    shared = shared_lam(lam, len(x), loss, penalty)
    return Run(entry(w, feature, "feature"), lambda: [_path("ridge", lambda at: ridge(x, y, at), shared or 1.0)])


@function("ridge.shrinkage", Kind.MEASURED, example={"x": [[3, 0], [0, 1]], "lam": 1}, shows=(ridge, shrinkage))
def ridge_shrinkage(x: Matrix, lam: Lam, direction: Index = 0) -> Run:
    """Return by what ridge multiplies a weight vector along a singular direction of x, 0 being the widest one.

    It is measured: the targets are what weights of length 1 along that direction give, and ridge is fitted to them.
    """
    x, _ = samples(x, x[:, 0])
    values, directions = torch.linalg.svd(x, full_matrices=False)[1:]
    entry(values, direction, "direction")
    if float(values[direction]) <= 1e-12 * float(values[0]):
        raise Refused(f"the inputs do not vary along direction {direction}, so there is nothing to shrink")
    true = directions[direction]
    rows = [(i, float(s), float(s**2 / (s**2 + lam))) for i, s in enumerate(values)]
    table = Table(f"λ = {lam:g}", ["direction", "singular value", "s²/(s² + λ)"], rows)
    return Run(float(ridge(x, x @ true, lam) @ true), lambda: [table])


@function(
    "ridge.expected_error",
    Kind.MEASURED,
    example={"x": [[1, 0], [0, 1], [1, 1]], "weights": [1, 2], "noise_std": 1, "lam": 1},
    shows=(ridge, ridge_error),
)
def ridge_expected_error(
    x: Matrix,
    weights: Vector,
    noise_std: Annotated[float, Between(0, 1e3)],
    lam: Lam,
    part: Literal["bias", "variance", "total"] = "total",
) -> Run:
    """Return the expected squared distance of ridge's weights from the true ones, or its squared bias or variance.

    The targets are x·weights + noise of ±noise_std; all 2ⁿ patterns of signs are fitted, so nothing is estimated.
    """
    if len(weights) != x.shape[1]:
        raise Refused(f"'weights' needs one entry for each of the {x.shape[1]} columns of 'x', not {len(weights)}")
    if len(x) > 12:
        raise Refused(f"every sign of the noise is tried, for at most 12 samples, and 'x' has {len(x)} rows")
    if lam == 0 and int(torch.linalg.matrix_rank(x)) < x.shape[1]:
        raise Refused("with lam 0 and dependent features there is no one best w: give lam a positive value")
    x, targets = samples(x, x @ weights)
    weights = weights.to(x)
    noise = noise_std * (2 * all_masks(len(x)).to(x) - 1)
    fitted = ridge(x, (targets + noise).T, lam).T
    centre = fitted.mean(0)
    bias = (centre - weights).square().sum()
    variance = (fitted - centre).square().sum(1).mean()
    parts = {"bias": bias, "variance": variance, "total": bias + variance}

    def evidence() -> list[Block]:
        powers = [power / 4 for power in range(-12, 13)]
        errors = [ridge_error(x, weights, noise_std, 10**power) for power in powers]
        series = [
            Series("squared bias", powers, [float(error.bias) for error in errors]),
            Series("variance", powers, [float(error.variance) for error in errors]),
            Series("total", powers, [float(error.total) for error in errors]),
        ]
        return [Curve("Expected squared error of the weights", series, "log10 λ", "error")]

    return Run(float(parts[part]), evidence)


@function("lasso.weight", Kind.MEASURED, example={**_DATA, "lam": 1}, shows=(lasso,))
def lasso_weight(x: Matrix, y: Vector, lam: Lam, feature: Index = 0, l2: Lam = 0.0, loss: Loss = "half_sum") -> Run:
    """Return a weight that minimises loss + λ·Σ abs(w), by coordinate descent; ``l2`` adds ½·l2·Σ w² to ½·Σ (x·w - y)².

    ``loss`` "half_mean" is scikit-learn's. With ``l2`` it is the elastic net, for "half_sum" only.
    """
    w, evidence = _lasso(x, y, lam, l2, loss)
    return Run(entry(w, feature, "feature"), evidence)


@function("lasso.num_zeros", Kind.MEASURED, example={**_DATA, "lam": 1}, shows=(lasso,))
def lasso_num_zeros(x: Matrix, y: Vector, lam: Lam, l2: Lam = 0.0, loss: Loss = "half_sum") -> Run:
    """Return how many weights of the lasso are exactly 0."""
    w, evidence = _lasso(x, y, lam, l2, loss)
    return Run(int((w == 0).sum()), evidence)


@function("lasso.lam_for_all_zero", Kind.MEASURED, example=_DATA, shows=(lasso,))
def lasso_lam_for_all_zero(x: Matrix, y: Vector, loss: Loss = "half_sum") -> Run:
    """Return the smallest λ for which every weight of the lasso is 0, found by fitting it again and again.

    It is the largest correlation in size, max abs(x_j·y), for ½·Σ (x·w - y)², and that over n for half the mean.
    """
    x, y = samples(x, y)
    low, high = 0.0, 2 * float(x.abs().sum() * y.abs().max()) + 1e-300
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if bool(lasso(x, y, middle).any()) else (low, middle)
    value = high / shared_lam(1.0, len(x), loss, "l1")
    return Run(value, lambda: [_path("lasso", lambda at: lasso(x, y, at), max(high, 1e-12))])


def _lasso(x: Tensor, y: Tensor, lam: float, l2: float, loss: Loss) -> tuple[Tensor, Callable[[], list[Block]]]:
    x, y = samples(x, y)
    if l2 and loss != "half_sum":
        raise Refused("'l2' belongs to the loss ½·Σ (x·w - y)²: leave 'loss' at half_sum with it")
    shared = shared_lam(lam, len(x), loss, "l1")
    w = lasso(x, y, shared, l2)

    def evidence() -> list[Block]:
        rows = [(i, float(weight), "0 exactly" if weight == 0 else "") for i, weight in enumerate(w)]
        found = Table(f"λ = {lam:g}", ["feature", "weight", ""], rows)
        return [found, _path("lasso", lambda at: lasso(x, y, at, l2), shared or 1.0)]

    return w, evidence


def _path(name: str, fit: Callable[[float], Tensor], around: float) -> Curve:
    """Return each weight over λ, on a logarithmic scale from a thousandth of ``around`` to ten times it."""
    powers = [power / 4 for power in range(-12, 5)]
    weights = torch.stack([fit(around * 10**power) for power in powers])
    series = [Series(f"weight {i}", powers, weights[:, i].tolist()) for i in range(weights.shape[1])]
    return Curve(f"The path of {name}", series, f"log10 (λ/{around:.4g})", "weight")

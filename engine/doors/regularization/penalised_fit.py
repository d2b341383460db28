"""``ridge.*`` and ``lasso.*``: least squares with a penalty, fitted to given data in float64, without an intercept."""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.doors.regularization._arguments import Index, Lam, Matrix, Vector, entry, samples
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series, Table, Text
from engine.layers.dropout_masks import all_masks
from engine.registry import Kind, function
from engine.regularization.lasso import lasso
from engine.regularization.objective import Loss, objective, shared_lam, squared_loss
from engine.regularization.ridge import RidgeError, ridge, ridge_error, shrinkage, solved

L2 = Literal["half_l2", "l2"]
_SWEEPS_OF_A_PATH = 300
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
    start = torch.zeros(x.shape[1]).to(x).requires_grad_()
    (slope,) = torch.autograd.grad(objective(x, y, start, lam, loss, penalty), start, create_graph=True)
    hessian = torch.stack([torch.autograd.grad(part, start, retain_graph=True)[0] for part in slope])
    w = -solved(hessian, slope.detach(), lam)
    shared = shared_lam(lam, len(x), loss, penalty)
    return Run(entry(w, feature, "feature"), lambda: _path("ridge", lambda at, _: ridge(x, y, at), shared or 1.0))


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
    x, targets = samples(x, x @ weights)
    weights = weights.to(x)
    noise = noise_std * (2 * all_masks(len(x)).to(x) - 1)
    fitted = ridge(x, (targets + noise).T, lam).T
    centre = fitted.mean(0)
    bias = (centre - weights).square().sum()
    variance = (fitted - centre).square().sum(1).mean()
    parts = {"bias": bias, "variance": variance, "total": bias + variance}

    return Run(float(parts[part]), lambda: [_errors_by_lam(x, weights, noise_std)])


def _errors_by_lam(x: Tensor, weights: Tensor, noise_std: float) -> Curve:
    """Return squared bias, variance and total over λ, where there is one best w."""
    errors: dict[float, RidgeError] = {}
    for power in (quarters / 4 for quarters in range(-12, 13)):
        try:
            errors[power] = ridge_error(x, weights, noise_std, 10**power)
        except Refused:  # dependent features, and a λ too small beside them
            continue
    powers = list(errors)
    series = [
        Series("squared bias", powers, [float(error.bias) for error in errors.values()]),
        Series("variance", powers, [float(error.variance) for error in errors.values()]),
        Series("total", powers, [float(error.total) for error in errors.values()]),
    ]
    return Curve("Expected squared error of the weights", series, "log10 λ", "error")


@function("lasso.weight", Kind.MEASURED, example={**_DATA, "lam": 1}, shows=(lasso,))
def lasso_weight(x: Matrix, y: Vector, lam: Lam, feature: Index = 0, l2: Lam = 0.0, loss: Loss = "half_sum") -> Run:
    """Return a weight that minimises loss + λ·Σ abs(w), by coordinate descent; ``l2`` adds ½·l2·Σ w² to ½·Σ (x·w - y)².

    ``loss`` "half_mean" is scikit-learn's. With ``l2`` it is the naïve elastic net, for "half_sum" only.
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
    """Return the smallest λ for which w = 0 minimises loss + λ·Σ abs(w): the steepest slope of the loss there.

    Leaving 0 costs λ for each unit of a weight, so no slope up to λ, by autograd, is worth following. It is the largest
    correlation in size, max abs(x_j·y), for ½·Σ (x·w - y)², and that over n for half the mean; 0 if all are 0.
    """
    x, y = samples(x, y)
    start = torch.zeros(x.shape[1]).to(x).requires_grad_()
    (slopes,) = torch.autograd.grad(squared_loss(x @ start - y, loss), start)
    value = float(slopes.abs().max())
    table = Table("Slope of the loss at w = 0", ["feature", "slope"], list(enumerate(slopes.tolist())))
    around = shared_lam(value, len(x), loss, "l1") or 1.0
    return Run(value, lambda: [table, *_lasso_path(x, y, around)])


def _lasso(x: Tensor, y: Tensor, lam: float, l2: float, loss: Loss) -> tuple[Tensor, Callable[[], list[Block]]]:
    x, y = samples(x, y)
    if l2 and loss != "half_sum":
        raise Refused("'l2' belongs to the loss ½·Σ (x·w - y)²: leave 'loss' at half_sum with it")
    shared = shared_lam(lam, len(x), loss, "l1")
    w = lasso(x, y, shared, l2)

    def evidence() -> list[Block]:
        rows = [(i, float(weight), "0 exactly" if weight == 0 else "") for i, weight in enumerate(w)]
        found = Table(f"λ = {lam:g}", ["feature", "weight", ""], rows)
        return [found, *_lasso_path(x, y, shared or 1.0, l2)]

    return w, evidence


def _lasso_path(x: Tensor, y: Tensor, around: float, l2: float = 0.0) -> list[Block]:
    return _path("lasso", lambda at, near: lasso(x, y, at, l2, start=near, sweeps=_SWEEPS_OF_A_PATH), around)


def _path(name: str, fit: Callable[[float, Tensor | None], Tensor], around: float) -> list[Block]:
    """Return each weight over λ, on a logarithmic scale from a thousandth of ``around`` to ten times it.

    Each fit starts from that for the next larger λ, and those that are refused are left out.
    """
    found: dict[float, Tensor] = {}
    near, refused = None, 0
    for power in (quarters / 4 for quarters in range(4, -13, -1)):
        try:
            near = found[power] = fit(around * 10**power, near)
        except Refused:
            refused += 1
    powers = sorted(found)
    series = (
        []
        if near is None
        else [Series(f"weight {i}", powers, [float(found[power][i]) for power in powers]) for i in range(len(near))]
    )
    curve = Curve(f"The path of {name}", series, f"log10 (λ/{around:.4g})", "weight")
    left_out = Text(f"{refused} of {refused + len(powers)} fits of the path are left out: they did not settle.")
    return [*([curve] if powers else []), *([left_out] if refused else [])]

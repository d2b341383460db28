"""``loss.*``: losses of single numbers and their gradients, torch's own beside the written-out ones, in float64.

A residual is prediction - target. ``reduction`` is mean (torch's default), sum, half_mean or half_sum.
"""

import torch

from engine.doors.losses._losses import (
    DEFAULTS,
    Number,
    Numbers,
    Position,
    Settings,
    evidence,
    one,
    pair,
    place_of,
    torch_value,
)
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.losses import best_constant as middles
from engine.losses import named
from engine.losses.named import Name
from engine.losses.reduction import Reduction
from engine.registry import Kind, function

_PAIR = {"name": "huber", "prediction": [3, 0.5], "target": [0, 0], "settings": {"delta": 1}}
_OUTLIER = {"name": "mae", "targets": [1, 2, 3, 100]}


@function("loss.value", Kind.MODULE, example=_PAIR)
def value(
    name: Name,
    prediction: Numbers,
    target: Numbers,
    reduction: Reduction = "mean",
    settings: Settings = DEFAULTS,
) -> Run:
    """Return the loss that torch computes; rmse and log_rmse are the root of the reduced squares.

    bce takes probabilities, bce_with_logits and focal logits (targets 0 to 1), hinge scores (targets -1 and 1).

    >>> value("mse", (1.0, 4.0), (0.0, 1.0)).value, value("mse", (1.0, 4.0), (0.0, 1.0), "half_mean").value
    (5.0, 2.5)
    """
    given = settings.given(name)
    p, y = pair(name, prediction, target)
    return one(torch_value(name, p, y, reduction, given), lambda: evidence(name, p, y, given))


@function("loss.value_formula", Kind.CLOSED_FORM, example=_PAIR, shows=(named.value,))
def value_formula(
    name: Name,
    prediction: Numbers,
    target: Numbers,
    reduction: Reduction = "mean",
    settings: Settings = DEFAULTS,
) -> Run:
    """Return the same by the loss's formula, written out."""
    given = settings.given(name)
    p, y = pair(name, prediction, target)
    return one(named.value(name, p, y, reduction, **given), lambda: evidence(name, p, y, given))


@function("loss.gradient", Kind.MEASURED, example=_PAIR)
def gradient(
    name: Name,
    prediction: Numbers,
    target: Numbers,
    position: Position = 0,
    reduction: Reduction = "mean",
    settings: Settings = DEFAULTS,
) -> Run:
    """Return ∂loss/∂prediction at one position, by autograd through torch's loss.

    >>> gradient("mse", (1.0, 4.0), (0.0, 1.0), 1).value, gradient("mae", (1.0, 4.0), (0.0, 1.0), 1, "sum").value
    (3.0, 1.0)
    """
    given = settings.given(name)
    p, y = pair(name, prediction, target)
    place = place_of(position, len(p))
    asked = p.clone().requires_grad_()
    (found,) = torch.autograd.grad(torch_value(name, asked, y, reduction, given), asked)
    return one(found[place], lambda: evidence(name, p, y, given))


@function("loss.gradient_formula", Kind.CLOSED_FORM, example=_PAIR, shows=(named.gradient,))
def gradient_formula(
    name: Name,
    prediction: Numbers,
    target: Numbers,
    position: Position = 0,
    reduction: Reduction = "mean",
    settings: Settings = DEFAULTS,
) -> Run:
    """Return the same by the derivative's formula."""
    given = settings.given(name)
    p, y = pair(name, prediction, target)
    place = place_of(position, len(p))
    found = named.gradient(name, p, y, reduction, **given)
    return one(found[place], lambda: evidence(name, p, y, given))


@function("loss.best_constant", Kind.MEASURED, example=_OUTLIER, shows=(middles.searched,))
def best_constant(name: Name, targets: Numbers, settings: Settings = DEFAULTS) -> Run:
    """Return the constant prediction with the least loss, found by bisection on torch's gradient.

    Where several are best, as between the two middle targets under mae, it is the middle of them.

    >>> round(best_constant("mse", (1.0, 2.0, 3.0, 100.0)).value, 9), best_constant("mae", (1.0, 2.0, 9.0)).value
    (26.5, 2.0)
    """
    if name in ("mbe", "rmse", "log_rmse", "hinge", "bce", "bce_with_logits", "focal"):
        raise Refused(f"loss.best_constant knows mse, mae, huber, smooth_l1, log_cosh, quantile and others, not {name}")
    given = settings.given(name)
    _, y = pair(name, targets, targets)

    def total_slope(constant: float) -> float:
        asked = torch.full_like(y, constant).requires_grad_()
        (found,) = torch.autograd.grad(torch_value(name, asked, y, "sum", given), asked)
        return float(found.sum())

    found = middles.searched(total_slope, min(targets) - 1, max(targets) + 1)
    rows = [(other, middles_of[other]) for middles_of in [_middles(targets)] for other in middles_of]
    table = Table("Beside other middles of the targets", ["middle", "value"], [(name, found), *rows])
    return Run(round(found, 9), lambda: [table], str(y.device))


@function(
    "loss.best_constant_formula",
    Kind.CLOSED_FORM,
    example=_OUTLIER,
    shows=(middles.quantile_of, middles.huber_location),
)
def best_constant_formula(name: Name, targets: Numbers, settings: Settings = DEFAULTS) -> Run:
    """Return the same by its formula: the mean (mse, gaussian_nll), the median (mae), a quantile, Huber's root.

    >>> best_constant_formula("mse", (1.0, 2.0, 3.0, 100.0)).value
    26.5
    """
    given = settings.given(name)
    _, y = pair(name, targets, targets)
    if name in ("mse", "gaussian_nll"):
        found = y.mean()
    elif name in ("mae", "quantile"):
        found = middles.quantile_of(y, given.get("q", 0.5))
    elif name in ("huber", "smooth_l1"):
        found = middles.huber_location(y, next(iter(given.values()), 1.0))
    else:
        raise Refused(f"there is no formula for the best constant under {name}; ask loss.best_constant")
    rows = list(_middles(targets).items())
    return Run(found.item(), lambda: [Table("Middles of the targets", ["middle", "value"], rows)], str(y.device))


def _middles(targets: tuple[Number, ...]) -> dict[str, float]:
    y = torch.tensor(targets, dtype=torch.float64)
    return {
        "mean": y.mean().item(),
        "median": middles.quantile_of(y, 0.5).item(),
        "midrange": ((y.min() + y.max()) / 2).item(),
    }

"""The losses of single numbers that a question can name: each with its value, its gradient and its settings.

Cross-entropy over classes and of distributions, whose arguments are of another kind, has files of its own.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, get_args

from torch import Tensor

from engine.errors import Refused
from engine.losses import (
    binary_cross_entropy,
    gaussian_nll,
    hinge,
    huber,
    log_cosh,
    log_error,
    quantile,
    residual_errors,
)
from engine.losses.reduction import Reduction, factor, reduce

Name = Literal[
    "mse",
    "rmse",
    "mae",
    "mbe",
    "log_rmse",
    "huber",
    "smooth_l1",
    "log_cosh",
    "quantile",
    "gaussian_nll",
    "hinge",
    "bce",
    "bce_with_logits",
    "focal",
]
NAMES: Final[tuple[Name, ...]] = get_args(Name)


class Loss(NamedTuple):
    """A loss of each prediction, its derivative, and whether the square root of the reduced loss is taken."""

    value: Callable[..., Tensor]
    slope: Callable[..., Tensor]
    root: bool = False


KNOWN: Final[Mapping[Name, Loss]] = {
    "mse": Loss(residual_errors.squared_error, residual_errors.squared_error_slope),
    "rmse": Loss(residual_errors.squared_error, residual_errors.squared_error_slope, root=True),
    "mae": Loss(residual_errors.absolute_error, residual_errors.absolute_error_slope),
    "mbe": Loss(residual_errors.bias_error, residual_errors.bias_error_slope),
    "log_rmse": Loss(log_error.squared_log_error, log_error.squared_log_error_slope, root=True),
    "huber": Loss(huber.huber, huber.huber_slope),
    "smooth_l1": Loss(huber.smooth_l1, huber.smooth_l1_slope),
    "log_cosh": Loss(log_cosh.log_cosh, log_cosh.log_cosh_slope),
    "quantile": Loss(quantile.quantile, quantile.quantile_slope),
    "gaussian_nll": Loss(gaussian_nll.gaussian_nll, gaussian_nll.gaussian_nll_slope),
    "hinge": Loss(hinge.hinge, hinge.hinge_slope),
    "bce": Loss(binary_cross_entropy.binary_cross_entropy, binary_cross_entropy.binary_cross_entropy_slope),
    "bce_with_logits": Loss(
        binary_cross_entropy.binary_cross_entropy_with_logits,
        binary_cross_entropy.binary_cross_entropy_with_logits_slope,
    ),
    "focal": Loss(binary_cross_entropy.focal, binary_cross_entropy.focal_slope),
}


def settings_of(name: Name) -> Mapping[str, float]:
    """Return what the loss can be set to, with the usual values.

    >>> dict(settings_of("huber"))
    {'delta': 1.0}
    """
    parameters = list(inspect.signature(KNOWN[name].value).parameters.values())[2:]
    return {parameter.name: parameter.default for parameter in parameters}


def check_settings(name: Name, settings: Mapping[str, float]) -> None:
    """Refuse a setting that the loss does not have.

    >>> check_settings("mse", {"delta": 1.0})
    Traceback (most recent call last):
    engine.errors.Refused: 'mse' has no setting 'delta'; leave it out
    """
    known = settings_of(name)
    for setting in settings:
        if setting not in known:
            offer = f"it has '{next(iter(known))}'" if known else "leave it out"
            raise Refused(f"'{name}' has no setting '{setting}'; {offer}")


def value(name: Name, prediction: Tensor, target: Tensor, reduction: Reduction = "mean", **settings: float) -> Tensor:
    """Return the loss of all predictions as one number.

    >>> import torch
    >>> value("mse", torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0])).item()
    5.0
    """
    loss = KNOWN[name]
    reduced = reduce(loss.value(prediction, target, **settings), reduction)
    return reduced.sqrt() if loss.root else reduced


def gradient(
    name: Name, prediction: Tensor, target: Tensor, reduction: Reduction = "mean", **settings: float
) -> Tensor:
    """Return the gradient of that number with respect to every prediction.

    For a root L = √m it is m'/(2L).

    >>> import torch
    >>> gradient("mse", torch.tensor([1.0, 4.0]), torch.tensor([0.0, 1.0])).tolist()
    [1.0, 3.0]
    """
    loss = KNOWN[name]
    slope = loss.slope(prediction, target, **settings) * factor(prediction.numel(), reduction)
    return slope / (2 * value(name, prediction, target, reduction, **settings)) if loss.root else slope

"""What the doors of ``loss.*`` share: settings as banks write them, torch's own losses, and evidence."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Final

import torch
from torch import Tensor, nn

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.losses import named
from engine.losses.named import Name
from engine.losses.reduction import Reduction, factor

Number = Annotated[float, Between(-1e9, 1e9)]
Numbers = Annotated[tuple[Number, ...], Length(1, 256)]
Position = Annotated[int, Between(0, 255)]
Threshold = Annotated[float, Between(1e-9, 1e9)]


@dataclass(frozen=True)
class Settings:
    """What a loss is set to; what is left out has its usual value.

    ``delta`` is Huber's (1), ``beta`` smooth L1's (1), ``q`` the quantile (½), ``gamma`` the focal loss's (2), ``var``
    the variance of the Gaussian likelihood (1).
    """

    delta: Threshold | None = None
    beta: Threshold | None = None
    q: Annotated[float, Between(1e-6, 1 - 1e-6)] | None = None
    gamma: Annotated[float, Between(0, 100)] | None = None
    var: Annotated[float, Between(1e-5, 1e9)] | None = None

    def given(self, name: Name) -> Mapping[str, float]:
        """Return those that were set, after a check that the loss has them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        given = {setting: value for setting, value in values.items() if value is not None}
        named.check_settings(name, given)
        return given


DEFAULTS = Settings()


def _focal(z: Tensor, y: Tensor, gamma: float = 2.0) -> Tensor:
    """Weigh torch's binary cross-entropy with what the true class still lacks."""
    p = torch.sigmoid(z)
    losses: Tensor = nn.BCEWithLogitsLoss(reduction="none")(z, y)
    return (1 - torch.where(y > 0.5, p, 1 - p)) ** gamma * losses


def _hinge(score: Tensor, y: Tensor) -> Tensor:
    losses: Tensor = nn.HingeEmbeddingLoss(reduction="none")(y * score, -torch.ones_like(y))
    return losses


_TWINS: Final[Mapping[Name, Callable[..., Tensor]]] = {
    "mse": nn.MSELoss(reduction="none"),
    "rmse": nn.MSELoss(reduction="none"),
    "mae": nn.L1Loss(reduction="none"),
    "mbe": torch.sub,
    "log_rmse": lambda p, y: nn.MSELoss(reduction="none")(torch.clamp(p, min=1).log(), y.log()),
    "huber": lambda p, y, delta=1.0: nn.HuberLoss("none", delta)(p, y),
    "smooth_l1": lambda p, y, beta=1.0: nn.SmoothL1Loss(reduction="none", beta=beta)(p, y),
    "log_cosh": lambda p, y: torch.logaddexp(p - y, y - p) - math.log(2),
    "quantile": lambda p, y, q=0.5: torch.maximum(q * (y - p), (q - 1) * (y - p)),
    "gaussian_nll": lambda p, y, var=1.0: nn.GaussianNLLLoss(reduction="none")(p, y, torch.full_like(p, var)),
    "hinge": _hinge,
    "bce": nn.BCELoss(reduction="none"),
    "bce_with_logits": nn.BCEWithLogitsLoss(reduction="none"),
    "focal": _focal,
}
"""Torch's modules; MBE, log-cosh and quantile, for which it has none, in its elementary functions."""


def torch_value(
    name: Name, prediction: Tensor, target: Tensor, reduction: Reduction, given: Mapping[str, float]
) -> Tensor:
    """Return what torch makes of all predictions, reduced."""
    losses = _TWINS[name](prediction, target, **given)
    reduced = losses.sum() * factor(losses.numel(), reduction)
    return reduced.sqrt() if named.KNOWN[name].root else reduced


def pair(name: Name, prediction: tuple[float, ...], target: tuple[float, ...]) -> tuple[Tensor, Tensor]:
    """Return predictions and targets as tensors, or refuse what the loss is not defined for."""
    if len(prediction) != len(target):
        raise Refused(f"'target' needs one number for each of the {len(prediction)} predictions, not {len(target)}")
    p, y = (torch.tensor(numbers, dtype=torch.float64, device=for_float64()) for numbers in (prediction, target))
    for complaint, fits in _demands(name, p, y):
        if not bool(fits.all()):
            raise Refused(f"{name} needs {complaint}")
    return p, y


def _demands(name: Name, p: Tensor, y: Tensor) -> list[tuple[str, Tensor]]:
    share, classes = (y >= 0) & (y <= 1), (y == 0) | (y == 1)
    return {
        "bce": [("probabilities between 0 and 1, both excluded", (p > 0) & (p < 1)), ("targets from 0 to 1", share)],
        "bce_with_logits": [("targets from 0 to 1", share)],
        "focal": [("targets that are 0 or 1", classes)],
        "hinge": [("targets that are -1 or 1", y.abs() == 1)],
        "log_rmse": [("targets above 0", y > 0)],
    }.get(name, [])


def place_of(position: int, count: int) -> int:
    """Return the position, or refuse one that is not there."""
    if position >= count:
        raise Refused(f"there are {count} predictions, numbered 0 to {count - 1}, and none is numbered {position}")
    return position


def evidence(name: Name, p: Tensor, y: Tensor, given: Mapping[str, float]) -> Blocks:
    """Return each prediction with its loss and slope, and the curve over the first prediction."""
    loss = named.KNOWN[name]
    columns = [tensor.tolist()[:32] for tensor in (p, y, loss.value(p, y, **given), loss.slope(p, y, **given))]
    reach = max(4.0, 2 * abs(float(p[0] - y[0])))
    line = torch.linspace(0.01, 0.99, 99) if name == "bce" else float(y[0]) + torch.linspace(-reach, reach, 121)
    line = line.to(p)
    curves = [
        Series(label, line.tolist(), f(line, y[0].expand_as(line), **given).tolist())
        for label, f in (("loss", loss.value), ("slope", loss.slope))
    ]
    what = "before the root" if loss.root else "of each prediction"
    return [
        Table(f"{name}, {what}", ["prediction", "target", "loss", "slope"], list(zip(*columns, strict=True))),
        Curve(f"{name} of the first target", curves, "prediction", ""),
    ]


def one(value: Tensor, blocks: Callable[[], Blocks]) -> Run:
    """Return a run whose value is one number; what is not a number is refused."""
    if bool(value.isnan()):
        raise Refused("the result is not a number: a slope where a root is 0, or a logarithm of what is not positive")
    return Run(value.item(), blocks, str(value.device))

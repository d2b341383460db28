"""The shape of losses: where they bend, what they tend to, in which unit they are, whether they can be negative."""

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.losses import named
from engine.losses.huber import huber, smooth_l1
from engine.losses.named import Name
from engine.registry import Kind, function

Regression = Literal["mse", "rmse", "mae", "mbe", "log_rmse", "huber", "log_cosh", "quantile", "gaussian_nll"]
Delta = Annotated[float, Between(1e-6, 1e6)]
_EXAMPLES = 8
_H = 2.0**-14
_LIMIT = Thresholds(none=1e-3, some=1e-2)


@function("loss.huber_tends_to", Kind.MEASURED, example={"limit": "abs(r)", "loss": "huber/delta"}, shows=(huber,))
def huber_tends_to(
    limit: Literal["r^2/2", "r^2", "abs(r)", "0"] = "r^2/2",
    loss: Literal["huber", "huber/delta", "smooth_l1"] = "huber",
    threshold: Literal["to 0", "to infinity"] = "to infinity",
) -> Run:
    """Say whether Huber's loss, it over δ, or smooth L1 tends to this as the threshold (δ or β) goes to 0 or infinity.

    Thresholds of 10⁻⁵ and 10⁵ are run on residuals of size up to about 3.
    """
    chosen = {"limit": limit, "loss": loss, "threshold": threshold}
    controls = [{**chosen, "limit": other} for other in ("abs(r)", "r^2/2", "0")]
    settled = settle("The loss less its limit", Holds.IF_EQUAL, _limit_error, chosen, controls, _LIMIT)
    return Run(settled.value, lambda: [*settled.evidence(), _three_deltas()])


def _limit_error(generator: torch.Generator, limit: str, loss: str, threshold: str) -> Tensor:
    size = 1e-5 if threshold == "to 0" else 1e5
    r = 0.5 + randn(generator, _EXAMPLES).abs()
    if loss == "smooth_l1":
        value = smooth_l1(r, torch.zeros_like(r), size)
    else:
        value = huber(r, torch.zeros_like(r), size) / (size if loss == "huber/delta" else 1)
    return value - {"r^2/2": r.square() / 2, "r^2": r.square(), "abs(r)": r, "0": 0 * r}[limit]


def _three_deltas() -> Curve:
    r = torch.linspace(-4, 4, 81, dtype=torch.float64)
    series = [Series(f"δ = {d:g}", r.tolist(), huber(r, torch.zeros_like(r), d).tolist()) for d in (0.5, 1.0, 3.0)]
    return Curve("Huber's loss", series, "residual", "loss")


@function("loss.huber_is_delta_times_smooth_l1", Kind.MEASURED, example={"delta": 3}, shows=(huber, smooth_l1))
def huber_is_delta_times_smooth_l1(delta: Delta = 3.0, times: Literal["delta", "1"] = "delta") -> Run:
    """Say whether torch's HuberLoss with δ is δ times (or 1 times) its SmoothL1Loss with β = δ."""
    chosen = {"delta": delta, "times": times}
    controls = [{"delta": 3.0, "times": "1"}, {"delta": 3.0, "times": "delta"}, {"delta": 1.0, "times": "1"}]
    return settle("HuberLoss less the multiple of SmoothL1Loss", Holds.IF_EQUAL, _multiple_error, chosen, controls)


def _multiple_error(generator: torch.Generator, delta: float, times: str) -> Tensor:
    r, zero = 5 * randn(generator, 32), torch.zeros(32, dtype=torch.float64)
    zero = zero.to(r)
    whole = torch.nn.HuberLoss("none", delta)(r, zero)
    part: Tensor = torch.nn.SmoothL1Loss(reduction="none", beta=delta)(r, zero)
    return torch.sub(whole, (delta if times == "delta" else 1) * part) / max(1.0, delta)


@function("loss.is_smooth", Kind.MEASURED, example={"name": "huber", "derivative": 1})
def is_smooth(
    name: Literal["mse", "mae", "huber", "smooth_l1", "log_cosh", "quantile"] = "huber",
    derivative: Literal[0, 1, 2] = 1,
) -> Run:
    """Say whether this derivative of the loss (0: the loss itself) has no jump, for residuals from -3 to 3.

    Differences over 2⁻¹⁴ take the place of derivatives; a jump shows as one that does not shrink with the distance.
    """
    chosen = {"name": name, "derivative": derivative}
    controls: list[dict[str, str | int]] = [
        {"name": "mae", "derivative": 1},
        {"name": "huber", "derivative": 2},
        {"name": "mse", "derivative": 2},
    ]
    compared = "Largest jump of the derivative between residuals that are nearly the same"
    return settle(compared, Holds.IF_EQUAL, _jump, chosen, controls, Thresholds(none=1e-2, some=0.1))


def _jump(generator: torch.Generator, name: Name, derivative: int) -> Tensor:
    target = randn(generator, 1)
    r = torch.arange(-3 * 2**8, 3 * 2**8 + 1, dtype=torch.float64).to(target)[:, None] / 2**8
    near = r + _H * torch.arange(-4, 5, dtype=torch.float64).to(target)
    values = named.KNOWN[name].value(near + target, target.expand_as(near))
    for _ in range(derivative):
        values = values.diff(dim=1) / _H
    return values.amax(1) - values.amin(1)


@function("loss.scales_with_power", Kind.MEASURED, example={"name": "mse", "power": 2}, shows=(named.value,))
def scales_with_power(name: Regression = "mse", power: Annotated[int, Between(-3, 3)] = 2) -> Run:
    """Say whether measuring in a unit c times smaller multiplies the loss by c^power: power 1 has the target's unit."""
    chosen = {"name": name, "power": power}
    controls: list[dict[str, str | int]] = [{"name": "rmse", "power": power}, {"name": "mse", "power": power}]
    compared = "Logarithm of the loss's ratio, for targets and predictions 10 times as large, less that claimed"
    return settle(compared, Holds.IF_EQUAL, _scale_error, chosen, controls, Thresholds(none=1e-9, some=1e-2))


def _scale_error(generator: torch.Generator, name: Name, power: int) -> Tensor:
    target, prediction = 2 + randn(generator, 2, _EXAMPLES).abs()
    ratio = named.value(name, 10 * prediction, 10 * target) / named.value(name, prediction, target)
    return ratio.abs().log10() - power


@function("loss.can_be_negative", Kind.MEASURED, example={"name": "gaussian_nll"}, shows=(named.value,))
def can_be_negative(name: Name = "mse") -> Run:
    """Say whether the loss of some prediction is negative; the variance of gaussian_nll is 0.01 here."""
    controls: list[dict[str, Name]] = [{"name": "gaussian_nll"}, {"name": "mse"}]
    return settle("Negative part of the loss", Holds.IF_DIFFERENT, _negative_part, {"name": name}, controls)


def _negative_part(generator: torch.Generator, name: Name) -> Tensor:
    settings = {"var": 0.01} if name == "gaussian_nll" else {}
    prediction, target = _suited(generator, name)
    return named.KNOWN[name].value(prediction, target, **settings).clamp(max=0)


@function("loss.opposite_errors_cancel", Kind.MEASURED, example={"name": "mbe"}, shows=(named.value,))
def opposite_errors_cancel(name: Regression = "mbe") -> Run:
    """Say whether predictions that miss by as much above as below have a loss of 0."""
    controls: list[dict[str, Regression]] = [{"name": "mae"}, {"name": "mbe"}]
    return settle("Loss of errors +e and -e", Holds.IF_EQUAL, _of_opposites, {"name": name}, controls)


def _of_opposites(generator: torch.Generator, name: Name) -> Tensor:
    target, error = 5 + randn(generator, _EXAMPLES).abs(), 0.5 + randn(generator, _EXAMPLES).abs()
    both = torch.cat([target + error, target - error])
    return named.value(name, both, torch.cat([target, target]))


@function("loss.ratio_errors_are_symmetric", Kind.MEASURED, example={"name": "log_rmse"}, shows=(named.value,))
def ratio_errors_are_symmetric(name: Regression = "log_rmse") -> Run:
    """Say whether predicting twice the target costs as much as predicting half of it, whatever the target."""
    controls: list[dict[str, Regression]] = [{"name": "mse"}, {"name": "log_rmse"}]
    return settle(
        "Loss of twice the target less that of half of it", Holds.IF_EQUAL, _of_ratio, {"name": name}, controls
    )


def _of_ratio(generator: torch.Generator, name: Name) -> Tensor:
    target = 10 * (1 + randn(generator, _EXAMPLES).abs())
    return named.value(name, 2 * target, target) - named.value(name, target / 2, target)


@function("loss.constant_steps_settle", Kind.MEASURED, example={"name": "mse"}, shows=(named.gradient,))
def constant_steps_settle(
    name: Literal["mse", "mae", "huber", "log_cosh"] = "mse", lr: Annotated[float, Between(1e-3, 0.5)] = 0.1
) -> Run:
    """Say whether gradient descent on one residual, from near 0 and with steps of a constant rate, comes to rest at 0.

    The sign of MAE's gradient does not shrink with the residual, so it goes on jumping to and fro.
    """
    chosen = {"name": name, "lr": lr}
    controls: list[dict[str, str | float]] = [{"name": "mae", "lr": lr}, {"name": "mse", "lr": lr}]
    compared = "Size of the residual after 300 steps over the learning rate"
    return settle(compared, Holds.IF_EQUAL, _rest, chosen, controls, Thresholds(none=0.05, some=0.1))


def _rest(generator: torch.Generator, name: Name, lr: float) -> Tensor:
    target = randn(generator, 1)
    r = lr * (0.2 + 0.6 * torch.rand(1, generator=generator, dtype=torch.float64).to(target))
    steps = 300 if name == "mae" else math.ceil(5 / lr)
    for _ in range(min(steps, 300)):
        r = r - lr * named.gradient(name, target + r, target)
    return r / lr


def _suited(generator: torch.Generator, name: Name) -> tuple[Tensor, Tensor]:
    """Return predictions and targets that the loss takes, some of them nearly right."""
    z, noise = randn(generator, 2, 64)
    if name in ("bce", "bce_with_logits", "focal"):
        return (torch.sigmoid(z) if name == "bce" else z), (noise > 0).to(z)
    if name == "hinge":
        return z, noise.sign()
    return 3 + z.abs() + noise * 1e-2, 3 + z.abs()

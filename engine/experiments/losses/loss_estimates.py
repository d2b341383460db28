"""What a loss estimates: its best constant, how far an outlier moves it, and what a penalty does to it."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import SEEDS, Holds, Thresholds, randn, settle
from engine.losses import named
from engine.losses.best_constant import searched
from engine.losses.structural_risk import ridge_slope
from engine.registry import Kind, function

Estimator = Literal["mse", "mae", "huber", "smooth_l1", "log_cosh", "quantile"]
Middle = Literal["mean", "median", "midrange", "first quartile", "third quartile"]
Outlier = Annotated[float, Between(10, 1e6)]
_TARGETS = 15


def best_constant(name: Estimator, targets: Tensor, q: float = 0.5) -> float:
    """Return the constant prediction with the least loss, by bisection on the written-out gradient."""
    settings = {"q": q} if name == "quantile" else {}

    def total_slope(constant: float) -> float:
        return float(named.KNOWN[name].slope(targets.new_full(targets.shape, constant), targets, **settings).sum())

    return searched(total_slope, float(targets.min()) - 1, float(targets.max()) + 1)


@function("loss.minimised_by", Kind.MEASURED, example={"name": "mae", "middle": "median"}, shows=(best_constant,))
def minimised_by(
    name: Estimator = "mse", middle: Middle = "mean", q: Annotated[float, Between(0.01, 0.99)] = 0.5
) -> Run:
    """Say whether the best constant under the loss is this middle of 15 skewed targets; q is the quantile loss's."""
    chosen = {"name": name, "middle": middle, "q": q}
    controls = [
        {"name": other, "middle": each, "q": q}
        for other, each in (("mse", "median"), ("mse", "mean"), ("mae", "median"))
    ]
    compared = "Best constant under the loss, less the middle"
    return settle(compared, Holds.IF_EQUAL, _off_middle, chosen, controls, Thresholds(none=1e-7, some=1e-3))


def _off_middle(generator: torch.Generator, name: Estimator, middle: str, q: float) -> Tensor:
    y = torch.exp(1.5 * randn(generator, _TARGETS))
    middles = {
        "mean": y.mean(),
        "median": y.quantile(0.5),
        "midrange": (y.min() + y.max()) / 2,
        "first quartile": y.sort().values[_TARGETS // 4],
        "third quartile": y.sort().values[3 * _TARGETS // 4],
    }
    return best_constant(name, y, q) - middles[middle]


@function("loss.outlier_moves_estimate", Kind.MEASURED, example={"name": "mse"}, shows=(best_constant,))
def outlier_moves_estimate(name: Estimator = "mse", outlier: Outlier = 1000.0) -> Run:
    """Say whether the best constant for 14 targets near 0 moves on as a 15th goes from 10 to ``outlier``."""
    chosen = {"name": name, "outlier": outlier}
    controls: list[dict[str, str | float]] = [{"name": each, "outlier": outlier} for each in ("mae", "mse", "huber")]
    compared = "How far the best constant moves, per unit that the outlier moves"
    settled = settle(compared, Holds.IF_DIFFERENT, _influence, chosen, controls, Thresholds(none=1e-6, some=1e-2))
    return Run(settled.value, lambda: [*settled.evidence(), _influence_curves()])


def _with_outlier(generator: torch.Generator, outlier: float) -> Tensor:
    return torch.cat([randn(generator, _TARGETS - 1), randn(generator, 1) * 0 + outlier])


def _influence(generator: torch.Generator, name: Estimator, outlier: float) -> Tensor:
    y = _with_outlier(generator, 10.0)
    moved = y.clone()
    moved[-1] = 2 * outlier
    return torch.tensor((best_constant(name, moved) - best_constant(name, y)) / (2 * outlier - 10))


def _influence_curves() -> Curve:
    places = [float(place) for place in range(-10, 11)]
    y = _with_outlier(torch.Generator().manual_seed(SEEDS[0]), 0.0)
    series = []
    for name in ("mse", "mae", "huber"):
        best = [best_constant(name, torch.cat([y[:-1], y.new_tensor([place])])) for place in places]
        series.append(Series(name, places, best))
    return Curve("The best constant as one target moves", series, "that target", "best constant")


@function("loss.penalty_raises", Kind.MEASURED, example={"what": "data loss"}, shows=(ridge_slope,))
def penalty_raises(
    what: Literal["data loss", "size of the weight", "penalised risk"] = "data loss",
    lam: Annotated[float, Between(0, 1e3)] = 1.0,
) -> Run:
    """Say whether minimising mean (w·x - y)² + λ·w² with this λ instead of 0 makes this larger."""
    chosen = {"what": what, "lam": lam}
    controls: list[dict[str, str | float]] = [
        {"what": "size of the weight", "lam": lam},
        {"what": "data loss", "lam": lam},
        {"what": what, "lam": 0.0},
    ]
    settled = settle("By how much it rises", Holds.IF_DIFFERENT, _rise, chosen, controls)
    return Run(settled.value, lambda: [*settled.evidence(), _path(lam)])


def _line(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    x = randn(generator, 20)
    return x, 2 * x + 0.5 * randn(generator, 20)


def _rise(generator: torch.Generator, what: str, lam: float) -> Tensor:
    x, y = _line(generator)

    def measure(strength: float) -> Tensor:
        w = ridge_slope(x, y, strength)
        data = (w * x - y).square().mean()
        return {"data loss": data, "size of the weight": w.abs(), "penalised risk": data + strength * w.square()}[what]

    return (measure(lam) - measure(0.0)).clamp(min=0)


def _path(lam: float) -> Curve:
    x, y = _line(torch.Generator().manual_seed(SEEDS[0]))
    lams = [max(lam, 1.0) * step / 10 for step in range(31)]
    weights = [ridge_slope(x, y, each) for each in lams]
    series = [
        Series("data loss", lams, [float((w * x - y).square().mean()) for w in weights]),
        Series("weight", lams, [float(w) for w in weights]),
    ]
    return Curve("At the minimum of the penalised risk", series, "λ", "")

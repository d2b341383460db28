"""Small trainings whose curves must lead to the conclusion that their setting deserves; choosing a model by folds."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from engine.classic.generalisation.k_fold import Fold, folds
from engine.device import current
from engine.evidence import Curve, Run, Series, Table
from engine.experiments._settle import SEEDS, Unsettled, randn
from engine.registry import Kind, function
from engine.training.loss_curves import Conclusion, diagnose
from engine.training.tabular import fit_ridge

Setting = Literal["enough_data", "few_data", "tiny_rate", "large_rate", "other_test_set"]
_STEPS, _WINDOW, _NOISE, _RATE = 150, 100, 8.0, 0.015


@function(
    "training.curves_show", Kind.MEASURED, example={"setting": "few_data", "shows": "overfitting"}, shows=(diagnose,)
)
def curves_show(setting: Setting = "few_data", shows: Conclusion = "overfitting") -> Run:
    """Say whether the curves of a small training in this setting lead to this conclusion, by the trends of a window.

    A linear model of 20 features learns by gradient descent for 150 steps, from 1000 samples with noise of standard
    deviation 8, at 0.015 over the largest curvature. Each setting changes one thing: 8 samples (``few_data``), a
    thousandth of the rate, a rate of 2.2 over the curvature, or a test set of other weights that comes to be like the
    training set, beside a trained model. The last 100 steps are looked at.
    """
    found = [_curves(setting, seed) for seed in SEEDS]
    said = [_said(*curves) for curves in found]
    if len(set(said)) > 1:
        raise Unsettled(f"the seeds say {', '.join(said)} of '{setting}': this settles nothing")
    rows = [(name, _said(*_curves(name, 0))) for name in _SETTINGS]
    asked = [(setting, said[0], said[0] == shows), *((n, c, c == shows) for n, c in rows if n != setting)]
    train, test = found[0]
    steps = list(range(len(train)))
    curve = Curve(
        f"{setting}, seed 0",
        [Series("training", steps, train), Series("test", steps, test)],
        "step",
        "loss",
        log_y=True,
    )
    table = Table("What the curves show", ["setting", "conclusion", "claim holds"], asked)
    return Run(said[0] == shows, lambda: [table, curve])


def _said(train: list[float], test: list[float]) -> Conclusion:
    return diagnose(train[-_WINDOW:], test[-_WINDOW:])


_SETTINGS: tuple[Setting, ...] = ("enough_data", "few_data", "tiny_rate", "large_rate", "other_test_set")


def _curves(setting: Setting, seed: int) -> tuple[list[float], list[float]]:
    """Return the training and the test loss of every step."""
    generator = torch.Generator().manual_seed(seed)
    samples = 8 if setting == "few_data" else 1000
    truth = randn(generator, 20)
    x, held = randn(generator, samples, 20), randn(generator, 1000, 20)
    y, kept = x @ truth + _NOISE * randn(generator, samples), held @ truth + _NOISE * randn(generator, 1000)
    if setting == "other_test_set":
        return _drifting(x, y, held, truth, randn(generator, 20))
    steepest = torch.linalg.eigvalsh(x.mT @ x / samples).max().item()
    rate = {"tiny_rate": _RATE / 1000, "large_rate": 2.2}.get(setting, _RATE) / steepest
    w = torch.zeros(20, dtype=x.dtype, device=current())
    train, test = [], []
    for _ in range(_STEPS):
        error = x @ w - y
        train.append(float(error.square().mean()))
        test.append(float((held @ w - kept).square().mean()))
        w = w - rate * (x.mT @ error) / samples
    return train, test


def _drifting(x: Tensor, y: Tensor, held: Tensor, truth: Tensor, other: Tensor) -> tuple[list[float], list[float]]:
    """Return a flat training loss beside a test loss that falls because the test set changes."""
    weight, bias = fit_ridge(x, y, lam=1e-3)
    train = float((x @ weight + bias - y).square().mean())
    shares = torch.linspace(1, 0, _STEPS, dtype=x.dtype).tolist()
    test = [float((held @ (weight - truth - share * other)).square().mean()) for share in shares]
    return [train] * _STEPS, test


@function("training.chooses_true_degree", Kind.MEASURED, example={"by": "folds"}, shows=(fit_ridge, folds))
def chooses_true_degree(by: Literal["folds", "training_error"] = "folds") -> Run:
    """Say whether the polynomial degree chosen this way from 1, 3 and 10 is that of the points, which is 3.

    30 points of x³ − x with noise of standard deviation 0.3; ``folds``: the smallest mean error of 5 folds.
    """
    chosen = {way: [_chosen(way, seed) for seed in SEEDS] for way in ("folds", "training_error")}
    right = {way: {degree == 3 for degree in degrees} for way, degrees in chosen.items()}
    if len(right[by]) > 1:
        raise Unsettled(f"by {by} the degrees {chosen[by]} are chosen: this settles nothing")
    ways = dict.fromkeys((by, "folds", "training_error"))
    rows = [(way, str(chosen[way]), all(right[way])) for way in ways]
    table = Table("Degrees chosen", ["chosen by", "degrees, one a seed", "claim holds"], rows)
    return Run(all(right[by]), lambda: [table])


def _chosen(by: str, seed: int) -> int:
    generator = torch.Generator().manual_seed(seed)
    x = torch.rand(30, generator=generator, dtype=torch.float64).to(current()) * 3 - 1.5
    y = x**3 - x + 0.3 * randn(generator, 30)
    everything = list(range(30))
    parts = folds(30, 5) if by == "folds" else [Fold(everything, everything)]
    return min((1, 3, 10), key=lambda degree: _error(x, y, degree, parts))


def _error(x: Tensor, y: Tensor, degree: int, parts: Sequence[Fold]) -> float:
    """Return the mean squared error over what the parts validate on."""
    features = _powers(x, degree)
    squares = []
    for train, validation in parts:
        weight, bias = fit_ridge(features[train], y[train], lam=0.0)
        squares.append((features[validation] @ weight + bias - y[validation]).square())
    return float(torch.cat(squares).mean())


def _powers(x: Tensor, degree: int) -> Tensor:
    return x[:, None] ** torch.arange(1, degree + 1, dtype=x.dtype, device=x.device)

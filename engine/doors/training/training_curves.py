"""``training.*``: what curves say, and what a small table's pipeline predicts."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Literal

import torch

from engine.arguments import Between, Length
from engine.evidence import Curve, Run, Series, Table
from engine.registry import Kind, function
from engine.training.loss_curves import Trend, conclusion, diagnose, trend
from engine.training.stability import clipped_log, inverse_std, log_sum_exp
from engine.training.tabular import Preparation, Row, choose, fit_ridge

Losses = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(3, 256)]
Numbers = Annotated[Sequence[Annotated[float, Between(-1e4, 1e4)]], Length(1, 64)]
_PRICES = {"flat": 10.0, "house": 25.0}


@function(
    "training.diagnosis",
    Kind.MEASURED,
    example={"train": [3, 2, 1, 0.5], "test": [3, 2.5, 2.6, 2.9]},
    shows=(diagnose, trend),
)
def diagnosis(train: Losses, test: Losses) -> Run:
    """Return what two loss curves say together: learning, overfitting, data_problem, stuck or diverging.

    Convention: a curve is flat where its fitted change over the window is at most 2 % of its mean level.
    """
    series = [Series("training", list(range(len(train))), train), Series("test", list(range(len(test))), test)]
    table = Table("Trends", ["curve", "trend"], [("training", trend(train)), ("test", trend(test))])
    return Run(diagnose(train, test), lambda: [Curve("Loss", series, "step", "loss"), table])


@function("training.conclusion", Kind.CLOSED_FORM, example={"train": "falls", "test": "rises"}, shows=(conclusion,))
def conclusion_of(train: Trend, test: Trend) -> Run:
    """Return what the trends of a training loss and of a test loss say together."""
    trends: tuple[Trend, ...] = ("falls", "flat", "rises")
    rows = [(one, other, conclusion(one, other)) for one in trends for other in trends]
    table = Table("Every pair of trends", ["training loss", "test loss", "conclusion"], rows)
    return Run(conclusion(train, test), lambda: [table])


@function("training.log_sum_exp", Kind.MEASURED, example={"z": [1000, 1000]}, shows=(log_sum_exp,))
def log_sum_exp_of(z: Numbers) -> Run:
    """Return log Σ exp zᵢ, with the largest logit taken out so that nothing overflows."""
    return Run(float(log_sum_exp(torch.tensor(z, dtype=torch.float64))), device="cpu")


@function("training.clipped_log", Kind.MEASURED, example={"p": 0, "eps": 1e-12}, shows=(clipped_log,))
def clipped_log_of(p: Annotated[float, Between(0, 1)], eps: Annotated[float, Between(1e-300, 1)] = 1e-12) -> Run:
    """Return log max(p, eps), the logarithm that a probability of 0 survives."""
    return Run(float(clipped_log(torch.tensor(p, dtype=torch.float64), eps)), device="cpu")


@function("training.inverse_std", Kind.MEASURED, example={"x": [1, 3], "eps": 0}, shows=(inverse_std,))
def inverse_std_of(x: Numbers, eps: Annotated[float, Between(0, 1)] = 1e-5) -> Run:
    """Return 1/√(σ² + ε) of some numbers with their biased variance; infinity where they are equal and ε is 0."""
    return Run(float(inverse_std(torch.tensor(x, dtype=torch.float64), eps)), device="cpu")


@function(
    "training.price_predicted",
    Kind.MEASURED,
    example={"area": 5, "home": "house"},
    shows=(Preparation, fit_ridge, choose),
)
def price_predicted(
    area: Annotated[float, Between(-1000, 1000)] | None,
    home: Literal["flat", "house", "tent"],
    folds: Literal[2, 4, 8] = 4,
) -> Run:
    """Return what the pipeline predicts for a home after learning from 16 homes whose price is 3·area + 10 or 25.

    A missing area counts as the mean of the 16 (8.5), and a tent, which was never seen, as neither flat nor house.
    """
    rows, target, lam = _fitted(folds)
    preparation = Preparation.of(rows, drop=("id",))
    weight, bias = fit_ridge(preparation.matrix(rows), torch.tensor(target, dtype=torch.float64), lam)
    asked: Row = {"id": 99.0, "area": area, "home": home}
    features = preparation.matrix([asked])
    names = [
        *preparation.numbers,
        *(f"{name} = {one}" for name, known in preparation.categories.items() for one in known),
    ]
    shown = [(name, float(x), float(w)) for name, x, w in zip(names, features[0], weight, strict=True)]
    table = Table(
        f"Features and weights, λ = {lam} by {folds}-fold cross-validation", ["feature", "value", "weight"], shown
    )
    return Run(float(features[0] @ weight + bias), lambda: [table], device="cpu")


@cache
def _fitted(folds: int) -> tuple[list[Row], list[float], float]:
    rows: list[Row] = [
        {"id": float(index), "area": float(index + 1), "home": "house" if index % 3 == 1 else "flat"}
        for index in range(16)
    ]
    target = [3 * float(row["area"] or 0.0) + _PRICES[str(row["home"])] for row in rows]
    return rows, target, choose(rows, target, (1e-8, 1e-2, 1.0), folds, drop=("id",))

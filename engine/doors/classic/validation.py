"""``split.*``, ``k_fold.*`` and ``risk.*``: which data a model is fitted to, judged on, and what that tells."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.classic.generalisation.k_fold import Remainder, fold_errors, folds, leave_one_out_error
from engine.classic.generalisation.risk import Risks, empirical_risk, expected_risk, mean_risks
from engine.classic.generalisation.split import by_groups, leaked, sizes
from engine.classic.generalisation.split import split as split_samples
from engine.device import for_float64
from engine.doors.regularization._arguments import Index, Matrix, Vector, samples
from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Run, Series, Table
from engine.registry import Kind, function

Part = Literal["train", "validation", "test"]
Share = Annotated[float, Between(0, 1)]
N = Annotated[int, Between(1, 4096)]
K = Annotated[int, Between(2, 4096)]
Names = Annotated[Sequence[Annotated[str, Length(0, 100)]], Length(1, 1024)]
Probabilities = Annotated[Tensor, Elements(6, 1), Between(0, 1)]
Values = Annotated[Tensor, Elements(6, 1), Between(-1e3, 1e3)]
Draws = Annotated[int, Between(1, 5)]
_DATA = {"x": [[1, 1], [1, 2], [1, 3], [1, 4]], "y": [1, 2, 2, 5]}


@function(
    "split.size",
    Kind.MEASURED,
    example={"n": 100, "validation": 0.2, "test": 0.1, "part": "train"},
    shows=(split_samples,),
)
def split_size(n: N, validation: Share, test: Share, part: Part) -> Run:
    """Return how many samples a part gets when ``n`` are split by these shares, found by splitting and counting."""
    parts = split_samples(n, validation, test, torch.Generator().manual_seed(0))
    counts = {name: len(members) for name, members in parts._asdict().items()}
    table = Table("Parts", ["part", "samples", "share"], [(name, c, c / n) for name, c in counts.items()])
    return Run(counts[part], lambda: [table])


@function(
    "split.size_formula",
    Kind.CLOSED_FORM,
    example={"n": 100, "validation": 0.2, "test": 0.1, "part": "train"},
    shows=(sizes,),
)
def split_size_formula(n: N, validation: Share, test: Share, part: Part) -> Run:
    """Return the same as ⌊n·share⌋, and for training what is left."""
    return Run(dict(zip(("train", "validation", "test"), sizes(n, validation, test), strict=True))[part])


@function(
    "split.num_leaked",
    Kind.MEASURED,
    example={"train": ["ann", "bob"], "held_out": ["bob", "eve"]},
    shows=(leaked, by_groups),
)
def num_leaked(train: Names, held_out: Names) -> Run:
    """Return how many samples, or people they come from, are in the training data and in those held out as well."""
    both = leaked(train, held_out)
    return Run(len(both), lambda: [Table("In both parts", ["name"], [(str(name),) for name in both])])


@function("k_fold.size", Kind.MEASURED, example={"n": 10, "k": 3, "fold": 0}, shows=(folds,))
def fold_size(
    n: N,
    k: K,
    fold: Annotated[int, Between(0, 4095)],
    part: Literal["train", "validation"] = "validation",
    remainder: Remainder = "spread",
) -> Run:
    """Return the samples of a fold, counted from 0; n mod k are spread over the first folds, dropped or last."""
    if fold >= k:
        raise Refused(f"'fold' is {fold}, and the {k} folds are numbered from 0 to {k - 1}")
    _few(n, k)
    return Run(len(getattr(folds(n, k, remainder)[fold], part)), lambda: [_grid(n, k, remainder)])


@function("k_fold.indices", Kind.MEASURED, example={"n": 5, "k": 2, "fold": 1}, shows=(folds,))
def fold_indices(
    n: Annotated[int, Between(2, 64)],
    k: Annotated[int, Between(2, 64)],
    fold: Index,
    part: Literal["train", "validation"] = "validation",
    remainder: Remainder = "spread",
) -> Run:
    """Return the numbers of the samples in a fold, counted from 0, in their order."""
    if fold >= k:
        raise Refused(f"'fold' is {fold}, and the {k} folds are numbered from 0 to {k - 1}")
    return Run(getattr(folds(n, k, remainder)[fold], part), lambda: [_grid(n, k, remainder)])


@function("k_fold.error", Kind.MEASURED, example={**_DATA, "k": 2}, shows=(fold_errors, folds))
def fold_error(x: Matrix, y: Vector, k: Annotated[int, Between(2, 64)], remainder: Remainder = "spread") -> Run:
    """Return the mean of the k folds' mean squared validation errors of least squares without an intercept."""
    x, y = samples(x, y)
    errors = fold_errors(x, y, k, remainder)
    table = Table("Errors", ["fold", "validation error"], list(enumerate(errors.tolist())))
    return Run(float(errors.mean()), lambda: [table, _grid(len(y), k, remainder)])


@function("k_fold.leave_one_out", Kind.CLOSED_FORM, example=_DATA, shows=(leave_one_out_error,))
def leave_one_out(x: Matrix, y: Vector) -> Run:
    """Return the error for k = n from one fit: the mean of ((y - ŷ)/(1 - h))², h the diagonal of the hat matrix."""
    return Run(float(leave_one_out_error(*samples(x, y))))


@function(
    "risk.of_constant",
    Kind.MEASURED,
    example={"values": [0, 4], "probabilities": [0.75, 0.25], "prediction": 1},
    shows=(expected_risk, empirical_risk),
)
def of_constant(values: Values, probabilities: Probabilities, prediction: Annotated[float, Between(-1e3, 1e3)]) -> Run:
    """Return the expected risk E[(y - prediction)²] of a constant on a finite distribution."""
    values, probabilities = _distribution(values, probabilities)
    rows = list(zip(values.tolist(), probabilities.tolist(), (values - prediction).square().tolist(), strict=True))
    risk = expected_risk(values.new_tensor(prediction), values, probabilities)
    return Run(float(risk), lambda: [Table("Loss of each value", ["value", "probability", "squared error"], rows)])


@function(
    "risk.of_sample_mean",
    Kind.MEASURED,
    example={"values": [0, 4], "probabilities": [0.75, 0.25], "n": 2},
    shows=(mean_risks,),
)
def of_sample_mean(
    values: Values, probabilities: Probabilities, n: Draws, which: Literal["empirical", "expected", "gap"] = "gap"
) -> Run:
    """Return the mean risk of the sample mean over every sample of ``n`` draws: on the sample, in truth, or the gap."""
    values, probabilities = _distribution(values, probabilities)

    def evidence() -> list[Curve]:
        found = [mean_risks(values, probabilities, at) for at in range(1, n + 1)]
        series = [
            Series(name, list(range(1, n + 1)), [float(getattr(risks, name)) for risks in found])
            for name in ("empirical", "expected", "gap")
        ]
        return [Curve("Risk by sample size", series, "n", "mean squared error")]

    risks: Risks = mean_risks(values, probabilities, n)
    return Run(float(getattr(risks, which)), evidence)


@function(
    "risk.of_sample_mean_formula", Kind.CLOSED_FORM, example={"values": [0, 4], "probabilities": [0.75, 0.25], "n": 2}
)
def of_sample_mean_formula(
    values: Values, probabilities: Probabilities, n: Draws, which: Literal["empirical", "expected", "gap"] = "gap"
) -> Run:
    """Return the same as σ²·(1 - 1/n), σ²·(1 + 1/n) or 2σ²/n with the variance σ² of the distribution."""
    values, probabilities = _distribution(values, probabilities)
    mean = (probabilities * values).sum()
    variance = float((probabilities * (values - mean).square()).sum())
    return Run(variance * {"empirical": 1 - 1 / n, "expected": 1 + 1 / n, "gap": 2 / n}[which])


def _distribution(values: Tensor, probabilities: Tensor) -> tuple[Tensor, Tensor]:
    values, probabilities = values.to(for_float64()), probabilities.to(for_float64())
    if len(values) != len(probabilities) or abs(float(probabilities.sum()) - 1) > 1e-9:
        raise Refused("'probabilities' needs one entry for each of 'values', and they must sum to 1")
    return values, probabilities


def _few(n: int, k: int) -> None:
    if n * k > 1_000_000:
        raise Refused(
            f"{k} folds of {n} samples are more than are listed here: their product must not exceed 1,000,000"
        )


def _grid(n: int, k: int, remainder: Remainder) -> Heatmap:
    """Return one row for each of the first folds: 1 validated on, 0.5 trained on, 0 left out."""
    shown = folds(n, k, remainder)[:32]
    rows = []
    for fold in shown:
        validated, trained = set(fold.validation), set(fold.train)
        rows.append([1.0 if i in validated else 0.5 if i in trained else 0.0 for i in range(min(n, 64))])
    return Heatmap("Validated on (1), trained on (0.5), left out (0)", rows, "sample", "fold")

"""``preprocessing.*``: one feature scaled by statistics of the training data, in float64; null is a missing value."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Conventional, Length
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.preprocessing.min_max import min_max
from engine.preprocessing.standardise import filled_first, standardisation
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e9, 1e9)]
Column = Annotated[Sequence[Number | None], Length(1, 256)]
Full = Annotated[Sequence[Number], Length(1, 256)]
Position = Annotated[int, Between(0, 255)]
Ddof = Annotated[Literal[0, 1], Conventional()]
_EXAMPLE = {"values": [1, 2, None, 6], "position": 3}


@function("preprocessing.standardised", Kind.MEASURED, example=_EXAMPLE, shows=(standardisation,))
def standardised(values: Column, position: Position, train: Column | None = None, ddof: Ddof = 0) -> Run:
    """Return a value after standardising, (x - mean)/std, with the mean and std of ``train``; a missing one is 0.

    Without ``train`` the values themselves are the training data. The variance is divided by their number less
    ``ddof``: 0 in scikit-learn and NumPy, 1 in pandas.
    """
    x = _column(values)
    fitted = standardisation(_column(values if train is None else train), ddof)
    after = fitted.transform(x)
    title = f"mean {float(fitted.mean):g}, standard deviation {float(fitted.std):g}"
    return Run(_at(after, position), lambda: [_table(title, values, after)], "cpu")


@function(
    "preprocessing.statistic",
    Kind.MEASURED,
    example={"values": [1, 2, None, 6], "of": "mean"},
    shows=(standardisation,),
)
def statistic(
    values: Column,
    of: Literal["mean", "std"] = "mean",
    missing: Literal["left out", "filled with 0 first"] = "left out",
    ddof: Ddof = 0,
) -> Run:
    """Return the mean or standard deviation that standardising takes of values, some missing.

    Filling with 0 *before* standardising counts the zeros as measurements.
    """
    x = _column(values)
    fitted = standardisation(x if missing == "left out" else torch.nan_to_num(x), ddof)
    right, wrong = standardisation(x, ddof).transform(x), filled_first(x, ddof)
    rows = [
        (shown, float(first), float(second))
        for shown, first, second in zip(_shown(values), right.flatten(), wrong.flatten(), strict=True)
    ]
    table = Table("Standardised", ["value", "missing left out, then 0", "filled with 0 first"], rows)
    return Run(float(fitted.mean if of == "mean" else fitted.std), lambda: [table], "cpu")


@function("preprocessing.min_max", Kind.MEASURED, example={"values": [2, 3, 6], "position": 1}, shows=(min_max,))
def min_max_scaled(
    values: Full, position: Position, low: Number = 0.0, high: Number = 1.0, train: Full | None = None
) -> Run:
    """Return a value after min-max scaling to [low, high] by the smallest and largest of ``train``.

    Without ``train`` the values themselves are the training data. Where they are all equal, the result is ``low``.
    """
    fitted = min_max(_column(values if train is None else train), low, high)
    after = fitted.transform(_column(values))
    title = f"from [{float(fitted.smallest):g}, {float(fitted.largest):g}] to [{low:g}, {high:g}]"
    return Run(_at(after, position), lambda: [_table(title, values, after)], "cpu")


def _column(values: Sequence[float | None]) -> Tensor:
    return torch.tensor([float("nan") if value is None else value for value in values], dtype=torch.float64)[:, None]


def _at(column: Tensor, position: int) -> float:
    if position >= len(column):
        raise Refused(f"'position' is {position}, and the {len(column)} values are numbered from 0")
    return float(column[position])


def _shown(values: Sequence[float | None]) -> list[str]:
    return ["missing" if value is None else f"{value:g}" for value in values]


def _table(title: str, values: Sequence[float | None], after: Tensor) -> Table:
    rows = list(zip(_shown(values), after.flatten().tolist(), strict=True))
    return Table(title, ["before", "after"], rows)

"""A table from end to end: drop the identifier, scale, fill what is missing, make columns of categories, fit, predict.

The statistics of scaling, and the list of categories, come from the training rows only; a category that was not there
gets zeros everywhere. The model is ridge regression in closed form, and λ is chosen by K-fold cross-validation.

Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section "Predicting House Prices on Kaggle".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.classic.generalisation.k_fold import folds

Cell = float | str | None
Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Preparation:
    """What the training rows said: mean and standard deviation of each number, the categories of each text."""

    numbers: Mapping[str, tuple[float, float]]
    categories: Mapping[str, tuple[Cell, ...]]

    @classmethod
    def of(cls, rows: Sequence[Row], drop: Sequence[str] = ()) -> "Preparation":
        """Learn from training rows; a column is numeric where every cell that is there is a number."""
        numbers: dict[str, tuple[float, float]] = {}
        categories: dict[str, tuple[Cell, ...]] = {}
        for name in (name for name in rows[0] if name not in drop):
            cells = [row[name] for row in rows]
            if all(isinstance(cell, float | int | None) for cell in cells):
                numbers[name] = _moments(cells)
            else:
                categories[name] = tuple(sorted(set(cells), key=str))
        return cls(numbers, categories)

    def matrix(self, rows: Sequence[Row]) -> Tensor:
        """Return (rows, features) in float64: scaled numbers, where a missing one is 0, then a column a category.

        >>> rows = [{"area": 1.0, "kind": "a"}, {"area": 3.0, "kind": None}]
        >>> Preparation.of(rows).matrix([*rows, {"area": None, "kind": "new"}]).tolist()
        [[-1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]
        """
        return torch.tensor([self._features(row) for row in rows], dtype=torch.float64)

    def _features(self, row: Row) -> list[float]:
        scaled = [
            0.0 if row[name] is None else (float(row[name] or 0.0) - mean) / std
            for name, (mean, std) in self.numbers.items()
        ]
        marks = [float(row[name] == category) for name, known in self.categories.items() for category in known]
        return scaled + marks


def _moments(cells: Sequence[Cell]) -> tuple[float, float]:
    """Return the mean and the biased standard deviation of what is there; no spread counts as 1, nothing as (0, 1)."""
    there = [float(cell) for cell in cells if cell is not None]
    if not there:
        return 0.0, 1.0
    mean = math.fsum(there) / len(there)
    variance = math.fsum((value - mean) ** 2 for value in there) / len(there)
    return mean, math.sqrt(variance) or 1.0


def fit_ridge(x: Tensor, y: Tensor, lam: float) -> tuple[Tensor, Tensor]:
    """Return weights and bias of ‖Xw + b − y‖²/n + λ‖w‖², whose bias is not penalised."""
    centre, level = x.mean(0), y.mean()
    shifted = x - centre
    gram = shifted.mT @ shifted / len(x) + lam * torch.eye(x.shape[1], dtype=x.dtype, device=x.device)
    weight = torch.linalg.solve(gram, shifted.mT @ (y - level) / len(x))
    return weight, level - centre @ weight


def cross_validated(rows: Sequence[Row], target: Sequence[float], lam: float, k: int, drop: Sequence[str]) -> float:
    """Return the mean over folds of the validation mean squared error; each fold prepares by its training rows."""
    errors = []
    for kept, held in folds(len(rows), k):
        preparation = Preparation.of([rows[index] for index in kept], drop)
        y = torch.tensor(target, dtype=torch.float64)
        weight, bias = fit_ridge(preparation.matrix([rows[index] for index in kept]), y[kept], lam)
        predicted = preparation.matrix([rows[index] for index in held]) @ weight + bias
        errors.append((predicted - y[held]).square().mean().item())
    return math.fsum(errors) / k


def choose(rows: Sequence[Row], target: Sequence[float], lams: Sequence[float], k: int, drop: Sequence[str]) -> float:
    """Return the λ with the smallest cross-validated error; of equals, the first."""
    return min(lams, key=lambda lam: cross_validated(rows, target, lam, k, drop))

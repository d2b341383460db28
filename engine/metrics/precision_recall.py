"""Precision, recall and the F-measure: of one class, and averaged over several.

Predictions and truth are masks ``(N, C)``: a row for each sample, a column for each class, True where the sample was
taken for that class, or belongs to it. By class, tp counts the samples that are True in both, fp those that are True in
``predicted`` alone, fn those that are True in ``actual`` alone. A share of nothing, 0/0, is NaN.

Sources: van Rijsbergen 1979, "Information Retrieval", chapter 7; Manning, Raghavan & Schütze 2008, "Introduction to
Information Retrieval", sections 8.3 and 13.6.
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor

Metric = Callable[[Tensor, Tensor], Tensor]
Average = Literal["micro", "macro", "weighted"]


def masks(labels: Tensor, classes: Sequence[int]) -> Tensor:
    """Return which sample has which class, ``(N,)`` to ``(N, C)``.

    >>> masks(torch.tensor([0, 2]), [0, 2]).tolist()
    [[True, False], [False, True]]
    """
    return labels[:, None] == torch.tensor(classes, device=labels.device)


def precision(predicted: Tensor, actual: Tensor) -> Tensor:
    """Return tp/(tp + fp) of each class, ``(C,)``: how many of those that were taken for it belong to it.

    >>> precision(torch.tensor([[True], [True], [False]]), torch.tensor([[True], [False], [True]])).tolist()
    [0.5]
    """
    return (predicted & actual).sum(0).double() / predicted.sum(0)


def recall(predicted: Tensor, actual: Tensor) -> Tensor:
    """Return tp/(tp + fn) of each class, ``(C,)``: how many of those that belong to it were taken for it."""
    return precision(actual, predicted)


def f_measure(predicted: Tensor, actual: Tensor, beta: float = 1.0) -> Tensor:
    """Return F_β of each class, ``(C,)``: recall counts β times as much as precision, and β = 1 gives F1.

    F_β = (1 + β²)·P·R/(β²·P + R) = (1 + β²)·tp/((1 + β²)·tp + β²·fn + fp). The second form is the one that is computed:
    it is 0 where nothing is right, and 0/0 only where the class was neither predicted nor there, or with β = 0, which
    leaves precision alone, where it was not predicted.

    >>> f_measure(torch.tensor([[True], [True], [False]]), torch.tensor([[True], [False], [False]])).item()
    0.6666666666666666
    """
    square = beta * beta
    tp, found, there = (predicted & actual).sum(0), predicted.sum(0), actual.sum(0)
    return (1 + square) * tp.double() / (square * there.double() + found)


def averaged(metric: Metric, predicted: Tensor, actual: Tensor, average: Average) -> tuple[Tensor, Tensor]:
    """Return the scores that are averaged and their weights, which add to 1.

    Convention: "micro" takes all classes together, one decision for each sample and class; "macro" gives every class
    the same weight; "weighted" gives it the share of samples that belong to it, so that weighted recall is accuracy.
    Where each sample has one class and one prediction, micro precision, recall and F1 are all the accuracy. Classes
    without weight are left out.
    """
    if average == "micro":
        scores = metric(predicted.reshape(-1, 1), actual.reshape(-1, 1))
        return scores, torch.ones_like(scores)
    scores = metric(predicted, actual)
    weights = torch.ones_like(scores) if average == "macro" else actual.sum(0).double()
    counted = weights > 0
    return scores[counted], weights[counted] / weights.sum()


def f1_of_means(precisions: Tensor, recalls: Tensor) -> Tensor:
    """Return the harmonic mean of mean precision and mean recall, both ``(C,)``: 2·P·R/(P + R), or 0 where both are 0.

    Some papers call it macro F1. It is never below the mean of the classes' own F1.

    Source: Opitz & Burst 2019, "Macro F1 and Macro F1" (arXiv 1911.03347).

    >>> f1_of_means(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])).item()
    0.5
    """
    p, r = precisions.mean(), recalls.mean()
    return torch.where(p + r > 0, 2 * p * r / (p + r), 0.0)

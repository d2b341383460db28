"""``classification.averaged`` and ``f1_of_means``: precision, recall and F1 over several classes."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, get_args

from torch import Tensor

from engine.arguments import Conventional
from engine.doors.metrics._labels import Labels, ZeroDivision, paired, settled
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.metrics import precision_recall
from engine.metrics.precision_recall import Average, Metric, f_measure, precision, recall
from engine.metrics.precision_recall import averaged as averaged_scores
from engine.registry import Kind, function

Name = Literal["precision", "recall", "f1"]
_METRICS: Mapping[Name, Metric] = {"precision": precision, "recall": recall, "f1": f_measure}
_SIX = {"predictions": [0, 2, 1, 0, 0, 1], "targets": [0, 1, 2, 0, 1, 2]}
_MOST_ROWS = 64


@function(
    "classification.averaged",
    Kind.MEASURED,
    example={"metric": "f1", **_SIX, "average": "macro"},
    shows=(averaged_scores, precision, recall, f_measure),
)
def averaged(
    metric: Name,
    predictions: Labels,
    targets: Labels,
    average: Annotated[Average, Conventional()],
    zero_division: ZeroDivision = None,
) -> Run:
    """Return precision, recall or F1 averaged over the classes that were predicted or are true.

    ``average`` is a convention: "micro" takes all decisions together, which here gives the accuracy; "macro" is the
    mean over the classes; "weighted" weighs each class by its samples. Refused where a class that is averaged has a
    score of 0/0, unless ``zero_division`` says what that counts as.

    >>> averaged("precision", [0, 0, 1], [0, 1, 1], "macro").value
    0.75
    """
    predicted, actual, classes = paired(predictions, targets)
    value = _value(metric, predicted, actual, average, zero_division)

    def by_average() -> Table:
        rows = [
            (name, *(_or_none(metric, predicted, actual, name, zero_division) for metric in _METRICS))
            for name in get_args(Average)
        ]
        return Table("Averaged over the classes", ["average", *_METRICS], rows)

    return Run(value, lambda: [_each_class(predicted, actual, classes), by_average()], str(predicted.device))


@function(
    "classification.f1_of_means",
    Kind.MEASURED,
    example={**_SIX, "zero_division": 0},
    shows=(precision_recall.f1_of_means, precision, recall),
)
def f1_of_means(predictions: Labels, targets: Labels, zero_division: ZeroDivision = None) -> Run:
    """Return the harmonic mean of macro precision and macro recall over the classes that were predicted or are true.

    Some papers call it macro F1; it is never below the mean of the classes' own F1. Refused where a class has a
    precision or recall of 0/0, unless ``zero_division`` says what that counts as.

    Source: Opitz & Burst 2019, "Macro F1 and Macro F1".

    >>> f1_of_means([0, 0, 1], [0, 1, 1]).value
    0.75
    """
    predicted, actual, classes = paired(predictions, targets)
    precisions, recalls = (
        settled(metric(predicted, actual), zero_division, f"{name} of a class")
        for name, metric in (("precision", precision), ("recall", recall))
    )
    value = precision_recall.f1_of_means(precisions, recalls).item()
    means = Table(
        "Averaged over the classes",
        ["score", "value"],
        [
            ("macro precision", precisions.mean().item()),
            ("macro recall", recalls.mean().item()),
            ("their harmonic mean", value),
        ],
    )
    return Run(value, lambda: [_each_class(predicted, actual, classes), means], str(predicted.device))


def _value(metric: Name, predicted: Tensor, actual: Tensor, average: Average, zero_division: ZeroDivision) -> float:
    scores, weights = averaged_scores(_METRICS[metric], predicted, actual, average)
    return float(settled(scores, zero_division, f"{metric} of a class") @ weights)


def _each_class(predicted: Tensor, actual: Tensor, classes: Sequence[int]) -> Table:
    """Return what each class has; an empty cell is 0/0."""
    found = {name: metric(predicted, actual).tolist() for name, metric in _METRICS.items()}
    counts = ((predicted & actual).sum(0), (predicted & ~actual).sum(0), (~predicted & actual).sum(0))
    scores = ([None if math.isnan(score) else score for score in column] for column in found.values())
    rows = list(zip(classes, *(count.tolist() for count in counts), *scores, strict=True))
    return Table("Each class", ["class", "tp", "fp", "fn", *_METRICS], rows[:_MOST_ROWS])


def _or_none(
    metric: Name, predicted: Tensor, actual: Tensor, average: Average, zero_division: ZeroDivision
) -> float | None:
    try:
        return _value(metric, predicted, actual, average, zero_division)
    except Refused:
        return None

"""``classification.averaged``: precision, recall and F1 over several classes, by each of the usual averages."""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, get_args

from torch import Tensor

from engine.arguments import Conventional
from engine.doors.metrics._labels import Labels, ZeroDivision, paired, settled
from engine.errors import Refused
from engine.evidence import Blocks, Run, Table
from engine.metrics.precision_recall import Metric, f_measure, precision, recall
from engine.metrics.precision_recall import averaged as averaged_scores
from engine.registry import Kind, function

Name = Literal["precision", "recall", "f1"]
Averages = Literal["micro", "macro", "weighted", "f1_of_means"]
_METRICS: Mapping[Name, Metric] = {"precision": precision, "recall": recall, "f1": f_measure}
_MOST_ROWS = 64


@function(
    "classification.averaged",
    Kind.MEASURED,
    example={"metric": "f1", "predictions": [0, 2, 1, 0, 0, 1], "targets": [0, 1, 2, 0, 1, 2], "average": "macro"},
    shows=(averaged_scores, precision, recall, f_measure),
)
def averaged(
    metric: Name,
    predictions: Labels,
    targets: Labels,
    average: Annotated[Averages, Conventional()],
    zero_division: ZeroDivision = None,
) -> Run:
    """Return precision, recall or F1 averaged over the classes that were predicted or are true.

    ``average`` is a convention: "micro" takes all decisions together, which here gives the accuracy; "macro" is the
    mean over the classes; "weighted" weighs each class by its samples. For F1 there is also "f1_of_means", the
    harmonic mean of macro precision and macro recall, which some papers call macro F1: it is never below "macro".
    Refused where a class has a score of 0/0, unless ``zero_division`` says what that counts as.

    Source: Opitz & Burst 2019, "Macro F1 and Macro F1".

    >>> averaged("precision", [0, 0, 1], [0, 1, 1], "macro").value
    0.75
    """
    predicted, actual, classes = paired(predictions, targets)
    value = _value(metric, predicted, actual, average, zero_division)
    return Run(value, lambda: _evidence(predicted, actual, classes, zero_division), str(predicted.device))


def _value(metric: Name, predicted: Tensor, actual: Tensor, average: Averages, zero_division: ZeroDivision) -> float:
    if average == "f1_of_means":
        if metric != "f1":
            raise Refused(f"'f1_of_means' is an average of f1, not of {metric}; take 'macro'")
        p = _value("precision", predicted, actual, "macro", zero_division)
        r = _value("recall", predicted, actual, "macro", zero_division)
        return 2 * p * r / (p + r) if p + r else 0.0
    scores, weights = averaged_scores(_METRICS[metric], predicted, actual, average)
    return float(settled(scores, zero_division, f"{metric} of a class") @ weights)


def _evidence(predicted: Tensor, actual: Tensor, classes: Sequence[int], zero_division: ZeroDivision) -> Blocks:
    """Return what each class has, and every average; an empty cell has no value."""
    found = {name: metric(predicted, actual).tolist() for name, metric in _METRICS.items()}
    counts = ((predicted & actual).sum(0), (predicted & ~actual).sum(0), (~predicted & actual).sum(0))
    scores = ([None if math.isnan(score) else score for score in column] for column in found.values())
    rows = list(zip(classes, *(count.tolist() for count in counts), *scores, strict=True))
    by_average = [
        (average, *(_or_none(name, predicted, actual, average, zero_division) for name in _METRICS))
        for average in get_args(Averages)
    ]
    return [
        Table("Each class", ["class", "tp", "fp", "fn", *_METRICS], rows[:_MOST_ROWS]),
        Table("Averaged over the classes", ["average", *_METRICS], by_average),
    ]


def _or_none(
    metric: Name, predicted: Tensor, actual: Tensor, average: Averages, zero_division: ZeroDivision
) -> float | None:
    try:
        return _value(metric, predicted, actual, average, zero_division)
    except Refused:
        return None

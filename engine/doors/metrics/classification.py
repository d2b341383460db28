"""``classification.*``: precision, recall and F1 of one class, of labels or of counts."""

from functools import partial
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import for_float64
from engine.doors.metrics._labels import Label, Labels, ZeroDivision, paired, settled
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.metrics import precision_recall
from engine.metrics.precision_recall import Metric, f_measure
from engine.registry import Kind, function

Count = Annotated[int, Between(0, 100_000)]
Beta = Annotated[float, Between(0, 1000)]
_LABELS = {"predictions": [1, 1, 0, 1, 0], "targets": [1, 0, 1, 1, 0]}


@function("classification.precision", Kind.MEASURED, example=_LABELS, shows=(precision_recall.precision,))
def precision(predictions: Labels, targets: Labels, positive: Label = 1, zero_division: ZeroDivision = None) -> Run:
    """Return the precision of the class ``positive``: of the samples that were taken for it, the share that is it.

    Refused where none was taken for it, unless ``zero_division`` says what 0/0 counts as.

    >>> precision([1, 1, 0, 1], [1, 0, 0, 0]).value
    0.3333333333333333
    """
    return _of_labels("precision", precision_recall.precision, predictions, targets, positive, zero_division)


@function("classification.recall", Kind.MEASURED, example=_LABELS, shows=(precision_recall.recall,))
def recall(predictions: Labels, targets: Labels, positive: Label = 1, zero_division: ZeroDivision = None) -> Run:
    """Return the recall of the class ``positive`` (also sensitivity): of the samples that are it, the share found.

    Refused where no sample is of it, unless ``zero_division`` says what 0/0 counts as.

    >>> recall([1, 1, 0, 1], [1, 0, 0, 0]).value
    1.0
    """
    return _of_labels("recall", precision_recall.recall, predictions, targets, positive, zero_division)


@function("classification.f1", Kind.MEASURED, example=_LABELS, shows=(f_measure,))
def f1(predictions: Labels, targets: Labels, positive: Label = 1, zero_division: ZeroDivision = None) -> Run:
    """Return F1 of the class ``positive``, the harmonic mean of precision and recall: 2·tp/(2·tp + fp + fn).

    0 where no sample was rightly taken for it; refused where none is of it and none was taken for it, unless
    ``zero_division`` says what 0/0 counts as.

    >>> f1([1, 1, 0, 1], [1, 0, 0, 0]).value
    0.5
    """
    return _of_labels("F1", f_measure, predictions, targets, positive, zero_division)


@function(
    "classification.precision_of_counts", Kind.MEASURED, example={"tp": 8, "fp": 2}, shows=(precision_recall.precision,)
)
def precision_of_counts(tp: Count, fp: Count, zero_division: ZeroDivision = None) -> Run:
    """Return the precision of so many true and false positives: samples are laid out, and those found are looked at.

    >>> precision_of_counts(8, 2).value
    0.8
    """
    return _of_counts("precision", precision_recall.precision, tp, fp, 0, zero_division)


@function(
    "classification.recall_of_counts", Kind.MEASURED, example={"tp": 8, "fn": 4}, shows=(precision_recall.recall,)
)
def recall_of_counts(tp: Count, fn: Count, zero_division: ZeroDivision = None) -> Run:
    """Return the recall of so many true positives and false negatives: samples are laid out, and the share found.

    >>> recall_of_counts(8, 2).value
    0.8
    """
    return _of_counts("recall", precision_recall.recall, tp, 0, fn, zero_division)


@function("classification.f1_of_counts", Kind.MEASURED, example={"tp": 8, "fp": 2, "fn": 4}, shows=(f_measure,))
def f1_of_counts(tp: Count, fp: Count, fn: Count, zero_division: ZeroDivision = None) -> Run:
    """Return F1 of so many true positives, false positives and false negatives, measured on samples laid out so.

    True negatives do not matter to it.

    >>> f1_of_counts(2, 1, 1).value
    0.6666666666666666
    """
    return _of_counts("F1", f_measure, tp, fp, fn, zero_division)


@function(
    "classification.f_beta_of_counts",
    Kind.MEASURED,
    example={"tp": 8, "fp": 2, "fn": 4, "beta": 2},
    shows=(f_measure,),
)
def f_beta_of_counts(tp: Count, fp: Count, fn: Count, beta: Beta, zero_division: ZeroDivision = None) -> Run:
    """Return F_β of so many true positives, false positives and false negatives; F1 with ``beta`` 1.

    Recall counts ``beta`` times as much as precision: 0 leaves precision alone.

    >>> f_beta_of_counts(8, 2, 4, beta=0).value
    0.8
    """
    return _of_counts(f"F_{beta:g}", partial(f_measure, beta=beta), tp, fp, fn, zero_division)


def _of_labels(
    name: str, metric: Metric, predictions: Labels, targets: Labels, positive: int, zero_division: ZeroDivision
) -> Run:
    predicted, actual, classes = paired(predictions, targets, also=[positive])
    there = sorted({*predictions, *targets})
    if zero_division is None and positive not in there:
        raise Refused(
            f"no sample is of class {positive} or was taken for it; 'positive' is one of {there[:16]}, "
            "or zero_division says what 0/0 counts as"
        )
    place = classes.index(positive)
    return _run(f"{name} of class {positive}", metric, predicted[:, [place]], actual[:, [place]], zero_division)


def _of_counts(name: str, metric: Metric, tp: int, fp: int, fn: int, zero_division: ZeroDivision) -> Run:
    """Lay out tp samples found, fp taken for the class by mistake and fn of it missed, and measure."""
    sizes = torch.tensor([tp, fp, fn], device=for_float64())
    predicted, actual = (
        torch.tensor(kinds, device=for_float64()).repeat_interleave(sizes)[:, None]
        for kinds in ([True, True, False], [True, False, True])
    )
    return _run(name, metric, predicted, actual, zero_division)


def _run(what: str, metric: Metric, predicted: Tensor, actual: Tensor, zero_division: ZeroDivision) -> Run:
    value = settled(metric(predicted, actual), zero_division, what).item()

    def table() -> Table:
        rows = [
            (name, int((predicted == found).logical_and(actual == is_it).sum()))
            for name, found, is_it in (
                ("tp: found", True, True),
                ("fp: taken for it by mistake", True, False),
                ("fn: missed", False, True),
            )
        ]
        return Table(what, ["samples", "number"], [*rows, (what, value)])

    return Run(value, lambda: [table()], str(predicted.device))

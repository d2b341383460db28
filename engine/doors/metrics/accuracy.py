"""``accuracy.*``: how often the true class comes first, or among the first k."""

from typing import Annotated

import torch

from engine.arguments import Between
from engine.doors._classes import Logits, Targets, checked
from engine.errors import Refused
from engine.evidence import Blocks, Run, Table
from engine.metrics.accuracy import accuracy, confusion_matrix, ranks
from engine.registry import Kind, function

_EXAMPLE = {"logits": [[3, 1, 0], [0, 1, 2], [2, 1, 0]], "targets": [0, 1, 2]}
_MOST_CLASSES = 32


@function("accuracy.value", Kind.MEASURED, example=_EXAMPLE, shows=(accuracy, ranks))
def value(logits: Logits, targets: Targets, k: Annotated[int, Between(1, 4096)] = 1) -> Run:
    """Return the share of samples whose true class is among the k largest logits (top-k accuracy).

    Convention: of equal logits the class with the smaller index comes first, as in torch's argmax.

    >>> value(torch.tensor([[3.0, 1.0, 0.0], [0.0, 1.0, 2.0]]), [0, 1], k=2).value
    1.0
    """
    scores, true = checked(logits, targets)
    if k > scores.shape[1]:
        raise Refused(f"'k' is {k}, and there are only {scores.shape[1]} classes")
    places = ranks(scores, true).tolist()
    rows = [
        (index, target, place, place < k) for index, (target, place) in enumerate(zip(targets, places, strict=True))
    ]
    table = Table(
        "The true class's place by its logit, from 0", ["sample", "true class", "place", "counted"], rows[:64]
    )
    return Run(accuracy(scores, true, k), lambda: [table, *_confusion(scores, true)])


@function("accuracy.confusion_matrix", Kind.MEASURED, example=_EXAMPLE, shows=(confusion_matrix,))
def confusion(logits: Logits, targets: Targets) -> Run:
    """Return how often each class (row) was taken for each class (column), as a list of rows."""
    scores, true = checked(logits, targets)
    if scores.shape[1] > _MOST_CLASSES:
        raise Refused(f"a confusion matrix of {scores.shape[1]} classes is too large; use at most {_MOST_CLASSES}")
    return Run(confusion_matrix(scores, true).tolist(), lambda: _confusion(scores, true))


def _confusion(scores: torch.Tensor, true: torch.Tensor) -> Blocks:
    classes = scores.shape[1]
    if classes > _MOST_CLASSES:
        return []
    rows = [(str(index), *row) for index, row in enumerate(confusion_matrix(scores, true).tolist())]
    return [Table("Confusion matrix", ["true \\ predicted", *map(str, range(classes))], rows)]

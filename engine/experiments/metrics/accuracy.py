"""What accuracy sees of the logits, and what it does not."""

from typing import Literal

import torch
from torch import Tensor

from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.metrics.accuracy import accuracy, ranks
from engine.metrics.perplexity import cross_entropy
from engine.registry import Kind, function

Change = Literal["softmax", "positive scale", "shift of each row", "shift of one class", "negative scale"]
_SAMPLES, _CLASSES = 64, 5


@function("accuracy.unchanged_by", Kind.MEASURED, example={"change": "softmax"}, shows=(ranks,))
def unchanged_by(change: Change = "softmax") -> Run:
    """Say whether the order of the classes, and with it every top-k accuracy, survives this change of the logits."""
    return settle(
        "The true class's place after the change, less its place before",
        Holds.IF_EQUAL,
        _places_moved,
        {"change": change},
        [{"change": "shift of one class"}, {"change": "shift of each row"}],
    )


def _places_moved(generator: torch.Generator, change: Change) -> Tensor:
    logits, targets = _drawn(generator)
    if change == "softmax":
        changed = logits.softmax(1)
    elif change == "shift of each row":
        changed = logits + randn(generator, _SAMPLES, 1)
    elif change == "shift of one class":
        changed = logits.clone()
        changed[:, 0] += 1
    else:
        changed = logits * (3 if change == "positive scale" else -3)
    return torch.sub(ranks(changed, targets), ranks(logits, targets)).double()


@function(
    "accuracy.feels_small_changes", Kind.MEASURED, example={"metric": "accuracy"}, shows=(accuracy, cross_entropy)
)
def feels_small_changes(metric: Literal["accuracy", "cross_entropy"] = "accuracy") -> Run:
    """Say whether the metric answers a change of all logits by about 10⁻⁶, as a loss must for its gradient to help."""
    return settle(
        "The metric after the change, less the metric before",
        Holds.IF_DIFFERENT,
        _answer,
        {"metric": metric},
        [{"metric": "cross_entropy"}, {"metric": "accuracy"}],
        Thresholds(none=0, some=1e-10),
    )


def _answer(generator: torch.Generator, metric: str) -> Tensor:
    logits, targets = _drawn(generator)
    moved = logits + 1e-6 * randn(generator, _SAMPLES, _CLASSES)
    if metric == "accuracy":
        return torch.tensor([accuracy(moved, targets) - accuracy(logits, targets)])
    return cross_entropy(moved, targets) - cross_entropy(logits, targets)


def _drawn(generator: torch.Generator) -> tuple[Tensor, Tensor]:
    logits = randn(generator, _SAMPLES, _CLASSES)
    return logits, torch.randint(_CLASSES, (_SAMPLES,), generator=generator).to(logits.device)

"""Predicted and true classes as doors are given them, and what is said of a share of nothing."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.metrics.precision_recall import masks

Label = Annotated[int, Between(0, 4095)]
"""A class, by its number."""
Labels = Annotated[Sequence[Label], Length(1, 1024)]
"""A class for each sample."""
ZeroDivision = Literal[0, 1] | None
"""What a share of nothing counts as; null refuses it."""


def paired(
    predictions: Sequence[int], targets: Sequence[int], also: Sequence[int] = ()
) -> tuple[Tensor, Tensor, list[int]]:
    """Return both as masks ``(N, C)``, and the classes, in order: the predicted, the true and ``also``."""
    if len(predictions) != len(targets):
        raise Refused(
            f"'predictions' needs one class for each of the {len(targets)} samples of 'targets', not {len(predictions)}"
        )
    classes = sorted({*predictions, *targets, *also})
    both = (torch.tensor(labels, device=for_float64()) for labels in (predictions, targets))
    predicted, actual = (masks(labels, classes) for labels in both)
    return predicted, actual, classes


def settled(scores: Tensor, zero_division: ZeroDivision, what: str) -> Tensor:
    """Return the scores with a number for each share of nothing.

    Raises:
        Refused: there is one, and nobody said what it counts as.
    """
    if zero_division is None and scores.isnan().any():
        raise Refused(f"{what} is 0/0 here, a share of nothing; say with zero_division what it counts as, 0 or 1")
    return scores.nan_to_num(nan=float(zero_division or 0))

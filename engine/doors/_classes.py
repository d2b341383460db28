"""Logits with their true classes, as doors are given them."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.device import current
from engine.errors import Refused

Logits = Annotated[Tensor, Elements(4096, 2)]
"""A row for each sample, a column for each class."""
Targets = Annotated[Sequence[Annotated[int, Between(0, 4095)]], Length(1, 4096)]
"""The true class of each sample, counted from 0."""


def checked(logits: Tensor, targets: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return both as tensors on the current device, or refuse classes that do not fit the logits."""
    samples, classes = logits.shape
    if len(targets) != samples:
        raise Refused(f"'targets' needs one class for each of the {samples} rows of 'logits', not {len(targets)}")
    if max(targets) >= classes:
        raise Refused(f"'targets' holds class {max(targets)}, and {classes} classes are numbered 0 to {classes - 1}")
    return logits.to(current()), torch.tensor(targets, device=current())

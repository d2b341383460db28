"""Hinge loss, of support vector machines: nothing to pay once the score is on the right side by a margin of 1.

Source: Cortes & Vapnik 1995, "Support-Vector Networks".
"""

import torch
from torch import Tensor


def hinge(prediction: Tensor, target: Tensor) -> Tensor:
    """Return max(0, 1 - y·s) for a score s = ``prediction`` and a class y = ``target`` that is -1 or 1.

    >>> hinge(torch.tensor([0.25, 3.0, -2.0]), torch.tensor([1.0, 1.0, 1.0])).tolist()
    [0.75, 0.0, 3.0]
    """
    missing = 1 - target * prediction
    return torch.where(missing > 0, missing, torch.zeros_like(missing))


def hinge_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return -y where the margin is missed, else 0: examples beyond the margin teach nothing."""
    return torch.where(target * prediction < 1, -target, torch.zeros_like(prediction))

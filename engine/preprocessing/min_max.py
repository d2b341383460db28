"""Min-max scaling: each feature from its smallest value to its largest, put on a range such as [0, 1] or [-1, 1].

Source: Han, Kamber & Pei 2011, "Data Mining: Concepts and Techniques", section 3.5.2.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused


class MinMax(NamedTuple):
    """What was learned from the training data, each ``(d,)``, and the range that they are put on."""

    smallest: Tensor
    largest: Tensor
    low: float = 0.0
    high: float = 1.0

    def transform(self, x: Tensor) -> Tensor:
        """Return low + (x - smallest)/(largest - smallest)·(high - low) of data ``(n, d)``.

        Data beyond the training range leave [low, high]. A feature that was constant in training is only moved, so
        that its constant is ``low``.
        """
        width = self.largest - self.smallest
        return self.low + (x - self.smallest) / torch.where(width == 0, 1.0, width) * (self.high - self.low)


def min_max(train: Tensor, low: float = 0.0, high: float = 1.0) -> MinMax:
    """Return the smallest and largest value of each column of ``train`` ``(n, d)``.

    One outlier sets the width, and all other values then lie close together: standardising is hurt less.

    Raises:
        Refused: ``low`` is not below ``high``.

    >>> fitted = min_max(torch.tensor([[2.0], [6.0]]), low=-1.0, high=1.0)
    >>> fitted.transform(torch.tensor([[2.0], [3.0], [8.0]])).flatten()
    tensor([-1.0000, -0.5000,  2.0000])
    """
    if low >= high:
        raise Refused(f"'low' must be below 'high', and {low:g} is not below {high:g}")
    return MinMax(train.amin(0), train.amax(0), low, high)

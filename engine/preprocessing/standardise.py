"""Standardisation: each feature with mean 0 and standard deviation 1, and missing values at the mean.

Source: LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", section 4.3.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused


class Standardisation(NamedTuple):
    """What was learned from the training data, one number per feature, each ``(d,)``."""

    mean: Tensor
    std: Tensor
    """1 where the training data have no spread."""

    def transform(self, x: Tensor) -> Tensor:
        """Return (x - mean)/std of data ``(n, d)``; missing values (NaN) become 0, which stands for the mean."""
        return torch.nan_to_num((x - self.mean) / self.std)

    def restore(self, z: Tensor) -> Tensor:
        """Return z·std + mean: the original values, with the mean where one was missing."""
        return z * self.std + self.mean


def standardisation(train: Tensor, ddof: int = 0) -> Standardisation:
    """Return the means and standard deviations of ``train`` ``(n, d)``, where NaN marks a missing value.

    With m known values in a column, the variance is divided by m - ``ddof``: 0 as scikit-learn and NumPy do, 1 as
    pandas and ``torch.std`` do. Only training data belong here: with test data in ``train``, what was learned would
    depend on what is to be predicted.

    A column of equal values has no spread. They are compared with each other, for the mean of equal values can miss
    them by a rounding error, whose square is a variance above 0.

    Raises:
        Refused: a column has no more known values than ``ddof``.

    >>> nan = float("nan")
    >>> fitted = standardisation(torch.tensor([[1.0], [nan], [5.0]]))
    >>> fitted.mean, fitted.std, fitted.transform(torch.tensor([[7.0], [nan]])).flatten()
    (tensor([3.]), tensor([2.]), tensor([2., 0.]))
    """
    known = ~train.isnan()
    counts = known.sum(0)
    if int(counts.min()) <= ddof:
        raise Refused(f"standardising needs more than {ddof} known values in each column, and one has fewer")
    lowest, highest = (torch.where(known, train, bound) for bound in (math.inf, -math.inf))
    constant = lowest.amin(0) == highest.amax(0)
    mean = torch.where(constant, lowest.amin(0), train.nansum(0) / counts)
    squares = torch.where(known, train - mean, 0.0).square().sum(0)
    std = (squares / (counts - ddof)).sqrt()
    return Standardisation(mean, torch.where(constant | (std == 0), 1.0, std))


def filled_first(train: Tensor, ddof: int = 0) -> Tensor:
    """Return the data with 0 put in for missing values *before* standardising: the wrong order.

    The zeros then count as measurements. They move the mean towards 0 and, unless the mean is 0, do not end at 0.

    >>> filled_first(torch.tensor([[1.0], [float("nan")], [5.0]])).flatten()[1] < -0.9
    tensor(True)
    """
    zeros = torch.nan_to_num(train)
    return standardisation(zeros, ddof).transform(zeros)

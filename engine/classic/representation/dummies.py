"""One-hot columns for a categorical feature, with a column of its own for values that are missing.

Source: the convention of pandas.get_dummies(dummy_na=True), as Zhang, Lipton, Li & Smola 2023, section 5.7, use it.
"""

from collections.abc import Sequence

import torch
from torch import Tensor


def categories(values: Sequence[str | None]) -> list[str]:
    """Return the distinct values in alphabetical order, without the missing one (None).

    >>> categories(["red", None, "blue", "red"])
    ['blue', 'red']
    """
    return sorted({value for value in values if value is not None})


def indicator_columns(values: Sequence[str | None], known: Sequence[str], dummy_na: bool = True) -> Tensor:
    """Return a row of 0 and 1 for each value, a column for each of ``known``, and with ``dummy_na`` one for missing.

    The categories are those of the *training* data. A value that is not among them gives a row of zeros, as a missing
    one does without ``dummy_na``: both are then told apart from nothing.

    >>> indicator_columns(["red", None, "green"], ["blue", "red"])
    tensor([[0., 1., 0.],
            [0., 0., 1.],
            [0., 0., 0.]])
    """
    columns: list[str | None] = [*known, None] if dummy_na else list(known)
    return torch.tensor([[float(value == column) for column in columns] for value in values])

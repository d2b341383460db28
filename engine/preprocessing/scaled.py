"""Data after one of the usual scalings, fitted to themselves."""

from typing import Literal

from torch import Tensor

from engine.preprocessing.min_max import min_max
from engine.preprocessing.standardise import standardisation
from engine.preprocessing.whitening import whitening

Scaling = Literal["none", "centre", "standardise", "min_max", "pca", "zca"]
"""The last two whiten."""


def scaled(x: Tensor, scaling: Scaling, eps: float = 0.0) -> Tensor:
    """Return the training data ``(n, d)`` as a model sees them; ``eps`` is for whitening.

    >>> import torch
    >>> scaled(torch.tensor([[1.0], [3.0]]), "standardise").flatten().tolist()
    [-1.0, 1.0]
    """
    if scaling in ("pca", "zca"):
        return whitening(x, eps, "pca" if scaling == "pca" else "zca").transform(x)
    if scaling == "standardise":
        return standardisation(x).transform(x)
    if scaling == "min_max":
        return min_max(x).transform(x)
    return x - x.mean(0) if scaling == "centre" else x

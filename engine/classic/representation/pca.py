"""Principal component analysis: the few directions along which the data vary most.

Scores are uncorrelated, not independent: points on an ellipse have scores of which one nearly gives the other. That is
more only for normal data. Source: Pearson 1901; Hotelling 1933; Jolliffe 2002, "Principal Component Analysis".
"""

from typing import NamedTuple

import torch
from torch import Tensor


class PCA(NamedTuple):
    """What was learned from the data."""

    mean: Tensor
    """``(d,)``"""
    axes: Tensor
    """``(k, d)``, orthonormal rows; the entry of each that is largest in size is positive."""
    variance: Tensor
    """``(k,)``, falling: the variance along each axis, divided by n - 1."""
    ratio: Tensor
    """``(k,)``: the share of the total variance."""

    def scores(self, x: Tensor) -> Tensor:
        """Return the coordinates along the axes, ``(n, d)`` to ``(n, k)``."""
        return (x - self.mean) @ self.axes.T

    def restore(self, scores: Tensor) -> Tensor:
        """Return the points of the data space with these coordinates; exact where k = d."""
        return scores @ self.axes + self.mean


def pca(x: Tensor, k: int) -> PCA:
    """Return the first ``k`` components of ``x`` ``(n, d)``, by the singular values of the centred data.

    X - mean = U·S·Vᵀ; the rows of Vᵀ are the axes and S²/(n - 1) the variances. An axis may as well point the other
    way, so its sign is a choice: here the entry that is largest in size is positive. Among all projections on k
    dimensions it loses least: the squared distance that is lost is the sum of the S² left out.

    >>> fitted = pca(torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]]), 1)
    >>> fitted.axes.abs().round(decimals=4).tolist(), round(fitted.ratio.item(), 4)
    ([[1.0, 0.0]], 0.8)
    """
    mean = x.mean(0)
    _, s, axes = torch.linalg.svd(x - mean, full_matrices=False)
    largest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    variance = s.square() / (len(x) - 1)
    return PCA(mean, (axes * largest.sign())[:k], variance[:k], (variance / variance.sum())[:k])

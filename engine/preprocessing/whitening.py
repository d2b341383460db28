"""Whitening: features with mean 0 whose covariance matrix is the identity, so equally wide and uncorrelated.

Uncorrelated is not independent: features on a circle are uncorrelated, and yet each nearly tells the other.
Source: LeCun, Bottou, Orr & Müller 1998, section 4.3; ZCA: Bell & Sejnowski 1997, "The 'Independent Components' of
Natural Scenes are Edge Filters"; ε: Krizhevsky 2009, appendix A.
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused

Method = Literal["pca", "zca"]


class Whitening(NamedTuple):
    """What was learned from the training data."""

    mean: Tensor
    """``(d,)``"""
    matrix: Tensor
    """``(d, d)``"""

    def transform(self, x: Tensor) -> Tensor:
        """Return (x - mean)·matrixᵀ of data ``(n, d)``."""
        return (x - self.mean) @ self.matrix.T


def covariance(x: Tensor) -> Tensor:
    """Return the covariance matrix of the columns of ``x`` ``(n, d)``, divided by n.

    >>> covariance(torch.tensor([[1.0, 0.0], [-1.0, 0.0]]))
    tensor([[1., 0.],
            [0., 0.]])
    """
    centred = x - x.mean(0)
    return centred.T @ centred / len(x)


def whitening(train: Tensor, eps: float = 0.0, method: Method = "pca") -> Whitening:
    """Return the map that whitens ``train`` ``(n, d)``.

    With covariance U·diag(λ)·Uᵀ, λ falling:

    - "pca": diag(λ + ε)^-½·Uᵀ turns the data onto their principal axes and makes these equally wide. The largest entry
      of each axis is made positive, since an eigenvector may be turned round.
    - "zca": U·diag(λ + ε)^-½·Uᵀ turns back after that, which of all whitening maps changes the data least.

    Covariance after either has eigenvalues λ/(λ + ε): the identity for ε = 0. An ε > 0 keeps axes along which there is
    hardly anything but noise from being blown up.

    Raises:
        Refused: ε is 0 and the data do not vary along some axis.

    >>> x = torch.tensor([[4.0, 0.0], [-4.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> covariance(whitening(x).transform(x)).round(decimals=5).abs()
    tensor([[1., 0.],
            [0., 1.]])
    """
    values, axes = torch.linalg.eigh(covariance(train))
    values, axes = values.flip(0).clamp(min=0), axes.flip(1)
    if eps == 0 and float(values[-1]) <= torch.finfo(values.dtype).eps * len(values) * float(values[0]):
        raise Refused("the data do not vary along some axis, which cannot be made as wide as the others: give 'eps'")
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    axes = axes * largest.sign()
    turned = axes.T / (values + eps).sqrt()[:, None]
    return Whitening(train.mean(0), turned if method == "pca" else axes @ turned)


def condition_number(x: Tensor) -> Tensor:
    """Return the ratio of the largest to the smallest eigenvalue of XᵀX, which sets how slowly descent converges.

    >>> condition_number(torch.diag(torch.tensor([10.0, 1.0])))
    tensor(100.)
    """
    values = torch.linalg.svdvals(x)
    return torch.div(values[0], values[-1]).square()

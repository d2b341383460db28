"""PCA colour: shift all pixels of an image along the directions in which colours vary in the training set.

Source: Krizhevsky, Sutskever & Hinton 2012, section 4.1.
"""

from typing import NamedTuple

import torch
from torch import Tensor


class PrincipalColours(NamedTuple):
    """The eigenvectors and eigenvalues of the covariance of red, green and blue over a training set."""

    directions: Tensor
    """``(3, 3)``, one direction in each column."""
    variances: Tensor
    """``(3,)``, falling."""


def principal_colours(pixels: Tensor) -> PrincipalColours:
    """Return the principal colours of ``pixels`` ``(n, 3)``; the covariance is divided by n."""
    centred = pixels - pixels.mean(0)
    variances, directions = torch.linalg.eigh(centred.T @ centred / len(pixels))
    return PrincipalColours(directions.flip(1), variances.flip(0))


def colour_shift(colours: PrincipalColours, alphas: Tensor) -> Tensor:
    """Return what is added to every pixel: Σ pᵢ·αᵢ·λᵢ, ``(3,)``, λ being the eigenvalues, as the paper prints it.

    ``alphas`` ``(3,)`` are drawn once for an image. The sign of a direction is arbitrary, and so is that of the shift
    for given alphas; as the alphas are drawn evenly around 0, their distribution is not.
    """
    return colours.directions @ (alphas * colours.variances)


def pca_colour(image: Tensor, colours: PrincipalColours, generator: torch.Generator, std: float = 0.1) -> Tensor:
    """Return the image ``(3, H, W)`` with one random shift added to all its pixels; α ~ N(0, ``std``²).

    Pixels keep their differences, so edges and shapes stay; brightness and tint change.
    """
    alphas = std * torch.randn(3, generator=generator, dtype=torch.float64).to(image)
    return image + colour_shift(colours, alphas)[:, None, None]

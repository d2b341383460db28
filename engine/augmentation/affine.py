"""Affine maps of an image: turn, scale and move it, with bilinear interpolation.

Source: Simard, Steinkraus & Platt 2003, "Best Practices for Convolutional Neural Networks Applied to Visual Document
Analysis", section 2; the sampling is that of Jaderberg et al. 2015, "Spatial Transformer Networks".
"""

import math

import torch
from torch import Tensor


def affine_matrix(angle: float = 0.0, scale: float = 1.0, translate: tuple[float, float] = (0.0, 0.0)) -> Tensor:
    """Return the 2 × 3 matrix that takes a point (x, y) of the image to its new place, measured from the centre.

    ``angle`` is in degrees and counter-clockwise as one sees it (y points down), ``scale`` > 1 enlarges, and
    ``translate`` moves by so many pixels to the right and down, after turning and scaling.

    >>> affine_matrix(angle=90.0).round().tolist()
    [[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]]
    """
    radians = math.radians(angle)
    cos, sin = scale * math.cos(radians), scale * math.sin(radians)
    return torch.tensor([[cos, sin, translate[0]], [-sin, cos, translate[1]]], dtype=torch.float64)


def affine(image: Tensor, matrix: Tensor) -> Tensor:
    """Return the image ``(..., H, W)`` after the map ``matrix`` ``(2, 3)``; beyond the image there is 0.

    Each new pixel looks *back* to where it came from, so that none is left empty: the inverse map gives a place between
    four pixels, and their values are mixed by how near they are.

    >>> image = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64)
    >>> affine(image, affine_matrix(translate=(1, 0))).tolist()
    [[0.0, 1.0, 2.0]]
    """
    height, width = image.shape[-2:]
    centre_y, centre_x = (height - 1) / 2, (width - 1) / 2
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    new = torch.stack([columns - centre_x, rows - centre_y]).to(matrix)
    moved = new - matrix[:, 2, None, None]
    old = torch.einsum("ij,jhw->ihw", torch.linalg.inv(matrix[:, :2]), moved)
    return bilinear(image, old[1] + centre_y, old[0] + centre_x)


def bilinear(image: Tensor, y: Tensor, x: Tensor) -> Tensor:
    """Return the values of ``(..., H, W)`` at fractional rows ``y`` and columns ``x``; beyond the image there is 0.

    >>> bilinear(torch.tensor([[0.0, 10.0]]), torch.tensor([0.0]), torch.tensor([0.25])).tolist()
    [2.5]
    """
    top, left = y.floor(), x.floor()
    mixed = torch.zeros(*image.shape[:-2], *y.shape, dtype=image.dtype, device=image.device)
    for row, column in ((top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)):
        nearness = (1 - (y - row).abs()) * (1 - (x - column).abs())
        mixed += nearness.to(image) * _pixel(image, row.long(), column.long())
    return mixed


def _pixel(image: Tensor, row: Tensor, column: Tensor) -> Tensor:
    """Return the pixels at whole rows and columns, 0 where there are none."""
    height, width = image.shape[-2:]
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    values = image[..., row.clamp(0, height - 1), column.clamp(0, width - 1)]
    return torch.where(inside.to(image.device), values, 0.0)

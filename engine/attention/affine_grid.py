"""Where an affine map looks: from each pixel of the *output* to a point of the *input*.

Source: Jaderberg et al. 2015, "Spatial Transformer Networks", section 3.2, equation 1.
"""

import math

import torch
from torch import Tensor

from engine.errors import Refused


def affine_grid(theta: Tensor, height: int, width: int, align_corners: bool = False) -> Tensor:
    """Return the source point θ·(x_t, y_t, 1)ᵀ of each target pixel: ``(N, 2, 3)`` to ``(N, height, width, 2)``.

    ``height`` and ``width`` are those of the output, whatever θ holds. Positions run from -1 to 1, x to the right and y
    down. The map leads from output to input, so the picture moves the other way: a scale of 0.5 zooms *in*, and a
    positive shift of x moves the content *left*.

    Convention: -1 and 1 are the outer edges of the corner pixels; with ``align_corners`` they are their centres.

    >>> affine_grid(scaling(0.5)[None], 1, 4)[0, 0, :, 0].tolist()
    [-0.375, -0.125, 0.125, 0.375]
    """
    if theta.dim() != 3 or theta.shape[1:] != (2, 3):
        raise Refused(f"theta is one 2×3 matrix for each image, (N, 2, 3), not {tuple(theta.shape)}")
    x = _centres(width, align_corners).to(theta)
    y = _centres(height, align_corners).to(theta)
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    targets = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1)
    return torch.einsum("nij,hwj->nhwi", theta, targets)


def _centres(size: int, align_corners: bool) -> Tensor:
    """Return the positions of the pixels' centres."""
    pixels = torch.arange(size, dtype=torch.float64)
    if align_corners:  # one pixel alone stands in the middle
        return pixels / (size - 1) * 2 - 1 if size > 1 else torch.zeros_like(pixels)
    return (2 * pixels + 1) / size - 1


def identity() -> Tensor:
    """Return the θ that changes nothing, and from which a localisation net starts."""
    return torch.eye(2, 3, dtype=torch.float64)


def scaling(x: float, y: float | None = None) -> Tensor:
    """Return the θ that stretches the sampled window: the content grows by 1/x and 1/y."""
    return torch.tensor([[x, 0.0, 0.0], [0.0, x if y is None else y, 0.0]], dtype=torch.float64)


def translation(x: float, y: float) -> Tensor:
    """Return the θ that moves the window by these parts of *half* the image; the content moves the other way."""
    return torch.tensor([[1.0, 0.0, x], [0.0, 1.0, y]], dtype=torch.float64)


def rotation(degrees: float) -> Tensor:
    """Return the θ that turns the window clockwise as seen on a screen, y down; the content turns counter-clockwise."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return torch.tensor([[cosine, -sine, 0.0], [sine, cosine, 0.0]], dtype=torch.float64)


def crop(x: float, y: float, scale: float) -> Tensor:
    """Return the θ of attention in its narrow sense: a window of ``scale`` times the size, its centre at (x, y)."""
    return torch.tensor([[scale, 0.0, x], [0.0, scale, y]], dtype=torch.float64)

"""Sampling kernels: how much a source pixel counts for a point that lies between pixels.

Source: Jaderberg, Simonyan, Zisserman & Kavukcuoglu 2015, "Spatial Transformer Networks", section 3.3.
"""

from collections.abc import Callable, Mapping
from typing import Final

import torch
from torch import Tensor

Kernel = Callable[[Tensor, Tensor], Tensor]


def bilinear(point: Tensor, pixel: Tensor) -> Tensor:
    """Return max(0, 1 - |x - m|): falls from 1 at the pixel to 0 at its neighbours.

    Two pixels along an axis count, four in the plane, and their shares sum to 1. The slope is -1 or 1, so a point
    learns where to go.

    >>> bilinear(torch.tensor(2.25), torch.arange(5)).tolist()
    [0.0, 0.0, 0.75, 0.25, 0.0]
    """
    return (1 - (point - pixel).abs()).clamp(min=0)


def nearest(point: Tensor, pixel: Tensor) -> Tensor:
    """Return δ(⌊x + 0.5⌋ - m): 1 for the nearest pixel, else 0. Flat, so a point gets no gradient.

    Convention: a point in the middle goes to the right, as the paper writes it. Torch's grid_sample rounds halves to
    the even pixel, and so differs at exact middles.

    >>> nearest(torch.tensor(2.5), torch.arange(5)).tolist()
    [0.0, 0.0, 0.0, 1.0, 0.0]
    """
    return ((point + 0.5).floor() == pixel).to(point)


SAMPLING_KERNELS: Final[Mapping[str, Kernel]] = {"bilinear": bilinear, "nearest": nearest}


def sample(image: Tensor, grid: Tensor, kernel: str = "bilinear", align_corners: bool = False) -> Tensor:
    """Return V[i, c] = Σₙ Σₘ U[n, m, c]·k(xᵢ - m)·k(yᵢ - n): the image, seen at the points of the grid.

    Shapes: image U ``(N, C, H, W)``, grid ``(N, Ho, Wo, 2)`` with (x, y) in -1 to 1, to ``(N, C, Ho, Wo)``. The size of
    the output is the size of the grid. All channels are sampled at the same points.

    Convention: outside of the image all is 0. -1 and 1 are the outer edges of the corner pixels; with ``align_corners``
    they are their centres.

    The sums run over the whole image, as the formula says, which is clear and slow: most k are 0.
    """
    along = SAMPLING_KERNELS[kernel]
    height, width = image.shape[-2:]
    x = to_pixels(grid[..., 0], width, align_corners)
    y = to_pixels(grid[..., 1], height, align_corners)
    columns = along(x[..., None], torch.arange(width).to(x))
    rows = along(y[..., None], torch.arange(height).to(y))
    return torch.einsum("bchw,bijh,bijw->bcij", image, rows, columns)


def to_pixels(position: Tensor, size: int, align_corners: bool = False) -> Tensor:
    """Return where a position in -1 to 1 lies, counted in pixels from the centre of the first one.

    >>> edges = torch.tensor([-1.0, 0.0, 1.0])
    >>> to_pixels(edges, 8).tolist(), to_pixels(edges, 8, align_corners=True).tolist()
    ([-0.5, 3.5, 7.5], [0.0, 3.5, 7.0])
    """
    return (position + 1) / 2 * (size - 1) if align_corners else ((position + 1) * size - 1) / 2

"""RoIAlign: a grid of fixed size from a region of any size, and nothing is rounded.

The region, in real coordinates on the feature map, is cut into equal bins; in each stand sampling_ratio² points, evenly
spread; the map's value at a point is bilinear between the four cells around it; a bin gives the average of its points.

Source: He, Gkioxari, Dollár & Girshick 2017, "Mask R-CNN", section 3.

Convention: does coordinate 0 mean the middle of cell 0, or its edge? ``aligned=True`` takes it as the edge, so that
cell i's middle is at i + 1/2, and shifts all points by half a cell; ``aligned=False``, the older code (and that of
torchvision's Faster R-CNN), does not, and its regions are at least one cell wide.
"""

import math

import torch
from torch import Tensor


def sample_points(
    low: float,
    high: float,
    output_size: int,
    sampling_ratio: int | None,
    spatial_scale: float = 1.0,
    aligned: bool = True,
) -> Tensor:
    """Return where the points stand along one axis, in cells, bin by bin. Shape: ``(output_size, sampling_ratio)``.

    Without a ``sampling_ratio`` there are as many as a bin has cells, rounded up.

    >>> sample_points(0, 4, output_size=2, sampling_ratio=2).tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    >>> sample_points(0, 4, output_size=2, sampling_ratio=2, aligned=False).tolist()
    [[0.5, 1.5], [2.5, 3.5]]
    """
    shift = 0.5 if aligned else 0.0
    start, end = low * spatial_scale - shift, high * spatial_scale - shift
    width = end - start if aligned else max(end - start, 1.0)
    ratio = sampling_ratio or max(math.ceil(width / output_size), 1)
    parts = (torch.arange(output_size * ratio, dtype=torch.float64) + 0.5) / (output_size * ratio)
    return (start + parts * width).reshape(output_size, ratio)


def bilinear(x: Tensor, y: Tensor, x_place: Tensor) -> Tensor:
    """Return the map's values at every pair of a row and a column place, both real numbers in cells.

    Up to one cell outside the nearest cell inside is meant; further out is 0. Shapes: ``(C, H, W)``, ``(A,)``, ``(B,)``
    to ``(C, A, B)``.
    """
    rows, columns = _weights(y, x.shape[1]).to(x), _weights(x_place, x.shape[2]).to(x)
    return rows @ x @ columns.mT


def roi_align(
    x: Tensor,
    boxes: Tensor,
    output_size: int,
    spatial_scale: float = 1.0,
    sampling_ratio: int | None = 2,
    aligned: bool = True,
) -> Tensor:
    """Return the average of each bin's bilinear samples for each box.

    Shapes: ``(C, H, W)`` and ``(R, 4)`` to ``(R, C, output_size, output_size)``.

    >>> x = torch.arange(16.0).reshape(1, 4, 4)
    >>> roi_align(x, torch.tensor([[0.0, 0.0, 4.0, 4.0]]), output_size=2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    pooled = []
    for x1, y1, x2, y2 in boxes.tolist():
        rows = sample_points(y1, y2, output_size, sampling_ratio, spatial_scale, aligned)
        columns = sample_points(x1, x2, output_size, sampling_ratio, spatial_scale, aligned)
        samples = bilinear(x, rows.flatten(), columns.flatten())
        grid = samples.reshape(len(x), *rows.shape, *columns.shape)
        pooled.append(grid.mean((2, 4)))
    return torch.stack(pooled) if pooled else x.new_zeros(0, len(x), output_size, output_size)


def _weights(places: Tensor, cells: int) -> Tensor:
    """Return each cell's share in each place: two neighbours share it, 0 outside. Shape: ``(places, cells)``."""
    inside = places.clamp(0, cells - 1)
    distance = (inside[:, None] - torch.arange(cells, dtype=places.dtype)).abs()
    reached = places.ge(-1) & places.le(cells)
    return (1 - distance).clamp(min=0) * reached[:, None]

"""RoI pooling: a grid of fixed size from a region of any size, with everything rounded to whole cells.

The region is rounded to cells of the feature map, cut into output_size x output_size bins with rounded edges, and the
largest value of each bin is taken. So every region gives the same shape, which linear layers need; and a region that
moves by less than a cell mostly gives the same numbers, which masks suffer from: :mod:`engine.detection.roi_align`.

Source: Girshick 2015, "Fast R-CNN", section 2.1, and its published code, which torchvision follows: corners are rounded
to the nearest cell (halves up), the last cell belongs to the region, so that it is end - start + 1 cells wide.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor


class Bin(NamedTuple):
    """Cells from ``start`` to before ``end`` along one axis; none where both are equal."""

    start: int
    end: int


def quantised(low: float, high: float, spatial_scale: float) -> tuple[int, int]:
    """Return the first and the last cell of a region from ``low`` to ``high`` pixels, both rounded, at least one.

    >>> quantised(100, 187, spatial_scale=1 / 16)  # 6.25 to 11.69 cells
    (6, 12)
    """
    first, last = (math.floor(edge * spatial_scale + 0.5) for edge in (low, high))
    return first, max(first, last)


def bins(first: int, last: int, output_size: int, cells: int) -> list[Bin]:
    """Return the bins of a region from cell ``first`` to ``last`` on an axis of ``cells`` cells.

    Bin i reaches from floor(i·w/n) to ceil((i + 1)·w/n) for w cells and n bins: neighbours may share a cell.

    >>> [tuple(bin) for bin in bins(2, 6, output_size=2, cells=10)]
    [(2, 5), (4, 7)]
    """
    width = last - first + 1
    edges = []
    for index in range(output_size):
        start = first + index * width // output_size
        end = first + -(-(index + 1) * width // output_size)
        edges.append(Bin(min(max(start, 0), cells), min(max(end, 0), cells)))
    return edges


def roi_pool(x: Tensor, boxes: Tensor, output_size: int, spatial_scale: float = 1.0) -> Tensor:
    """Return the largest value of each bin of each box; 0 for a bin outside of the map.

    ``spatial_scale`` is the size of the map over that of the image, 1/16 behind four halvings.
    Shapes: ``(C, H, W)`` and ``(R, 4)`` to ``(R, C, output_size, output_size)``.

    >>> x = torch.arange(16.0).reshape(1, 4, 4)
    >>> roi_pool(x, torch.tensor([[0.0, 0.0, 3.0, 3.0]]), output_size=2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    pooled = [_pool_one(x, box, output_size, spatial_scale) for box in boxes.tolist()]
    return torch.stack(pooled) if pooled else x.new_zeros(0, len(x), output_size, output_size)


def _pool_one(x: Tensor, box: list[float], output_size: int, spatial_scale: float) -> Tensor:
    x1, y1, x2, y2 = box
    _, height, width = x.shape
    rows = bins(*quantised(y1, y2, spatial_scale), output_size, height)
    columns = bins(*quantised(x1, x2, spatial_scale), output_size, width)
    cells = [[_largest(x[:, row.start : row.end, column.start : column.end]) for column in columns] for row in rows]
    return torch.stack([torch.stack(line, dim=-1) for line in cells], dim=-2)


def _largest(cells: Tensor) -> Tensor:
    return cells.amax((1, 2)) if cells[0].numel() else cells.new_zeros(len(cells))

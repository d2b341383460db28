"""Anchor boxes: the same few shapes around every place of a feature map, as references for what is predicted there.

Two rules for the shapes:

- Faster R-CNN takes every size with every ratio, n·m shapes (3 sizes and 3 ratios: 9). All shapes of one size s have
  the area s², and the ratio is height over width: h = s·√r, w = s/√r. Its code rounds corners to whole pixels.
- Dive into Deep Learning takes the first size with every ratio and every size with the first ratio, n + m - 1
  shapes. A size is a share of the image, and the ratio is width over height: w = s·√r·H, h = s/√r·H, with H the
  image's height.

Sources: Ren, He, Girshick & Sun 2015, "Faster R-CNN", section 3.1.1; Liu et al. 2016, "SSD", for shares of the image.
"""

from collections.abc import Sequence
from itertools import product
from typing import Literal

import torch
from torch import Tensor

Rule = Literal["every pair", "first of each"]


def cell_anchors(sizes: Sequence[float], ratios: Sequence[float], rounded: bool = False) -> Tensor:
    """Return Faster R-CNN's shapes around the origin, all sizes of the first ratio first. Shape: ``(n·m, 4)``.

    >>> cell_anchors([128], [0.25, 1.0]).tolist()
    [[-128.0, -32.0, 128.0, 32.0], [-64.0, -64.0, 64.0, 64.0]]
    """
    pairs = torch.tensor(list(product(ratios, sizes)), dtype=torch.float64)
    root = pairs[:, 0].sqrt()
    half = torch.stack([pairs[:, 1] / root, pairs[:, 1] * root], dim=1) / 2
    shapes = torch.cat([-half, half], dim=1)
    return shapes.round() if rounded else shapes


def d2l_cell_anchors(sizes: Sequence[float], ratios: Sequence[float], height: float) -> Tensor:
    """Return the n + m - 1 shapes of Dive into Deep Learning around the origin, in pixels.

    Each size with the first ratio, then the first size with each other ratio. Shape: ``(n + m - 1, 4)``.

    >>> d2l_cell_anchors([0.5, 0.25], [1.0, 4.0], height=100).tolist()[-1]
    [-50.0, -12.5, 50.0, 12.5]
    """
    chosen = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    pairs = torch.tensor(chosen, dtype=torch.float64)
    root = pairs[:, 1].sqrt()
    half = torch.stack([pairs[:, 0] * root, pairs[:, 0] / root], dim=1) * height / 2
    return torch.cat([-half, half], dim=1)


def grid_anchors(cells: Tensor, height: int, width: int, stride: tuple[float, float], offset: float = 0.0) -> Tensor:
    """Return the shapes around every place of a height x width map, place by place along the rows.

    Place (row, column) stands at ((column + offset)·stride_x, (row + offset)·stride_y) of the image; ``stride`` is
    (stride_y, stride_x). torchvision has offset 0, Dive into Deep Learning 0.5, the middle of the cell.
    Shapes: ``(k, 4)`` to ``(height·width·k, 4)``.

    >>> grid_anchors(torch.tensor([[-1.0, -1.0, 1.0, 1.0]]), 1, 2, stride=(16, 16)).tolist()
    [[-1.0, -1.0, 1.0, 1.0], [15.0, -1.0, 17.0, 1.0]]
    """
    rows = (torch.arange(height, device=cells.device, dtype=cells.dtype) + offset) * stride[0]
    columns = (torch.arange(width, device=cells.device, dtype=cells.dtype) + offset) * stride[1]
    y, x = torch.meshgrid(rows, columns, indexing="ij")
    centres = torch.stack([x, y, x, y], dim=-1).reshape(-1, 1, 4)
    return (centres + cells).reshape(-1, 4)

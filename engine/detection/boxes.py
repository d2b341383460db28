"""Boxes as (x1, y1, x2, y2): their area, clipping them to an image, and leaving out those that are too small.

Convention: coordinates are real numbers, so a box is x2 - x1 wide. Older code (Fast R-CNN, PASCAL VOC) means the first
and the last *pixel* by them, and a box is x2 - x1 + 1 wide; that is ``pixels=True``.
"""

import torch
from torch import Tensor


def area(boxes: Tensor, pixels: bool = False) -> Tensor:
    """Return width times height; a box with x2 < x1 or y2 < y1 is empty and has 0. Shapes: ``(..., 4)`` to ``(...)``.

    >>> area(torch.tensor([[0.0, 0.0, 3.0, 2.0]])).tolist(), area(torch.tensor([[0.0, 0.0, 3.0, 2.0]]), True).tolist()
    ([6.0], [12.0])
    """
    size = (boxes[..., 2:] - boxes[..., :2] + int(pixels)).clamp(min=0)
    return size[..., 0] * size[..., 1]


def clip_to_image(boxes: Tensor, height: float, width: float) -> Tensor:
    """Return the boxes with x in [0, width] and y in [0, height].

    >>> clip_to_image(torch.tensor([[-5.0, 2.0, 30.0, 9.0]]), height=8, width=20).tolist()
    [[0.0, 2.0, 20.0, 8.0]]
    """
    most = torch.tensor([width, height, width, height], dtype=boxes.dtype, device=boxes.device)
    return boxes.clamp(min=0).minimum(most)


def large_enough(boxes: Tensor, least: float) -> Tensor:
    """Return True for the boxes whose sides are both at least ``least``."""
    sides = boxes[..., 2:] - boxes[..., :2]
    return sides.ge(least).all(-1)

"""Intersection over union (the Jaccard index) of boxes.

IoU(A, B) = |A ∩ B| / |A ∪ B|, |A ∪ B| = |A| + |B| - |A ∩ B|

It is 1 for equal boxes, 0 for boxes that only touch, and does not change when both are moved or scaled alike.
Convention: where the union is empty (both boxes have no area) it is 0; torchvision divides and gives NaN.
"""

import torch
from torch import Tensor

from engine.detection.boxes import area


def intersection(a: Tensor, b: Tensor, pixels: bool = False) -> Tensor:
    """Return the common area of every pair. Shapes: ``(N, 4)`` and ``(M, 4)`` to ``(N, M)``.

    >>> intersection(torch.tensor([[0.0, 0.0, 4.0, 2.0]]), torch.tensor([[1.0, 1.0, 9.0, 9.0]])).tolist()
    [[3.0]]
    """
    corner = torch.maximum(a[:, None, :2], b[None, :, :2])
    opposite = torch.minimum(a[:, None, 2:], b[None, :, 2:])
    return area(torch.cat([corner, opposite], dim=-1), pixels)


def iou(a: Tensor, b: Tensor, pixels: bool = False) -> Tensor:
    """Return the IoU of every pair. Shapes: ``(N, 4)`` and ``(M, 4)`` to ``(N, M)``.

    >>> iou(torch.tensor([[0.0, 0.0, 4.0, 2.0]]), torch.tensor([[2.0, 0.0, 6.0, 2.0]])).tolist()
    [[0.3333333432674408]]
    """
    common = intersection(a, b, pixels)
    union = area(a, pixels)[:, None] + area(b, pixels)[None, :] - common
    return torch.where(union > 0, common / union.where(union > 0, 1), 0)

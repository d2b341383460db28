"""Non-maximum suppression: of boxes that show the same object, keep the one with the best score.

Greedily: take the best box that is left, drop all others that overlap it by more than the threshold, go on. A box that
was dropped drops no other. With several classes each class is treated by itself.

Conventions: "more than" is IoU > threshold, as in torchvision; ``drop_equal`` makes it ≥. Of equal scores the earlier
box goes first (other libraries leave that order open).
"""

import torch
from torch import Tensor

from engine.detection.iou import iou


def nms(boxes: Tensor, scores: Tensor, iou_threshold: float, drop_equal: bool = False) -> Tensor:
    """Return the numbers of the boxes that stay, best score first. Shapes: ``(N, 4)``, ``(N,)`` to ``(K,)``.

    >>> boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]])
    >>> nms(boxes, torch.tensor([0.8, 0.9, 0.5]), iou_threshold=0.5).tolist()
    [1, 2]
    """
    order = scores.argsort(descending=True, stable=True)
    overlaps = iou(boxes[order], boxes[order])
    too_much = overlaps >= iou_threshold if drop_equal else overlaps > iou_threshold
    left = torch.ones(len(order), dtype=torch.bool, device=boxes.device)
    kept: list[int] = []
    for place in range(len(order)):
        if left[place]:
            kept.append(place)
            left &= ~too_much[place]
    return order[kept]


def nms_per_class(
    boxes: Tensor, scores: Tensor, classes: Tensor, iou_threshold: float, drop_equal: bool = False
) -> Tensor:
    """Return the numbers of the boxes that stay when boxes of different classes do not suppress each other.

    Best score first, whatever the class. Shapes: as :func:`nms`, and classes ``(N,)``.
    """
    kept = [
        members[nms(boxes[members], scores[members], iou_threshold, drop_equal)]
        for members in (classes.eq(one).nonzero()[:, 0] for one in dict.fromkeys(classes.tolist()))
    ]
    together = torch.cat(kept).sort().values if kept else torch.zeros(0, dtype=torch.int64, device=boxes.device)
    return together[scores[together].argsort(descending=True, stable=True)]

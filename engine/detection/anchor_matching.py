"""Which anchors are taught to be objects, which background, and which nothing.

Source: Ren, He, Girshick & Sun 2015, "Faster R-CNN", section 3.1.2 (0.7 and 0.3); Girshick 2015, "Fast R-CNN", section
2.3, for the second stage (0.5 for both, without the best box of each object).
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.detection.iou import iou

OBJECT, BACKGROUND, IGNORED = 1, 0, -1


class Matches(NamedTuple):
    """For each reference box its label (1, 0 or -1) and the number of the object it overlaps most."""

    labels: Tensor
    objects: Tensor


def match(references: Tensor, objects: Tensor, high: float = 0.7, low: float = 0.3, best_too: bool = True) -> Matches:
    """Label reference boxes by their largest IoU with any object.

    1 from ``high`` on; 0 below ``low``; -1 between, where they teach nothing. With ``best_too`` the boxes that overlap
    an object most of all (ties too) are 1 at any IoU above 0, so that each object has one. An anchor learns the object
    it overlaps most, also where it became 1 as the best for another; the first of equals. Without objects all are 0.

    Shapes: ``(A, 4)`` and ``(G, 4)`` to labels and objects, both ``(A,)``.

    >>> boxes = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 5], [20, 20, 30, 30]])
    >>> match(boxes, torch.tensor([[0.0, 0.0, 10.0, 10.0]])).labels.tolist()
    [1, -1, 0]
    """
    if len(objects) == 0:
        nothing = torch.zeros(len(references), dtype=torch.int64, device=references.device)
        return Matches(nothing, nothing)
    overlaps = iou(references, objects)
    largest, which = overlaps.max(dim=1)
    labels = torch.full_like(which, IGNORED)
    labels[largest < low] = BACKGROUND
    labels[largest >= high] = OBJECT
    if best_too:
        best = overlaps.max(dim=0).values
        labels[((overlaps == best) & (best > 0)).any(dim=1)] = OBJECT
    return Matches(labels, which)


def sample(labels: Tensor, size: int, most_objects: int, generator: torch.Generator) -> Tensor:
    """Return the numbers of a random choice: up to ``most_objects`` with label 1, filled up to ``size`` with label 0.

    >>> sample(torch.tensor([1, 0, -1, 0]), size=4, most_objects=2, generator=torch.Generator()).tolist()
    [0, 1, 3]
    """
    objects, background = (_shuffled(labels.eq(label).nonzero()[:, 0], generator) for label in (OBJECT, BACKGROUND))
    chosen = objects[:most_objects]
    return torch.cat([chosen, background[: size - len(chosen)]]).sort().values


def _shuffled(places: Tensor, generator: torch.Generator) -> Tensor:
    return places[torch.randperm(len(places), generator=generator).to(places.device)]

"""Mask R-CNN: Faster R-CNN with a third branch beside class and box, a small mask for each class.

Source: He, Gkioxari, Dollár & Girshick 2017, "Mask R-CNN".
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.detection.losses import DetectionLoss, mask_loss
from engine.detection.roi_align import roi_align
from engine.models.detection.faster_rcnn import FasterRCNN, Objects
from engine.models.detection.region_heads import MaskHead, pooled_regions


class MaskDetections(NamedTuple):
    """What was found, best first, and for each its mask ``(D, 28, 28)``: probabilities inside of the box."""

    boxes: Tensor
    labels: Tensor
    scores: Tensor
    masks: Tensor


class MaskRCNN(nn.Module):
    """Faster R-CNN whose detections are pooled once more, 14 x 14, and outlined.

    The mask branch reads the *final* boxes and gives 28 x 28 logits for every class; the class head's choice says which
    mask counts: a sigmoid for each pixel, no competition between classes. Arguments as of :class:`FasterRCNN`.
    """

    def __init__(
        self,
        num_classes: int = 91,
        layers: Sequence[int] = (3, 4, 6, 3),
        width: int = 64,
        channels: int = 256,
        hidden: int = 1024,
        sizes: Sequence[float] = (32, 64, 128, 256, 512),
        frozen: bool = True,
    ) -> None:
        super().__init__()
        self.detector = FasterRCNN(num_classes, layers, width, channels, hidden, sizes, frozen)
        self.mask_head = MaskHead(channels, num_classes, hidden=channels)

    def forward(self, image: Tensor) -> MaskDetections:
        """Return what is found in one image ``(1, 3, H, W)``, with a mask for each."""
        maps = self.detector.backbone(image)
        found = self.detector.detect(maps, (image.shape[2], image.shape[3]))
        return MaskDetections(*found, self.masks(maps, found.boxes, found.labels))

    def masks(self, maps: Sequence[Tensor], boxes: Tensor, labels: Tensor) -> Tensor:
        """Return the probabilities of each box's own class. Shape: ``(D, 28, 28)``."""
        logits: Tensor = self.mask_head(pooled_regions(maps, boxes, 14))
        return logits[torch.arange(len(labels), device=logits.device), labels].sigmoid()

    def losses(
        self, image: Tensor, objects: Objects, outlines: Tensor, generator: torch.Generator
    ) -> dict[str, DetectionLoss | Tensor]:
        """Return the losses of all branches; ``outlines`` are the objects' masks ``(G, H, W)`` of 0 and 1.

        Only regions that hold an object learn a mask, and only that of its class.
        """
        maps = self.detector.backbone(image)
        losses, regions = self.detector.losses_on(maps, (image.shape[2], image.shape[3]), objects, generator)
        hold = regions.labels.ge(1)
        boxes, which = regions.boxes[hold], regions.objects[hold]
        logits: Tensor = self.mask_head(pooled_regions(maps, boxes, 14))
        masks = mask_loss(logits, regions.labels[hold], mask_targets(outlines, boxes, which))
        return {**losses, "masks": masks}


def mask_targets(outlines: Tensor, boxes: Tensor, which: Tensor, size: int = 28) -> Tensor:
    """Return what each region's mask should be: its object's outline, pooled from the box. Shape: ``(R, size, size)``.

    RoIAlign, not aligned, with as many points as a bin has pixels, as published code does; values between 0 and 1 occur
    at edges.
    """
    pairs = zip(which, boxes, strict=True)
    pooled = [roi_align(outlines[one][None], box[None], size, 1.0, None, aligned=False) for one, box in pairs]
    return torch.cat(pooled)[:, 0] if pooled else outlines.new_zeros(0, size, size)


def paste_mask(mask: Tensor, box: Tensor, height: int, width: int) -> Tensor:
    """Return True for the pixels of an image that the mask covers: stretched over its box, from 1/2 on.

    The box is rounded to whole pixels. Shapes: ``(m, m)`` and ``(4,)`` to ``(height, width)``.

    >>> paste_mask(torch.ones(2, 2), torch.tensor([1.0, 0.0, 3.0, 1.0]), 2, 4).int().tolist()
    [[0, 1, 1, 0], [0, 0, 0, 0]]
    """
    x1, y1, x2, y2 = box.round().long().tolist()
    size = (max(y2 - y1, 1), max(x2 - x1, 1))
    stretched = F.interpolate(mask[None, None], size=size, mode="bilinear", align_corners=False)[0, 0]
    whole = torch.zeros(height, width, dtype=torch.bool, device=mask.device)
    top, left, bottom, right = max(y1, 0), max(x1, 0), min(y1 + size[0], height), min(x1 + size[1], width)
    whole[top:bottom, left:right] = stretched[top - y1 : bottom - y1, left - x1 : right - x1] >= 0.5
    return whole


def mask_rcnn_resnet50_fpn(frozen: bool = True) -> MaskRCNN:
    """Return Mask R-CNN on ResNet-50 with a pyramid: 44,401,393 parameters, 44,454,513 with trainable BatchNorms."""
    return MaskRCNN(frozen=frozen)

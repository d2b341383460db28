"""R-CNN and Fast R-CNN: how proposals meet the network. One warps every proposal and runs it alone, one runs the image.

- R-CNN crops each of about 2000 proposals, warps it to the network's input size, and runs the network on each: as many
  passes as proposals. Then a linear classifier for each class and a box regression.
- Fast R-CNN runs the convolutions once over the whole image and pools each proposal from that one map.

Sources: Girshick, Donahue, Darrell & Malik 2014, "Rich feature hierarchies for accurate object detection and semantic
segmentation", section 2; Girshick 2015, "Fast R-CNN", section 2.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.detection.box_coding import decode
from engine.detection.nms import nms_per_class
from engine.detection.roi_pool import roi_pool

Network = Callable[[Tensor], Tensor]
Detections = tuple[Tensor, Tensor, Tensor]


def warp(image: Tensor, boxes: Tensor, size: int) -> Tensor:
    """Return each box's pixels, stretched to size x size whatever its shape; corners are rounded to pixels.

    Shapes: ``(C, H, W)`` and ``(P, 4)`` to ``(P, C, size, size)``.

    >>> warp(torch.eye(4)[None], torch.tensor([[0.0, 0.0, 4.0, 2.0]]), size=2).tolist()
    [[[[0.5, 0.0], [0.5, 0.0]]]]
    """
    crops = []
    for x1, y1, x2, y2 in boxes.round().long().tolist():
        crop = image[None, :, y1 : max(y2, y1 + 1), x1 : max(x2, x1 + 1)]
        crops.append(F.interpolate(crop, size=(size, size), mode="bilinear", align_corners=False))
    return torch.cat(crops)


def rcnn_features(image: Tensor, boxes: Tensor, network: Network, size: int) -> Tensor:
    """Return the network's features of each warped box: one pass for every box. Shape: ``(P, features)``."""
    return torch.cat([network(crop[None]) for crop in warp(image, boxes, size)])


def fast_rcnn_features(
    image: Tensor, boxes: Tensor, network: Network, output_size: int, spatial_scale: float
) -> Tensor:
    """Return each box's pooled features from one pass over the image. Shape: ``(P, C', output_size, output_size)``."""
    return roi_pool(network(image[None])[0], boxes, output_size, spatial_scale)


def detections(
    boxes: Tensor,
    class_logits: Tensor,
    offsets: Tensor,
    score_threshold: float = 0.5,
    iou_threshold: float = 0.3,
) -> Detections:
    """Return boxes, classes and scores: softmax, each class's own regression, then suppression within each class.

    Class 0 is background. Shapes: ``(P, 4)``, ``(P, K)``, ``(P, K, 4)`` to ``(D, 4)``, ``(D,)``, ``(D,)``.
    """
    scores = class_logits.softmax(dim=1)[:, 1:]
    refined = decode(boxes[:, None], offsets[:, 1:])
    proposal, found = scores.gt(score_threshold).nonzero(as_tuple=True)
    kept = nms_per_class(refined[proposal, found], scores[proposal, found], found, iou_threshold)
    proposal, found = proposal[kept], found[kept]
    return refined[proposal, found], found + 1, scores[proposal, found]

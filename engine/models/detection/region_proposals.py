"""The region proposal network: at every place, for every anchor, is there an object, and where exactly?

It replaces a heuristic search such as selective search by three convolutions on the maps that the detector computes
anyway.

Source: Ren, He, Girshick & Sun 2015, "Faster R-CNN", section 3.1; on pyramids Lin et al. 2017, section 4.1.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.detection.anchors import cell_anchors, grid_anchors
from engine.detection.box_coding import decode
from engine.detection.boxes import clip_to_image, large_enough
from engine.detection.nms import nms_per_class

RATIOS = (0.5, 1.0, 2.0)


class RPNHead(nn.Module):
    """A 3x3 convolution with ReLU, then two 1x1: scores for each of the k anchors of a place, and four offsets.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, scores_per_anchor·k, H, W)`` and ``(N, 4k, H, W)``.

    Args:
        hidden: channels of the 3x3; as many as in_channels where it is None. 512 on VGG-16.
        scores_per_anchor: 2 (object and background, for a softmax) in the paper, 1 (for a sigmoid) in later code.
    """

    def __init__(
        self, in_channels: int, num_anchors: int, hidden: int | None = None, scores_per_anchor: int = 1
    ) -> None:
        super().__init__()
        hidden = hidden or in_channels
        self.conv = nn.Conv2d(in_channels, hidden, 3, padding=1)
        self.relu = nn.ReLU()
        self.cls_logits = nn.Conv2d(hidden, num_anchors * scores_per_anchor, 1)
        self.bbox_pred = nn.Conv2d(hidden, num_anchors * 4, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the scores and the offsets."""
        hidden = self.relu(self.conv(x))
        return self.cls_logits(hidden), self.bbox_pred(hidden)


class Predictions(NamedTuple):
    """What the head says of each anchor, level by level joined: objectness ``(A,)``, offsets and anchors ``(A, 4)``."""

    objectness: Tensor
    offsets: Tensor
    anchors: Tensor
    levels: Tensor
    """The number of each anchor's map."""


class RegionProposalNetwork(nn.Module):
    """Anchors of one size on each map of a pyramid, one head for all maps, and a selection of the best boxes.

    Args:
        sizes: the side √area of the anchors of each map.
        pre_nms_top_n: how many boxes of each map go into the suppression.
        post_nms_top_n: how many come out, of all maps together.
    """

    def __init__(
        self,
        in_channels: int,
        sizes: Sequence[float] = (32, 64, 128, 256, 512),
        pre_nms_top_n: int = 1000,
        post_nms_top_n: int = 1000,
        nms_threshold: float = 0.7,
    ) -> None:
        super().__init__()
        self.sizes = tuple(sizes)
        self.pre_nms_top_n, self.post_nms_top_n, self.nms_threshold = pre_nms_top_n, post_nms_top_n, nms_threshold
        self.head = RPNHead(in_channels, len(RATIOS))

    def predict(self, maps: Sequence[Tensor], image_size: tuple[int, int]) -> Predictions:
        """Return the head's predictions for one image of (height, width); maps ``(1, C, H_i, W_i)``."""
        parts = [self._predict_map(x, image_size, size, level) for level, (x, size) in enumerate(self._sized(maps))]
        return Predictions(*(torch.cat(column) for column in zip(*parts, strict=True)))

    def _sized(self, maps: Sequence[Tensor]) -> list[tuple[Tensor, float]]:
        return list(zip(maps, self.sizes, strict=True))

    def _predict_map(self, x: Tensor, image_size: tuple[int, int], size: float, level: int) -> Predictions:
        objectness, offsets = self.head(x)
        _, _, height, width = x.shape
        stride = (image_size[0] // height, image_size[1] // width)
        anchors = grid_anchors(cell_anchors([size], RATIOS, rounded=True).to(x), height, width, stride)
        logits = objectness[0].permute(1, 2, 0).flatten()
        each = offsets[0].unflatten(0, (-1, 4)).permute(2, 3, 0, 1).reshape(-1, 4)
        return Predictions(logits, each, anchors, torch.full_like(logits, level, dtype=torch.int64))

    @torch.no_grad()
    def propose(self, predictions: Predictions, image_size: tuple[int, int]) -> Tensor:
        """Return the proposals ``(P, 4)``, best first: decode, clip, drop the tiny, suppress within each map."""
        best = torch.cat([self._best_of(predictions, level) for level in range(len(self.sizes))])
        boxes = decode(predictions.anchors[best], predictions.offsets[best])
        boxes = clip_to_image(boxes, *image_size)
        scores, levels = predictions.objectness[best].sigmoid(), predictions.levels[best]
        usable = large_enough(boxes, least=1e-3)
        boxes, scores, levels = boxes[usable], scores[usable], levels[usable]
        kept = nms_per_class(boxes, scores, levels, self.nms_threshold)
        return boxes[kept[: self.post_nms_top_n]]

    def _best_of(self, predictions: Predictions, level: int) -> Tensor:
        members = predictions.levels.eq(level).nonzero()[:, 0]
        order = predictions.objectness[members].argsort(descending=True, stable=True)
        return members[order[: self.pre_nms_top_n]]

"""Faster R-CNN: one network proposes regions and judges them, on shared feature maps.

The image goes through the backbone once; the region proposal network gives about 1000 boxes; each is pooled from the
maps, classified and moved. Here on ResNet-50 with a feature pyramid, as torchvision publishes it (the paper of 2015 has
VGG-16 and no pyramid; its region proposal head is :class:`RPNHead` with 512 channels and 9 anchors).

Sources: Ren, He, Girshick & Sun 2015, "Faster R-CNN: Towards Real-Time Object Detection with Region Proposal Networks";
Lin et al. 2017, "Feature Pyramid Networks for Object Detection".
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.detection.anchor_matching import BACKGROUND, match, sample
from engine.detection.box_coding import ONES, decode, encode
from engine.detection.boxes import clip_to_image, large_enough
from engine.detection.losses import DetectionLoss, fast_rcnn_loss, rpn_loss
from engine.detection.nms import nms_per_class
from engine.models.detection.feature_pyramid import ResNetFPN
from engine.models.detection.region_heads import BoxHead, pooled_regions
from engine.models.detection.region_proposals import Predictions, RegionProposalNetwork

BOX_WEIGHTS = (10.0, 10.0, 5.0, 5.0)
BETA = 1 / 9
"""Where smooth L1 turns straight, in both stages."""


class Detections(NamedTuple):
    """What was found, best first: boxes ``(D, 4)``, classes from 1 on, scores."""

    boxes: Tensor
    labels: Tensor
    scores: Tensor


class Objects(NamedTuple):
    """What there is to be found: boxes ``(G, 4)`` and classes from 1 on, ``(G,)``."""

    boxes: Tensor
    labels: Tensor


class Regions(NamedTuple):
    """Sampled proposals for the second stage, their true classes (0 is background), and the object of each."""

    boxes: Tensor
    labels: Tensor
    objects: Tensor


class FasterRCNN(nn.Module):
    """Backbone, region proposal network, and a head for each region.

    Takes one image ``(1, 3, H, W)`` that is already scaled and normalised (published: shorter side 800, ImageNet
    statistics) and returns :class:`Detections`.

    Args:
        num_classes: with the background; 91 on COCO, whose class numbers have gaps.
        sizes: the sides of the anchors on the five maps.
        frozen: the backbone's BatchNorms are constants; True is what torchvision publishes.
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
        self.backbone = ResNetFPN(layers, width, channels, frozen)
        self.rpn = RegionProposalNetwork(channels, sizes)
        self.box_head = BoxHead(channels, num_classes, hidden)
        self.score_threshold, self.nms_threshold, self.most = 0.05, 0.5, 100

    def forward(self, image: Tensor) -> Detections:
        """Return what is found in one image."""
        return self.detect(self.backbone(image), (image.shape[2], image.shape[3]))

    def detect(self, maps: Sequence[Tensor], size: tuple[int, int]) -> Detections:
        """Return what is found on the maps of an image of (height, width)."""
        proposals = self.rpn.propose(self.rpn.predict(maps, size), size)
        logits, offsets = self.box_head(pooled_regions(maps, proposals, 7))
        return self.select(proposals, logits, offsets, size)

    def select(self, proposals: Tensor, logits: Tensor, offsets: Tensor, size: tuple[int, int]) -> Detections:
        """Return the detections: every class of every proposal that scores enough, suppressed within its class."""
        scores = logits.softmax(dim=1)[:, 1:]
        boxes = clip_to_image(decode(proposals[:, None], offsets[:, 1:], BOX_WEIGHTS), *size)
        good = scores.gt(self.score_threshold) & large_enough(boxes, least=1e-2)
        found = good.nonzero()[:, 1]
        kept = nms_per_class(boxes[good], scores[good], found, self.nms_threshold)[: self.most]
        return Detections(boxes[good][kept], found[kept] + 1, scores[good][kept])

    def losses(self, image: Tensor, objects: Objects, generator: torch.Generator) -> dict[str, DetectionLoss]:
        """Return the losses of both stages for one image; ``generator`` samples anchors and proposals.

        256 anchors, up to half of them objects; 512 proposals, up to a quarter. The true boxes stand among the
        proposals, so that there is something to learn before any proposal is good.
        """
        size = (image.shape[2], image.shape[3])
        losses, _ = self.losses_on(self.backbone(image), size, objects, generator)
        return losses

    def losses_on(
        self, maps: Sequence[Tensor], size: tuple[int, int], objects: Objects, generator: torch.Generator
    ) -> tuple[dict[str, DetectionLoss], Regions]:
        """Return the losses on the maps of an image, and the regions that the second stage learned from."""
        predictions = self.rpn.predict(maps, size)
        proposals = _proposal_loss(predictions, objects, generator)
        regions = self.sample_regions(self.rpn.propose(predictions, size), objects, generator)
        logits, offsets = self.box_head(pooled_regions(maps, regions.boxes, 7))
        targets = _targets(regions.boxes, regions.labels, regions.objects, objects.boxes, BOX_WEIGHTS)
        found = fast_rcnn_loss(logits, offsets, regions.labels, targets, BETA)
        return {"proposals": proposals, "regions": found}, regions

    def sample_regions(self, proposals: Tensor, objects: Objects, generator: torch.Generator) -> Regions:
        """Return up to 512 of the proposals and true boxes; an IoU of 0.5 makes one an object's, else background."""
        candidates = torch.cat([proposals, objects.boxes])
        matches = match(candidates, objects.boxes, high=0.5, low=0.5, best_too=False)
        chosen = sample(matches.labels, 512, 128, generator)
        labels, which = matches.labels[chosen], matches.objects[chosen]
        if len(objects.labels):
            labels = torch.where(labels.eq(BACKGROUND), BACKGROUND, objects.labels[which])
        return Regions(candidates[chosen], labels, which)


def _proposal_loss(predictions: Predictions, objects: Objects, generator: torch.Generator) -> DetectionLoss:
    matches = match(predictions.anchors, objects.boxes)
    chosen = sample(matches.labels, 256, 128, generator)
    anchors, labels = predictions.anchors[chosen], matches.labels[chosen]
    targets = _targets(anchors, labels, matches.objects[chosen], objects.boxes, ONES)
    return rpn_loss(predictions.objectness[chosen], predictions.offsets[chosen], labels, targets, beta=BETA)


def _targets(boxes: Tensor, labels: Tensor, which: Tensor, objects: Tensor, weights: Sequence[float]) -> Tensor:
    """Return each box's offsets to its object; zeros for background, where they are not read."""
    targets = torch.zeros_like(boxes)
    taught = labels.ge(1)
    targets[taught] = encode(boxes[taught], objects[which[taught]], weights)
    return targets


def faster_rcnn_resnet50_fpn(frozen: bool = True) -> FasterRCNN:
    """Return Faster R-CNN on ResNet-50 with a pyramid: 41,755,286 parameters, 41,808,406 with trainable BatchNorms."""
    return FasterRCNN(frozen=frozen)

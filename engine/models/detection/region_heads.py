"""What looks at each region: two linear layers that say what it is and where, and four convolutions that outline it.

Sources: Girshick 2015, "Fast R-CNN", section 2; He et al. 2017, "Mask R-CNN", figure 4 right; both on a pyramid as in
Lin et al. 2017, section 4.2.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from engine.detection.pyramid_levels import pyramid_level
from engine.detection.roi_align import roi_align


def pooled_regions(maps: Sequence[Tensor], boxes: Tensor, output_size: int) -> Tensor:
    """Return each box's RoIAlign from the map of its size; four points in each bin, not aligned by half a cell.

    ``maps`` are the first four of the pyramid, ``(1, C, H_i, W_i)``, strides 4 to 32. Shapes: ``(P, 4)`` to
    ``(P, C, output_size, output_size)``.
    """
    levels = pyramid_level(boxes)
    pooled = maps[0].new_zeros(len(boxes), maps[0].shape[1], output_size, output_size)
    for level, x in enumerate(maps[:4], start=2):
        here = levels.eq(level)
        regions = roi_align(x[0], boxes[here], output_size, 2.0**-level, sampling_ratio=2, aligned=False)
        pooled[here] = regions
    return pooled


class BoxHead(nn.Module):
    """Two linear layers with ReLU, then class logits and, for each class, four offsets.

    Shapes: ``(P, in_channels, 7, 7)`` to ``(P, num_classes)`` and ``(P, num_classes, 4)``; class 0 is background.
    """

    def __init__(self, in_channels: int, num_classes: int, hidden: int = 1024, size: int = 7) -> None:
        super().__init__()
        self.fc6 = nn.Linear(in_channels * size * size, hidden)
        self.fc7 = nn.Linear(hidden, hidden)
        self.cls_score = nn.Linear(hidden, num_classes)
        self.bbox_pred = nn.Linear(hidden, num_classes * 4)

    def forward(self, regions: Tensor) -> tuple[Tensor, Tensor]:
        """Return the class logits and the offsets."""
        hidden = self.fc7(self.fc6(regions.flatten(1)).relu()).relu()
        return self.cls_score(hidden), self.bbox_pred(hidden).unflatten(1, (-1, 4))


class MaskHead(nn.Module):
    """Four 3x3 convolutions, a transposed convolution that doubles the size, a 1x1 with one mask for each class.

    No linear layer: a pixel of the mask answers to its place in the region.
    Shapes: ``(P, in_channels, 14, 14)`` to ``(P, num_classes, 28, 28)``, logits.
    """

    def __init__(self, in_channels: int, num_classes: int, hidden: int = 256) -> None:
        super().__init__()
        widths = [in_channels] + [hidden] * 4
        self.convs = nn.Sequential()
        for fed in widths[:-1]:
            self.convs.extend([nn.Conv2d(fed, hidden, 3, padding=1), nn.ReLU()])
        self.upsample = nn.ConvTranspose2d(hidden, hidden, 2, stride=2)
        self.logits = nn.Conv2d(hidden, num_classes, 1)

    def forward(self, regions: Tensor) -> Tensor:
        """Return the logits of the masks."""
        masks: Tensor = self.logits(torch.relu(self.upsample(self.convs(regions))))
        return masks

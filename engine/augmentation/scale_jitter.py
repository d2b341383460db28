"""Scale jitter: resize an image to a random size, then crop a window of fixed size from it.

Source: Simonyan & Zisserman 2015 (VGG), section 3.1, short side from [256, 512]; He et al. 2016 (ResNet), section 3.4,
short side from [256, 480]. Both crop 224 × 224.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.augmentation.crops import crop, random_offset


class Jittered(NamedTuple):
    """A window, and how it was come by."""

    window: Tensor
    """``(C, size, size)``"""
    short_side: int
    top: int
    left: int


def resized(height: int, width: int, short_side: int) -> tuple[int, int]:
    """Return the height and width after the shorter side is made ``short_side``; the longer one is rounded down.

    >>> resized(480, 640, 256)
    (256, 341)
    """
    if height <= width:
        return short_side, short_side * width // height
    return short_side * height // width, short_side


def resize(image: Tensor, short_side: int) -> Tensor:
    """Return the image ``(C, H, W)`` resized bilinearly so that its shorter side is ``short_side``."""
    size = resized(image.shape[-2], image.shape[-1], short_side)
    return F.interpolate(image[None], size=size, mode="bilinear", align_corners=False)[0]


def scale_jitter(image: Tensor, low: int, high: int, size: int, generator: torch.Generator) -> Jittered:
    """Return a random window of a randomly resized image ``(C, H, W)``.

    The shorter side is drawn evenly from ``low`` to ``high``, both included; then each place of the window is equally
    likely. A larger image under the same window shows a smaller part of the scene, so things appear larger.

    Raises:
        Refused: the window does not fit into the resized image, which cannot happen if ``size`` ≤ ``low``.
    """
    short_side = int(torch.randint(low, high + 1, (), generator=generator))
    scaled = resize(image, short_side)
    top, left = random_offset(scaled.shape[-2], scaled.shape[-1], size, generator)
    return Jittered(crop(scaled, top, left, size), short_side, top, left)

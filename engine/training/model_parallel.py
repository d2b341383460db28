"""Model parallelism in two lanes, as AlexNet of 2012 was trained on two GPUs of 3 GB.

Each lane holds half of a layer's channels. A layer that reads its own lane only is a convolution with two groups; one
that reads both needs the other lane's output first, and that is all that is sent between the devices.

Source: Krizhevsky, Sutskever & Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks",
figure 2.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional


class Crossing(NamedTuple):
    """A layer of AlexNet, whether it reads both lanes, and how many numbers a lane must send for it, per image."""

    layer: str
    reads_both: bool
    sent: int


_INPUTS = (
    # layer, reads both lanes, channels, height and width of what it reads
    ("conv1", False, 3, 227),
    ("conv2", False, 96, 27),
    ("conv3", True, 256, 13),
    ("conv4", False, 384, 13),
    ("conv5", False, 384, 13),
    ("fc6", True, 256, 6),
    ("fc7", True, 4096, 1),
    ("fc8", True, 4096, 1),
)


def crossings() -> list[Crossing]:
    """Return what each lane of AlexNet sends to the other before each layer; the image itself is there on both.

    >>> [(each.layer, each.sent) for each in crossings() if each.reads_both]
    [('conv3', 21632), ('fc6', 4608), ('fc7', 2048), ('fc8', 2048)]
    """
    return [
        Crossing(layer, both, channels // 2 * size * size if both else 0) for layer, both, channels, size in _INPUTS
    ]


def two_lanes(x: Tensor, weight: Tensor, bias: Tensor, padding: int = 0) -> Tensor:
    """Return the convolution of ``x`` (N, C, H, W) with each half of its channels on a lane of its own.

    ``weight`` (out, C/2, k, k) and ``bias`` (out,) are halved along the outputs; neither lane sees the other's input.
    """
    lanes = zip(x.chunk(2, dim=1), weight.chunk(2), bias.chunk(2), strict=True)
    return torch.cat([functional.conv2d(*lane, padding=padding) for lane in lanes], dim=1)


def crossed(x: Tensor, weight: Tensor, bias: Tensor, padding: int = 0) -> Tensor:
    """Return the convolution in which each lane, for its half of the outputs, reads what both lanes hold.

    ``weight`` is (out, C, k, k): it equals the whole layer on one device.
    """
    lanes = zip(weight.chunk(2), bias.chunk(2), strict=True)
    return torch.cat([functional.conv2d(x, *lane, padding=padding) for lane in lanes], dim=1)

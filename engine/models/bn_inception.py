"""BN-Inception: GoogLeNet with BatchNorm, two 3x3 for each 5x5, and blocks that halve the size themselves.

It is often called Inception v2; the paper of Inception v3 uses that name for another network of its own.

Source: Ioffe & Szegedy 2015, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate
Shift", appendix and figure 5.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from engine.layers.inception_bn import InceptionBN, InceptionBNReduction
from engine.layers.inception_lanes import BasicConv2d
from engine.models.zoo import model

BLOCKS: Final[Mapping[str, tuple[int, ...]]] = {
    "3a": (64, 64, 64, 64, 96, 32),
    "3b": (64, 64, 96, 64, 96, 64),
    "3c": (128, 160, 64, 96),
    "4a": (224, 64, 96, 96, 128, 128),
    "4b": (192, 96, 128, 96, 128, 128),
    "4c": (160, 128, 160, 128, 160, 128),
    "4d": (96, 128, 192, 160, 192, 128),
    "4e": (128, 192, 192, 256),
    "5a": (352, 192, 320, 160, 224, 128),
    "5b": (352, 192, 320, 192, 224, 128),
}
"""Figure 5: channels of 1x1, 3x3 reduce, 3x3, double 3x3 reduce, double 3x3 and pool proj; the blocks of four numbers
halve the size and have neither 1x1 nor pool proj."""


class BNInception(nn.Module):
    """A stem of 7x7 and 3x3, ten blocks, global average pooling and one linear layer.

    Shapes: ``(N, 3, 224, 224)`` to ``(N, num_classes)``; sizes 112, 56, 28, 14 and 7.

    Convention: the filters are those of the paper's table. Its column of output sizes says 576 channels for 4c and 4d,
    where the filters add up to 608, and 1024 for 4e, where they give 1056; published implementations follow the
    filters, as here. The paper's first convolution is factorised into depthwise and pointwise; here, as in
    published implementations, it is whole. Implementations that keep a useless bias before each BatchNorm have 10,016
    parameters more.

    Args:
        narrow: divide every number of channels by this (1, 2, 4, 8, 16 or 32), for small copies.
    """

    stages: ClassVar[Mapping[str, str]] = {
        **{name: f"stem.{name}" for name in ("conv1", "pool1", "conv2", "conv3", "pool2")},
        **{f"inception{name}": f"inception.{name}" for name in BLOCKS},
        "avgpool": "avgpool",
        "fc": "fc",
    }

    def __init__(self, num_classes: int = 1000, narrow: int = 1) -> None:
        super().__init__()
        stem = {
            "conv1": BasicConv2d(3, 64 // narrow, 7, stride=2, padding=3),
            "pool1": nn.MaxPool2d(3, stride=2, padding=1),
            "conv2": BasicConv2d(64 // narrow, 64 // narrow, 1),
            "conv3": BasicConv2d(64 // narrow, 192 // narrow, 3, padding=1),
            "pool2": nn.MaxPool2d(3, stride=2, padding=1),
        }
        blocks: dict[str, nn.Module] = {}
        in_channels = 192 // narrow
        for name, channels in BLOCKS.items():
            block = _block(in_channels, [c // narrow for c in channels], last=name == "5b")
            blocks[name], in_channels = block, block.out_channels
        self.stem = nn.Sequential(OrderedDict(stem))
        self.inception = nn.Sequential(OrderedDict(blocks))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.fc(torch.flatten(self.avgpool(self.inception(self.stem(x))), start_dim=1))
        return logits


def _block(in_channels: int, channels: list[int], last: bool) -> InceptionBN | InceptionBNReduction:
    if len(channels) == 4:
        return InceptionBNReduction(in_channels, *channels)
    ch1x1, ch3x3red, ch3x3, chd3x3red, chd3x3, pool_proj = channels
    widths = (ch1x1, ch3x3red, ch3x3, chd3x3red, chd3x3, pool_proj)
    return InceptionBN(in_channels, *widths, pool="max" if last else "avg")


@model(size=224)
def bn_inception() -> BNInception:
    """Return BN-Inception: 11,285,224 parameters."""
    return BNInception()

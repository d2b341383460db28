"""SqueezeNet: AlexNet's accuracy from a fiftieth of its parameters, by 1x1 convolutions that starve the 3x3 ones.

Source: Iandola et al. 2016, "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size",
figures 1 and 2, table 1. Version 1.1 is the authors' later one, with 2.4 times fewer multiply-adds.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import torch
from torch import Tensor, nn

from engine.models.zoo import model

Version = Literal["1.0", "1.1"]

FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
"""Squeeze channels s1 of fire2 to fire9, and the channels e1 = e3 of each expansion: always four times s1."""

POOLED_AFTER: Final[Mapping[Version, Sequence[str]]] = {"1.0": ("fire4", "fire8"), "1.1": ("fire3", "fire5")}
"""Max pooling stands behind the stem and behind these: late ones leave the maps large, early ones save work."""


class Fire(nn.Module):
    """Squeeze by a 1x1 to s1 channels; expand by a 1x1 to e1 and, beside it, a 3x3 to e3; concatenate.

    The 3x3 reads s1 channels and not in_channels, and is padded by 1, so that both halves have one size.
    Parameters: M·s1 + s1·e1 + 9·s1·e3 and a bias for each output, for M input channels.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, expand1x1 + expand3x3, H, W)``.

    >>> sum(p.numel() for p in Fire(96, 16, 64, 64).parameters())
    11920
    """

    def __init__(self, in_channels: int, squeeze: int, expand1x1: int, expand3x3: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1x1 = nn.Conv2d(squeeze, expand1x1, 1)
        self.expand3x3 = nn.Conv2d(squeeze, expand3x3, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return both expansions of the squeezed x."""
        squeezed = self.relu(self.squeeze(x))
        return torch.cat([self.relu(self.expand1x1(squeezed)), self.relu(self.expand3x3(squeezed))], dim=1)


class SqueezeNet(nn.Module):
    """A stem, eight fire modules, a 1x1 convolution with an output for each class, and global average pooling.

    There is no linear layer. Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``.

    Convention: the stem is not padded, as in the published code, and gives 109 from 224 (the paper prints 111); the
    poolings have ``ceil_mode``. Parameters do not depend on that.

    Args:
        version: the stem is 96 kernels of 7x7 in "1.0", 64 of 3x3 in "1.1"; see also :data:`POOLED_AFTER`.
        width: the channels of every layer are these sixteenths of the published ones.
    """

    def __init__(
        self, version: Version = "1.0", num_classes: int = 1000, width: int = 16, dropout: float = 0.5
    ) -> None:
        super().__init__()
        stem, kernel_size = (6 * width, 7) if version == "1.0" else (4 * width, 3)
        self.features = nn.Sequential()
        self.features.add_module("conv1", nn.Conv2d(3, stem, kernel_size, stride=2))
        self.features.add_module("relu1", nn.ReLU(inplace=True))
        self.features.add_module("pool1", _pool())
        in_channels = stem
        for number, (squeeze, expand) in enumerate(FIRES, start=2):
            s1, e1 = squeeze * width // 16, expand * width // 16
            self.features.add_module(f"fire{number}", Fire(in_channels, s1, e1, e1))
            if f"fire{number}" in POOLED_AFTER[version]:
                self.features.add_module(f"pool{number}", _pool())
            in_channels = 2 * e1
        self.dropout = nn.Dropout(dropout)
        self.conv10 = nn.Conv2d(in_channels, num_classes, 1)
        self.relu = nn.ReLU(inplace=True)
        self.avgpool = nn.AdaptiveAvgPool2d(1)

    @property
    def stages(self) -> Mapping[str, str]:
        """conv1, the poolings, fire2 to fire9, conv10, avgpool."""
        features = {name: f"features.{name}" for name, _ in self.features.named_children() if name != "relu1"}
        return {**features, "conv10": "conv10", "avgpool": "avgpool"}

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        scores = self.relu(self.conv10(self.dropout(self.features(x))))
        return torch.flatten(self.avgpool(scores), start_dim=1)


def _pool() -> nn.MaxPool2d:
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)


@model(size=224)
def squeezenet1_0() -> SqueezeNet:
    """Return SqueezeNet 1.0: 1,248,424 parameters."""
    return SqueezeNet("1.0")


@model(size=224)
def squeezenet1_1() -> SqueezeNet:
    """Return SqueezeNet 1.1: 1,235,496 parameters."""
    return SqueezeNet("1.1")

"""MobileNet v1: a network of depthwise separable convolutions, and a multiplier that thins all of them at once.

Source: Howard et al. 2017, "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
table 1 for the layers, section 3.3 for the width multiplier, table 4 for the twin with ordinary convolutions.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.models.zoo import model

BLOCKS = (
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    *[(512, 1)] * 5,
    (1024, 2),
    (1024, 1),
)
"""Output channels and stride of the thirteen blocks. Table 1 prints stride 2 for the last, beside sizes that say 1."""


class SeparableBlock(nn.Sequential):
    """A 3x3 convolution in each channel by itself, then a 1x1 across them; BatchNorm and ReLU follow *both*.

    On an output of H x W it spends H·W·N·(9 + M) multiply-adds for N input and M output channels; one ordinary 3x3
    spends H·W·N·9·M. The depthwise half mixes places and never channels, the pointwise half channels and never places.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, out_channels, H/stride, W/stride)``.

    >>> [tuple(weight.shape) for weight in SeparableBlock(8, 16).parameters() if weight.dim() == 4]
    [(8, 1, 3, 3), (16, 8, 1, 1)]
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            in_channels, in_channels, 3, stride=stride, padding=1, groups=in_channels, bias=False
        )
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.pointwise = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.relu2 = nn.ReLU(inplace=True)


class OrdinaryBlock(nn.Sequential):
    """One ordinary 3x3 convolution with BatchNorm and ReLU, in the place of a :class:`SeparableBlock`."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, stride=stride, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)


class MobileNetV1(nn.Module):
    """A 3x3 convolution, thirteen separable blocks, global average pooling and one linear layer.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the sizes are 112, then 56, 28, 14 and 7.

    Args:
        width_mult: the paper's α, on the input *and* output channels of every layer: parameters and multiply-adds fall
            a little less than with α², because a depthwise convolution falls with α only. Where α times a number of
            channels is no whole number, it is rounded down; for the paper's 1, 0.75, 0.5 and 0.25 it always is.
        block: :class:`SeparableBlock`; :class:`OrdinaryBlock` makes the "Conv MobileNet" of table 4.
    """

    def __init__(
        self,
        num_classes: int = 1000,
        width_mult: float = 1.0,
        block: type[SeparableBlock] | type[OrdinaryBlock] = SeparableBlock,
    ) -> None:
        super().__init__()
        in_channels = int(32 * width_mult)
        self.conv1 = nn.Conv2d(3, in_channels, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(in_channels)
        self.relu = nn.ReLU(inplace=True)
        self.blocks = nn.Sequential()
        for channels, stride in BLOCKS:
            out_channels = int(channels * width_mult)
            self.blocks.append(block(in_channels, out_channels, stride))
            in_channels = out_channels
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(in_channels, num_classes)

    @property
    def stages(self) -> Mapping[str, str]:
        """conv1, block1 to block13, avgpool, fc."""
        blocks = {f"block{number + 1}": f"blocks.{number}" for number in range(len(self.blocks))}
        return {"conv1": "conv1", **blocks, "avgpool": "avgpool", "fc": "fc"}

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.blocks(self.relu(self.bn1(self.conv1(x))))
        logits: Tensor = self.fc(torch.flatten(self.avgpool(x), start_dim=1))
        return logits


@model(size=224)
def mobilenet_v1() -> MobileNetV1:
    """Return MobileNet v1: 4,231,976 parameters, 569 million multiply-adds."""
    return MobileNetV1()


@model(size=224)
def mobilenet_v1_075() -> MobileNetV1:
    """Return MobileNet v1 with three quarters of the channels: 2,585,560 parameters."""
    return MobileNetV1(width_mult=0.75)


@model(size=224)
def mobilenet_v1_050() -> MobileNetV1:
    """Return MobileNet v1 with half of the channels: 1,331,592 parameters."""
    return MobileNetV1(width_mult=0.5)


@model(size=224)
def mobilenet_v1_025() -> MobileNetV1:
    """Return MobileNet v1 with a quarter of the channels: 470,072 parameters."""
    return MobileNetV1(width_mult=0.25)


@model(size=224)
def mobilenet_v1_ordinary() -> MobileNetV1:
    """Return the paper's "Conv MobileNet": the same widths with ordinary convolutions, 29,294,088 parameters."""
    return MobileNetV1(block=OrdinaryBlock)

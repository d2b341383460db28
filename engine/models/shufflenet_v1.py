"""ShuffleNet v1: grouped 1x1 convolutions, and a shuffle that lets their groups talk.

Source: Zhang, Zhou, Lin & Sun 2018, "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile
Devices", figure 2 and table 1.
"""

from collections.abc import Mapping
from typing import Final

import torch
from torch import Tensor, nn

from engine.convolution.channel_shuffle import ChannelShuffle
from engine.models.zoo import model

CHANNELS: Final[Mapping[int, int]] = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}
"""Output channels of stage 2 for each number of groups; stages 3 and 4 double them. More groups buy wider layers."""

REPEATS = (4, 8, 4)
"""Units of the stages 2, 3 and 4, the first of each with stride 2."""


class ShuffleUnit(nn.Module):
    """Grouped 1x1 to a quarter of the width, shuffle, depthwise 3x3, grouped 1x1 back; then a shortcut.

    At stride 1 the shortcut is x and is added. At stride 2 it is a 3x3 average pooling of x and is *concatenated*, so
    that the branch has to make only out_channels - in_channels. ReLU stands after the first 1x1 and after the
    shortcut; none after the depthwise convolution.

    Multiply-adds at stride 1 with c outer and m inner channels: H·W·(2cm/g + 9m). The 3x3 is depthwise; 9·m² would be a
    ResNet bottleneck.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, out_channels, H/stride, W/stride)``.

    Args:
        groups: of both 1x1 convolutions, and of the shuffle between them.
        first_groups: of the first 1x1; 1 in the very first unit of the network, whose input has too few channels.
        shuffle: False leaves the shuffle out, as the paper's table 3 does.
        bottleneck: inner channels m; a quarter of ``out_channels`` where it is None.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        groups: int,
        stride: int = 1,
        first_groups: int | None = None,
        shuffle: bool = True,
        bottleneck: int | None = None,
    ) -> None:
        super().__init__()
        inner = bottleneck or out_channels // 4
        made = out_channels if stride == 1 else out_channels - in_channels
        self.conv1 = nn.Conv2d(in_channels, inner, 1, groups=first_groups or groups, bias=False)
        self.bn1 = nn.BatchNorm2d(inner)
        self.shuffle = ChannelShuffle(groups) if shuffle else nn.Identity()
        self.conv2 = nn.Conv2d(inner, inner, 3, stride, padding=1, groups=inner, bias=False)
        self.bn2 = nn.BatchNorm2d(inner)
        self.conv3 = nn.Conv2d(inner, made, 1, groups=groups, bias=False)
        self.bn3 = nn.BatchNorm2d(made)
        self.pool = nn.AvgPool2d(3, stride, padding=1) if stride == 2 else None
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return ReLU(x + F(x)), or at stride 2 ReLU of the pooled x beside F(x)."""
        y = self.shuffle(self.relu(self.bn1(self.conv1(x))))
        y = self.bn3(self.conv3(self.bn2(self.conv2(y))))
        joined = x + y if self.pool is None else torch.cat([self.pool(x), y], dim=1)
        out: Tensor = self.relu(joined)
        return out


class ShuffleNetV1(nn.Module):
    """A 3x3 convolution to 24 channels, max pooling, three stages of units, average pooling and one linear layer.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the sizes are 112, 56, 28, 14 and 7.

    Args:
        groups: 1, 2, 3, 4 or 8; the widths of :data:`CHANNELS` keep the multiply-adds near 140 million for each.
        channels: the output channels of stage 2, where they are not to be those of the paper.
    """

    def __init__(self, groups: int = 3, num_classes: int = 1000, channels: int | None = None, stem: int = 24) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, stem, 3, stride=2, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        in_channels, out_channels = stem, channels or CHANNELS[groups]
        for stage, repeats in enumerate(REPEATS, start=2):
            units = nn.Sequential(ShuffleUnit(in_channels, out_channels, groups, 2, 1 if stage == 2 else groups))
            units.extend(ShuffleUnit(out_channels, out_channels, groups) for _ in range(repeats - 1))
            self.add_module(f"stage{stage}", units)
            in_channels, out_channels = out_channels, 2 * out_channels
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for stage in ("stage2", "stage3", "stage4"):
            x = self.get_submodule(stage)(x)
        logits: Tensor = self.fc(torch.flatten(self.avgpool(x), start_dim=1))
        return logits


@model(size=224)
def shufflenet_v1_g1() -> ShuffleNetV1:
    """Return ShuffleNet v1 without groups, stages of 144, 288 and 576 channels: 1,531,936 parameters."""
    return ShuffleNetV1(groups=1)


@model(size=224)
def shufflenet_v1_g2() -> ShuffleNetV1:
    """Return ShuffleNet v1 with 2 groups, stages of 200, 400 and 800 channels: 1,733,848 parameters."""
    return ShuffleNetV1(groups=2)


@model(size=224)
def shufflenet_v1_g3() -> ShuffleNetV1:
    """Return ShuffleNet v1 with 3 groups, stages of 240, 480 and 960 channels: 1,865,728 parameters."""
    return ShuffleNetV1(groups=3)


@model(size=224)
def shufflenet_v1_g4() -> ShuffleNetV1:
    """Return ShuffleNet v1 with 4 groups, stages of 272, 544 and 1088 channels: 1,968,344 parameters."""
    return ShuffleNetV1(groups=4)


@model(size=224)
def shufflenet_v1_g8() -> ShuffleNetV1:
    """Return ShuffleNet v1 with 8 groups, stages of 384, 768 and 1536 channels: 2,434,768 parameters."""
    return ShuffleNetV1(groups=8)

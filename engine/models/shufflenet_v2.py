"""ShuffleNet v2: half of the channels pass by untouched, and a shuffle mixes the halves.

Source: Ma, Zhang, Zheng & Sun 2018, "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
figure 3 and table 5.
"""

import torch
from torch import Tensor, nn

from engine.convolution.channel_shuffle import channel_shuffle
from engine.models.zoo import model

REPEATS = (4, 8, 4)
"""Units of the stages 2, 3 and 4, the first of each with stride 2."""


class ShuffleUnitV2(nn.Module):
    """Split the channels in two; one half passes, the other goes through three convolutions; concatenate, shuffle.

    The three are 1x1, depthwise 3x3 and 1x1, all of one width (the paper's first guideline) and not grouped (the
    second). ReLU follows the two 1x1 ones. At stride 2 nothing is split: both branches read all of x, the left one
    through a depthwise 3x3 and a 1x1, and the channels double. No sum stands anywhere; :func:`channel_shuffle` with 2
    groups makes neighbours of the halves.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, out_channels, H/stride, W/stride)``; at stride 1 both are equal.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        half = out_channels // 2
        self.split = stride == 1
        self.branch1 = nn.Sequential()
        if stride == 2:
            self.branch1.extend([*_depthwise(in_channels, stride), *_pointwise(in_channels, half)])
        fed = half if self.split else in_channels
        self.branch2 = nn.Sequential(*_pointwise(fed, half), *_depthwise(half, stride), *_pointwise(half, half))

    def forward(self, x: Tensor) -> Tensor:
        """Return the two halves, shuffled together."""
        left, right = x.chunk(2, dim=1) if self.split else (x, x)
        return channel_shuffle(torch.cat([self.branch1(left), self.branch2(right)], dim=1), groups=2)


class ShuffleNetV2(nn.Module):
    """A 3x3 convolution, max pooling, three stages of units, a 1x1 convolution, average pooling and one linear layer.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the sizes are 112, 56, 28, 14 and 7.

    Args:
        channels: output channels of the stem, the stages 2, 3 and 4, and the last 1x1.
    """

    def __init__(self, channels: tuple[int, int, int, int, int], num_classes: int = 1000) -> None:
        super().__init__()
        in_channels, *stages, last = channels
        self.conv1 = nn.Sequential(nn.Conv2d(3, in_channels, 3, 2, 1, bias=False), *_bn_relu(in_channels))
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        for stage, (out_channels, repeats) in enumerate(zip(stages, REPEATS, strict=True), start=2):
            units = nn.Sequential(ShuffleUnitV2(in_channels, out_channels, stride=2))
            units.extend(ShuffleUnitV2(out_channels, out_channels) for _ in range(repeats - 1))
            self.add_module(f"stage{stage}", units)
            in_channels = out_channels
        self.conv5 = nn.Sequential(*_pointwise(in_channels, last))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(last, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.maxpool(self.conv1(x))
        for stage in ("stage2", "stage3", "stage4", "conv5"):
            x = self.get_submodule(stage)(x)
        logits: Tensor = self.fc(torch.flatten(self.avgpool(x), start_dim=1))
        return logits


def _bn_relu(channels: int) -> list[nn.Module]:
    return [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]


def _pointwise(in_channels: int, out_channels: int) -> list[nn.Module]:
    return [nn.Conv2d(in_channels, out_channels, 1, bias=False), *_bn_relu(out_channels)]


def _depthwise(channels: int, stride: int) -> list[nn.Module]:
    """Return a depthwise convolution with its BatchNorm, and no activation."""
    return [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), nn.BatchNorm2d(channels)]


@model(size=224)
def shufflenet_v2_x0_5() -> ShuffleNetV2:
    """Return ShuffleNet v2 at half width: 1,366,792 parameters, 40 million multiply-adds."""
    return ShuffleNetV2((24, 48, 96, 192, 1024))


@model(size=224)
def shufflenet_v2_x1_0() -> ShuffleNetV2:
    """Return ShuffleNet v2: 2,278,604 parameters, 145 million multiply-adds."""
    return ShuffleNetV2((24, 116, 232, 464, 1024))


@model(size=224)
def shufflenet_v2_x1_5() -> ShuffleNetV2:
    """Return ShuffleNet v2 at one and a half times the width: 3,503,624 parameters."""
    return ShuffleNetV2((24, 176, 352, 704, 1024))


@model(size=224)
def shufflenet_v2_x2_0() -> ShuffleNetV2:
    """Return ShuffleNet v2 at double width: 7,393,996 parameters."""
    return ShuffleNetV2((24, 244, 488, 976, 2048))

"""MobileNet v2: blocks that are wide inside and thin at their ends, with the shortcut between the thin ends.

Source: Sandler, Howard, Zhu, Zhmoginov & Chen 2018, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", tables 1
and 2.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.models.zoo import model

SETTINGS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Table 2: expansion t, output channels c, repeats n, and the stride s of the first of them."""


class InvertedResidual(nn.Module):
    """Expand by a 1x1, filter each channel by a depthwise 3x3, project back by a 1x1 *without* an activation.

    ReLU6 follows the expansion and the depthwise convolution, and not the projection: in a thin layer it would cut
    away what the wide one holds (the linear bottleneck). x is added where the shape stays: stride 1 and
    out_channels = in_channels. With expand_ratio 1 there is no expansion.

    Multiply-adds: H·W·tN·N on the input's places, and H'·W'·tN·(9 + M) on the output's. At stride 1 that is
    H·W·N·t·(N + 9 + M).

    Shapes: ``(N, in_channels, H, W)`` to ``(N, out_channels, H/stride, W/stride)``.

    Args:
        expand_ratio: the paper's t.
        linear: False puts a ReLU6 behind the projection, as the paper does to show what that costs.
    """

    def __init__(
        self, in_channels: int, out_channels: int, stride: int = 1, expand_ratio: int = 6, linear: bool = True
    ) -> None:
        super().__init__()
        hidden = in_channels * expand_ratio
        self.use_res_connect = stride == 1 and in_channels == out_channels
        self.conv = nn.Sequential()
        if expand_ratio != 1:
            self.conv.extend(_conv_bn_relu6(in_channels, hidden, kernel_size=1))
        self.conv.extend(_conv_bn_relu6(hidden, hidden, stride=stride, groups=hidden))
        self.conv.append(nn.Conv2d(hidden, out_channels, 1, bias=False))
        self.conv.append(nn.BatchNorm2d(out_channels))
        if not linear:
            self.conv.append(nn.ReLU6(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Return F(x), with x added where the shapes allow it."""
        y: Tensor = self.conv(x)
        return x + y if self.use_res_connect else y


class MobileNetV2(nn.Module):
    """A 3x3 convolution, seventeen inverted residuals, a 1x1 to 1280 channels, average pooling and one linear layer.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the sizes are 112, 56, 28, 14 and 7.

    Args:
        width_mult: multiplies all channels, each then rounded by :func:`make_divisible`; the last 1x1 keeps its 1280
            where the multiplier is below 1.
    """

    def __init__(self, num_classes: int = 1000, width_mult: float = 1.0, dropout: float = 0.2) -> None:
        super().__init__()
        in_channels = make_divisible(32 * width_mult)
        last_channels = make_divisible(1280 * max(1.0, width_mult))
        self.stem = nn.Sequential(*_conv_bn_relu6(3, in_channels, stride=2))
        self.blocks = nn.Sequential()
        self._ends: dict[str, str] = {}
        for number, (expand_ratio, channels, repeats, first_stride) in enumerate(SETTINGS, start=1):
            out_channels = make_divisible(channels * width_mult)
            for repeat in range(repeats):
                stride = first_stride if repeat == 0 else 1
                self.blocks.append(InvertedResidual(in_channels, out_channels, stride, expand_ratio))
                in_channels = out_channels
            self._ends[f"bottleneck{number}"] = f"blocks.{len(self.blocks) - 1}"
        self.head = nn.Sequential(*_conv_bn_relu6(in_channels, last_channels, kernel_size=1))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(last_channels, num_classes)

    @property
    def stages(self) -> Mapping[str, str]:
        """The stem, the seven rows of table 2, the head, avgpool, fc."""
        return {"stem": "stem", **self._ends, "head": "head", "avgpool": "avgpool", "fc": "fc"}

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.head(self.blocks(self.stem(x)))
        logits: Tensor = self.fc(self.dropout(torch.flatten(self.avgpool(x), start_dim=1)))
        return logits


def make_divisible(channels: float, divisor: int = 8) -> int:
    """Return the multiple of ``divisor`` nearest to ``channels``, one step more where that loses over a tenth.

    Halves go up, and ``divisor`` is the least.

    >>> make_divisible(24 * 0.75), make_divisible(16 * 0.25), make_divisible(11)
    (24, 8, 16)
    """
    rounded = max(divisor, int(channels + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * channels else rounded


def _conv_bn_relu6(
    in_channels: int, out_channels: int, kernel_size: int = 3, stride: int = 1, groups: int = 1
) -> list[nn.Module]:
    padding = kernel_size // 2
    return [
        nn.Conv2d(in_channels, out_channels, kernel_size, stride, padding, groups=groups, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU6(inplace=True),
    ]


@model(size=224)
def mobilenet_v2() -> MobileNetV2:
    """Return MobileNet v2: 3,504,872 parameters, 301 million multiply-adds."""
    return MobileNetV2()


@model(size=224)
def mobilenet_v2_075() -> MobileNetV2:
    """Return MobileNet v2 with a width multiplier of 0.75: 2,636,424 parameters."""
    return MobileNetV2(width_mult=0.75)


@model(size=224)
def mobilenet_v2_050() -> MobileNetV2:
    """Return MobileNet v2 with a width multiplier of 0.5: 1,968,680 parameters."""
    return MobileNetV2(width_mult=0.5)


@model(size=224)
def mobilenet_v2_025() -> MobileNetV2:
    """Return MobileNet v2 with a width multiplier of 0.25: 1,519,112 parameters."""
    return MobileNetV2(width_mult=0.25)

"""The first fully convolutional networks: VGG-16 with its linear layers turned into convolutions, FCN-32s, -16s, -8s.

The 1x1 scores at stride 32 are coarse. FCN-16s doubles them and adds scores of pool4, FCN-8s doubles again and adds
scores of pool3; a last transposed convolution brings the sum to the image's size. Transposed convolutions start as
bilinear interpolation and have no bias.

Source: Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 4, figure 3.

Convention: as in the authors' code the image is padded by 100, so that even small images reach the 7x7 convolution, and
the scores are cropped where they are added and at the end.
"""

from collections.abc import Mapping
from typing import ClassVar, Final, Literal

import torch
from torch import Tensor, nn

from engine.convolution.upsampling.interpolation import bilinear_kernel
from engine.models.vgg import CONFIGURATIONS
from engine.models.zoo import model

Stride = Literal[8, 16, 32]
CROP_POOL4, CROP_POOL3 = 5, 9
CROP_END: Final = {32: 19, 16: 27, 8: 31}
"""How far into the larger map the smaller one begins: what is left of the padding at that stride."""


class FCNVGG(nn.Module):
    """VGG-16's five blocks, 7x7 and 1x1 convolutions to 4096, scores, and skips from pool4 and pool3 by stride.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes, H, W)``, logits.

    Args:
        stride: 32 without a skip, 16 with pool4's, 8 with pool3's too.
        width: channels of the first block; 64 in the paper.
        hidden: channels of the two convolutions that were linear layers.
    """

    stages: ClassVar[Mapping[str, str]] = {
        **{f"block{number + 1}": f"blocks.{number}" for number in range(5)},
        "fc6": "fc6",
        "fc7": "fc7",
        "score": "score",
        "upscore": "upscore",
    }

    def __init__(self, stride: Stride = 8, num_classes: int = 21, width: int = 64, hidden: int = 4096) -> None:
        super().__init__()
        self.stride = stride
        widths = [width * times for times in (1, 2, 4, 8, 8)]
        fed = [3, *widths[:-1]]
        self.blocks = nn.ModuleList(
            _block(fed[number], widths[number], len(kernels), padding=100 if number == 0 else 1)
            for number, kernels in enumerate(CONFIGURATIONS["D"])
        )
        self.fc6, self.fc7 = nn.Conv2d(widths[-1], hidden, 7), nn.Conv2d(hidden, hidden, 1)
        self.relu, self.dropout = nn.ReLU(inplace=True), nn.Dropout2d(0.5)
        self.score = nn.Conv2d(hidden, num_classes, 1)
        self.score_pool4 = nn.Conv2d(widths[3], num_classes, 1) if stride <= 16 else None
        self.score_pool3 = nn.Conv2d(widths[2], num_classes, 1) if stride == 8 else None
        self.double4 = bilinear_upsampling(num_classes, 2) if stride <= 16 else None
        self.double3 = bilinear_upsampling(num_classes, 2) if stride == 8 else None
        self.upscore = bilinear_upsampling(num_classes, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of every pixel."""
        height, width = x.shape[2:]
        pools: list[Tensor] = []
        for block in self.blocks:
            x = block(x)
            pools.append(x)
        x = self.dropout(self.relu(self.fc6(x)))
        scores = self.score(self.dropout(self.relu(self.fc7(x))))
        if self.score_pool4 and self.double4:
            scores = _skipped(self.double4(scores), self.score_pool4(pools[3]), CROP_POOL4)
        if self.score_pool3 and self.double3:
            scores = _skipped(self.double3(scores), self.score_pool3(pools[2]), CROP_POOL3)
        start = CROP_END[self.stride]
        large: Tensor = self.upscore(scores)
        return large[:, :, start : start + height, start : start + width]


def bilinear_upsampling(channels: int, factor: int) -> nn.ConvTranspose2d:
    """Return a transposed convolution that starts as bilinear up-sampling of each channel by an even ``factor``.

    Kernel 2·factor, stride factor, no padding: (n + 1)·factor places come out of n, half a step more on both sides.
    """
    layer = nn.ConvTranspose2d(channels, channels, 2 * factor, stride=factor, bias=False)
    if not layer.weight.is_meta:  # a meta weight has nothing to fill
        with torch.no_grad():
            layer.weight.zero_()
            layer.weight[range(channels), range(channels)] = bilinear_kernel(factor).to(layer.weight)
    return layer


def _block(in_channels: int, out_channels: int, convolutions: int, padding: int) -> nn.Sequential:
    """Return 3x3 convolutions with ReLU and a pooling that rounds up; ``padding`` is of the first one."""
    block = nn.Sequential()
    for number in range(convolutions):
        fed, pad = (in_channels, padding) if number == 0 else (out_channels, 1)
        block.extend([nn.Conv2d(fed, out_channels, 3, padding=pad), nn.ReLU(inplace=True)])
    return block.append(nn.MaxPool2d(2, stride=2, ceil_mode=True))


def _skipped(scores: Tensor, finer: Tensor, start: int) -> Tensor:
    """Return the sum of the scores and what of the finer ones lies under them."""
    height, width = scores.shape[2:]
    return scores + finer[:, :, start : start + height, start : start + width]


@model(size=500)
def fcn32s_vgg16() -> FCNVGG:
    """Return FCN-32s on VGG-16: 134,346,581 parameters and 1,806,336 of up-sampling."""
    return FCNVGG(stride=32)


@model(size=500)
def fcn16s_vgg16() -> FCNVGG:
    """Return FCN-16s on VGG-16, with a skip from pool4."""
    return FCNVGG(stride=16)


@model(size=500)
def fcn8s_vgg16() -> FCNVGG:
    """Return FCN-8s on VGG-16, with skips from pool4 and pool3."""
    return FCNVGG(stride=8)

"""VGG: blocks of small convolutions, each closed by a pooling that halves the size, then three linear layers.

Source: Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition", table 1.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import torch
from torch import Tensor, nn

from engine.models.zoo import model

CONFIGURATIONS: Final[Mapping[str, Sequence[Sequence[int]]]] = {
    "A": [[3], [3], [3, 3], [3, 3], [3, 3]],
    "B": [[3, 3], [3, 3], [3, 3], [3, 3], [3, 3]],
    "C": [[3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]],
    "D": [[3, 3], [3, 3], [3, 3, 3], [3, 3, 3], [3, 3, 3]],
    "E": [[3, 3], [3, 3], [3, 3, 3, 3], [3, 3, 3, 3], [3, 3, 3, 3]],
}
"""The columns of the paper's table 1: the kernel sizes of each block. All blocks of one column share their widths."""

_WIDENING = (1, 2, 4, 8, 8)
"""A block's channels, as a multiple of the first block's: they double three times and then stay."""


class VGG(nn.Module):
    """Five blocks of convolutions with ReLU and a 2x2 max pooling, then linear layers of 4096, 4096 and num_classes.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the blocks' sizes are 112, 56, 28, 14 and 7.

    Convention: an adaptive average pooling to 7x7 stands before the linear layers. It changes nothing at 224, the
    paper's size, and lets other sizes in. Dropout stands after the first two linear layers.

    Args:
        configuration: kernel sizes of each block, such as ``CONFIGURATIONS["D"]`` for VGG-16.
        batch_norm: put a BatchNorm between each convolution and its ReLU; the convolutions keep their biases.
        width: channels of the first block; 64 in the paper.
        in_channels: channels of the image; 3 in the paper, 1 in the D2L book.
        hidden_features: width of the first two linear layers; 4096 in the paper.
    """

    def __init__(
        self,
        configuration: Sequence[Sequence[int]],
        num_classes: int = 1000,
        batch_norm: bool = False,
        width: int = 64,
        hidden_features: int = 4096,
        dropout: float = 0.5,
        in_channels: int = 3,
    ) -> None:
        super().__init__()
        self.stages: dict[str, str] = {}
        layers: list[nn.Module] = []
        for number, (kernel_sizes, widening) in enumerate(zip(configuration, _WIDENING, strict=True), start=1):
            layers += vgg_block(in_channels, width * widening, kernel_sizes, batch_norm)
            in_channels = width * widening
            self.stages[f"block{number}"] = f"features.{len(layers) - 1}"
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(
            nn.Linear(in_channels * 7 * 7, hidden_features),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden_features, hidden_features),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden_features, num_classes),
        )
        self.stages |= {"fc1": "classifier.0", "fc2": "classifier.3", "fc3": "classifier.6"}

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), start_dim=1))
        return logits


def vgg_block(
    in_channels: int, out_channels: int, kernel_sizes: Sequence[int] = (3, 3), batch_norm: bool = False
) -> list[nn.Module]:
    """Return a block's layers: convolutions that keep the size, each with ReLU, and a pooling that halves it.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, out_channels, H/2, W/2)``. The first convolution changes the channels;
    k // 2 is the padding that keeps the size, 1 for 3x3 and 0 for 1x1.

    >>> block = nn.Sequential(*vgg_block(3, 64, [3, 3]))
    >>> tuple(block(torch.zeros(1, 3, 8, 8)).shape)
    (1, 64, 4, 4)
    """
    layers: list[nn.Module] = []
    for kernel_size in kernel_sizes:
        layers.append(nn.Conv2d(in_channels, out_channels, kernel_size, padding=kernel_size // 2))
        if batch_norm:
            layers.append(nn.BatchNorm2d(out_channels))
        layers.append(nn.ReLU(inplace=True))
        in_channels = out_channels
    return [*layers, nn.MaxPool2d(kernel_size=2, stride=2)]


@model(size=224)
def vgg11() -> VGG:
    """Return configuration A: 132,863,336 parameters."""
    return VGG(CONFIGURATIONS["A"])


@model(size=224)
def vgg13() -> VGG:
    """Return configuration B: 133,047,848 parameters."""
    return VGG(CONFIGURATIONS["B"])


@model(size=224)
def vgg16_c() -> VGG:
    """Return configuration C, whose blocks 3, 4 and 5 end with a 1x1 convolution: 133,638,952 parameters."""
    return VGG(CONFIGURATIONS["C"])


@model(size=224)
def vgg16() -> VGG:
    """Return configuration D: 138,357,544 parameters."""
    return VGG(CONFIGURATIONS["D"])


@model(size=224)
def vgg16_bn() -> VGG:
    """Return configuration D with batch normalisation: 138,365,992 parameters."""
    return VGG(CONFIGURATIONS["D"], batch_norm=True)


@model(size=224)
def vgg19() -> VGG:
    """Return configuration E: 143,667,240 parameters."""
    return VGG(CONFIGURATIONS["E"])


@model(size=224)
def vgg19_bn() -> VGG:
    """Return configuration E with batch normalisation: 143,678,248 parameters."""
    return VGG(CONFIGURATIONS["E"], batch_norm=True)


@model(size=224, channels=1)
def vgg11_d2l() -> VGG:
    """Return the D2L book's VGG-11 for grey images of 10 classes: 128,806,154 parameters."""
    return VGG(CONFIGURATIONS["A"], num_classes=10, in_channels=1)


@model(size=224, channels=1)
def vgg11_d2l_narrow() -> VGG:
    """Return the D2L book's VGG-11 with a quarter of the channels, as it is trained there."""
    return VGG(CONFIGURATIONS["A"], num_classes=10, width=16, in_channels=1)

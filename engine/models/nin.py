"""Network in Network: after each convolution a small network of 1x1 convolutions looks at every place.

Source: Lin, Chen & Yan 2014, "Network In Network"; Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section
"Network in Network (NiN)", for the widths and the places of ``nin_d2l``.
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.models.zoo import model


class NiNBlock(nn.Sequential):
    """An *mlpconv* layer: a convolution and two 1x1 convolutions, each with ReLU.

    The 1x1 convolutions are a two-layer perceptron on the channels of each place, with the same weights at all places.
    Shapes: ``(N, C_in, H, W)`` to ``(N, C_out, H', W')``, the size of the first convolution's output.

    Args:
        widths: channels of the three convolutions.
    """

    def __init__(
        self, in_channels: int, widths: tuple[int, int, int], kernel_size: int, stride: int = 1, padding: int = 0
    ) -> None:
        first, second, third = widths
        super().__init__(
            nn.Conv2d(in_channels, first, kernel_size, stride, padding),
            nn.ReLU(inplace=True),
            nn.Conv2d(first, second, kernel_size=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(second, third, kernel_size=1),
            nn.ReLU(inplace=True),
        )


class NiN(nn.Module):
    """AlexNet's shape with mlpconv layers, and *no* linear layer: four blocks, then the average of each channel.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, num_classes)``; at 224 the sizes are 54, 26, 12 and 5. The last block
    has one channel for each class, and global average pooling, which has no parameters, makes it the logits. So larger
    and smaller images fit, with no weight changed.

    Convention: the D2L book's version, with its 1-channel inputs and 10 classes. The paper's networks for CIFAR have
    three such layers, see :class:`NiNCifar`.

    Args:
        width: channels of the first block; 96 in the book, and 256 and 384 in proportion.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("block1", "pool1", "block2", "pool2", "block3", "pool3", "block4", "avgpool")
    }

    def __init__(self, num_classes: int = 10, in_channels: int = 1, width: int = 96, dropout: float = 0.5) -> None:
        super().__init__()
        wide, widest = width * 8 // 3, width * 4
        self.block1 = NiNBlock(in_channels, (width,) * 3, kernel_size=11, stride=4)
        self.pool1 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.block2 = NiNBlock(width, (wide,) * 3, kernel_size=5, padding=2)
        self.pool2 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.block3 = NiNBlock(wide, (widest,) * 3, kernel_size=3, padding=1)
        self.pool3 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.dropout = nn.Dropout(dropout)
        self.block4 = NiNBlock(widest, (num_classes,) * 3, kernel_size=3, padding=1)
        self.avgpool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.pool1(self.block1(x))
        x = self.pool2(self.block2(x))
        x = self.dropout(self.pool3(self.block3(x)))
        return torch.flatten(self.avgpool(self.block4(x)), start_dim=1)


class NiNCifar(nn.Module):
    """The paper's network for 32x32 colour images: three mlpconv layers, and global average pooling.

    Shapes: ``(N, 3, 32, 32)`` to ``(N, num_classes)``; sizes 32, 16 and 8. Widths are those of the authors' published
    configuration: 192-160-96, 192-192-192 and 192-192-num_classes.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("block1", "pool1", "block2", "pool2", "block3", "avgpool")
    }

    def __init__(self, num_classes: int = 10, dropout: float = 0.5) -> None:
        super().__init__()
        self.block1 = NiNBlock(3, (192, 160, 96), kernel_size=5, padding=2)
        self.pool1 = nn.MaxPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.block2 = NiNBlock(96, (192, 192, 192), kernel_size=5, padding=2)
        self.pool2 = nn.AvgPool2d(kernel_size=3, stride=2, ceil_mode=True)
        self.block3 = NiNBlock(192, (192, 192, num_classes), kernel_size=3, padding=1)
        self.dropout = nn.Dropout(dropout)
        self.avgpool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.dropout(self.pool1(self.block1(x)))
        x = self.dropout(self.pool2(self.block2(x)))
        return torch.flatten(self.avgpool(self.block3(x)), start_dim=1)


@model(size=224, channels=1)
def nin_d2l() -> NiN:
    """Return the D2L book's NiN: 1,992,166 parameters."""
    return NiN()


@model(size=32)
def nin_cifar10() -> NiNCifar:
    """Return the paper's NiN for CIFAR-10: 966,986 parameters."""
    return NiNCifar()

"""AlexNet, twice: the network of 2012 that was split over two GPUs, and its author's single-lane one of 2014.

Sources: Krizhevsky, Sutskever & Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks",
section 3.5; Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.local_response_norm import LocalResponseNorm
from engine.models.zoo import model


class AlexNetOriginal(nn.Module):
    """The network of 2012: five convolutions, of which the second, fourth and fifth stay on their own GPU.

    A GPU holds one half of the channels, a *lane*; a convolution that reads only its own lane is one with ``groups=2``.
    conv3 and the linear layers read both lanes. LocalResponseNorm follows the ReLU of conv1 and conv2, before the
    overlapping pooling (window 3, stride 2).

    Shapes: ``(N, 3, 227, 227)`` to ``(N, num_classes)``; sizes 55, 27, 13, 13, 13 and 6.

    Convention: the paper says 224, which does not give its 55 without padding; 227 does. With ``padding=2`` conv1
    takes 224 and gives 55 too.

    Args:
        groups: lanes of conv2, conv4 and conv5; 1 joins them, as single-GPU versions do.
        padding: of conv1: 0 for inputs of 227, 2 for 224.
        width: channels of conv1; 96 in the paper, and the others in proportion.
        hidden_features: width of the first two linear layers; 4096 in the paper.
    """

    stages: ClassVar[Mapping[str, str]] = {
        "conv1": "conv1",
        "pool1": "pool1",
        "conv2": "conv2",
        "pool2": "pool2",
        "conv3": "conv3",
        "conv4": "conv4",
        "conv5": "conv5",
        "pool5": "pool5",
        "fc6": "fc6",
        "fc7": "fc7",
        "fc8": "fc8",
    }

    def __init__(
        self,
        num_classes: int = 1000,
        groups: int = 2,
        padding: int = 0,
        width: int = 96,
        hidden_features: int = 4096,
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        unit = width // 3  # 32 in the paper, whose widths are 3, 8, 12, 12 and 8 of it
        self.conv1 = nn.Conv2d(3, 3 * unit, kernel_size=11, stride=4, padding=padding)
        self.norm1 = LocalResponseNorm(size=5, alpha=1e-4, beta=0.75, k=2.0)
        self.pool1 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.conv2 = nn.Conv2d(3 * unit, 8 * unit, kernel_size=5, padding=2, groups=groups)
        self.norm2 = LocalResponseNorm(size=5, alpha=1e-4, beta=0.75, k=2.0)
        self.pool2 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.conv3 = nn.Conv2d(8 * unit, 12 * unit, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(12 * unit, 12 * unit, kernel_size=3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(12 * unit, 8 * unit, kernel_size=3, padding=1, groups=groups)
        self.pool5 = nn.MaxPool2d(kernel_size=3, stride=2)
        self.fc6 = nn.Linear(8 * unit * 6 * 6, hidden_features)
        self.fc7 = nn.Linear(hidden_features, hidden_features)
        self.fc8 = nn.Linear(hidden_features, num_classes)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits.

        Raises:
            Refused: the input's size does not lead to the 6x6 that fc6 was made for.
        """
        size = tuple(x.shape[-2:])
        x = self.pool1(self.norm1(self.relu(self.conv1(x))))
        x = self.pool2(self.norm2(self.relu(self.conv2(x))))
        x = self.relu(self.conv4(self.relu(self.conv3(x))))
        x = self.pool5(self.relu(self.conv5(x)))
        if tuple(x.shape[-2:]) != (6, 6):
            raise Refused(
                f"the AlexNet of 2012 needs 6×6 after pool5, and {size[0]}×{size[1]} inputs give "
                f"{x.shape[-2]}×{x.shape[-1]}: use 227×227, or 224×224 with padding=2"
            )
        x = self.dropout(self.relu(self.fc6(torch.flatten(x, start_dim=1))))
        x = self.dropout(self.relu(self.fc7(x)))
        logits: Tensor = self.fc8(x)
        return logits


class AlexNet(nn.Module):
    """The network of 2014: one lane, 64/192/384/256/256 channels, no response normalisation.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the sizes are 55, 27, 13, 13, 13 and 6.

    Convention: an adaptive average pooling to 6x6 lets other sizes in (63 and up) and changes nothing at 224. Dropout
    stands before the first two linear layers.

    Args:
        width: channels of conv1; 64 in the paper, and the others in proportion.
        hidden_features: width of the first two linear layers; 4096 in the paper.
    """

    stages: ClassVar[Mapping[str, str]] = {
        "conv1": "features.0",
        "pool1": "features.2",
        "conv2": "features.3",
        "pool2": "features.5",
        "conv3": "features.6",
        "conv4": "features.8",
        "conv5": "features.10",
        "pool5": "features.12",
        "fc6": "classifier.1",
        "fc7": "classifier.4",
        "fc8": "classifier.6",
    }

    def __init__(
        self, num_classes: int = 1000, width: int = 64, hidden_features: int = 4096, dropout: float = 0.5
    ) -> None:
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, width, kernel_size=11, stride=4, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(width, 3 * width, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Conv2d(3 * width, 6 * width, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(6 * width, 4 * width, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(4 * width, 4 * width, kernel_size=3, padding=1),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
        )
        self.avgpool = nn.AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(4 * width * 6 * 6, hidden_features),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden_features, hidden_features),
            nn.ReLU(inplace=True),
            nn.Linear(hidden_features, num_classes),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), start_dim=1))
        return logits


@model(size=227)
def alexnet_original_grouped() -> AlexNetOriginal:
    """Return the network of 2012 with its two lanes: 60,965,224 parameters."""
    return AlexNetOriginal()


@model(size=227)
def alexnet_original_ungrouped() -> AlexNetOriginal:
    """Return the network of 2012 with its lanes joined (groups=1): 62,378,344 parameters."""
    return AlexNetOriginal(groups=1)


@model(size=224)
def alexnet() -> AlexNet:
    """Return the network of 2014: 61,100,840 parameters."""
    return AlexNet()

"""Auxiliary classifiers: small heads on blocks in the middle, whose losses bring a gradient there by a short way.

In training the loss is L = L_main + λ·(L_aux1 + L_aux2); the heads' gradients flow backward into the blocks before
them. At test time the heads are left out.

Sources: Szegedy et al. 2015, "Going Deeper with Convolutions", section 5 (λ = 0.3); Szegedy et al. 2016, "Rethinking
the Inception Architecture for Computer Vision", section 4, which finds that the heads act as regularisers.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.layers.inception_lanes import BasicConv2d, Convolution, ConvReLU


class WithAuxiliary(NamedTuple):
    """What a network with auxiliary heads returns in training: its logits, and each head's, from early to late."""

    logits: Tensor
    auxiliary: Sequence[Tensor]


def with_auxiliary(main: Tensor, auxiliary: Sequence[Tensor], weight: float = 0.3) -> Tensor:
    """Return main + weight · Σ auxiliary.

    >>> float(with_auxiliary(torch.tensor(2.0), [torch.tensor(3.0), torch.tensor(7.0)]))
    5.0
    """
    return main + weight * torch.stack(list(auxiliary)).sum() if auxiliary else main


class AuxiliaryClassifier(nn.Sequential):
    """GoogLeNet's head: pooling to 4x4, a 1x1 convolution to 128 channels, linear layers of 1024 and num_classes.

    Shapes: ``(N, C, 14, 14)`` to ``(N, num_classes)``. 14x14 becomes 4x4 by a 5x5 average with stride 3. With C = 512
    and 1000 classes it has 3,188,840 parameters: nearly half of what the network without its heads has.
    """

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        convolution: Convolution = ConvReLU,
        dropout: float = 0.7,
        narrow: int = 1,
    ) -> None:
        width, hidden = 128 // narrow, 1024 // narrow
        super().__init__(
            nn.AvgPool2d(kernel_size=5, stride=3),
            convolution(in_channels, width, 1),
            nn.Flatten(),
            nn.Linear(width * 4 * 4, hidden),
            nn.ReLU(inplace=True),
            nn.Dropout(dropout),
            nn.Linear(hidden, num_classes),
        )


class AuxiliaryClassifierV3(nn.Module):
    """Inception v3's head, with BatchNorm: 17x17 is pooled to 5x5, two convolutions lead to 1x1, one linear layer.

    Shapes: ``(N, C, 17, 17)`` to ``(N, num_classes)``; larger inputs are averaged to 1x1.
    """

    def __init__(self, in_channels: int, num_classes: int, narrow: int = 1) -> None:
        super().__init__()
        self.conv0 = BasicConv2d(in_channels, 128 // narrow, 1)
        self.conv1 = BasicConv2d(128 // narrow, 768 // narrow, 5)
        self.fc = nn.Linear(768 // narrow, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.conv1(self.conv0(F.avg_pool2d(x, kernel_size=5, stride=3)))
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits

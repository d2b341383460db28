"""Inception v4: a stem, then 4 blocks A, 7 blocks B and 3 blocks C with a reduction between, and no auxiliary head.

Source: Szegedy, Ioffe, Vanhoucke & Alemi 2017, "Inception-v4, Inception-ResNet and the Impact of Residual Connections
on Learning", figure 9.
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.layers.inception_v4 import (
    C_CHANNELS,
    InceptionV4A,
    InceptionV4B,
    InceptionV4C,
    InceptionV4ReductionA,
    InceptionV4ReductionB,
    InceptionV4Stem,
)
from engine.models.zoo import model


class InceptionV4(nn.Module):
    """Figure 9: ``(N, 3, 299, 299)`` to ``(N, num_classes)``; grids of 35, 17 and 8 with 384, 1024 and 1536 channels.

    Convention: the paper *keeps* 0.8 of the last features, so torch's ``p`` is 0.2.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name
        for name in ("stem", "blocks_a", "reduction_a", "blocks_b", "reduction_b", "blocks_c", "avgpool", "fc")
    }

    def __init__(self, num_classes: int = 1000) -> None:
        super().__init__()
        self.stem = InceptionV4Stem()
        self.blocks_a = nn.Sequential(*(InceptionV4A() for _ in range(4)))
        self.reduction_a = InceptionV4ReductionA()
        self.blocks_b = nn.Sequential(*(InceptionV4B() for _ in range(7)))
        self.reduction_b = InceptionV4ReductionB()
        self.blocks_c = nn.Sequential(*(InceptionV4C() for _ in range(3)))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(C_CHANNELS, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.reduction_a(self.blocks_a(self.stem(x)))
        x = self.blocks_c(self.reduction_b(self.blocks_b(x)))
        logits: Tensor = self.fc(self.dropout(torch.flatten(self.avgpool(x), start_dim=1)))
        return logits


@model(size=299)
def inception_v4() -> InceptionV4:
    """Return Inception v4: 42,679,816 parameters."""
    return InceptionV4()

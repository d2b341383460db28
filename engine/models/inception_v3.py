"""Inception v3: eleven blocks of five kinds on the grids 35x35, 17x17 and 8x8, and one auxiliary head.

Source: Szegedy, Vanhoucke, Ioffe, Shlens & Wojna 2016, "Rethinking the Inception Architecture for Computer Vision",
table 1 and figures 5 to 10.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.layers.inception_auxiliary import AuxiliaryClassifierV3, WithAuxiliary
from engine.layers.inception_lanes import BasicConv2d
from engine.layers.inception_v3 import InceptionA, InceptionB, InceptionC, InceptionD, InceptionE
from engine.models.zoo import model

_STEM = ("conv1a", "conv2a", "conv2b", "pool1", "conv3b", "conv4a", "pool2")
_MIXED = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")


class InceptionV3(nn.Module):
    """A stem, blocks A A A - B - C C C C - D - E E, global average pooling and one linear layer.

    Shapes: ``(N, 3, 299, 299)`` to ``(N, num_classes)``; sizes 149, 147, 147, 73, 73, 71, 35, then 17 and 8. With the
    auxiliary head, behind the last block C, and in training it returns :class:`WithAuxiliary`; in evaluation the head
    does not run.

    Convention: this is the network that implementations agree on. Inputs are 299: in the stem only the
    third convolution is padded, by 1, and nothing is where the size is halved, so 299 leads to grids of 35, 17 and 8.

    Args:
        auxiliary: put a head behind the last block of 17x17.
        narrow: divide every number of channels by this (1, 2, 4, 8 or 16), for small copies.
    """

    stages: ClassVar[Mapping[str, str]] = {
        **{name: f"stem.{name}" for name in _STEM},
        **{f"mixed{name}": f"mixed.{name}" for name in _MIXED},
        "avgpool": "avgpool",
        "fc": "fc",
    }

    def __init__(self, num_classes: int = 1000, auxiliary: bool = True, narrow: int = 1) -> None:
        super().__init__()
        n = narrow
        self.stem = nn.Sequential(OrderedDict(zip(_STEM, _stem(n), strict=True)))
        blocks = [
            *(InceptionA(192 // n, 32 // n, n), InceptionA(256 // n, 64 // n, n), InceptionA(288 // n, 64 // n, n)),
            InceptionB(288 // n, n),
            *(InceptionC(768 // n, c7 // n, n) for c7 in (128, 160, 160, 192)),
            InceptionD(768 // n, n),
            *(InceptionE(1280 // n, n), InceptionE(2048 // n, n)),
        ]
        self.mixed = nn.ModuleDict(dict(zip(_MIXED, blocks, strict=True)))
        self.auxiliary = AuxiliaryClassifierV3(768 // n, num_classes, n) if auxiliary else None
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(2048 // n, num_classes)

    def forward(self, x: Tensor) -> Tensor | WithAuxiliary:
        """Return the logits; in training, with those of the auxiliary head if there is one."""
        x = self.stem(x)
        head: Tensor | None = None
        for name, block in self.mixed.items():
            x = block(x)
            if self.training and self.auxiliary is not None and name == "6e":
                head = self.auxiliary(x)
        logits: Tensor = self.fc(self.dropout(torch.flatten(self.avgpool(x), start_dim=1)))
        return logits if head is None else WithAuxiliary(logits, [head])


def _stem(n: int) -> list[nn.Module]:
    return [
        BasicConv2d(3, 32 // n, 3, stride=2),
        BasicConv2d(32 // n, 32 // n, 3),
        BasicConv2d(32 // n, 64 // n, 3, padding=1),
        nn.MaxPool2d(3, stride=2),
        BasicConv2d(64 // n, 80 // n, 1),
        BasicConv2d(80 // n, 192 // n, 3),
        nn.MaxPool2d(3, stride=2),
    ]


@model(size=299)
def inception_v3() -> InceptionV3:
    """Return Inception v3 with its auxiliary head, as published: 27,161,264 parameters."""
    return InceptionV3()


@model(size=299)
def inception_v3_no_aux() -> InceptionV3:
    """Return Inception v3 without its head, as it runs at test time: 23,834,568 parameters."""
    return InceptionV3(auxiliary=False)

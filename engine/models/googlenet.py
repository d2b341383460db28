"""GoogLeNet (Inception v1): nine Inception blocks, global average pooling, one linear layer, and two auxiliary heads.

Source: Szegedy et al. 2015, "Going Deeper with Convolutions", table 1 and section 5.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import ClassVar, Final

import torch
from torch import Tensor, nn

from engine.layers.inception import Inception
from engine.layers.inception_auxiliary import AuxiliaryClassifier, WithAuxiliary
from engine.layers.inception_lanes import BasicConv2d, Convolution, ConvReLU
from engine.layers.local_response_norm import LocalResponseNorm
from engine.models.zoo import model

BLOCKS: Final[Mapping[str, tuple[int, int, int, int, int, int]]] = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
"""Table 1: channels of 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5 and pool proj. Before 4a and 5a stands a pooling."""

HEADS_AFTER = ("4a", "4d")


class GoogLeNet(nn.Module):
    """The network of 2014, or what torchvision publishes under its name.

    Shapes: ``(N, 3, 224, 224)`` to ``(N, num_classes)``; sizes 112, 56, 28, 14 and 7. With auxiliary heads and in
    training it returns :class:`WithAuxiliary`; in evaluation the heads do not run.

    Convention: 22 layers with weights lie on the longest path: 3 of the stem, 2 of each block, 1 linear layer. There
    *is* a linear layer, 1024 to 1000; global average pooling took the place of the wide hidden ones. The paper has
    LocalResponseNorm in the stem, real 5x5 convolutions with biases, dropout 0.4 and a 3x3 last pooling; torchvision's
    version has BatchNorm after every convolution and no response normalisation, 3x3 for each 5x5, dropout 0.2 and a 2x2
    last pooling.

    The paper does not print the constants of its response normalisation; AlexNet's stand here.

    Args:
        auxiliary: put a head after the blocks 4a and 4d.
        torchvision: build torchvision's version.
        narrow: divide every number of channels by this (1, 2, 4 or 8), for small copies.
    """

    stages: ClassVar[Mapping[str, str]] = {
        **{name: f"stem.{name}" for name in ("conv1", "pool1", "conv2", "conv3", "pool2")},
        **{f"inception{name}": f"inception.{name}" for name in ("3a", "3b")},
        "pool3": "pools.4a",
        **{f"inception{name}": f"inception.{name}" for name in ("4a", "4b", "4c", "4d", "4e")},
        "pool4": "pools.5a",
        **{f"inception{name}": f"inception.{name}" for name in ("5a", "5b")},
        "avgpool": "avgpool",
        "fc": "fc",
    }

    def __init__(
        self, num_classes: int = 1000, auxiliary: bool = False, torchvision: bool = False, narrow: int = 1
    ) -> None:
        super().__init__()
        convolution: Convolution = BasicConv2d if torchvision else ConvReLU
        self.stem = _stem(convolution, torchvision, narrow)
        self.inception = nn.ModuleDict()
        in_channels = 192 // narrow
        widths: dict[str, int] = {}
        for name, channels in BLOCKS.items():
            ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj = (c // narrow for c in channels)
            widths_of_lanes = (ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj)
            block = Inception(in_channels, *widths_of_lanes, 3 if torchvision else 5, convolution)
            self.inception[name] = block
            widths[name] = in_channels = block.out_channels
        self.pools = nn.ModuleDict({"4a": _halving(3), "5a": _halving(2 if torchvision else 3)})
        self.auxiliary = nn.ModuleDict()
        for name in HEADS_AFTER if auxiliary else ():
            self.auxiliary[name] = AuxiliaryClassifier(widths[name], num_classes, convolution, narrow=narrow)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.2 if torchvision else 0.4)
        self.fc = nn.Linear(in_channels, num_classes)

    def forward(self, x: Tensor) -> Tensor | WithAuxiliary:
        """Return the logits; in training, with those of the auxiliary heads if there are any."""
        x = self.stem(x)
        heads: list[Tensor] = []
        for name, block in self.inception.items():
            x = block(self.pools[name](x) if name in self.pools else x)
            if self.training and name in self.auxiliary:
                heads.append(self.auxiliary[name](x))
        logits: Tensor = self.fc(self.dropout(torch.flatten(self.avgpool(x), start_dim=1)))
        return WithAuxiliary(logits, heads) if heads else logits


def _stem(convolution: Convolution, torchvision: bool, narrow: int) -> nn.Sequential:
    """Return 7x7, pooling, 1x1, 3x3, pooling; the paper normalises responses after the first pooling and the 3x3."""
    layers: dict[str, nn.Module] = {
        "conv1": convolution(3, 64 // narrow, 7, stride=2, padding=3),
        "pool1": _halving(3),
        "norm1": LocalResponseNorm(),
        "conv2": convolution(64 // narrow, 64 // narrow, 1),
        "conv3": convolution(64 // narrow, 192 // narrow, 3, padding=1),
        "norm2": LocalResponseNorm(),
        "pool2": _halving(3),
    }
    if torchvision:
        del layers["norm1"], layers["norm2"]
    return nn.Sequential(OrderedDict(layers))


def _halving(kernel_size: int) -> nn.MaxPool2d:
    return nn.MaxPool2d(kernel_size, stride=2, ceil_mode=True)


@model(size=224)
def googlenet() -> GoogLeNet:
    """Return torchvision's version without its heads, as published: 6,624,904 parameters."""
    return GoogLeNet(torchvision=True)


@model(size=224)
def googlenet_aux() -> GoogLeNet:
    """Return torchvision's version with both heads: 13,004,888 parameters."""
    return GoogLeNet(torchvision=True, auxiliary=True)


@model(size=224)
def googlenet_paper() -> GoogLeNet:
    """Return the network of 2014 without its heads: 6,998,552 parameters."""
    return GoogLeNet()


@model(size=224)
def googlenet_paper_aux() -> GoogLeNet:
    """Return the network of 2014 with both heads, as it was trained: 13,378,280 parameters."""
    return GoogLeNet(auxiliary=True)

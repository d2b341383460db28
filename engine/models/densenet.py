"""DenseNet: within a block every layer reads the outputs of all layers before it, joined along the channels.

Source: Huang, Liu, van der Maaten & Weinberger 2017, "Densely Connected Convolutional Networks", section 3 and table 1.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.models.zoo import model


class DenseLayer(nn.Module):
    """BN-ReLU-1x1 to bn_size·k channels, BN-ReLU-3x3 to k channels: what one layer of a block *adds* to its input.

    Shapes: ``(N, C, H, W)`` to ``(N, growth_rate, H, W)``.
    """

    def __init__(self, in_channels: int, growth_rate: int, bn_size: int = 4) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(in_channels)
        self.conv1 = nn.Conv2d(in_channels, bn_size * growth_rate, kernel_size=1, bias=False)
        self.norm2 = nn.BatchNorm2d(bn_size * growth_rate)
        self.conv2 = nn.Conv2d(bn_size * growth_rate, growth_rate, kernel_size=3, padding=1, bias=False)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return the new features."""
        y: Tensor = self.conv2(self.relu(self.norm2(self.conv1(self.relu(self.norm1(x))))))
        return y


class DenseBlock(nn.Module):
    """Layer l reads k0 + k(l - 1) channels: the block's k0 inputs and what the l - 1 layers before it made.

    Shapes: ``(N, k0, H, W)`` to ``(N, k0 + num_layers·growth_rate, H, W)``. Counting the input as a source, L layers
    have L(L + 1)/2 links, for a plain chain's L. What a layer made stands unchanged in the block's output.

    >>> tuple(DenseBlock(num_layers=6, in_channels=64, growth_rate=32)(torch.zeros(1, 64, 4, 4)).shape)
    (1, 256, 4, 4)
    """

    def __init__(self, num_layers: int, in_channels: int, growth_rate: int, bn_size: int = 4) -> None:
        super().__init__()
        widths = [in_channels + place * growth_rate for place in range(num_layers)]
        self.layers = nn.ModuleList(DenseLayer(width, growth_rate, bn_size) for width in widths)
        self.out_channels = in_channels + num_layers * growth_rate

    def forward(self, x: Tensor) -> Tensor:
        """Return the input and all new features, from the first layer's to the last's."""
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return x


class Transition(nn.Sequential):
    """Between two blocks: BN-ReLU-1x1 to ⌊θ·C⌋ channels, and a 2x2 average pooling that halves the size.

    Shapes: ``(N, C, H, W)`` to ``(N, ⌊θ·C⌋, H/2, W/2)``; θ is the ``compression``, 0.5 in the paper's DenseNet-BC.
    """

    def __init__(self, in_channels: int, compression: float = 0.5) -> None:
        self.out_channels = int(compression * in_channels)
        super().__init__(
            nn.BatchNorm2d(in_channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(in_channels, self.out_channels, kernel_size=1, bias=False),
            nn.AvgPool2d(kernel_size=2, stride=2),
        )


class DenseNet(nn.Module):
    """A 7x7 stem, four dense blocks with a transition between each two, global average pooling, one linear layer.

    Shapes: ``(N, 3, 224, 224)`` to ``(N, num_classes)``; the blocks' sizes are 56, 28, 14 and 7.

    Args:
        block_config: the number of layers of each block.
        growth_rate: channels k that each layer adds.
        num_init_features: channels of the stem, 2k in the paper's networks.
    """

    stages: ClassVar[Mapping[str, str]] = {
        **{name: f"features.{name}" for name in ("conv0", "pool0")},
        **{name: f"features.{name}" for number in (1, 2, 3) for name in (f"block{number}", f"transition{number}")},
        "block4": "features.block4",
        "avgpool": "avgpool",
        "classifier": "classifier",
    }

    def __init__(
        self,
        block_config: Sequence[int],
        growth_rate: int = 32,
        num_init_features: int = 64,
        num_classes: int = 1000,
        bn_size: int = 4,
    ) -> None:
        super().__init__()
        layers: dict[str, nn.Module] = {
            "conv0": nn.Conv2d(3, num_init_features, kernel_size=7, stride=2, padding=3, bias=False),
            "norm0": nn.BatchNorm2d(num_init_features),
            "relu0": nn.ReLU(inplace=True),
            "pool0": nn.MaxPool2d(kernel_size=3, stride=2, padding=1),
        }
        channels = num_init_features
        for number, num_layers in enumerate(block_config, start=1):
            block = DenseBlock(num_layers, channels, growth_rate, bn_size)
            layers[f"block{number}"], channels = block, block.out_channels
            if number < len(block_config):
                transition = Transition(channels)
                layers[f"transition{number}"], channels = transition, transition.out_channels
        layers |= {"norm5": nn.BatchNorm2d(channels), "relu5": nn.ReLU(inplace=True)}
        self.features = nn.Sequential(OrderedDict(layers))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.classifier(torch.flatten(self.avgpool(self.features(x)), start_dim=1))
        return logits


@model(size=224)
def densenet121() -> DenseNet:
    """Return DenseNet-121, k = 32: 7,978,856 parameters."""
    return DenseNet([6, 12, 24, 16])


@model(size=224)
def densenet161() -> DenseNet:
    """Return DenseNet-161, k = 48: 28,681,000 parameters."""
    return DenseNet([6, 12, 36, 24], growth_rate=48, num_init_features=96)


@model(size=224)
def densenet169() -> DenseNet:
    """Return DenseNet-169, k = 32: 14,149,480 parameters."""
    return DenseNet([6, 12, 32, 32])


@model(size=224)
def densenet201() -> DenseNet:
    """Return DenseNet-201, k = 32: 20,013,928 parameters."""
    return DenseNet([6, 12, 48, 32])

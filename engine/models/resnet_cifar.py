"""The ResNets for 32x32 images, and the plain networks beside them: three stages of n blocks, 6n + 2 layers deep.

Source: He, Zhang, Ren & Sun 2016, "Deep Residual Learning for Image Recognition", section 4.2 and table 6.
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.layers.residual import BasicBlock, Shortcut
from engine.models.zoo import model


class CifarResNet(nn.Module):
    """A 3x3 stem, three stages of ``blocks`` basic blocks with 16, 32 and 64 channels, and one linear layer.

    Shapes: ``(N, 3, 32, 32)`` to ``(N, num_classes)``; sizes 32, 16 and 8.

    Convention: the paper uses shortcut A here, which has no parameters, so that a residual network and its plain one
    (``shortcut="none"``) have equally many.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("conv1", "layer1", "layer2", "layer3", "avgpool", "fc")
    }

    def __init__(self, blocks: int, num_classes: int = 10, width: int = 16, shortcut: Shortcut = "A") -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, kernel_size=3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.layer1 = _stage(blocks, width, width, 1, shortcut)
        self.layer2 = _stage(blocks, width, 2 * width, 2, shortcut)
        self.layer3 = _stage(blocks, 2 * width, 4 * width, 2, shortcut)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(4 * width, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.layer3(self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x))))))
        logits: Tensor = self.fc(torch.flatten(self.avgpool(x), start_dim=1))
        return logits


def _stage(blocks: int, inplanes: int, planes: int, stride: int, shortcut: Shortcut) -> nn.Sequential:
    first = BasicBlock(inplanes, planes, stride, shortcut)
    return nn.Sequential(first, *(BasicBlock(planes, planes, 1, shortcut) for _ in range(blocks - 1)))


@model(size=32)
def resnet20_cifar() -> CifarResNet:
    """Return the residual network of 20 layers: 269,722 parameters (the paper's 0.27 M)."""
    return CifarResNet(3)


@model(size=32)
def resnet56_cifar() -> CifarResNet:
    """Return the residual network of 56 layers: 853,018 parameters (the paper's 0.85 M)."""
    return CifarResNet(9)


@model(size=32)
def resnet110_cifar() -> CifarResNet:
    """Return the residual network of 110 layers: 1,727,962 parameters (the paper's 1.7 M)."""
    return CifarResNet(18)


def resnet1202_cifar() -> CifarResNet:
    """Return the residual network of 1202 layers: 19,421,274 parameters (the paper's 19.4 M).

    It is not listed with the others: even on the meta device it takes the better part of a second to build.
    """
    return CifarResNet(200)


@model(size=32)
def plain20_cifar() -> CifarResNet:
    """Return the plain network of 20 layers, with the parameters of its residual twin."""
    return CifarResNet(3, shortcut="none")


@model(size=32)
def plain56_cifar() -> CifarResNet:
    """Return the plain network of 56 layers, with the parameters of its residual twin."""
    return CifarResNet(9, shortcut="none")

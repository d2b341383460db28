"""Pre-activation ResNet: normalisation and ReLU stand before each convolution, and nothing stands on the shortcut.

Source: He, Zhang, Ren & Sun 2016, "Identity Mappings in Deep Residual Networks", equations 4 and 5, figure 4(e).
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.layers.residual import conv1x1, conv3x3
from engine.models.zoo import model


class PreActBlock(nn.Module):
    """BN-ReLU-3x3, BN-ReLU-3x3, plus x: y = x + F(x), and no ReLU after the sum.

    So the sums telescope: x_L = x_l + Σ F(x_i), and ∂x_L/∂x_l holds the identity matrix, whatever lies between.

    Shapes: ``(N, inplanes, H, W)`` to ``(N, planes, H/stride, W/stride)``. Where the shape changes, a 1x1 projection
    reads the *activated* input.
    """

    expansion: ClassVar[int] = 1
    depth: ClassVar[int] = 2

    def __init__(self, inplanes: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inplanes)
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes)
        self.downsample = _projection(inplanes, planes, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return x + F(x), or the projection + F(x)."""
        activated = torch.relu(self.bn1(x))
        shortcut = x if self.downsample is None else self.downsample(activated)
        y: Tensor = self.conv2(torch.relu(self.bn2(self.conv1(activated)))) + shortcut
        return y


class PreActBottleneck(nn.Module):
    """BN-ReLU-1x1, BN-ReLU-3x3, BN-ReLU-1x1, plus x: ``(N, C, H, W)`` to ``(N, 4·planes, H/stride, W/stride)``."""

    expansion: ClassVar[int] = 4
    depth: ClassVar[int] = 3

    def __init__(self, inplanes: int, planes: int, stride: int = 1) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inplanes)
        self.conv1 = conv1x1(inplanes, planes)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes, stride)
        self.bn3 = nn.BatchNorm2d(planes)
        self.conv3 = conv1x1(planes, planes * self.expansion)
        self.downsample = _projection(inplanes, planes * self.expansion, stride)

    def forward(self, x: Tensor) -> Tensor:
        """Return x + F(x), or the projection + F(x)."""
        activated = torch.relu(self.bn1(x))
        shortcut = x if self.downsample is None else self.downsample(activated)
        out = self.conv2(torch.relu(self.bn2(self.conv1(activated))))
        y: Tensor = self.conv3(torch.relu(self.bn3(out))) + shortcut
        return y


def _projection(inplanes: int, outplanes: int, stride: int) -> nn.Conv2d | None:
    return None if stride == 1 and inplanes == outplanes else conv1x1(inplanes, outplanes, stride)


class PreActResNet(nn.Module):
    """The networks for 32x32 images: a bare 3x3 stem, three stages of ``blocks`` blocks, BN-ReLU, one linear layer.

    Shapes: ``(N, 3, 32, 32)`` to ``(N, num_classes)``; sizes 32, 16 and 8. With bottlenecks it has 9·blocks + 2 layers.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("conv1", "layer1", "layer2", "layer3", "avgpool", "fc")
    }

    def __init__(
        self,
        block: type[PreActBlock] | type[PreActBottleneck],
        blocks: int,
        num_classes: int = 10,
        width: int = 16,
    ) -> None:
        super().__init__()
        outplanes = [width * block.expansion * 2**stage for stage in range(3)]
        self.conv1 = conv3x3(3, width)
        self.layer1 = _stage(block, blocks, width, width, stride=1)
        self.layer2 = _stage(block, blocks, outplanes[0], 2 * width, stride=2)
        self.layer3 = _stage(block, blocks, outplanes[1], 4 * width, stride=2)
        self.bn = nn.BatchNorm2d(outplanes[2])
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(outplanes[2], num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.layer3(self.layer2(self.layer1(self.conv1(x))))
        logits: Tensor = self.fc(torch.flatten(self.avgpool(torch.relu(self.bn(x))), start_dim=1))
        return logits


def _stage(
    block: type[PreActBlock] | type[PreActBottleneck], blocks: int, inplanes: int, planes: int, stride: int
) -> nn.Sequential:
    first = block(inplanes, planes, stride)
    return nn.Sequential(first, *(block(planes * block.expansion, planes) for _ in range(blocks - 1)))


@model(size=32)
def preact_resnet164() -> PreActResNet:
    """Return the pre-activation network of 164 layers, with bottlenecks: 1,703,258 parameters."""
    return PreActResNet(PreActBottleneck, 18)


def preact_resnet1001() -> PreActResNet:
    """Return the pre-activation network of 1001 layers, with bottlenecks: 10,327,706 parameters.

    It is not listed with the others: even on the meta device it takes half a second to build.
    """
    return PreActResNet(PreActBottleneck, 111)

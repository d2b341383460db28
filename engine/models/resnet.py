"""ResNet: stages of residual blocks, each stage at half the size and twice the width of the one before.

Source: He, Zhang, Ren & Sun 2016, "Deep Residual Learning for Image Recognition", table 1.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.layers.residual import BasicBlock, Bottleneck, Shortcut, StrideOn
from engine.models.zoo import model


class ResNet(nn.Module):
    """A stem, four stages of ``layers`` blocks each, global average pooling and one linear layer.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the stages' sizes are 56, 28, 14 and 7.

    Args:
        block: :class:`BasicBlock` or :class:`Bottleneck`.
        layers: the number of blocks in each stage.
        width: channels of the stem and of the first stage's 3x3 convolutions; 64 in the paper.
        shortcut: what passes a change of shape; see :func:`~engine.layers.residual.make_shortcut`. "none" builds the
            plain network that the paper holds against the residual one.
        stride_on: where a Bottleneck halves the size. The paper says "1x1"; "3x3" is what is published since.
        zero_init_residual: start each block's last γ at 0, so that each block starts as ReLU(shortcut(x)).
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("conv1", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc")
    }

    def __init__(
        self,
        block: type[BasicBlock] | type[Bottleneck],
        layers: Sequence[int],
        num_classes: int = 1000,
        width: int = 64,
        shortcut: Shortcut = "B",
        stride_on: StrideOn = "3x3",
        zero_init_residual: bool = False,
    ) -> None:
        super().__init__()
        make = partial(block, shortcut=shortcut)
        if issubclass(block, Bottleneck):
            make = partial(block, shortcut=shortcut, stride_on=stride_on)
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self._make_layer(make, block.expansion, width, layers[0], stride=1)
        self.layer2 = self._make_layer(make, block.expansion, width * 2, layers[1], stride=2)
        self.layer3 = self._make_layer(make, block.expansion, width * 4, layers[2], stride=2)
        self.layer4 = self._make_layer(make, block.expansion, width * 8, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width * 8 * block.expansion, num_classes)
        self._init_weights(zero_init_residual)

    def _make_layer(
        self, make: "partial[BasicBlock] | partial[Bottleneck]", expansion: int, planes: int, blocks: int, stride: int
    ) -> nn.Sequential:
        """Return a stage; only its first block changes the shape."""
        stage: list[nn.Module] = []
        for index in range(blocks):
            stage.append(make(self.inplanes, planes, stride if index == 0 else 1))
            self.inplanes = planes * expansion
        return nn.Sequential(*stage)

    def _init_weights(self, zero_init_residual: bool) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and not module.weight.is_meta:  # a meta weight has nothing to fill
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if zero_init_residual and isinstance(module, (BasicBlock, Bottleneck)):
                last = module.bn3 if isinstance(module, Bottleneck) else module.bn2
                nn.init.zeros_(last.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        logits: Tensor = self.fc(torch.flatten(self.avgpool(x), start_dim=1))
        return logits


@model(size=224)
def resnet18() -> ResNet:
    """Return ResNet-18: 11,689,512 parameters."""
    return ResNet(BasicBlock, [2, 2, 2, 2])


@model(size=224)
def resnet34() -> ResNet:
    """Return ResNet-34: 21,797,672 parameters."""
    return ResNet(BasicBlock, [3, 4, 6, 3])


@model(size=224)
def plain18() -> ResNet:
    """Return the plain network of 18 layers: ResNet-18 without its shortcuts and their projections."""
    return ResNet(BasicBlock, [2, 2, 2, 2], shortcut="none")


@model(size=224)
def plain34() -> ResNet:
    """Return the plain network of 34 layers: ResNet-34 without its shortcuts and their projections."""
    return ResNet(BasicBlock, [3, 4, 6, 3], shortcut="none")


@model(size=224)
def resnet34_a() -> ResNet:
    """Return ResNet-34 with shortcut A, subsampling and zero channels: 21,623,848 parameters, as its plain twin."""
    return ResNet(BasicBlock, [3, 4, 6, 3], shortcut="A")


@model(size=224)
def resnet34_c() -> ResNet:
    """Return ResNet-34 with shortcut C, a projection in every block: 22,716,840 parameters."""
    return ResNet(BasicBlock, [3, 4, 6, 3], shortcut="C")


@model(size=224)
def resnet50() -> ResNet:
    """Return ResNet-50 with the stride on the 3x3 (v1.5): 25,557,032 parameters."""
    return ResNet(Bottleneck, [3, 4, 6, 3])


@model(size=224)
def resnet50_paper() -> ResNet:
    """Return ResNet-50 with the stride on the first 1x1, as in the paper: fewer multiply-adds, equal parameters."""
    return ResNet(Bottleneck, [3, 4, 6, 3], stride_on="1x1")


@model(size=224)
def resnet101() -> ResNet:
    """Return ResNet-101 with the stride on the 3x3 (v1.5): 44,549,160 parameters."""
    return ResNet(Bottleneck, [3, 4, 23, 3])


@model(size=224)
def resnet152() -> ResNet:
    """Return ResNet-152 with the stride on the 3x3 (v1.5): 60,192,808 parameters."""
    return ResNet(Bottleneck, [3, 8, 36, 3])


@model(size=224)
def resnet101_paper() -> ResNet:
    """Return ResNet-101 with the stride on the first 1x1, as in the paper."""
    return ResNet(Bottleneck, [3, 4, 23, 3], stride_on="1x1")


@model(size=224)
def resnet152_paper() -> ResNet:
    """Return ResNet-152 with the stride on the first 1x1, as in the paper."""
    return ResNet(Bottleneck, [3, 8, 36, 3], stride_on="1x1")

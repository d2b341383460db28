"""Residual Attention Network: mask branches look at the whole picture from afar and say which features count.

Source: Wang et al. 2017, "Residual Attention Network for Image Classification", section 3, figure 2 and table 2. The
units are those of pre-activation ResNets, as the paper says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from engine.attention.mask_activations import f1
from engine.attention.residual_attention import combine
from engine.models.preact_resnet import PreActBottleneck
from engine.models.zoo import model


class MaskBranch(nn.Module):
    """Max pooling and units on the way down, units and bilinear interpolation on the way up, then two 1x1 convolutions.

    Shapes: ``(N, channels, H, W)`` to the same, before the mask activation. ``depth`` poolings; the way up gets back
    each size that was passed on the way down, and with it that size's features, through one unit (a skip connection).
    """

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        planes = channels // 4
        self.pool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.down = nn.ModuleList(PreActBottleneck(channels, planes) for _ in range(depth))
        self.skips = nn.ModuleList(PreActBottleneck(channels, planes) for _ in range(depth - 1))
        self.up = nn.ModuleList(PreActBottleneck(channels, planes) for _ in range(depth))
        self.head = nn.Sequential(
            *(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, kernel_size=1, bias=False)),
            *(nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, kernel_size=1, bias=False)),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return what the mask is made of."""
        sizes, passed = [], []
        for index, unit in enumerate(self.down):
            sizes.append(x.shape[-2:])
            x = unit(self.pool(x))
            if index < len(self.skips):
                passed.append(self.skips[index](x))
        for unit in self.up:
            x = F.interpolate(unit(x), size=sizes.pop(), mode="bilinear", align_corners=False)
            if passed:
                x = x + passed.pop()
        mask: Tensor = self.head(x)
        return mask


class AttentionModule(nn.Module):
    """One unit, then trunk (two units) and mask side by side, H = (1 + M)·F, then one unit: p = 1, t = 2, r = 1.

    Shapes: ``(N, channels, H, W)`` to the same. F is what the *trunk* of this module gives, and M comes from its mask
    branch; both see the same input.

    Args:
        depth: how often the mask branch halves the size; the paper stops at 7x7, so 3, 2 and 1 in its three stages.
        activation: one of :mod:`engine.attention.mask_activations`; :func:`f1`, the sigmoid, is the paper's choice.
        residual: False for naive attention learning, H = M·F.
    """

    def __init__(
        self, channels: int, depth: int, activation: Callable[[Tensor], Tensor] = f1, residual: bool = True
    ) -> None:
        super().__init__()
        planes = channels // 4
        self.before = PreActBottleneck(channels, planes)
        self.trunk = nn.Sequential(PreActBottleneck(channels, planes), PreActBottleneck(channels, planes))
        self.mask = MaskBranch(channels, depth)
        self.after = PreActBottleneck(channels, planes)
        self.activation, self.residual = activation, residual

    def forward(self, x: Tensor) -> Tensor:
        """Return the features, weighted by the mask."""
        x = self.before(x)
        out: Tensor = self.after(combine(self.trunk(x), self.activation(self.mask(x)), self.residual))
        return out


class ResidualAttentionNetwork(nn.Module):
    """A stem, three stages of one residual unit and some attention modules, three more units, pooling, a linear layer.

    Shapes: ``(N, 3, H, W)`` to ``(N, num_classes)``; at 224 the stages' sizes are 56, 28, 14 and 7.

    Args:
        modules: attention modules in each of the three stages; (1, 1, 1) is Attention-56, (1, 2, 3) is Attention-92.
        width: channels of the stem; 64 in the paper. The stages have 4, 8, 16 and 32 times as many.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("conv1", "maxpool", "stage1", "stage2", "stage3", "stage4", "avgpool", "fc")
    }

    def __init__(self, modules: Sequence[int], num_classes: int = 1000, width: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.stage1 = _stage(width, width, 1, modules[0], depth=3)
        self.stage2 = _stage(width * 4, width * 2, 2, modules[1], depth=2)
        self.stage3 = _stage(width * 8, width * 4, 2, modules[2], depth=1)
        self.stage4 = nn.Sequential(
            PreActBottleneck(width * 16, width * 8, stride=2),
            PreActBottleneck(width * 32, width * 8),
            PreActBottleneck(width * 32, width * 8),
            nn.BatchNorm2d(width * 32),
            nn.ReLU(),
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width * 32, num_classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.stage4(self.stage3(self.stage2(self.stage1(x))))
        logits: Tensor = self.fc(torch.flatten(self.avgpool(x), start_dim=1))
        return logits


def _stage(inplanes: int, planes: int, stride: int, modules: int, depth: int) -> nn.Sequential:
    attention = (AttentionModule(4 * planes, depth) for _ in range(modules))
    return nn.Sequential(PreActBottleneck(inplanes, planes, stride), *attention)


@model(size=224)
def attention56() -> ResidualAttentionNetwork:
    """Return Attention-56: 31,810,728 parameters, as in the authors' own definition; their paper prints 31.9 M."""
    return ResidualAttentionNetwork([1, 1, 1])


@model(size=224)
def attention92() -> ResidualAttentionNetwork:
    """Return Attention-92: 52,466,344 parameters, as in the authors' own definition; their paper prints 51.3 M."""
    return ResidualAttentionNetwork([1, 2, 3])

"""A ResNet without its classifier, and a feature pyramid on top: maps of one width at four sizes and one more.

Source: Lin, Dollár, Girshick, He, Hariharan & Belongie 2017, "Feature Pyramid Networks for Object Detection".
"""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F

from engine.layers.residual import Bottleneck
from engine.models.detection.frozen_batch_norm import freeze_batch_norm
from engine.models.resnet import ResNet


class ResNetBody(nn.Module):
    """The stem and the four stages of a ResNet; its pooling and linear layer are left out.

    Shapes: ``(N, 3, H, W)`` to the outputs of layer1 to layer4, at strides 4, 8, 16 and 32.

    Args:
        layers: blocks of each stage; (3, 4, 6, 3) is ResNet-50.
        width: channels of the stem; the stages give 4, 8, 16 and 32 times as many.
        frozen: the BatchNorms are constants.
    """

    def __init__(self, layers: Sequence[int] = (3, 4, 6, 3), width: int = 64, frozen: bool = True) -> None:
        super().__init__()
        resnet = ResNet(Bottleneck, layers, width=width)
        self.out_channels = tuple(4 * width * 2**stage for stage in range(4))
        self.conv1, self.bn1, self.relu, self.maxpool = resnet.conv1, resnet.bn1, resnet.relu, resnet.maxpool
        self.layer1, self.layer2, self.layer3, self.layer4 = resnet.layer1, resnet.layer2, resnet.layer3, resnet.layer4
        if frozen:
            freeze_batch_norm(self)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the four maps, the finest first."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        maps: list[Tensor] = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            maps.append(x)
        return maps


class FeaturePyramid(nn.Module):
    """Bring every map to one width by a 1x1, add to each the coarser one enlarged (nearest), smooth by a 3x3.

    The convolutions have biases, and nothing is normalised or cut at 0. A last, coarsest map takes every second place
    of the one before; only the region proposal network reads it.

    Shapes: maps ``(N, C_i, H_i, W_i)``, the finest first, to one more map, all with ``out_channels``.
    """

    def __init__(self, in_channels: Sequence[int], out_channels: int = 256) -> None:
        super().__init__()
        self.inner = nn.ModuleList(nn.Conv2d(channels, out_channels, 1) for channels in in_channels)
        self.layer = nn.ModuleList(nn.Conv2d(out_channels, out_channels, 3, padding=1) for _ in in_channels)

    def forward(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """Return the pyramid, the finest map first."""
        coarser: Tensor | None = None
        pyramid: list[Tensor] = []
        for inner, layer, given in reversed(list(zip(self.inner, self.layer, maps, strict=True))):
            lateral: Tensor = inner(given)
            if coarser is not None:
                lateral = lateral + F.interpolate(coarser, size=tuple(lateral.shape[2:]), mode="nearest")
            coarser = lateral
            pyramid.insert(0, layer(lateral))
        return [*pyramid, pyramid[-1][:, :, ::2, ::2]]


class ResNetFPN(nn.Module):
    """The body and the pyramid on it: strides 4, 8, 16, 32 and 64."""

    def __init__(
        self, layers: Sequence[int] = (3, 4, 6, 3), width: int = 64, out_channels: int = 256, frozen: bool = True
    ) -> None:
        super().__init__()
        self.out_channels = out_channels
        self.body = ResNetBody(layers, width, frozen)
        self.fpn = FeaturePyramid(self.body.out_channels, out_channels)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return five maps, the finest first."""
        pyramid: list[Tensor] = self.fpn(self.body(x))
        return pyramid

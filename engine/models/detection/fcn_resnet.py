"""A fully convolutional network on a dilated ResNet: a class for every pixel.

The last two stages keep their size: their strides become dilations, so that the maps are an eighth of the image and
each unit still sees as far. A small head scores each place, and bilinear interpolation enlarges the scores.

Sources: Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation"; Chen et al. 2017,
"Rethinking Atrous Convolution for Semantic Image Segmentation", for the dilated backbone. This is the version that
torchvision publishes; the paper's own, on VGG-16, is in :mod:`engine.models.detection.fcn_vgg`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from engine.models.detection.feature_pyramid import ResNetBody
from engine.models.zoo import model


class FCNHead(nn.Sequential):
    """A 3x3 convolution to a quarter of the channels, BatchNorm, ReLU, dropout, and a 1x1 to scores of the classes."""

    def __init__(self, in_channels: int, num_classes: int) -> None:
        super().__init__()
        hidden = in_channels // 4
        self.conv = nn.Conv2d(in_channels, hidden, 3, padding=1, bias=False)
        self.bn = nn.BatchNorm2d(hidden)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.1)
        self.score = nn.Conv2d(hidden, num_classes, 1)


class FCN(nn.Module):
    """Dilated ResNet, head, bilinear interpolation. Shapes: ``(N, 3, H, W)`` to ``(N, num_classes, H, W)``, logits.

    Args:
        num_classes: with the background; 21 on PASCAL VOC.
        aux: a second head on layer3, whose loss is added in training. :meth:`with_auxiliary` gives both.
    """

    stages: ClassVar[Mapping[str, str]] = {
        **{f"layer{number}": f"backbone.layer{number}" for number in range(1, 5)},
        "classifier": "classifier",
    }

    def __init__(
        self, num_classes: int = 21, layers: Sequence[int] = (3, 4, 6, 3), width: int = 64, aux: bool = False
    ) -> None:
        super().__init__()
        self.backbone = ResNetBody(layers, width, frozen=False)
        dilate(self.backbone.layer3, before=1)
        dilate(self.backbone.layer4, before=2)
        *_, third, fourth = self.backbone.out_channels
        self.classifier = FCNHead(fourth, num_classes)
        self.aux_classifier = FCNHead(third, num_classes) if aux else None

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of every pixel."""
        return _enlarged(self.classifier(self.backbone(x)[-1]), x)

    def with_auxiliary(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of both heads."""
        if self.aux_classifier is None:
            raise ValueError("this network was built without an auxiliary head; build it with aux=True")
        *_, third, fourth = self.backbone(x)
        return _enlarged(self.classifier(fourth), x), _enlarged(self.aux_classifier(third), x)


def dilate(stage: nn.Module, before: int) -> None:
    """Replace a stage's stride of 2 by dilation: the first block has ``before``, the others twice that.

    What came at every second place comes at every place, and the 3x3 kernels reach as far as they did.
    """
    for number, block in enumerate(stage.children()):
        dilation = before if number == 0 else 2 * before
        for layer in _convolutions(block):
            layer.stride = (1, 1)
            if layer.kernel_size == (3, 3):
                layer.dilation = layer.padding = (dilation, dilation)


def _convolutions(block: nn.Module) -> Iterator[nn.Conv2d]:
    return (layer for layer in block.modules() if isinstance(layer, nn.Conv2d))


def _enlarged(scores: Tensor, image: Tensor) -> Tensor:
    return F.interpolate(scores, size=tuple(image.shape[2:]), mode="bilinear", align_corners=False)


@model(size=520)
def fcn_resnet50() -> FCN:
    """Return FCN on ResNet-50 for 21 classes: 32,957,013 parameters."""
    return FCN()


@model(size=520)
def fcn_resnet50_aux() -> FCN:
    """Return FCN on ResNet-50 with its auxiliary head, which only training runs: 35,322,218 parameters."""
    return FCN(aux=True)

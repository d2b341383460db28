"""SE-ResNet: a ResNet whose residual branches end with squeeze and excitation.

Source: Hu, Shen & Sun 2018, "Squeeze-and-Excitation Networks", figure 3 and table 1.
"""

from typing import ClassVar

from torch import Tensor

from engine.attention.squeeze_excitation import SqueezeExcitation
from engine.layers.residual import Bottleneck, Shortcut, StrideOn
from engine.models.resnet import ResNet
from engine.models.zoo import model


class SEBottleneck(Bottleneck):
    """A bottleneck whose F is gated channel by channel before the shortcut is added: ReLU(s·F(x) + shortcut(x)).

    Shapes: as :class:`~engine.layers.residual.Bottleneck`. The gate comes last, after the third BatchNorm.
    """

    reduction: ClassVar[int] = 16
    se_bias: ClassVar[bool] = True

    def __init__(
        self, inplanes: int, planes: int, stride: int = 1, shortcut: Shortcut = "B", stride_on: StrideOn = "3x3"
    ) -> None:
        super().__init__(inplanes, planes, stride, shortcut, stride_on)
        self.se = SqueezeExcitation(planes * self.expansion, self.reduction, self.se_bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return ReLU(s·F(x) + shortcut(x))."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.se(self.bn3(self.conv3(out)))
        y: Tensor = self.relu(out if self.downsample is None else out + self.downsample(x))
        return y


class SEBottleneckWithoutBias(SEBottleneck):
    """The same with the weights alone in the two linear layers, as the paper's text counts them."""

    se_bias = False


@model(size=224)
def se_resnet50() -> ResNet:
    """Return SE-ResNet-50 with biases in its linear layers, as published: 28,088,024 parameters.

    The stride stands on the 3x3 (v1.5). The authors' has it on the first 1x1: equal parameters, fewer multiply-adds.
    """
    return ResNet(SEBottleneck, [3, 4, 6, 3])


@model(size=224)
def se_resnet50_no_bias() -> ResNet:
    """Return SE-ResNet-50 without these biases: 28,071,976 parameters, 2·Σ C²/16 more than ResNet-50."""
    return ResNet(SEBottleneckWithoutBias, [3, 4, 6, 3])

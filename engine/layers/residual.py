"""Residual blocks: a few convolutions learn F, and the block returns ReLU(F(x) + shortcut(x)).

Source: He, Zhang, Ren & Sun 2016, "Deep Residual Learning for Image Recognition", figures 2 and 5, section 3.3.
"""

from typing import ClassVar, Literal

from torch import Tensor, nn
from torch.nn import functional as F

StrideOn = Literal["3x3", "1x1"]
Shortcut = Literal["A", "B", "C", "none"]


def conv3x3(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps the size at stride 1; the BatchNorm after it makes a bias useless."""
    return nn.Conv2d(in_planes, out_planes, kernel_size=3, stride=stride, padding=1, bias=False)


def conv1x1(in_planes: int, out_planes: int, stride: int = 1) -> nn.Conv2d:
    """Return a 1x1 convolution without a bias: a linear map of the channels at each place."""
    return nn.Conv2d(in_planes, out_planes, kernel_size=1, stride=stride, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and a shortcut, as in ResNet-18 and ResNet-34.

    Shapes: ``(N, inplanes, H, W)`` to ``(N, planes, H/stride, W/stride)``.
    """

    expansion: ClassVar[int] = 1
    depth: ClassVar[int] = 2

    def __init__(self, inplanes: int, planes: int, stride: int = 1, shortcut: Shortcut = "B") -> None:
        super().__init__()
        self.conv1 = conv3x3(inplanes, planes, stride)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = conv3x3(planes, planes)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = make_shortcut(inplanes, planes, stride, shortcut)

    def forward(self, x: Tensor) -> Tensor:
        """Return ReLU(F(x) + shortcut(x))."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        y: Tensor = self.relu(out if self.downsample is None else out + self.downsample(x))
        return y


class Bottleneck(nn.Module):
    """1x1 to a quarter of the channels, 3x3 there, 1x1 back, and a shortcut: ResNet-50 and deeper.

    Shapes: ``(N, inplanes, H, W)`` to ``(N, 4·planes, H/stride, W/stride)``.

    Convention: the paper puts the stride on the first 1x1, which never looks at three of four places;
    ``stride_on="3x3"`` is the later usage, called v1.5. Parameters are equal, multiply-adds are not.
    """

    expansion: ClassVar[int] = 4
    depth: ClassVar[int] = 3

    def __init__(
        self, inplanes: int, planes: int, stride: int = 1, shortcut: Shortcut = "B", stride_on: StrideOn = "3x3"
    ) -> None:
        super().__init__()
        first, second = (stride, 1) if stride_on == "1x1" else (1, stride)
        self.conv1 = conv1x1(inplanes, planes, first)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = conv3x3(planes, planes, second)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = conv1x1(planes, planes * self.expansion)
        self.bn3 = nn.BatchNorm2d(planes * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = make_shortcut(inplanes, planes * self.expansion, stride, shortcut)

    def forward(self, x: Tensor) -> Tensor:
        """Return ReLU(F(x) + shortcut(x))."""
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        y: Tensor = self.relu(out if self.downsample is None else out + self.downsample(x))
        return y


class SubsampleAndPad(nn.Module):
    """Shortcut A: take every ``stride``-th place and append channels of zeros. It has no parameters."""

    def __init__(self, inplanes: int, outplanes: int, stride: int) -> None:
        super().__init__()
        self.added, self.stride = outplanes - inplanes, stride

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, outplanes, H/stride, W/stride)``."""
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))


def make_shortcut(inplanes: int, outplanes: int, stride: int, option: Shortcut = "B") -> nn.Module | None:
    """Return what turns x into a summand of F(x)'s shape; None where nothing is added.

    - "A": the identity; zero channels are appended where the shape changes.
    - "B": the identity; a 1x1 projection with the block's stride where the shape changes.
    - "C": always a projection.
    - "none": nothing, which makes the block the two or three layers of a plain network.
    """
    if option == "none":
        return None
    same_shape = stride == 1 and inplanes == outplanes
    if same_shape and option != "C":
        return nn.Identity()
    if option == "A":
        return SubsampleAndPad(inplanes, outplanes, stride)
    return nn.Sequential(conv1x1(inplanes, outplanes, stride), nn.BatchNorm2d(outplanes))

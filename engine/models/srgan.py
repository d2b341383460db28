"""SRResNet, which is also SRGAN's generator: residual blocks at low resolution, then pixel shuffles.

Source: Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
figure 4. The two names differ by the loss that trained the network: SRResNet by mean squared error, SRGAN by a content
loss and an adversarial one.
"""

import math

from torch import Tensor, nn

from engine.convolution.pixel_shuffle import PixelShuffle
from engine.errors import Refused
from engine.models.zoo import model


class SRResidualBlock(nn.Module):
    """x + BN(conv(PReLU(BN(conv(x))))): no activation after the addition, unlike a ResNet's block.

    Shapes: ``(N, C, H, W)`` to the same.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.bn1 = nn.BatchNorm2d(channels)
        self.prelu = nn.PReLU()
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return x plus its residual."""
        out = self.bn2(self.conv2(self.prelu(self.bn1(self.conv1(x)))))
        y: Tensor = x + out
        return y


class SRResNet(nn.Module):
    """A 9×9 convolution, residual blocks under one long skip, a pixel shuffle for each doubling, a 9×9 convolution.

    Shapes: ``(N, 3, H, W)`` to ``(N, 3, scale·H, scale·W)``.

    Convention: each PReLU has one slope, shared by its channels, and convolutions keep their biases also before a
    BatchNorm; the paper says neither.

    Args:
        num_blocks: residual blocks; 16 in the paper.
        channels: 64 in the paper.
        scale: 4 in the paper; any power of 2 from 2 on.

    Raises:
        Refused: ``scale`` is no power of 2 from 2 on.
    """

    def __init__(self, num_blocks: int = 16, channels: int = 64, scale: int = 4) -> None:
        super().__init__()
        if scale < 2 or scale & (scale - 1):
            raise Refused(f"each pixel shuffle doubles the size, so scale must be 2, 4, 8 and so on, not {scale}")
        self.conv1 = nn.Sequential(nn.Conv2d(3, channels, kernel_size=9, padding=4), nn.PReLU())
        self.blocks = nn.Sequential(*(SRResidualBlock(channels) for _ in range(num_blocks)))
        self.conv2 = nn.Sequential(nn.Conv2d(channels, channels, kernel_size=3, padding=1), nn.BatchNorm2d(channels))
        self.upsampling = nn.Sequential(*(_doubling(channels) for _ in range(int(math.log2(scale)))))
        self.conv3 = nn.Conv2d(channels, 3, kernel_size=9, padding=4)
        self.stages = {name: name for name, _ in self.named_children()}

    def forward(self, x: Tensor) -> Tensor:
        """Return the enlarged images; the long skip joins the first convolution's output to the last block's."""
        first = self.conv1(x)
        images: Tensor = self.conv3(self.upsampling(first + self.conv2(self.blocks(first))))
        return images


def _doubling(channels: int) -> nn.Sequential:
    """Return a convolution to 4 times the channels, the shuffle that spends them on a 2×2 block, and a PReLU."""
    return nn.Sequential(nn.Conv2d(channels, 4 * channels, kernel_size=3, padding=1), PixelShuffle(2), nn.PReLU())


@model(size=24)
def srresnet() -> SRResNet:
    """Return the network that enlarges 4 times: 1,549,462 parameters. Training crops of 24×24 become 96×96."""
    return SRResNet()

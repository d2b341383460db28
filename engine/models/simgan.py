"""SimGAN: a refiner that makes synthetic images look real, and a discriminator that judges them patch by patch.

Source: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through Adversarial Training",
section 3.1 and the appendix (eye images, grey, 35×55). The refiner's input is the synthetic image itself; there is no
noise. Convention: 3×3 layers are padded by 1, which the paper does not say, so that the refined image keeps its size.
"""

from torch import Tensor, nn

from engine.models.zoo import model


class RefinerBlock(nn.Module):
    """ReLU(x + conv(ReLU(conv(x)))), without any normalisation. Shapes: ``(N, C, H, W)`` to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, kernel_size=3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the sum of x and its residual, rectified."""
        y: Tensor = self.relu(x + self.conv2(self.relu(self.conv1(x))))
        return y


class Refiner(nn.Module):
    """A 3×3 convolution, residual blocks, a 1×1 convolution back to the image; no layer changes the size.

    Shapes: ``(N, image_channels, H, W)`` to the same. Working on whole images at full size keeps what the annotation
    says of each place; nothing is squeezed through a code.
    """

    def __init__(self, num_blocks: int = 4, channels: int = 64, image_channels: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(image_channels, channels, kernel_size=3, padding=1)
        self.relu = nn.ReLU()
        self.blocks = nn.Sequential(*(RefinerBlock(channels) for _ in range(num_blocks)))
        self.conv2 = nn.Conv2d(channels, image_channels, kernel_size=1)
        self.stages = {"conv1": "conv1"}
        self.stages |= {f"block{number}": f"blocks.{number - 1}" for number in range(1, num_blocks + 1)}
        self.stages["conv2"] = "conv2"

    def forward(self, x: Tensor) -> Tensor:
        """Return the refined images."""
        refined: Tensor = self.conv2(self.blocks(self.relu(self.conv1(x))))
        return refined


class PatchJudge(nn.Module):
    """SimGAN's discriminator: convolutions only, so that it ends in a map, one verdict for each patch of 23×23.

    Shapes: ``(N, image_channels, H, W)`` to logits ``(N, 2, H/4, W/4)``, rounded up; class 0 is real, class 1 refined.

    Convention: as in the paper, D is the probability of *refined*; a plain GAN's D is that of real.
    """

    def __init__(self, width: int = 96, image_channels: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(image_channels, width, kernel_size=3, stride=2, padding=1)
        self.conv2 = nn.Conv2d(width, width * 2 // 3, kernel_size=3, stride=2, padding=1)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)
        self.conv3 = nn.Conv2d(width * 2 // 3, width // 3, kernel_size=3, padding=1)
        self.conv4 = nn.Conv2d(width // 3, width // 3, kernel_size=1)
        self.conv5 = nn.Conv2d(width // 3, 2, kernel_size=1)
        self.relu = nn.ReLU()
        self.stages = {name: name for name in ("conv1", "conv2", "maxpool", "conv3", "conv4", "conv5")}

    def forward(self, x: Tensor) -> Tensor:
        """Return the map of logits."""
        x = self.maxpool(self.relu(self.conv2(self.relu(self.conv1(x)))))
        logits: Tensor = self.conv5(self.relu(self.conv4(self.relu(self.conv3(x)))))
        return logits


@model(size=55, channels=1)
def simgan_refiner() -> Refiner:
    """Return the refiner of grey eye images, four residual blocks with 64 channels: 296,129 parameters."""
    return Refiner()


@model(size=55, channels=1)
def simgan_discriminator() -> PatchJudge:
    """Return the discriminator of grey eye images: 75,906 parameters."""
    return PatchJudge()

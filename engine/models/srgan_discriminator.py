"""SRGAN's discriminator: eight convolutions laid out as in VGG, but a network of its own, trained from the start.

The *pretrained* VGG-19 of SRGAN stands in the content loss (:mod:`engine.generative.super_resolution.content_loss`).
Unlike a VGG it has LeakyReLU, BatchNorm, strides in place of max pooling, and a single logit.

Source: Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
figure 4 and section 2.1.1.
"""

import torch
from torch import Tensor, nn

from engine.errors import Refused
from engine.models.zoo import model

_WIDENING = (1, 1, 2, 2, 4, 4, 8, 8)
"""Each convolution's channels, as a multiple of the first one's; every second one has stride 2."""


class SRDiscriminator(nn.Module):
    """Eight 3×3 convolutions with 64 to 512 channels, a linear layer of 1024, and the logit; LeakyReLU(0.2) throughout.

    Shapes: ``(N, 3, size, size)`` to logits ``(N, 1)``. The paper ends with a sigmoid of the logit.

    Convention: convolutions keep their biases, also before a BatchNorm; all but the first are followed by one.

    Args:
        size: height and width of its images, a multiple of 16; 96 in the paper. The linear layer depends on it.
        width: channels of the first convolution; 64 in the paper.

    Raises:
        Refused: ``size`` is no multiple of 16.
    """

    def __init__(self, size: int = 96, width: int = 64, hidden_features: int = 1024) -> None:
        super().__init__()
        if size < 16 or size % 16:
            raise Refused(f"four strides of 2 need a size that is a multiple of 16, not {size}")
        self.size = size
        layers: list[nn.Module] = []
        self.stages: dict[str, str] = {}
        in_channels = 3
        for index, widening in enumerate(_WIDENING):
            self.stages[f"conv{index + 1}"] = f"features.{len(layers)}"
            layers.append(nn.Conv2d(in_channels, width * widening, kernel_size=3, stride=1 + index % 2, padding=1))
            in_channels = width * widening
            layers += [nn.BatchNorm2d(in_channels)] if index else []
            layers.append(nn.LeakyReLU(0.2))
        self.features = nn.Sequential(*layers)
        self.fc1 = nn.Linear(in_channels * (size // 16) ** 2, hidden_features)
        self.leaky_relu = nn.LeakyReLU(0.2)
        self.fc2 = nn.Linear(hidden_features, 1)
        self.stages |= {"fc1": "fc1", "fc2": "fc2"}

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of "x is a real high-resolution image"."""
        if x.shape[-2:] != (self.size, self.size):
            height, width = x.shape[-2:]
            raise Refused(
                f"this discriminator's linear layer needs {self.size}×{self.size} images, not {height}×{width}"
            )
        logits: Tensor = self.fc2(self.leaky_relu(self.fc1(torch.flatten(self.features(x), start_dim=1))))
        return logits


@model(size=96)
def srgan_discriminator() -> SRDiscriminator:
    """Return the discriminator of 96×96 images: 23,565,505 parameters, 80 % of them in its first linear layer."""
    return SRDiscriminator()

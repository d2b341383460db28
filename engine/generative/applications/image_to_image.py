"""Image-to-image translation (pix2pix): a conditional GAN whose discriminator judges patches, plus an L1 distance.

    generator's loss = mean of -log D(x, G(x)) + λ·mean|y - G(x)|,   λ = 100

Source: Isola, Zhu, Zhou & Efros 2017, "Image-to-Image Translation with Conditional Adversarial Networks", section 3 and
appendix 6.1.2. Only the loss and the discriminator stand here; the paper's generator is a U-Net.
"""

import torch
from torch import Tensor, nn

from engine.generative.adversarial.objective import generator_loss

L1_WEIGHT = 100.0


class PatchDiscriminator(nn.Module):
    """4×4 convolutions: ``num_layers`` with stride 2, then two with stride 1, the last to one logit for each patch.

    Shapes: x ``(N, C, H, W)`` and y ``(N, C, H, W)`` to logits ``(N, 1, h, w)``. Widths are 64, 128, 256, 512, 512 and
    so on. All but the first and the last have a BatchNorm and all but the last a LeakyReLU(0.2). A logit sees 70×70
    pixels with 3 strided layers, 16×16 with 1.

    Convention: convolutions that a BatchNorm follows have no bias.
    """

    def __init__(self, channels: int = 3, num_layers: int = 3, width: int = 64) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(2 * channels, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        fed = width
        for index in range(1, num_layers + 1):
            given = width * min(2**index, 8)
            stride = 2 if index < num_layers else 1
            layers.append(nn.Conv2d(fed, given, 4, stride=stride, padding=1, bias=False))
            layers += [nn.BatchNorm2d(given), nn.LeakyReLU(0.2)]
            fed = given
        layers.append(nn.Conv2d(fed, 1, 4, padding=1))
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the logits of "y is the real counterpart of x"."""
        logits: Tensor = self.layers(torch.cat([x, y], dim=1))
        return logits


def patch_size(num_layers: int) -> int:
    """Return the width of a logit's receptive field, from the last layer back: r ← stride·(r - 1) + 4.

    >>> [patch_size(layers) for layers in (1, 2, 3)]
    [16, 34, 70]
    """
    size = 1
    for stride in (1, 1, *[2] * num_layers):
        size = stride * (size - 1) + 4
    return size


def translation_loss(fake_logits: Tensor, fake: Tensor, target: Tensor, l1_weight: float = L1_WEIGHT) -> Tensor:
    """Return the generator's loss, adversarial plus λ = ``l1_weight`` times the mean absolute error."""
    return generator_loss(fake_logits, "non_saturating") + l1_weight * (fake - target).abs().mean()

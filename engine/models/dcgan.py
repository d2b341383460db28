"""DCGAN: a generator of transposed convolutions and a discriminator of strided ones, each the other's mirror image.

Sizes of the generator's maps: 1, 4, 8, 16, 32, 64; of the discriminator's: 64, 32, 16, 8, 4, 1. There is no pooling and
no hidden linear layer. Every convolution has a BatchNorm behind it, but for G's last and D's first and last.

Source: Radford, Metz & Chintala 2016, "Unsupervised Representation Learning with Deep Convolutional Generative
Adversarial Networks". Convention: the sizes are those of PyTorch's own example, kernels of 4×4 and 512 to 64 channels.
The paper's figure 1 has kernels of 5×5 and 1024 to 128 channels; ``kernel_size=5, width=128`` gives that.
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
from torch import Tensor, nn

from engine.models.zoo import model


class DCGANGenerator(nn.Module):
    """Project the code to a 4×4 map, then double the size four times and halve the channels, ReLU between, tanh last.

    Shapes: ``(N, latent_channels, 1, 1)`` to ``(N, channels, 64, 64)``, values in (-1, 1).

    A transposed convolution doubles its input when (stride, padding, output_padding) = (2, 1, 0) for a kernel of 4 and
    (2, 2, 1) for one of 5. On a 1×1 input it is a linear layer to a 4×4 map.

    Args:
        latent_channels: length of the code z; 100 in the paper.
        width: channels of the 32×32 map; the 4×4 map has 8 times as many.
    """

    def __init__(self, latent_channels: int = 100, width: int = 64, channels: int = 3, kernel_size: int = 4) -> None:
        super().__init__()
        widths = [8 * width, 4 * width, 2 * width, width]
        layers = list(_block(nn.ConvTranspose2d(latent_channels, widths[0], 4, bias=False), nn.ReLU()))
        for fed, given in pairwise(widths):
            layers += _block(_doubling(fed, given, kernel_size), nn.ReLU())
        layers += [_doubling(width, channels, kernel_size), nn.Tanh()]
        self.layers = nn.Sequential(*layers)
        self.stages = _stages(self.layers)
        _init_weights(self)

    def forward(self, z: Tensor) -> Tensor:
        """Return the images."""
        images: Tensor = self.layers(z)
        return images


class DCGANDiscriminator(nn.Module):
    """Halve the size four times and double the channels, LeakyReLU(0.2) between; a 4×4 convolution gives the logit.

    Shapes: ``(N, channels, 64, 64)`` to logits ``(N, 1, 1, 1)``. The paper ends with a sigmoid of the logit.
    """

    def __init__(self, width: int = 64, channels: int = 3, kernel_size: int = 4) -> None:
        super().__init__()
        widths = [width, 2 * width, 4 * width, 8 * width]
        layers: list[nn.Module] = [_halving(channels, width, kernel_size), nn.LeakyReLU(0.2)]
        for fed, given in pairwise(widths):
            layers += _block(_halving(fed, given, kernel_size), nn.LeakyReLU(0.2))
        layers.append(nn.Conv2d(widths[-1], 1, 4, bias=False))
        self.layers = nn.Sequential(*layers)
        self.stages = _stages(self.layers)
        _init_weights(self)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits of "x is real"."""
        logits: Tensor = self.layers(x)
        return logits


def _doubling(fed: int, given: int, kernel_size: int) -> nn.ConvTranspose2d:
    padding, odd = (kernel_size - 1) // 2, kernel_size % 2
    return nn.ConvTranspose2d(fed, given, kernel_size, stride=2, padding=padding, output_padding=odd, bias=False)


def _halving(fed: int, given: int, kernel_size: int) -> nn.Conv2d:
    return nn.Conv2d(fed, given, kernel_size, stride=2, padding=(kernel_size - 1) // 2, bias=False)


def _block(convolution: nn.Conv2d | nn.ConvTranspose2d, activation: nn.Module) -> Iterator[nn.Module]:
    yield convolution
    yield nn.BatchNorm2d(convolution.out_channels)
    yield activation


def _stages(layers: nn.Sequential) -> dict[str, str]:
    """Name the convolutions conv1 to conv5."""
    names = [name for name, layer in layers.named_children() if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d))]
    return {f"conv{number}": f"layers.{name}" for number, name in enumerate(names, start=1)}


def _init_weights(network: nn.Module) -> None:
    """Draw the convolutions from N(0, 0.02²), as the paper does."""
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)) and not layer.weight.is_meta:
            with torch.no_grad():
                layer.weight.normal_(0.0, 0.02)


@model(size=1, channels=100)
def dcgan_generator() -> DCGANGenerator:
    """Return the generator of 64×64 images from codes of 100 numbers: 3,576,704 parameters."""
    return DCGANGenerator()


@model(size=64)
def dcgan_discriminator() -> DCGANDiscriminator:
    """Return the discriminator of 64×64 images: 2,765,568 parameters."""
    return DCGANDiscriminator()

"""SRGAN's loss for its generator: likeness in content, plus a thousandth of the adversarial loss.

    loss = content(G(small), large) + 10⁻³·Σ -log D(G(small))

The content is compared in the pixels, or in the features φ_{i,j} of a *pretrained* VGG-19: what its j-th convolution
before the i-th max pooling gives, after ReLU.

Source: Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
equations 3 to 6. Convention: means over samples, channels and places; the paper divides by the places only and rescales
the features so that their loss is 0.006 times as large.
"""

from typing import NamedTuple

from torch import Tensor, nn

from engine.errors import Refused
from engine.generative.adversarial.objective import generator_loss
from engine.models.vgg import VGG

ADVERSARIAL_WEIGHT = 1e-3


class Breakdown(NamedTuple):
    """A loss and what it is made of."""

    total: Tensor
    content: Tensor
    adversarial: Tensor
    """Before it is weighed."""


def mean_squared_error(features: Tensor, target: Tensor) -> Tensor:
    """Return the mean of the squared differences of two feature maps, or of two images."""
    return (features - target).square().mean()


def generator_objective(
    features: Tensor, target: Tensor, fake_logits: Tensor, adversarial_weight: float = ADVERSARIAL_WEIGHT
) -> Breakdown:
    """Return content + weight·adversarial, the latter as the mean of -log D.

    ``features`` are those of the enlarged image and ``target`` those of the true one.
    """
    content = mean_squared_error(features, target)
    adversarial = generator_loss(fake_logits, "non_saturating")
    return Breakdown(content + adversarial_weight * adversarial, content, adversarial)


def vgg_features(network: VGG, block: int, convolution: int) -> nn.Sequential:
    """Return φ_{i,j}: the layers up to the ReLU of convolution j = ``convolution`` in block i = ``block``, from 1.

    Raises:
        Refused: the network has no such block or convolution.
    """
    place = (1, 1)
    for index, layer in enumerate(network.features):
        if isinstance(layer, nn.ReLU) and place == (block, convolution):
            return nn.Sequential(*list(network.features)[: index + 1])
        if isinstance(layer, nn.MaxPool2d):
            place = (place[0] + 1, 1)
        elif isinstance(layer, nn.ReLU):
            place = (place[0], place[1] + 1)
    raise Refused(f"this VGG has no convolution {convolution} in block {block}")

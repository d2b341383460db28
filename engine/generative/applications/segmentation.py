"""Adversarial segmentation: label maps that are right pixel by pixel, and that a discriminator takes for drawn ones.

    segmenter's loss = mean over pixels of -log p(true class) + λ·(-log D(x, p))

The pixel term judges each place alone; the discriminator sees whole maps of class probabilities beside the image, and
can object to shapes that no person draws.

Source: Luc et al. 2016, "Semantic Segmentation using Adversarial Networks", section 3 (in its non-saturating form).
"""

from torch import Tensor

from engine.generative.adversarial.objective import generator_loss


def pixel_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean of -log p(label) over all pixels; logits ``(N, classes, H, W)``, labels ``(N, H, W)``."""
    return -logits.log_softmax(1).gather(1, labels[:, None]).mean()


def segmentation_loss(logits: Tensor, labels: Tensor, map_logits: Tensor, weight: float) -> Tensor:
    """Return the pixel term plus ``weight`` times the adversarial one; ``map_logits`` are D's for predicted maps."""
    return pixel_cross_entropy(logits, labels) + weight * generator_loss(map_logits, "non_saturating")

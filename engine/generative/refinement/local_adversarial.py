"""The local adversarial loss: one verdict for each patch of the image, and the sum of their cross-entropies.

The discriminator has no linear layer, so it ends in a map of h×w verdicts. Each sees only its receptive field, and a
refiner cannot please it by artefacts in one place. One image gives h·w samples.

Source: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through Adversarial Training",
section 2.2.2. The idea is also the PatchGAN of Isola et al. 2017, which takes the mean.
"""

import torch
from torch import Tensor, nn

from engine.losses.binary_cross_entropy import binary_cross_entropy_with_logits


def local_adversarial_loss(logits: Tensor, is_refined: bool) -> Tensor:
    """Return the sum over images and places of -log of the probability of the right class.

    ``logits`` are ``(N, 2, h, w)``; class 0 is real, class 1 refined. A refiner asks for ``is_refined=False`` on what
    it made.

    >>> round(local_adversarial_loss(torch.zeros(1, 2, 3, 3), is_refined=True).item() / 9, 6)  # log 2 for each place
    0.693147
    """
    score = logits[:, 1] - logits[:, 0]
    return binary_cross_entropy_with_logits(score, torch.full_like(score, float(is_refined))).sum()


def discriminator_loss(logits_of_refined: Tensor, logits_of_real: Tensor) -> Tensor:
    """Return the loss over refined and real images together."""
    return local_adversarial_loss(logits_of_refined, True) + local_adversarial_loss(logits_of_real, False)


def refined_probabilities(logits: Tensor) -> Tensor:
    """Return the map of probabilities of "refined", ``(N, h, w)``."""
    return logits.softmax(1)[:, 1]


def measured_patch(discriminator: nn.Module, channels: int, size: int) -> tuple[int, int]:
    """Return height and width of the input region on which one verdict in the middle of the map depends.

    Each weight is set to 1, so that no paths cancel, and maxima pass a gradient to one cell of their window only: the
    patch is therefore the union over noise inputs. The discriminator is changed by this.
    """
    with torch.no_grad():
        for parameter in discriminator.parameters():
            parameter.fill_(1.0)
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(64, channels, size, size, generator=generator).requires_grad_()
    verdicts = discriminator(images)
    row, column = (side // 2 for side in verdicts.shape[-2:])
    (gradient,) = torch.autograd.grad(verdicts[:, :, row, column].sum(), images)
    seen = gradient.abs().sum((0, 1)) > 0
    rows, columns = seen.any(1).nonzero().flatten(), seen.any(0).nonzero().flatten()
    return int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1

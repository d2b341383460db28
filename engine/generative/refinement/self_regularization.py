"""The refiner's loss in SimGAN: look real to every patch judge, and stay close to the *synthetic* image.

    loss = Σ -log(1 - D(R(x))) + λ·‖ψ(R(x)) - ψ(x)‖₁

D is the probability of *refined* (a plain GAN's D is that of real), so the first term wants D(R(x)) = 0. x is the
synthetic image, not a real one: there is no real image that belongs to it. ψ is the identity, or features such as the
mean over colours.

Source: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through Adversarial Training",
equations 1 and 3 to 5. Convention: sums, as in the paper.
"""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from engine.generative.refinement.local_adversarial import local_adversarial_loss


class Breakdown(NamedTuple):
    """A refiner's loss and what it is made of."""

    total: Tensor
    realism: Tensor
    self_regularization: Tensor
    """Before it is weighed."""


def self_regularization(refined: Tensor, synthetic: Tensor, psi: Callable[[Tensor], Tensor] | None = None) -> Tensor:
    """Return ‖ψ(refined) - ψ(synthetic)‖₁, the sum over all entries.

    >>> import torch
    >>> self_regularization(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 4.0])).item()
    3.0
    """
    if psi:
        refined, synthetic = psi(refined), psi(synthetic)
    return (refined - synthetic).abs().sum()


def refiner_loss(logits: Tensor, refined: Tensor, synthetic: Tensor, weight: float) -> Breakdown:
    """Return the loss; ``logits`` (N, 2, h, w) are the discriminator's for the refined images, ``weight`` is λ."""
    realism = local_adversarial_loss(logits, is_refined=False)
    distance = self_regularization(refined, synthetic)
    return Breakdown(realism + weight * distance, realism, distance)

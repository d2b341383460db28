"""Face completion: fill a hole so that it fits its border, looks real, and still shows the same person.

    loss = Σ_hole (G(x) - y)² / |hole| + λ_a·(-log D(filled)) + λ_i·‖φ(filled) - φ(y)‖²

What was not hidden is copied, so only the hole is the generator's. φ are the features of a network that tells persons
apart and is not trained along.

Sources: Li et al. 2017, "Generative Face Completion" (reconstruction and adversarial terms); Zhao et al. 2018,
"Robust LSTM-Autoencoders for Face De-Occlusion in the Wild" (an identity-preserving term).
"""

from typing import NamedTuple

from torch import Tensor

from engine.generative.adversarial.objective import generator_loss


class Breakdown(NamedTuple):
    """A loss and what it is made of, before its parts are weighed."""

    total: Tensor
    reconstruction: Tensor
    adversarial: Tensor
    identity: Tensor


def fill(image: Tensor, hole: Tensor, generated: Tensor) -> Tensor:
    """Return the image with what was generated where ``hole`` is 1 and its own pixels elsewhere.

    >>> import torch
    >>> fill(torch.tensor([5.0, 6.0]), torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0])).tolist()
    [5.0, 2.0]
    """
    return (1 - hole) * image + hole * generated


def hole_error(generated: Tensor, target: Tensor, hole: Tensor) -> Tensor:
    """Return the mean squared error over the hole alone."""
    return (hole * (generated - target)).square().sum() / hole.expand_as(target).sum()


def identity_distance(features: Tensor, target: Tensor) -> Tensor:
    """Return ‖φ(filled) - φ(y)‖², averaged over the samples ``(N, features)``."""
    return (features - target).square().sum(-1).mean()


def completion_loss(
    error: Tensor, fake_logits: Tensor, identity: Tensor, adversarial_weight: float, identity_weight: float
) -> Breakdown:
    """Return the weighed sum of the three terms."""
    adversarial = generator_loss(fake_logits, "non_saturating")
    total = error + adversarial_weight * adversarial + identity_weight * identity
    return Breakdown(total, error, adversarial, identity)

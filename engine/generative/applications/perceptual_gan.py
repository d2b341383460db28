"""Perceptual GAN: features of small objects are lifted to look like those of large ones.

The generator *adds* to the small object's features f what it learns from an earlier, finer layer e: f + G(e). Its
discriminator has two branches. The adversarial one asks whether features come from a large object; the perception one
asks whether a detector still names the object, so that what was added must help to recognise it.

Source: Li et al. 2017, "Perceptual Generative Adversarial Networks for Small Object Detection". Here G is linear and
the detector a linear classifier; boxes are left out.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.generative.adversarial.objective import generator_loss
from engine.losses.cross_entropy import cross_entropy
from engine.optim.sgd import SGD


class ResidualFeatures(nn.Module):
    """f + W·e + b: it starts as f itself, as W and b start at 0.

    Shapes: f ``(N, features)`` and e ``(N, early)`` to ``(N, features)``.
    """

    def __init__(self, early: int, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(features, early, dtype=torch.float64))
        self.bias = nn.Parameter(torch.zeros(features, dtype=torch.float64))

    def forward(self, small: Tensor, early: Tensor) -> Tensor:
        """Return the lifted features."""
        return small + early @ self.weight.mT + self.bias


def feature_distance(lifted: Tensor, large: Tensor) -> Tensor:
    """Return the mean squared distance of lifted features from those of the same objects seen large."""
    return (lifted - large).square().sum(-1).mean()


def least_distance(small: Tensor, early: Tensor, large: Tensor) -> Tensor:
    """Return the least distance that any W and b reach: the residual of regressing large - small on e."""
    design = torch.cat([early, torch.ones_like(early[:, :1])], dim=1)
    missing = large - small
    fitted: Tensor = design @ torch.linalg.lstsq(design, missing).solution
    return feature_distance(fitted, missing)


def train(generator: ResidualFeatures, small: Tensor, early: Tensor, large: Tensor, steps: int, lr: float) -> Tensor:
    """Lower the feature distance by gradient descent, in place; return it before each step and at the end."""
    parameters = list(generator.parameters())
    optimizer = SGD(parameters, lr)
    distances = []
    for _ in range(steps):
        distance = feature_distance(generator(small, early), large)
        for parameter, gradient in zip(parameters, torch.autograd.grad(distance, parameters), strict=True):
            parameter.grad = gradient
        optimizer.step()
        distances.append(distance.detach())
    distances.append(feature_distance(generator(small, early), large).detach())
    return torch.stack(distances)


class Breakdown(NamedTuple):
    """The generator's loss and what it is made of, before its parts are weighed."""

    total: Tensor
    adversarial: Tensor
    perception: Tensor


def perceptual_loss(large_logits: Tensor, class_logits: Tensor, labels: Tensor, weight: float = 1.0) -> Breakdown:
    """Return -log D of lifted features plus ``weight`` times the detector's cross-entropy on them.

    ``large_logits`` ``(N,)`` are of "these come from a large object", ``class_logits`` ``(N, classes)`` the detector's.
    """
    adversarial = generator_loss(large_logits, "non_saturating")
    perception = cross_entropy(class_logits, labels).mean()
    return Breakdown(adversarial + weight * perception, adversarial, perception)

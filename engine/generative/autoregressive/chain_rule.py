"""The chain rule: p(x) = Π p(x_i given x_1 … x_{i-1}), exact for every distribution and every order.

Each factor is given *all* earlier variables. Fewer, the one before (a Markov chain) or none (independence), fit only
distributions that happen to be so.

A *joint* here is a tensor with one axis of size 2 for each binary variable. Logarithms are natural.
"""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

Given = Literal["all previous", "previous one", "nothing"]
Network = Callable[[Tensor], Tensor]
"""From images ``(N, 1, H, W)`` to the logits of each pixel being 1."""


def rebuilt(joint: Tensor, given: Given = "all previous") -> Tensor:
    """Return Π p(x_i given …) with the factors taken from ``joint``; it equals ``joint`` if all previous are given.

    >>> joint = torch.tensor([[0.5, 0.0], [0.0, 0.5]])  # two equal coins
    >>> rebuilt(joint).equal(joint), rebuilt(joint, "nothing").tolist()
    (True, [[0.25, 0.25], [0.25, 0.25]])
    """
    product = torch.ones_like(joint)
    for index in range(joint.dim()):
        first = {"all previous": 0, "previous one": max(index - 1, 0), "nothing": index}[given]
        kept = range(first, index + 1)
        both = _marginal(joint, kept)
        condition = both.sum(index, keepdim=True)
        product = product * torch.where(condition > 0, both / condition, torch.zeros_like(both))
    return product


def _marginal(joint: Tensor, kept: range) -> Tensor:
    """Sum over all other axes, which stay as axes of size 1."""
    others = [axis for axis in range(joint.dim()) if axis not in kept]
    return joint.sum(others, keepdim=True) if others else joint


def all_binary_images(height: int, width: int) -> Tensor:
    """Return the 2^(H·W) images ``(2^(H·W), 1, H, W)`` in float64, counted up in binary, last pixel fastest."""
    count = height * width
    numbers = torch.arange(2**count)[:, None]
    bits = numbers >> torch.arange(count - 1, -1, -1) & 1
    return bits.double().reshape(-1, 1, height, width)


def log_likelihood(network: Network, images: Tensor) -> Tensor:
    """Return Σ log p(x_i) of each image ``(N,)``, each factor read off the logits that the network gives for the image.

    All factors come from one pass. The sum is a log-likelihood only if no logit depends on its own or a later pixel.
    """
    logits = network(images)
    signs = 2 * images - 1
    return functional.logsigmoid(signs * logits).flatten(1).sum(-1)


def sample(network: Network, uniform: Tensor) -> Tensor:
    """Return images drawn pixel by pixel, one pass of the network for each pixel: x_i = 1 where u_i < p(x_i = 1).

    ``uniform`` holds the chances u, ``(N, 1, H, W)``.
    """
    images = torch.zeros_like(uniform)
    for row in range(uniform.shape[2]):
        for column in range(uniform.shape[3]):
            chance = network(images)[:, :, row, column].sigmoid()
            images[:, :, row, column] = (uniform[:, :, row, column] < chance).to(images)
    return images


def dependency_map(network: Network, image: Tensor, row: int, column: int) -> Tensor:
    """Return 1 at the pixels of ``image`` (1, C, H, W) that the outputs at (row, column) depend on, ``(H, W)``."""
    image = image.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(network(image)[:, :, row, column].sum(), image)
    return (gradient[0].abs().sum(0) > 0).to(image.dtype)

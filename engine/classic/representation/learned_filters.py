"""Features made by hand and features learned from the data, for small images, under the same linear head.

By hand: the mean squared response to the two Sobel filters. Learned: the same for the filters whose response differs
most between the classes, in closed form, from the second moments of small patches. Source: Sobel & Feldman 1968; common
spatial patterns: Koles, Lazar & Zhou 1990.
"""

import torch
from torch import Tensor
from torch.nn import functional as F


def sobel_filters() -> Tensor:
    """Return the filters for vertical and for horizontal edges, ``(2, 3, 3)``."""
    vertical = torch.tensor([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]], dtype=torch.float64)
    return torch.stack([vertical, vertical.T])


def energies(images: Tensor, filters: Tensor) -> Tensor:
    """Return the mean squared response of each image to each filter, ``(n, H, W)`` and ``(m, k, k)`` to ``(n, m)``."""
    responses = F.conv2d(images[:, None], filters[:, None].to(images))
    means: Tensor = responses.square().mean((2, 3))
    return means


def learned_filters(images: Tensor, labels: Tensor, size: int = 3) -> Tensor:
    """Return the two filters with the largest and the smallest ratio of energies between class 1 and class 0.

    With the patches' second moments C₀ and C₁ they solve C₁·w = λ·(C₀ + C₁ + ε)·w for the extreme λ: ``(2, size,
    size)``. A thousandth of the mean variance is ε, so that patterns in no patch do not count.
    """
    moments = [_second_moments(images[labels == label], size) for label in (0, 1)]
    both = moments[0] + moments[1]
    both = both + 1e-3 * both.diagonal().mean() * torch.eye(len(both)).to(both)
    root = torch.linalg.cholesky(both)
    between = torch.linalg.solve_triangular(root, moments[1], upper=False)
    between = torch.linalg.solve_triangular(root, between.T, upper=False)
    _, axes = torch.linalg.eigh(between)
    filters = torch.linalg.solve_triangular(root.T, axes[:, [-1, 0]], upper=True)
    unit: Tensor = (filters / filters.norm(dim=0)).T.reshape(2, size, size)
    return unit


def _second_moments(images: Tensor, size: int) -> Tensor:
    patches = F.unfold(images[:, None], size).transpose(1, 2).reshape(-1, size * size)
    return torch.div(patches.T @ patches, len(patches))


def head_accuracy(train: Tensor, labels: Tensor, test: Tensor, test_labels: Tensor) -> Tensor:
    """Return the share of test samples that a linear head tells right, fitted by least squares to targets ±1.

    Shapes: features ``(n, m)`` and ``(k, m)``, labels 0 or 1 ``(n,)`` and ``(k,)``.
    """
    with_ones = [torch.cat([x, torch.ones_like(x[:, :1])], 1) for x in (train, test)]
    w = torch.linalg.pinv(with_ones[0]) @ (2.0 * labels - 1).to(train)
    right: Tensor = (with_ones[1] @ w > 0) == (test_labels == 1)
    return right.double().mean()

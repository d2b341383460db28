"""Small objects have other features than large ones, and a residual learned from pairs moves them closer.

A toy, and named so: pictures of smooth random texture, seen large, and small (shrunk and stretched again); features are
a fixed random convolution with ReLU, averaged over four quarters. What is real is the idea behind Perceptual GAN: a
generator adds to the features of a small object what large ones have, G(f) = f + F(f). Here F is affine and fitted by
least squares; there it is a deep network, taught by a discriminator and the detector's loss.

Source: Li, Liang, Wei, Xu, Feng & Yan 2017, "Perceptual Generative Adversarial Networks for Small Object Detection".
"""

import torch
from torch import Tensor
from torch.nn import functional as F

SIDE = 16


def pictures(count: int, generator: torch.Generator) -> Tensor:
    """Return random textures of 16 x 16 in float64: noise, plus noise on a grid of 4 x 4 that is smoothed between."""
    fine = torch.randn(count, 1, SIDE, SIDE, generator=generator, dtype=torch.float64)
    coarse = torch.randn(count, 1, 4, 4, generator=generator, dtype=torch.float64)
    return 0.5 * fine + F.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear", align_corners=False)


def seen_small(large: Tensor, factor: int) -> Tensor:
    """Return the pictures as objects ``factor`` times smaller show them: averaged, and stretched to the old size.

    >>> seen_small(torch.arange(4.0).reshape(1, 1, 2, 2), factor=2).tolist()
    [[[[1.5, 1.5], [1.5, 1.5]]]]
    """
    shrunk = F.avg_pool2d(large, factor)
    return F.interpolate(shrunk, size=tuple(large.shape[2:]), mode="bilinear", align_corners=False)


def features(images: Tensor, weight: Tensor) -> Tensor:
    """Return convolution, ReLU, and the mean of each quarter. Shapes: ``(N, 1, H, W)`` to ``(N, 4·channels)``."""
    quarters: Tensor = F.adaptive_avg_pool2d(F.conv2d(images, weight, padding=1).relu(), 2)
    return quarters.flatten(1)


def residual(small: Tensor, large: Tensor) -> Tensor:
    """Return the affine map F that makes |small + F(small) - large| least; its last row is the bias.

    Shapes: ``(N, D)`` twice to ``(D + 1, D)``.
    """
    fitted: Tensor = torch.linalg.pinv(_with_one(small)) @ (large - small)
    return fitted


def super_resolved(small: Tensor, fitted: Tensor) -> Tensor:
    """Return f + F(f)."""
    return small + _with_one(small) @ fitted


def feature_distance(one: Tensor, other: Tensor) -> float:
    """Return Σ|one - other|² / Σ|other - mean of other|²: 0 where equal, 1 where only the mean is known.

    >>> feature_distance(torch.tensor([[2.0], [2.0]]), torch.tensor([[1.0], [3.0]]))
    1.0
    """
    return float((one - other).square().sum() / (other - other.mean(0)).square().sum())


def _with_one(x: Tensor) -> Tensor:
    return torch.cat([x, torch.ones_like(x[:, :1])], dim=1)

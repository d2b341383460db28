"""What lies inside a receptive field: which of its cells really count, and how much.

Sizes are in input cells along one axis, as in :mod:`engine.analysis.receptive_field`.
Source: Luo, Li, Urtasun & Zemel 2016, "Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks"; Wang et al. 2018, "Understanding Convolution for Semantic Segmentation", section 3.2 (gridding).
"""

from collections.abc import Sequence

import torch

from engine.analysis.receptive_field import Layer, gradient


def cells_seen(layers: Sequence[Layer], device: torch.device) -> int:
    """Return how many input cells have a gradient at one output unit; with holes it is fewer than the field is wide.

    Dilations that have a common divisor d > 1 leave a grid: only every d-th cell is seen.

    >>> two = Layer(3, dilation=2)
    >>> cells_seen([two, two, two], torch.device("cpu")), len(gradient([two, two, two], torch.device("cpu")))
    (7, 13)
    """
    return int(torch.count_nonzero(gradient(layers, device)))


def effective_std(layers: Sequence[Layer], device: torch.device) -> float:
    """Return the standard deviation of the field, weighted by the gradient, for kernels of equal weights.

    n layers of k = 3 at stride 1 give √(2n/3): it grows as the root of the depth, the field itself in proportion to it,
    and the shape tends to a Gaussian.

    >>> round(effective_std([Layer(3)] * 6, torch.device("cpu")), 12)
    2.0
    """
    weights = gradient(layers, device)
    cells = torch.arange(len(weights), dtype=weights.dtype, device=weights.device)
    mean = (weights * cells).sum()
    return float((weights * (cells - mean).square()).sum().sqrt())

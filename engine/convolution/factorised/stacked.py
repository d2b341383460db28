"""Small kernels in a row see as far as one large kernel, with fewer weights and with activations between them.

Source: Simonyan & Zisserman 2015, "Very Deep Convolutional Networks for Large-Scale Image Recognition", section 2.3.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.convolution.conv2d import conv2d
from engine.errors import Refused


def one_kernel(first: Tensor, second: Tensor) -> Tensor:
    """Return the weight of the single layer that equals two convolutions in a row with nothing between them.

    K[o, i] = Σ_m second[o, m] * first[m, i], where * is the *full* convolution (with a flip): both layers correlate, so
    their kernels convolve. Sizes add up to k₁ + k₂ - 1: two 3×3 make a 5×5.

    Shapes: first ``(M, C, k₁, k₁)``, second ``(O, M, k₂, k₂)`` to ``(O, C, k₁ + k₂ - 1, k₁ + k₂ - 1)``; stride 1, no
    padding, no bias.

    Raises:
        Refused: the second layer reads another number of channels than the first one writes.

    >>> one_kernel(torch.ones(1, 1, 1, 3), torch.ones(1, 1, 1, 3)).flatten().tolist()
    [1.0, 2.0, 3.0, 2.0, 1.0]
    """
    if second.shape[1] != first.shape[0]:
        raise Refused(f"the second layer reads {second.shape[1]} channels, and the first one writes {first.shape[0]}")
    images = first.transpose(0, 1)
    around = second.shape[2] - 1, second.shape[3] - 1
    return conv2d(images, second.flip((-1, -2)), padding=around).transpose(0, 1)


def of_stack(weights: Sequence[Tensor]) -> Tensor:
    """Return the single kernel of any number of layers in a row.

    >>> tuple(of_stack([torch.ones(1, 1, 3, 3)] * 3).shape)
    (1, 1, 7, 7)
    """
    kernel = weights[0]
    for weight in weights[1:]:
        kernel = one_kernel(kernel, weight)
    return kernel


def reachable_dimensions(channels: int, kernel_size: int, generator: torch.Generator) -> tuple[int, int]:
    """Return in how many directions two layers can move their common kernel, and how many directions it has.

    The rank of ∂K/∂(weights) at random weights, for one channel in and out and ``channels`` between the layers. Below
    the second number some large kernels cannot be made by the pair.

    >>> reachable_dimensions(1, 3, torch.Generator().manual_seed(0))
    (17, 25)
    """
    taps = channels, kernel_size, kernel_size
    first, second = (torch.randn(taps, generator=generator, dtype=torch.float64) for _ in range(2))
    units = torch.eye(first.numel(), dtype=torch.float64).reshape(-1, *taps)
    # K is linear in each layer, so its derivative is what it becomes when one weight of a layer is 1 and the rest 0;
    # all these layers run at once, as input channels of the first and as output channels of the second.
    by_first = one_kernel(units.transpose(0, 1), second[None])[0].flatten(1)
    by_second = one_kernel(first[:, None], units)[:, 0].flatten(1)
    return int(torch.linalg.matrix_rank(torch.cat([by_first, by_second]))), by_first.shape[1]

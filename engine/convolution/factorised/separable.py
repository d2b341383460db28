"""Depthwise separable convolution: first each channel in space, then all channels at each place.

Source: Chollet 2017, "Xception: Deep Learning with Depthwise Separable Convolutions"; Howard et al. 2017, "MobileNets",
section 3.1.
"""

from typing import NamedTuple

from torch import Tensor

from engine.analysis.window import Both
from engine.convolution.factorised.depthwise import depthwise_conv2d
from engine.convolution.pointwise import pointwise


class Pair(NamedTuple):
    """The two weights: ``(N, 1, k, k)`` in space and ``(M, N)`` across channels, N·(k² + M) numbers together."""

    depthwise: Tensor
    pointwise: Tensor


def separable_conv2d(
    x: Tensor, weights: Pair, stride: Both = 1, padding: Both = 0, bias: Tensor | None = None
) -> Tensor:
    """Return the pointwise convolution of the depthwise convolution of ``x``; nothing stands between the two.

    Shapes: x ``(B, N, H, W)`` to ``(B, M, OH, OW)``. MACs: OH·OW·N·(k² + M), which is 1/M + 1/k² of a dense layer's.
    Networks put a normalisation and an activation after each half; Xception leaves the inner activation out.

    >>> import torch
    >>> x = torch.ones(1, 2, 3, 3)
    >>> separable_conv2d(x, Pair(torch.ones(2, 1, 3, 3), torch.tensor([[1.0, 10.0]]))).item()
    99.0
    """
    return pointwise(depthwise_conv2d(x, weights.depthwise, None, stride, padding), weights.pointwise, bias)


def as_one_kernel(weights: Pair) -> Tensor:
    """Return the dense weight ``(M, N, k, k)`` that does the same, W[m, n] = pointwise[m, n] · depthwise[n].

    For each input channel n the slice W[:, n], seen as a matrix M × k², has rank 1: that is what the pair gives up.

    >>> import torch
    >>> as_one_kernel(Pair(torch.ones(1, 1, 1, 2), torch.tensor([[2.0], [3.0]]))).flatten(1).tolist()
    [[2.0, 2.0], [3.0, 3.0]]
    """
    return weights.pointwise[:, :, None, None] * weights.depthwise[:, 0]

"""The backward pass of a convolution: three sums, two of which are convolutions themselves.

With y = conv2d(x, w, b) and g = ∂loss/∂y:

- ∂loss/∂b[m] sums g over everything that shared the bias: images and places.
- ∂loss/∂w[m, c] cross-correlates x[c] with g[m], for the weight is shared by all places.
- ∂loss/∂x is the *full* correlation of g with the kernels turned by 180 degrees; a stride s puts s - 1 zeros between
  the entries of g first.

Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 9.5, equations 9.10 to 9.13;
Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning", section 4.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.analysis.window import Both, pair, windows
from engine.convolution.conv2d import check_channels, conv2d
from engine.convolution.sliding import unfold
from engine.errors import Refused


class Gradients(NamedTuple):
    """∂loss/∂x, ∂loss/∂w and ∂loss/∂b, each shaped like what it belongs to."""

    x: Tensor
    weight: Tensor
    bias: Tensor


def conv2d_backward(
    upstream: Tensor,
    x: Tensor,
    weight: Tensor,
    stride: Both = 1,
    padding: Both = 0,
    dilation: Both = 1,
    groups: int = 1,
) -> Gradients:
    """Return all gradients of ``conv2d(x, weight, bias)``, given ``upstream`` = ∂loss/∂y.

    Raises:
        Refused: ``upstream`` has not the shape of the output.

    >>> x, weight = torch.arange(9.0).reshape(1, 1, 3, 3), torch.ones(1, 1, 2, 2)
    >>> found = conv2d_backward(torch.ones(1, 1, 2, 2), x, weight)
    >>> found.x.squeeze().tolist(), found.weight.squeeze().tolist(), found.bias.tolist()
    ([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]], [[8.0, 12.0], [20.0, 24.0]], [4.0])
    """
    check_channels(x, weight, groups)
    both = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    places = [window.positions(size) for window, size in zip(both, x.shape[2:], strict=True)]
    if tuple(upstream.shape) != (len(x), len(weight), *places):
        wanted = (len(x), len(weight), *places)
        raise Refused(f"the gradient of the output needs the output's shape {wanted}, not {tuple(upstream.shape)}")
    return Gradients(
        gradient_of_input(upstream, weight, (x.shape[2], x.shape[3]), stride, padding, dilation, groups),
        gradient_of_weight(upstream, x, weight, stride, padding, dilation, groups),
        upstream.sum((0, 2, 3)),
    )


def gradient_of_input(
    upstream: Tensor,
    weight: Tensor,
    size: tuple[int, int],
    stride: Both = 1,
    padding: Both = 0,
    dilation: Both = 1,
    groups: int = 1,
) -> Tensor:
    """Return ∂loss/∂x, ``(N, C, *size)``: spread g, pad it by d(k - 1) - p, and correlate it with the turned kernels.

    Turned means: both axes flipped, and input and output channels exchanged. Cells at the end that no window reached
    get more padding, and so a gradient of 0.
    """
    spread = insert_zeros(upstream, stride)
    both = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    margins: list[int] = []
    for window, wanted, have in reversed(list(zip(both, size, spread.shape[2:], strict=True))):
        before = window.extent - 1 - window.padding
        margins += [before, wanted - 1 + window.extent - have - before]
    turned = exchange_channels(weight, groups).flip((-1, -2))
    return conv2d(F.pad(spread, margins), turned, dilation=dilation, groups=groups)


def gradient_of_weight(
    upstream: Tensor,
    x: Tensor,
    weight: Tensor,
    stride: Both = 1,
    padding: Both = 0,
    dilation: Both = 1,
    groups: int = 1,
) -> Tensor:
    """Return ∂loss/∂w: each window of x, weighted by the gradient of the output that it made, summed over all."""
    columns = unfold(x, (weight.shape[2], weight.shape[3]), dilation, padding, stride)
    met = columns.reshape(len(x), groups, -1, columns.shape[2])
    blamed = upstream.reshape(len(x), groups, len(weight) // groups, -1)
    return torch.einsum("ngml,ngkl->gmk", blamed, met).reshape(weight.shape)


def insert_zeros(x: Tensor, stride: Both) -> Tensor:
    """Return ``x`` with stride - 1 zeros between neighbours, ``(n - 1)·s + 1`` long; none follow the last.

    >>> insert_zeros(torch.tensor([[[[1.0, 2.0, 3.0]]]]), stride=2).flatten().tolist()
    [1.0, 0.0, 2.0, 0.0, 3.0]
    """
    down, across = pair(stride)
    height, width = x.shape[2:]
    spread = x.new_zeros(*x.shape[:2], (height - 1) * down + 1, (width - 1) * across + 1)
    spread[:, :, ::down, ::across] = x
    return spread


def exchange_channels(weight: Tensor, groups: int) -> Tensor:
    """Return a weight ``(M, C/groups, kh, kw)`` as one that reads M channels and writes C, group by group."""
    of_group = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    return of_group.transpose(1, 2).reshape(-1, len(weight) // groups, *weight.shape[2:])

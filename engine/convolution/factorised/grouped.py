"""Grouped convolution: the channels fall into groups that never look at one another.

Source: Krizhevsky, Sutskever & Hinton 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section
3.5, where each group had a GPU of its own; Xie et al. 2017, "Aggregated Residual Transformations", section 3.3.
"""

import torch
from torch import Tensor

from engine.analysis.window import Both
from engine.convolution.conv2d import check_channels, conv2d


def grouped_conv2d(
    x: Tensor,
    weight: Tensor,
    groups: int,
    bias: Tensor | None = None,
    stride: Both = 1,
    padding: Both = 0,
    dilation: Both = 1,
) -> Tensor:
    """Return ``groups`` separate convolutions side by side: slice the channels, convolve each slice, join the results.

    Shapes: x ``(N, C, H, W)``, weight ``(M, C/G, kh, kw)`` to ``(N, M, OH, OW)``. Output channel m belongs to group
    ⌊m·G/M⌋ and reads C/G channels; each input channel is read by M/G filters. Weights and MACs are 1/G of the dense
    layer's, not 1/G²: each of the G groups costs 1/G² of it.

    Raises:
        Refused: groups do not divide both numbers of channels, or weight and x do not fit.

    >>> x = torch.tensor([1.0, 10.0, 100.0, 1000.0]).reshape(1, 4, 1, 1)
    >>> grouped_conv2d(x, torch.ones(2, 2, 1, 1), groups=2).flatten().tolist()
    [11.0, 1100.0]
    """
    check_channels(x, weight, groups)
    parts = zip(x.chunk(groups, 1), weight.chunk(groups), strict=True)
    y = torch.cat([conv2d(part, kernels, None, stride, padding, dilation) for part, kernels in parts], dim=1)
    return y if bias is None else y + bias[:, None, None]


def dense_weight(weight: Tensor, groups: int) -> Tensor:
    """Return the weight ``(M, C, kh, kw)`` of the ungrouped layer that does the same: zeros between the groups.

    >>> dense_weight(torch.ones(4, 1, 1, 1), groups=2).squeeze().tolist()
    [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
    """
    per_group, read = len(weight) // groups, weight.shape[1]
    dense = weight.new_zeros(len(weight), read * groups, *weight.shape[2:])
    for group in range(groups):
        rows = slice(group * per_group, (group + 1) * per_group)
        dense[rows, group * read : (group + 1) * read] = weight[rows]
    return dense

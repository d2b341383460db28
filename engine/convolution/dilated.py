"""Dilated (atrous) convolution as an ordinary one: a kernel with holes of zeros between its taps.

Source: Yu & Koltun 2016, "Multi-Scale Context Aggregation by Dilated Convolutions", section 2; the gridding that equal
dilations leave is in Wang et al. 2018, "Understanding Convolution for Semantic Segmentation", section 3.2.
"""

from torch import Tensor

from engine.analysis.window import Both, pair
from engine.errors import Refused


def effective_kernel_size(kernel_size: int, dilation: int) -> int:
    """Return the cells from the first to the last tap, k + (k - 1)(d - 1) = d(k - 1) + 1.

    The taps, and so the weights, stay k: only the holes between them grow, d - 1 each.

    >>> effective_kernel_size(3, dilation=2), effective_kernel_size(3, dilation=1)
    (5, 3)
    """
    return kernel_size + (kernel_size - 1) * (dilation - 1)


def dilate_kernel(weight: Tensor, dilation: Both) -> Tensor:
    """Return the kernels with dilation - 1 zeros between neighbouring taps.

    Shapes: ``(M, C, kh, kw)`` to ``(M, C, d(kh - 1) + 1, d(kw - 1) + 1)``. An ordinary convolution with it is the
    dilated one with ``weight``.

    Raises:
        Refused: ``weight`` has not four axes.

    >>> import torch
    >>> dilate_kernel(torch.ones(1, 1, 1, 3), dilation=2).flatten().tolist()
    [1.0, 0.0, 1.0, 0.0, 1.0]
    """
    if weight.dim() != 4:
        raise Refused(f"a kernel is (M, C, kh, kw), not {tuple(weight.shape)}")
    down, across = pair(dilation)
    height, width = effective_kernel_size(weight.shape[2], down), effective_kernel_size(weight.shape[3], across)
    with_holes = weight.new_zeros(*weight.shape[:2], height, width)
    with_holes[:, :, ::down, ::across] = weight
    return with_holes

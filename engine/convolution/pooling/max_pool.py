"""Max pooling: keep the largest value of each window and remember where it stood.

Source: Ranzato, Huang, Boureau & LeCun 2007; overlapping windows (k = 3, s = 2) in Krizhevsky, Sutskever & Hinton 2012,
section 3.4.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.analysis.window import Both, check_pool, windows
from engine.convolution.sliding import sliding_windows


class Pooled(NamedTuple):
    """The largest values, and the cell of the image (numbered row by row, as in torch) where each of them stood."""

    values: Tensor
    indices: Tensor


def max_pool2d(
    x: Tensor,
    kernel_size: Both,
    stride: Both | None = None,
    padding: Both = 0,
    dilation: Both = 1,
    ceil_mode: bool = False,
) -> Pooled:
    """Return the largest value of each window, channel by channel; without a stride it is ``kernel_size``.

    Shapes: ``(N, C, H, W)`` to twice ``(N, C, OH, OW)``. No parameters, no multiply-adds. The padding is of -∞, so that
    it never wins; zeros would beat an image of negative numbers. Of equal values the first in row order is taken.
    A stride below the kernel size lets windows overlap: a cell can then win several of them.

    Raises:
        Refused: the padding is more than half a kernel, or no window fits.

    >>> pooled = max_pool2d(torch.tensor([[[[1.0, 5, 2], [4, 3, 0], [7, 8, 6]]]]), kernel_size=2, stride=1)
    >>> pooled.values.squeeze().tolist(), pooled.indices.squeeze().tolist()
    ([[5.0, 5.0], [8.0, 8.0]], [[1, 1], [7, 7]])
    """
    both = windows(kernel_size, kernel_size if stride is None else stride, padding, dilation)
    for window, size, axis in zip(both, x.shape[2:], ("height: ", "width: "), strict=True):
        check_pool(size, window, ceil_mode, axis)
    cells = torch.arange(x.shape[2] * x.shape[3], device=x.device, dtype=torch.float64).reshape(1, 1, *x.shape[2:])
    met = sliding_windows(x, both, float("-inf"), ceil_mode)
    numbers = sliding_windows(cells, both, -1, ceil_mode).long().expand_as(met)
    winners = _first_largest(met)
    return Pooled(met.gather(2, winners).squeeze(2), numbers.gather(2, winners).squeeze(2))


def max_pool2d_backward(upstream: Tensor, indices: Tensor, size: tuple[int, int]) -> Tensor:
    """Return ∂loss/∂x, ``(N, C, *size)``: each gradient goes to the cell that won, and all others get 0.

    A cell that won several overlapping windows gets the sum.

    >>> upstream = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> indices = torch.tensor([[[[1, 1], [7, 7]]]])
    >>> max_pool2d_backward(upstream, indices, (3, 3)).squeeze().tolist()
    [[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [0.0, 7.0, 0.0]]
    """
    gradient = upstream.new_zeros(*upstream.shape[:2], size[0] * size[1])
    filled = gradient.scatter_add(2, indices.flatten(2), upstream.flatten(2))
    return filled.reshape(*upstream.shape[:2], *size)


def _first_largest(met: Tensor) -> Tensor:
    """Return where in each window (axis 2) the largest value stands first; ``argmax`` promises no first one."""
    taps = torch.arange(met.shape[2], device=met.device)[None, None, :, None, None]
    largest = met == met.amax(2, keepdim=True)
    return taps.expand_as(met).where(largest, met.shape[2]).amin(2, keepdim=True)

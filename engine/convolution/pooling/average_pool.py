"""Average pooling: the mean of each window, and the two ways of counting at the border.

Source: LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", section II.A ("sub-sampling").
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.analysis.window import Both, Window, check_pool, pair, windows
from engine.convolution.sliding import sliding_windows


def avg_pool2d(
    x: Tensor,
    kernel_size: Both,
    stride: Both | None = None,
    padding: Both = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the sum of each window over the number of its cells, channel by channel.

    Shapes: ``(N, C, H, W)`` to ``(N, C, OH, OW)``. No parameters. Convention: with ``count_include_pad`` (torch's
    default) the zeros of the padding count as cells, so that the border comes out darker; without it only cells of the
    image count. What lies beyond the padding, where ``ceil_mode`` lets the last window reach, never counts.

    Raises:
        Refused: the padding is more than half a kernel, or no window fits.

    >>> x = torch.full((1, 1, 1, 3), 6.0)
    >>> avg_pool2d(x, (1, 3), stride=1, padding=(0, 1)).flatten().tolist()
    [4.0, 6.0, 4.0]
    >>> avg_pool2d(x, (1, 3), stride=1, padding=(0, 1), count_include_pad=False).flatten().tolist()
    [6.0, 6.0, 6.0]
    """
    both = _windows(x, kernel_size, stride, padding, ceil_mode)
    total = sliding_windows(x, both, ceil_mode=ceil_mode).sum(2)
    return total / _counts(x, both, padding, ceil_mode, count_include_pad)


def avg_pool2d_backward(
    upstream: Tensor,
    x: Tensor,
    kernel_size: Both,
    stride: Both | None = None,
    padding: Both = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return ∂loss/∂x: each gradient is spread evenly over the cells of its window, 1/count to each.

    >>> avg_pool2d_backward(torch.tensor([[[[8.0]]]]), torch.zeros(1, 1, 2, 2), 2).squeeze().tolist()
    [[2.0, 2.0], [2.0, 2.0]]
    """
    both = rows, columns = _windows(x, kernel_size, stride, padding, ceil_mode)
    share = upstream / _counts(x, both, padding, ceil_mode, count_include_pad)
    ends = [window.start(count - 1) + window.extent for window, count in zip(both, share.shape[2:], strict=True)]
    spread = x.new_zeros(
        *x.shape[:2], max(x.shape[2], ends[0]) + rows.padding, max(x.shape[3], ends[1]) + columns.padding
    )
    for i in range(share.shape[2]):
        for j in range(share.shape[3]):
            top, left = rows.start(i) + rows.padding, columns.start(j) + columns.padding
            spread[:, :, top : top + rows.extent, left : left + columns.extent] += share[:, :, i : i + 1, j : j + 1]
    return spread[:, :, rows.padding : rows.padding + x.shape[2], columns.padding : columns.padding + x.shape[3]]


def _counts(x: Tensor, both: tuple[Window, Window], padding: Both, ceil_mode: bool, count_include_pad: bool) -> Tensor:
    """Return how many cells of each window count: ``(1, 1, OH, OW)``."""
    cells = torch.ones_like(x[:1, :1])
    if not count_include_pad:
        return sliding_windows(cells, both, ceil_mode=ceil_mode).sum(2)
    down, across = pair(padding)
    cells = F.pad(cells, (across, across, down, down), value=1.0)
    unpadded = both[0]._replace(padding=0), both[1]._replace(padding=0)
    places = [window.positions(size, ceil_mode) for window, size in zip(both, x.shape[2:], strict=True)]
    return sliding_windows(cells, unpadded, ceil_mode=ceil_mode).sum(2)[:, :, : places[0], : places[1]]


def _windows(
    x: Tensor, kernel_size: Both, stride: Both | None, padding: Both, ceil_mode: bool
) -> tuple[Window, Window]:
    both = windows(kernel_size, kernel_size if stride is None else stride, padding, 1)
    for window, size, axis in zip(both, x.shape[2:], ("height: ", "width: "), strict=True):
        check_pool(size, window, ceil_mode, axis)
    return both

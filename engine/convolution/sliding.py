"""The windows of an image side by side as columns (im2col), and columns added back into an image (col2im).

With the windows as columns every convolution is one matrix product, which is how most libraries compute it.
Source: Chellapilla, Puri & Simard 2006, "High Performance Convolutional Neural Networks for Document Processing",
section 3.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.analysis.window import Both, Window, check_conv, windows
from engine.errors import Refused

Windows = tuple[Window, Window]
"""Along the height and along the width."""


def sliding_windows(x: Tensor, both: Windows, fill: float = 0.0, ceil_mode: bool = False) -> Tensor:
    """Return what each cell of the kernel meets in each place where it can stand.

    Shapes: ``(N, C, H, W)`` to ``(N, C, kh·kw, OH, OW)``. Around the image lies ``fill``: the padding, and with
    ``ceil_mode`` as much more at the end as the last window needs.

    >>> row = torch.arange(5.0).reshape(1, 1, 1, 5)
    >>> sliding_windows(row, (Window(1), Window(3, stride=2))).squeeze().tolist()
    [[0.0, 2.0], [1.0, 3.0], [2.0, 4.0]]
    """
    if x.dim() != 4:
        raise Refused(f"windows slide over (N, C, H, W), not {tuple(x.shape)}")
    sizes = [window.positions(size, ceil_mode) for window, size in zip(both, x.shape[2:], strict=True)]
    ends = [
        max(window.padding, window.start(count - 1) + window.extent - size)
        for window, count, size in zip(both, sizes, x.shape[2:], strict=True)
    ]
    rows, columns = both
    padded = F.pad(x, (columns.padding, ends[1], rows.padding, ends[0]), value=fill)
    met = [
        padded[:, :, top : top + (sizes[0] - 1) * rows.stride + 1 : rows.stride][
            :, :, :, left : left + (sizes[1] - 1) * columns.stride + 1 : columns.stride
        ]
        for top in range(0, rows.extent, rows.dilation)
        for left in range(0, columns.extent, columns.dilation)
    ]
    return torch.stack(met, dim=2)


def unfold(x: Tensor, kernel_size: Both, dilation: Both = 1, padding: Both = 0, stride: Both = 1) -> Tensor:
    """Return the windows of each image as columns (im2col), with the names and the order of ``torch.nn.Unfold``.

    Shapes: ``(N, C, H, W)`` to ``(N, C·kh·kw, L)``, L = OH·OW places in row order. A k×k kernel at stride 1 repeats
    each cell up to k² times: that is the memory which the speed costs.

    Raises:
        Refused: the kernel does not fit into the padded image.

    >>> unfold(torch.arange(6.0).reshape(1, 1, 2, 3), kernel_size=2)[0].tolist()
    [[0.0, 1.0], [1.0, 2.0], [3.0, 4.0], [4.0, 5.0]]
    """
    both = _fitting(kernel_size, stride, padding, dilation, (x.shape[-2], x.shape[-1]))
    return sliding_windows(x, both).flatten(3).flatten(1, 2)


def fold(
    columns: Tensor,
    output_size: tuple[int, int],
    kernel_size: Both,
    dilation: Both = 1,
    padding: Both = 0,
    stride: Both = 1,
) -> Tensor:
    """Return images in which every column was added back where it came from (col2im); what lay in the padding is lost.

    Shapes: ``(N, C·kh·kw, L)`` to ``(N, C, *output_size)``. It is the transpose of :func:`unfold`, not its inverse: a
    cell that k windows hold is added k times.

    >>> fold(unfold(torch.ones(1, 1, 1, 4), (1, 2)), (1, 4), (1, 2)).tolist()
    [[[[1.0, 2.0, 2.0, 1.0]]]]
    """
    rows, columns_window = both = _fitting(kernel_size, stride, padding, dilation, output_size)
    counts = [window.positions(size) for window, size in zip(both, output_size, strict=True)]
    taps = rows.kernel_size * columns_window.kernel_size
    if columns.shape[1] % taps or columns.shape[2] != counts[0] * counts[1]:
        raise Refused(f"fold needs (N, C·{taps}, {counts[0] * counts[1]}), not {tuple(columns.shape)}")
    met = columns.reshape(len(columns), -1, taps, *counts)
    padded = columns.new_zeros(
        *met.shape[:2], *(size + 2 * window.padding for window, size in zip(both, output_size, strict=True))
    )
    for tap in range(taps):
        row, column = divmod(tap, columns_window.kernel_size)
        top, left = row * rows.dilation, column * columns_window.dilation
        padded[
            :,
            :,
            top : top + (counts[0] - 1) * rows.stride + 1 : rows.stride,
            left : left + (counts[1] - 1) * columns_window.stride + 1 : columns_window.stride,
        ] += met[:, :, tap]
    first_row, first_column = rows.padding, columns_window.padding
    return padded[:, :, first_row : first_row + output_size[0], first_column : first_column + output_size[1]]


def _fitting(kernel_size: Both, stride: Both, padding: Both, dilation: Both, image: tuple[int, int]) -> Windows:
    """Return the windows along both axes, or refuse a kernel that does not fit."""
    both = windows(kernel_size, stride, padding, dilation)
    for window, size, axis in zip(both, image, ("height: ", "width: "), strict=True):
        check_conv(size, window, axis)
    return both

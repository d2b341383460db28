"""Cross-correlation, which deep learning calls convolution: slide a kernel over an image, sum the products.

Two ways: as four loops, to be read, and as one matrix product over the unfolded image, to be run.
Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 9.1, equation 9.6.
"""

import torch
from torch import Tensor

from engine.analysis.window import Window, check_conv
from engine.convolution.sliding import unfold
from engine.errors import Refused


def cross_correlation(x: Tensor, kernel: Tensor, stride: int = 1) -> Tensor:
    """Return y[i, j] = Σ_a Σ_b x[i·s + a, j·s + b] · kernel[a, b], by loops over i, j, a and b.

    Shapes: x ``(H, W)``, kernel ``(kh, kw)`` to ``(⌊(H - kh)/s⌋ + 1, ⌊(W - kw)/s⌋ + 1)``: only places where the kernel
    lies wholly inside ("valid"). The kernel is not turned; :mod:`engine.convolution.true_convolution` turns it.

    Raises:
        Refused: x and kernel are not two matrices, or the kernel is larger than x.

    >>> x = torch.tensor([[0.0, 1, 2], [3, 4, 5], [6, 7, 8]])
    >>> cross_correlation(x, torch.tensor([[0.0, 1], [2, 3]])).tolist()
    [[19.0, 25.0], [37.0, 43.0]]
    """
    height, width = _output_size(x, kernel, stride)
    y = x.new_zeros(height, width)
    for i in range(height):
        for j in range(width):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    y[i, j] += x[i * stride + a, j * stride + b] * kernel[a, b]
    return y


def cross_correlation_by_matmul(x: Tensor, kernel: Tensor, stride: int = 1) -> Tensor:
    """Return the same by one product: the kernel as a row times the windows as columns.

    >>> cross_correlation_by_matmul(torch.eye(3), torch.tensor([[1.0, 10], [100, 1000]])).tolist()
    [[1001.0, 100.0], [10.0, 1001.0]]
    """
    size = _output_size(x, kernel, stride)
    columns = unfold(x[None, None], (kernel.shape[0], kernel.shape[1]), stride=stride)[0]
    return torch.matmul(kernel.reshape(1, -1), columns).reshape(size)


def _output_size(x: Tensor, kernel: Tensor, stride: int) -> tuple[int, int]:
    """Return in how many places the kernel can stand, or refuse."""
    if x.dim() != 2 or kernel.dim() != 2:
        raise Refused(f"cross-correlation needs two matrices, not {tuple(x.shape)} and {tuple(kernel.shape)}")
    axes = ("height: ", "width: ")
    rows, columns = (Window(size, stride) for size in kernel.shape)
    for window, size, axis in zip((rows, columns), x.shape, axes, strict=True):
        check_conv(size, window, axis)
    return rows.positions(x.shape[0]), columns.positions(x.shape[1])

"""Convolution as mathematics means it: the kernel is turned by 180 degrees before it slides.

Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 9.1, equations 9.4 to 9.6.
"""

from typing import Literal

from torch import Tensor
from torch.nn import functional as F

from engine.convolution.cross_correlation import cross_correlation_by_matmul

Mode = Literal["valid", "full"]


def convolution(x: Tensor, kernel: Tensor, mode: Mode = "valid") -> Tensor:
    """Return y[i, j] = Σ_a Σ_b x[i - a, j - b] · kernel[a, b]: flip both axes of the kernel, then cross-correlate.

    Shapes: x ``(H, W)``, kernel ``(kh, kw)``. "valid" keeps the places where the kernel lies wholly inside,
    ``(H - kh + 1, W - kw + 1)``; "full" those where it touches, ``(H + kh - 1, W + kw - 1)``.

    Unlike cross-correlation it commutes, convolution(x, k, "full") = convolution(k, x, "full"). For a kernel that looks
    the same upside down the two operations agree. A layer that learns its kernel learns the turned one, so that layers
    can do without the flip.

    Raises:
        Refused: x and kernel are not two matrices, or the kernel does not fit.

    >>> import torch
    >>> convolution(torch.tensor([[1.0, 0, 0, 5]]), torch.tensor([[1.0, -1]])).tolist()
    [[-1.0, 0.0, 5.0]]
    """
    if mode == "full" and x.dim() == kernel.dim() == 2:
        rows, columns = kernel.shape[0] - 1, kernel.shape[1] - 1
        x = F.pad(x, (columns, columns, rows, rows))
    return cross_correlation_by_matmul(x, kernel.flip(tuple(range(kernel.dim()))))

"""A convolution is a fully connected layer, most of whose weights are 0 and the rest of whose weights are shared.

Source: Goodfellow, Bengio & Courville 2016, "Deep Learning", section 9.1 (the matrix) and 9.2 (what it saves).
"""

import torch
from torch import Tensor

from engine.analysis.window import Both, check_conv, windows
from engine.errors import Refused


def convolution_matrix(
    weight: Tensor, size: tuple[int, int], stride: Both = 1, padding: Both = 0, dilation: Both = 1
) -> Tensor:
    """Return the W for which W · x.flatten() = conv2d(x, weight).flatten(), for images of ``size``.

    Shapes: weight ``(M, C, kh, kw)`` to ``(M·OH·OW, C·H·W)``. A row holds a place: the kernel's weights where it
    stands, zeros elsewhere. At stride 1 each row is the one above moved by a cell: W is Toeplitz, block by block. Its
    transpose is the transposed convolution.

    Raises:
        Refused: the kernel does not fit.

    >>> convolution_matrix(torch.tensor([[[[1.0, 2.0]]]]), size=(1, 4)).tolist()
    [[1.0, 2.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.0], [0.0, 0.0, 1.0, 2.0]]
    """
    if weight.dim() != 4:
        raise Refused(f"a kernel is (M, C, kh, kw), not {tuple(weight.shape)}")
    both = rows, columns = windows((weight.shape[2], weight.shape[3]), stride, padding, dilation)
    for window, cells, axis in zip(both, size, ("height: ", "width: "), strict=True):
        check_conv(cells, window, axis)
    height, width = rows.positions(size[0]), columns.positions(size[1])
    matrix = weight.new_zeros(weight.shape[0], height, width, weight.shape[1], *size)
    for i in range(height):
        for j in range(width):
            for a in range(rows.kernel_size):
                for b in range(columns.kernel_size):
                    row, column = rows.start(i) + a * rows.dilation, columns.start(j) + b * columns.dilation
                    if 0 <= row < size[0] and 0 <= column < size[1]:
                        matrix[:, i, j, :, row, column] = weight[:, :, a, b]
    return matrix.reshape(weight.shape[0] * height * width, -1)


def is_toeplitz(matrix: Tensor) -> bool:
    """Return whether every diagonal of a matrix holds one number.

    >>> is_toeplitz(torch.tensor([[1, 2, 0], [0, 1, 2]])), is_toeplitz(torch.tensor([[1, 2, 0], [0, 3, 4]]))
    (True, False)
    """
    return torch.equal(matrix[1:, 1:], matrix[:-1, :-1])

"""Learning a kernel from pictures: the edge detector [1, -1], found by gradient descent or by least squares.

Source: Zhang, Lipton, Li & Smola 2023, "Dive into Deep Learning", section 7.2.4 (the image and the task).
"""

import torch
from torch import Tensor

from engine.convolution.backward import gradient_of_weight
from engine.convolution.conv2d import conv2d
from engine.convolution.sliding import unfold


def striped_image(height: int = 6, width: int = 8, black: slice = slice(2, 6)) -> Tensor:
    """Return the book's image ``(1, 1, H, W)``: white (1), with a black (0) stripe of columns.

    >>> striped_image(1).flatten().tolist()
    [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
    """
    image = torch.ones(1, 1, height, width, dtype=torch.float64)
    image[..., black] = 0
    return image


def learn_kernel(x: Tensor, y: Tensor, first: Tensor, steps: int, lr: float) -> list[Tensor]:
    """Return the kernel before and after each step of gradient descent on Σ(conv2d(x, kernel) - y)².

    Shapes: x ``(N, C, H, W)``, y ``(N, M, OH, OW)``, kernels like ``first`` ``(M, C, kh, kw)``. Convention: the error
    is summed, not averaged, as in the book, whose rate of 0.03 is for this image.

    >>> x = striped_image()
    >>> y = conv2d(x, torch.tensor([[[[1.0, -1.0]]]]).to(x))
    >>> kernels = learn_kernel(x, y, torch.zeros(1, 1, 1, 2).to(x), steps=30, lr=0.03)
    >>> len(kernels), (kernels[-1] - torch.tensor([1.0, -1.0])).abs().max().item() < 1e-3
    (31, True)
    """
    kernels = [first]
    for _ in range(steps):
        error = conv2d(x, kernels[-1]) - y
        kernels.append(kernels[-1] - lr * gradient_of_weight(2 * error, x, kernels[-1]))
    return kernels


def fit_kernel(x: Tensor, y: Tensor, kernel_size: tuple[int, int]) -> Tensor:
    """Return the kernel ``(M, C, kh, kw)`` of least squared error: the normal equations over all windows of x.

    Where the windows do not tell all kernels apart, it is the one of least norm.

    >>> x = striped_image()
    >>> y = conv2d(x, torch.tensor([[[[1.0, -1.0]]]]).to(x))
    >>> [round(weight, 9) for weight in fit_kernel(x, y, (1, 2)).flatten().tolist()]
    [1.0, -1.0]
    """
    windows = unfold(x, kernel_size).transpose(1, 2).flatten(0, 1)
    wanted = y.flatten(2).transpose(1, 2).flatten(0, 1)
    solution: Tensor = torch.linalg.pinv(windows) @ wanted
    return solution.mT.reshape(y.shape[1], x.shape[1], *kernel_size)

"""Video prediction: the next frame from the last one, here of a square that moves by the same step each time.

A uniform motion is a shift, and a shift is a convolution with a single 1 in its kernel, as far from the middle as the
step, on the other side. The least squared error over frames finds just that kernel.

Source: Mathieu, Couprie & LeCun 2016, "Deep Multi-Scale Video Prediction Beyond Mean Square Error" (the task and its
squared loss; its adversarial term is needed where the future is open, as the mean of several futures is a blur).
"""

import torch
from torch import Tensor
from torch.nn import functional


def moving_square(size: int, side: int, start: tuple[int, int], step: tuple[int, int], frames: int) -> Tensor:
    """Return frames ``(frames, size, size)`` of a bright square; what leaves one edge comes back at the other.

    >>> moving_square(4, 1, start=(0, 0), step=(0, 1), frames=3)[:, 0].tolist()
    [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]
    """
    first = torch.zeros(size, size, dtype=torch.float64)
    rows = (start[0] + torch.arange(side)) % size
    columns = (start[1] + torch.arange(side)) % size
    first[rows[:, None], columns] = 1
    return torch.stack([first.roll((step[0] * t, step[1] * t), (0, 1)) for t in range(frames)])


def next_frame_loss(kernel: Tensor, frames: Tensor) -> Tensor:
    """Return the mean squared error of predicting each frame by convolving the one before, ``frames`` (T, H, W)."""
    return (predict(kernel, frames[:-1]) - frames[1:]).square().mean()


def predict(kernel: Tensor, frames: Tensor) -> Tensor:
    """Return the predictions ``(T, H, W)``; kernels are odd and wrap around the edges."""
    half = kernel.shape[-1] // 2
    padded = functional.pad(frames[:, None], (half,) * 4, mode="circular")
    return functional.conv2d(padded, kernel[None, None])[:, 0]


def fitted_kernel(frames: Tensor, kernel_size: int) -> Tensor:
    """Return the kernel with the least loss, by least squares over all pixels of all frames.

    Where several do as well, as for a square too plain to tell them apart, it is the one with the least norm.
    """
    half = kernel_size // 2
    padded = functional.pad(frames[:-1, None], (half,) * 4, mode="circular")
    patches = functional.unfold(padded, kernel_size).mT.reshape(-1, kernel_size**2)
    target = frames[1:].reshape(-1, 1)
    kernel: Tensor = torch.linalg.pinv(patches) @ target
    return kernel.reshape(kernel_size, kernel_size)

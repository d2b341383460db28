"""Pixel shuffle: turn r² channels into an r times larger image, and back, without a single product.

Source: Shi et al. 2016, "Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional
Neural Network", equation 4.
"""

from torch import Tensor, nn

from engine.errors import Refused


def pixel_shuffle(x: Tensor, upscale_factor: int) -> Tensor:
    """Return the image whose r×r blocks are filled from r² channels each: y[c, rh+i, rw+j] = x[c·r² + i·r + j, h, w].

    Shapes: ``(N, C·r², H, W)`` to ``(N, C, r·H, r·W)`` with r = ``upscale_factor``. It has no parameters.

    Convention: the r² channels of one output channel stand side by side, as in torch; equation 4 of the paper runs
    through the output channels first, so that its weights need another order.

    Raises:
        Refused: r² does not divide the channels, or ``x`` is no batch of images.

    >>> import torch
    >>> pixel_shuffle(torch.arange(4).reshape(1, 4, 1, 1), upscale_factor=2).tolist()
    [[[[0, 1], [2, 3]]]]
    """
    batch, channels, height, width = _batch_of_images(x, "pixel_shuffle")
    r = _factor(upscale_factor, "upscale_factor")
    if channels % r**2:
        raise Refused(f"upscale_factor {r} needs a multiple of {r}² = {r**2} channels, not {channels}")
    blocks = x.reshape(batch, channels // r**2, r, r, height, width)
    return blocks.permute(0, 1, 4, 2, 5, 3).reshape(batch, channels // r**2, r * height, r * width)


def pixel_unshuffle(x: Tensor, downscale_factor: int) -> Tensor:
    """Return the r² images of every r-th row and column as channels, the inverse of :func:`pixel_shuffle`.

    Shapes: ``(N, C, r·H, r·W)`` to ``(N, C·r², H, W)`` with r = ``downscale_factor``.

    Raises:
        Refused: r does not divide height and width, or ``x`` is no batch of images.

    >>> import torch
    >>> pixel_unshuffle(torch.arange(4).reshape(1, 1, 2, 2), downscale_factor=2).flatten().tolist()
    [0, 1, 2, 3]
    """
    batch, channels, height, width = _batch_of_images(x, "pixel_unshuffle")
    r = _factor(downscale_factor, "downscale_factor")
    if height % r or width % r:
        raise Refused(f"downscale_factor {r} must divide height {height} and width {width}")
    blocks = x.reshape(batch, channels, height // r, r, width // r, r)
    return blocks.permute(0, 1, 3, 5, 2, 4).reshape(batch, channels * r**2, height // r, width // r)


class PixelShuffle(nn.Module):
    """:func:`pixel_shuffle` as a layer; behind a convolution to C·r² channels it is the sub-pixel convolution."""

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor = upscale_factor

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C, r·H, r·W)``."""
        return pixel_shuffle(x, self.upscale_factor)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(nn.Module):
    """:func:`pixel_unshuffle` as a layer."""

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor = downscale_factor

    def forward(self, x: Tensor) -> Tensor:
        """Return ``(N, C·r², H, W)``."""
        return pixel_unshuffle(x, self.downscale_factor)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"downscale_factor={self.downscale_factor}"


def _batch_of_images(x: Tensor, name: str) -> tuple[int, int, int, int]:
    if x.dim() != 4:
        raise Refused(f"{name} needs (N, C, H, W), not {tuple(x.shape)}")
    batch, channels, height, width = x.shape
    return batch, channels, height, width


def _factor(factor: int, name: str) -> int:
    if factor < 1:
        raise Refused(f"{name} must be at least 1, not {factor}")
    return factor

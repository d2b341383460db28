"""Glimpse sensor: sharp in the middle, blurred around it, as an eye that looks at one place.

Source: Mnih, Heess, Graves & Kavukcuoglu 2014, "Recurrent Models of Visual Attention", section 3.1 and figure 1.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.errors import Refused


def glimpse(image: Tensor, location: Tensor, size: int, num_scales: int) -> Tensor:
    """Return ``num_scales`` nested squares around a location, each twice as wide as the one before, all at one size.

    Shapes: image ``(N, C, H, W)``, location ``(N, 2)`` to ``(N, num_scales, C, size, size)``. The squares are size,
    2·size, 4·size, … wide; the k-th is shrunk by averaging blocks of 2ᵏ·2ᵏ pixels. So a glimpse has num_scales·size²
    numbers for each channel and reaches size·2^(num_scales - 1) pixels far.

    Convention: a location is (x, y) in -1 to 1, (-1, -1) the upper left corner of the image and (0, 0) its middle; the
    squares start at the nearest whole pixel. What lies outside of the image is 0.

    >>> patches = glimpse(torch.ones(1, 1, 8, 8), torch.tensor([[0.0, 0.0]]), size=4, num_scales=3)
    >>> patches.shape, patches[0, :, 0].mean((1, 2)).tolist()  # 16 pixels see a picture of 8
    (torch.Size([1, 3, 1, 4, 4]), [1.0, 1.0, 0.25])
    """
    scales = []
    for scale in range(num_scales):
        shrink = 2**scale
        squares = [crop(picture, place, size * shrink) for picture, place in zip(image, location, strict=True)]
        scales.append(F.avg_pool2d(torch.stack(squares), kernel_size=shrink))
    return torch.stack(scales, dim=1)


def crop(image: Tensor, location: Tensor, side: int) -> Tensor:
    """Return the square of ``side`` pixels around a location: ``(C, H, W)`` to ``(C, side, side)``, 0 outside."""
    top, left = box(image.shape[-2:], location, side)
    padded = F.pad(image, (side, side, side, side))
    return padded[:, top + side : top + 2 * side, left + side : left + 2 * side]


def box(image_size: tuple[int, int] | torch.Size, location: Tensor, side: int) -> tuple[int, int]:
    """Return the first row and column of the square, which may be negative.

    >>> box((64, 64), torch.tensor([0.0, 0.0]), 8), box((64, 64), torch.tensor([-1.0, 1.0]), 8)
    ((28, 28), (60, -4))
    """
    if bool((location.abs() > 1).any()):
        raise Refused(f"a location lies between -1 and 1, unlike {location.tolist()}")
    x, y = ((location.detach().cpu() + 1) / 2).tolist()
    height, width = image_size
    return round(y * height - side / 2), round(x * width - side / 2)

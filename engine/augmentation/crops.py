"""Crops: a smaller window of the image at a random place, so that nothing depends on where a thing stands.

Source: Krizhevsky, Sutskever & Hinton 2012, section 4.1: 224 × 224 patches of 256 × 256 images.
"""

import torch
from torch import Tensor

from engine.augmentation.flips import flip
from engine.errors import Refused


def num_offsets(height: int, width: int, size: int) -> int:
    """Return in how many places a square window of ``size`` fits: (height - size + 1)·(width - size + 1).

    For AlexNet's 256 and 224 that is 33·33 = 1089, and with flips 2178; the paper counts 32·32·2 = 2048.

    Raises:
        Refused: the window does not fit.

    >>> num_offsets(256, 256, 224)
    1089
    """
    if size > min(height, width):
        raise Refused(f"a window of {size} does not fit into {height} by {width}")
    return (height - size + 1) * (width - size + 1)


def crop(image: Tensor, top: int, left: int, size: int) -> Tensor:
    """Return the window of ``(..., H, W)`` whose first row is ``top`` and first column ``left``, counted from 0.

    Raises:
        Refused: the window does not lie inside the image.
    """
    height, width = image.shape[-2:]
    if not (0 <= top <= height - size and 0 <= left <= width - size):
        raise Refused(f"a window of {size} at ({top}, {left}) does not lie inside {height} by {width}")
    return image[..., top : top + size, left : left + size]


def random_crop(image: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Return the window at a place drawn evenly from all of them."""
    top, left = random_offset(image.shape[-2], image.shape[-1], size, generator)
    return crop(image, top, left, size)


def random_offset(height: int, width: int, size: int, generator: torch.Generator) -> tuple[int, int]:
    """Return the top and left of a random window, each place equally likely."""
    place = int(torch.randint(num_offsets(height, width, size), (), generator=generator))
    return place // (width - size + 1), place % (width - size + 1)


def ten_crops(image: Tensor, size: int) -> Tensor:
    """Return the windows at the four corners and in the middle, then the same flipped: ``(10, ..., size, size)``.

    The papers' networks predict for each and average the ten softmax outputs.

    >>> ten_crops(torch.arange(9.0).reshape(3, 3), 1).flatten().tolist()
    [0.0, 2.0, 6.0, 8.0, 4.0, 0.0, 2.0, 6.0, 8.0, 4.0]
    """
    below, right = image.shape[-2] - size, image.shape[-1] - size
    places = [(0, 0), (0, right), (below, 0), (below, right), (below // 2, right // 2)]
    windows = [crop(image, top, left, size) for top, left in places]
    return torch.stack([*windows, *map(flip, windows)])

"""Flips: an image and its mirror image show the same thing, unless sides matter, as in a "b" and a "d".

Source: Krizhevsky, Sutskever & Hinton 2012, section 4.1, train on horizontal reflections.
"""

from typing import Literal

import torch
from torch import Tensor

Flip = Literal["horizontal", "vertical"]


def flip(image: Tensor, kind: Flip = "horizontal") -> Tensor:
    """Return the image ``(..., H, W)`` mirrored: a horizontal flip swaps left and right, a vertical one top and bottom.

    Applied twice it gives the image back.

    >>> flip(torch.tensor([[1, 2], [3, 4]])).tolist(), flip(torch.tensor([[1, 2], [3, 4]]), "vertical").tolist()
    ([[2, 1], [4, 3]], [[3, 4], [1, 2]])
    """
    axis = -1 if kind == "horizontal" else -2
    backwards = torch.arange(image.shape[axis] - 1, -1, -1, device=image.device)
    return image.index_select(axis, backwards)


def random_flip(image: Tensor, generator: torch.Generator, probability: float = 0.5) -> Tensor:
    """Return the image flipped horizontally with this probability, else as it is."""
    return flip(image) if float(torch.rand((), generator=generator)) < probability else image

"""Letters and digits as small bitmaps, and a reader of them: what a transformation does to a label can be seen.

An augmentation is legal for a task if it leaves the label right. A photograph of a cat may be mirrored; a "b" that is
mirrored is a "d", and a "6" turned round is a "9".
"""

from typing import Literal

import torch
from torch import Tensor

from engine.augmentation.flips import flip

Change = Literal["none", "horizontal flip", "vertical flip", "turn by 180"]
_DRAWINGS = {
    "6": "##### #.... #.... ##### #...# #...# #####",
    "9": "##### #...# #...# ##### ....# ....# #####",
    "8": "##### #...# #...# ##### #...# #...# #####",
    "0": "##### #...# #...# #...# #...# #...# #####",
    "7": "##### ....# ....# ....# ....# ....# ....#",
    "b": "#.... #.... #.... ##### #...# #...# #####",
    "d": "....# ....# ....# ##### #...# #...# #####",
    "p": "##### #...# #...# ##### #.... #.... #....",
    "q": "##### #...# #...# ##### ....# ....# ....#",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
}
NAMES = tuple(_DRAWINGS)


def glyph(name: str) -> Tensor:
    """Return the drawing ``(7, 5)``, 1 where there is ink.

    >>> glyph("T").sum().item()
    11.0
    """
    rows = _DRAWINGS[name].split()
    return torch.tensor([[float(mark == "#") for mark in row] for row in rows], dtype=torch.float64)


def read(image: Tensor) -> str:
    """Return the name of the drawing that differs least from the image ``(7, 5)``, by the sum of squares.

    >>> read(glyph("6")), read(glyph("6").flip(0, 1))
    ('6', '9')
    """
    return min(NAMES, key=lambda name: float((glyph(name) - image).square().sum()))


def changed(image: Tensor, change: Change) -> Tensor:
    """Return the image after one of the changes; turning by 180 degrees is both flips.

    >>> read(changed(glyph("b"), "horizontal flip")), read(changed(glyph("b"), "turn by 180"))
    ('d', 'q')
    """
    if change in ("vertical flip", "turn by 180"):
        image = flip(image, "vertical")
    return flip(image) if change in ("horizontal flip", "turn by 180") else image

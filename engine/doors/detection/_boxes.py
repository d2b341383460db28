"""Boxes as arguments, and as rows of tables."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.errors import Refused

Coordinate = Annotated[float, Between(-1e6, 1e6)]


Corners = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
"""A box as a list [x1, y1, x2, y2]."""
Boxes = Annotated[Sequence[Corners], Length(1, 64)]
Scores = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(1, 64)]
Threshold = Annotated[float, Between(0, 1)]


def tensor(boxes: Sequence[Sequence[float]]) -> Tensor:
    """Return the boxes as rows in float64, after checking that none is turned inside out."""
    for number, (x1, y1, x2, y2) in enumerate(boxes):
        if x2 < x1 or y2 < y1:
            shown = text((x1, y1, x2, y2))
            raise Refused(f"box {number} is {shown}, but x2 must be at least x1 and y2 at least y1")
    return torch.tensor([list(box) for box in boxes], dtype=torch.float64).reshape(-1, 4)


def check_sides(boxes: Tensor, what: str) -> None:
    """Refuse boxes without width or height."""
    if not (boxes[:, 2:] > boxes[:, :2]).all():
        raise Refused(f"{what} needs a width and a height above 0")


def text(box: Sequence[float]) -> str:
    """Return a box as people write it.

    >>> text([0.0, 1.5, 10.0, 20.0])
    '[0, 1.5, 10, 20]'
    """
    return "[" + ", ".join(f"{number:g}" for number in box) + "]"

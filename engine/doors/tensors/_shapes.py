"""Shapes as doors are given them, and tensors of a shape: real ones where they are small, else on the meta device."""

import math
from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.analysis.output_shape import check_elements
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements, Length

Shape = Annotated[Sequence[Annotated[int, Between(1, 1_000_000)]], Length(0, 5)]
"""Sizes of at most five axes; an empty list is a single number's shape."""
Shapes = Annotated[Sequence[Shape], Length(1, 8)]
Dim = Annotated[int, Between(-6, 5)]
Dims = Annotated[Sequence[Dim], Length(0, 5)]
Values = Annotated[Tensor, Elements(1024), Between(-1e6, 1e6)]
"""Nested lists of numbers."""
Vector = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(1, 64)]


_MOST_REAL = 2**20


def zeros(shape: Sequence[int], beside: int = 1) -> Tensor:
    """Return a tensor of ``shape``: on the meta device if it, or what it is used for (``beside``), is large.

    The meta device takes neither memory nor time, but torch needs seconds to get it going when it is first used.
    """
    check_elements("a tensor", shape)
    real = max(math.prod(shape), beside) <= _MOST_REAL
    return torch.zeros(tuple(shape), device="cpu" if real else "meta")


def written(shape: Sequence[int]) -> str:
    """Return a shape as people write it, also the empty one.

    >>> written((2, 3)), written(())
    ('2×3', 'no axes: one number')
    """
    return sizes(shape) if shape else "no axes: one number"

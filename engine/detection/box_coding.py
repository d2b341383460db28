"""Boxes as offsets from reference boxes, which is what detectors learn, and back.

For a reference (anchor, proposal) with centre (xa, ya) and size (wa, ha), and a box with (x, y, w, h):

dx = (x - xa)/wa,  dy = (y - ya)/ha,  dw = ln(w/wa),  dh = ln(h/ha)

So one network serves small and large boxes. ``weights`` multiply the four; Faster R-CNN's second stage uses (10, 10, 5,
5), one over the spread of the offsets it sees, the region proposal network (1, 1, 1, 1).

Source: Girshick et al. 2014, "Rich feature hierarchies", appendix C; Ren et al. 2015, "Faster R-CNN", equation 2.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

MOST_GROWTH = math.log(1000 / 16)
"""Decoding clamps dw and dh here, so that exp cannot overflow: 62.5 times the reference's side."""
ONES = (1.0, 1.0, 1.0, 1.0)


def encode(references: Tensor, boxes: Tensor, weights: Sequence[float] = ONES) -> Tensor:
    """Return (dx, dy, dw, dh) of each box from its reference. Shapes: ``(N, 4)`` twice to ``(N, 4)``.

    Both need positive sides.

    >>> encode(torch.tensor([[0.0, 0.0, 10.0, 20.0]]), torch.tensor([[5.0, 0.0, 15.0, 20.0]])).tolist()
    [[0.5, 0.0, 0.0, 0.0]]
    """
    centre, size = _centre_and_size(references)
    new_centre, new_size = _centre_and_size(boxes)
    offsets = torch.cat([(new_centre - centre) / size, (new_size / size).log()], dim=-1)
    return offsets * offsets.new_tensor(weights)


def decode(references: Tensor, offsets: Tensor, weights: Sequence[float] = ONES) -> Tensor:
    """Return the boxes that these offsets mean: the inverse of :func:`encode`, except where the growth is clamped.

    Shapes: ``(..., 4)`` twice, broadcast against each other, to ``(..., 4)``.

    >>> decode(torch.tensor([[0.0, 0.0, 10.0, 20.0]]), torch.tensor([[0.5, 0.0, 0.0, 0.0]])).tolist()
    [[5.0, 0.0, 15.0, 20.0]]
    """
    centre, size = _centre_and_size(references)
    offsets = offsets / offsets.new_tensor(weights)
    new_centre = centre + offsets[..., :2] * size
    half = size * offsets[..., 2:].clamp(max=MOST_GROWTH).exp() / 2
    return torch.cat([new_centre - half, new_centre + half], dim=-1)


def _centre_and_size(boxes: Tensor) -> tuple[Tensor, Tensor]:
    size = boxes[..., 2:] - boxes[..., :2]
    return boxes[..., :2] + size / 2, size

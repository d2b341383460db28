"""``iou.*``: how much two boxes overlap."""

from collections.abc import Sequence

import torch
from torch import Tensor

from engine.detection.boxes import area
from engine.detection.iou import intersection
from engine.detection.iou import iou as every_iou
from engine.doors.detection._boxes import Corners, tensor, text
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Table
from engine.registry import Kind, function

_MOST_CELLS = 1_000_000
_EXAMPLE = {"a": [0, 0, 4, 2], "b": [2, 0, 6, 2]}


@function("iou.value", Kind.CLOSED_FORM, example=_EXAMPLE, shows=(every_iou,))
def value(a: Corners, b: Corners, pixels: bool = False) -> Run:
    """Return the intersection over union of two boxes [x1, y1, x2, y2].

    With ``pixels`` the corners are the first and the last pixel, so that a box is x2 - x1 + 1 wide. Two boxes without
    area have 0.

    >>> value([0, 0, 4, 2], [2, 0, 6, 2]).value == 4 / 12
    True
    """
    boxes = tensor([a, b])
    return Run(float(every_iou(boxes[:1], boxes[1:], pixels)), lambda: _evidence(boxes, pixels), "cpu")


@function("iou.counted", Kind.MEASURED, example=_EXAMPLE)
def counted(a: Corners, b: Corners, pixels: bool = False) -> Run:
    """Return the same by painting both boxes on a grid and counting cells; coordinates must be whole numbers.

    >>> counted([0, 0, 4, 2], [2, 0, 6, 2]).value == 4 / 12
    True
    """
    grid = _painted(tensor([a, b]), pixels)
    both, either = int(grid.eq(2).sum()), int(grid.gt(0).sum())
    picture = Heatmap("Cells in no box (0), one (1), both (2)", _shrunk(grid), "x", "y")
    return Run(both / either if either else 0.0, lambda: [picture], "cpu")


@function("iou.intersection", Kind.CLOSED_FORM, example=_EXAMPLE, shows=(intersection,))
def common_area(a: Corners, b: Corners, pixels: bool = False) -> Run:
    """Return the area that two boxes share, in pixels².

    >>> common_area([0, 0, 4, 2], [2, 0, 6, 2]).value
    4.0
    """
    boxes = tensor([a, b])
    return Run(float(intersection(boxes[:1], boxes[1:], pixels)), lambda: _evidence(boxes, pixels), "cpu")


def _evidence(boxes: Tensor, pixels: bool) -> Blocks:
    areas = area(boxes, pixels).tolist()
    common = float(intersection(boxes[:1], boxes[1:], pixels))
    first, second = (text(box) for box in boxes.tolist())
    rows = [("a", first, areas[0]), ("b", second, areas[1]), ("both", "", common), ("either", "", sum(areas) - common)]
    blocks: list[Table | Heatmap] = [Table("Areas", ["part", "box", "area"], rows)]
    if torch.equal(boxes, boxes.round()) and _cells(boxes, pixels) <= 10_000:
        blocks.append(Heatmap("Cells in no box (0), one (1), both (2)", _painted(boxes, pixels).tolist(), "x", "y"))
    return blocks


def _cells(boxes: Tensor, pixels: bool) -> int:
    size = boxes[:, 2:].amax(0) - boxes[:, :2].amin(0) + int(pixels)
    return int(size[0] * size[1])


def _painted(boxes: Tensor, pixels: bool) -> Tensor:
    if not torch.equal(boxes, boxes.round()):
        raise Refused("cells can only be counted where all coordinates are whole numbers; use iou.value")
    if _cells(boxes, pixels) > _MOST_CELLS:
        raise Refused(f"both boxes together span more than {_MOST_CELLS:,} cells; use iou.value")
    corner = boxes[:, :2].amin(0)
    moved = (boxes - corner.repeat(2)).long().tolist()
    width, height = (boxes[:, 2:].amax(0) - corner).long().tolist()
    more = int(pixels)
    grid = torch.zeros(height + more, width + more, dtype=torch.int64)
    for x1, y1, x2, y2 in moved:
        grid[y1 : y2 + more, x1 : x2 + more] += 1
    return grid


def _shrunk(grid: Tensor) -> Sequence[Sequence[float]]:
    """Return at most 64 x 64 of the cells, evenly taken."""
    rows, columns = (max(size // 64, 1) for size in grid.shape)
    shown: list[list[float]] = grid[::rows, ::columns].tolist()
    return shown

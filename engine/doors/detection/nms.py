"""``nms.*``: which boxes are left when those that overlap a better one are dropped."""

from collections.abc import Sequence
from typing import Annotated

import torch

from engine.arguments import Between, Length
from engine.detection.iou import iou
from engine.detection.nms import nms, nms_per_class
from engine.doors.detection._boxes import Boxes, Scores, Threshold, tensor, text
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Classes = Annotated[Sequence[Annotated[int, Between(0, 1000)]], Length(1, 64)]
_EXAMPLE = {
    "boxes": [[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]],
    "scores": [0.8, 0.9, 0.5],
    "iou_threshold": 0.5,
}


@function("nms.kept", Kind.MEASURED, example=_EXAMPLE, shows=(nms, nms_per_class))
def kept(
    boxes: Boxes,
    scores: Scores,
    iou_threshold: Threshold,
    classes: Classes | None = None,
    drop_equal: bool = False,
) -> Run:
    """Return the numbers (from 0) of the boxes that stay, best score first.

    A box goes when its IoU with a better one that stays is over the threshold, or with ``drop_equal`` equal to it. With
    ``classes`` only boxes of one class suppress each other. Of equal scores the earlier goes first.

    >>> kept([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]], [0.8, 0.9, 0.5], 0.5).value
    [1, 2]
    """
    for name, given in (("scores", scores), ("classes", classes)):
        if given is not None and len(given) != len(boxes):
            raise Refused(f"there are {len(boxes)} boxes and {len(given)} {name}; each box has one")
    rows, marks = tensor(boxes), torch.tensor(scores, dtype=torch.float64)
    groups = torch.tensor(classes or [0] * len(boxes))
    stay = nms_per_class(rows, marks, groups, iou_threshold, drop_equal).tolist()

    def table() -> Table:
        order = sorted(range(len(boxes)), key=lambda number: (-scores[number], number))
        cells = []
        for number in order:
            overlaps = iou(rows[number : number + 1], rows[stay])[0].tolist()
            rivals = [pair for pair in zip(stay, overlaps, strict=True) if groups[pair[0]] == groups[number]]
            better, overlap = max(rivals, key=lambda pair: pair[1])
            why = "" if number in stay else f"{better}, IoU {overlap:.3f}"
            cells.append((number, text(boxes[number]), scores[number], int(groups[number]), number in stay, why))
        return Table("Boxes, best first", ["number", "box", "score", "class", "stays", "dropped by"], cells)

    return Run(stay, lambda: [table()], "cpu")

"""``box.*``: boxes as offsets from a reference box, and back."""

from typing import Annotated

import torch

from engine.arguments import Between
from engine.detection.box_coding import decode as decode_offsets
from engine.detection.box_coding import encode as encode_boxes
from engine.doors.detection._boxes import Corners, check_sides, tensor, text
from engine.evidence import Run, Table
from engine.registry import Kind, function

Weight = Annotated[float, Between(0.001, 1000)]
Weights = tuple[Weight, Weight, Weight, Weight]
Offset = Annotated[float, Between(-1e6, 1e6)]


@function(
    "box.encode", Kind.CLOSED_FORM, example={"reference": [0, 0, 10, 20], "box": [5, 0, 15, 20]}, shows=(encode_boxes,)
)
def encode(reference: Corners, box: Corners, weights: Weights = (1.0, 1.0, 1.0, 1.0)) -> Run:
    """Return [dx, dy, dw, dh] of a box from an anchor or proposal: shifts over its size, logarithms of size ratios.

    >>> encode([0, 0, 10, 20], [5, 0, 15, 20]).value
    [0.5, 0.0, 0.0, 0.0]
    """
    boxes = tensor([reference, box])
    check_sides(boxes, "a box that is encoded")
    offsets = encode_boxes(boxes[:1], boxes[1:], weights)[0].tolist()
    rows = [("reference", text(reference)), ("box", text(box)), ("offsets", text(offsets))]
    return Run(offsets, lambda: [Table("Encoded", ["what", "numbers"], rows)], "cpu")


@function(
    "box.decode",
    Kind.CLOSED_FORM,
    example={"reference": [0, 0, 10, 20], "offsets": [0.5, 0, 0, 0]},
    shows=(decode_offsets,),
)
def decode(
    reference: Corners, offsets: tuple[Offset, Offset, Offset, Offset], weights: Weights = (1.0, 1.0, 1.0, 1.0)
) -> Run:
    """Return the box [x1, y1, x2, y2] that offsets mean; growth is clamped to 62.5 times the reference's side.

    >>> decode([0, 0, 10, 20], [0.5, 0, 0, 0]).value
    [5.0, 0.0, 15.0, 20.0]
    """
    references = tensor([reference])
    check_sides(references, "a reference")
    box = decode_offsets(references, torch.tensor([offsets], dtype=torch.float64), weights)[0].tolist()
    rows = [("reference", text(reference)), ("offsets", text(offsets)), ("box", text(box))]
    return Run(box, lambda: [Table("Decoded", ["what", "numbers"], rows)], "cpu")

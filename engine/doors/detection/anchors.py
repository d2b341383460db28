"""``anchor.*``: shapes of anchors, how many there are, and what each is taught."""

from collections.abc import Sequence
from typing import Annotated

from engine.arguments import Between, Conventional, Length
from engine.detection.anchor_matching import match
from engine.detection.anchors import Rule, cell_anchors, d2l_cell_anchors, grid_anchors
from engine.detection.iou import iou
from engine.doors.detection._boxes import Boxes, Threshold, tensor, text
from engine.errors import Refused
from engine.evidence import Path, Run, Series, Table
from engine.registry import Kind, function

AnchorRule = Annotated[Rule, Conventional()]
Numbers = Annotated[Sequence[Annotated[float, Between(1e-3, 1e4)]], Length(1, 16)]
Cells = Annotated[int, Between(1, 500)]
_MOST = 1_000_000


@function("anchor.boxes", Kind.CLOSED_FORM, example={"sizes": [128, 256], "ratios": [0.5, 1, 2]}, shows=(cell_anchors,))
def boxes(
    sizes: Numbers, ratios: Numbers, rule: AnchorRule = "every pair", height: Annotated[float, Between(1, 1e4)] = 1.0
) -> Run:
    """Return the anchors of one place, around the origin, as [x1, y1, x2, y2].

    "every pair" is Faster R-CNN: sides in pixels, all ratios (height/width) keep the area. "first of each" is Dive into
    Deep Learning: n + m - 1 shapes, sizes as shares of the image's ``height``, ratios width/height.

    >>> boxes([128], [0.25]).value
    [[-128.0, -32.0, 128.0, 32.0]]
    """
    shapes = cell_anchors(sizes, ratios) if rule == "every pair" else d2l_cell_anchors(sizes, ratios, height)
    sides = (shapes[:, 2:] - shapes[:, :2]).tolist()
    rows = [(number, w, h, w * h, h / w) for number, (w, h) in enumerate(sides)]
    table = Table("Anchors of one place", ["number", "width", "height", "area", "height/width"], rows)
    outlines = [_outline(str(number), box) for number, box in enumerate(shapes.tolist()[:12])]
    return Run(shapes.tolist(), lambda: [table, Path("Around the origin", outlines)], "cpu")


@function("anchor.count", Kind.MEASURED, example={"height": 60, "width": 40}, shows=(grid_anchors,))
def count(
    height: Cells,
    width: Cells,
    num_sizes: Annotated[int, Between(1, 16)] = 3,
    num_ratios: Annotated[int, Between(1, 16)] = 3,
    rule: AnchorRule = "every pair",
) -> Run:
    """Return how many anchors stand on a feature map: they are made for every place, and counted.

    >>> count(60, 40).value, count(60, 40, rule="first of each").value
    (21600, 12000)
    """
    sizes, ratios = list(range(1, num_sizes + 1)), list(range(1, num_ratios + 1))
    shapes = cell_anchors(sizes, ratios) if rule == "every pair" else d2l_cell_anchors(sizes, ratios, 1.0)
    if height * width * len(shapes) > _MOST:
        raise Refused(f"{height}×{width} places with {len(shapes)} anchors each are over {_MOST:,}; use a smaller map")
    made = grid_anchors(shapes, height, width, (16, 16))
    table = Table("Anchors", ["places", "at each", "in all"], [(height * width, len(shapes), len(made))])
    return Run(len(made), lambda: [table], "cpu")


@function(
    "anchor.labels",
    Kind.MEASURED,
    example={"anchors": [[0, 0, 10, 10], [0, 0, 10, 5], [20, 20, 30, 30]], "objects": [[0, 0, 10, 10]]},
    shows=(match,),
)
def labels(anchors: Boxes, objects: Boxes, high: Threshold = 0.7, low: Threshold = 0.3, best_too: bool = True) -> Run:
    """Return what each anchor is taught: 1 object, 0 background, -1 nothing.

    1 from an IoU of ``high`` on with any object, and, with ``best_too``, for each object's best anchor; 0 below ``low``
    with all; -1 between.

    >>> labels([[0, 0, 10, 10], [0, 0, 10, 5]], [[0, 0, 10, 10]]).value
    [1, -1]
    """
    if low > high:
        raise Refused(f"low is {low:g} and high {high:g}; low must not be above high")
    references, truths = tensor(anchors), tensor(objects)
    found = match(references, truths, high, low, best_too)
    overlaps = iou(references, truths)
    rows = [
        (number, text(box), max(overlaps[number].tolist()), int(found.objects[number]), int(found.labels[number]))
        for number, box in enumerate(anchors)
    ]
    table = Table("Anchors", ["number", "box", "largest IoU", "with object", "label"], rows)
    return Run(found.labels.tolist(), lambda: [table], "cpu")


def _outline(name: str, box: Sequence[float]) -> Series:
    x1, y1, x2, y2 = box
    return Series(name, [x1, x2, x2, x1, x1], [y1, y1, y2, y2, y1])

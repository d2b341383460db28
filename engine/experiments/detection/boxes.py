"""What overlaps, offsets, anchors and suppression keep, and what they depend on."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.detection.anchor_matching import OBJECT, match
from engine.detection.anchors import cell_anchors, grid_anchors
from engine.detection.box_coding import decode, encode
from engine.detection.boxes import area
from engine.detection.iou import iou
from engine.detection.nms import nms, nms_per_class
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function


@function("iou.ignores", Kind.MEASURED, example={"change": "scale"}, shows=(iou,))
def iou_ignores(change: Literal["shift", "scale", "scale of one axis"] = "scale", pixels: bool = False) -> Run:
    """Say whether the IoU of two boxes stays the same when both are moved, enlarged 10 times, or stretched alike.

    ``pixels`` counts a box as x2 - x1 + 1 wide.
    """
    return settle(
        "IoU before and after",
        Holds.IF_EQUAL,
        _iou_changed,
        {"change": change, "pixels": pixels},
        [{"change": "shift", "pixels": True}, {"change": "scale", "pixels": True}],
    )


def _iou_changed(generator: torch.Generator, change: str, pixels: bool) -> Tensor:
    boxes = _random_boxes(generator, 12)
    factors = {"shift": [1.0, 1.0], "scale": [10.0, 10.0], "scale of one axis": [10.0, 1.0]}[change]
    changed = boxes * boxes.new_tensor(factors * 2) + (7.0 if change == "shift" else 0.0)
    return iou(boxes, boxes, pixels) - iou(changed, changed, pixels)


@function("iou.touching_boxes_overlap", Kind.MEASURED, example={"pixels": True}, shows=(iou,))
def touching_boxes_overlap(pixels: bool = False) -> Run:
    """Say whether two boxes that share only an edge have an IoU above 0, with widths x2 - x1 or, ``pixels``, 1 more."""
    return settle(
        "IoU of a box and its neighbour", Holds.IF_DIFFERENT, _touching, {"pixels": pixels}, [{"pixels": not pixels}]
    )


def _touching(generator: torch.Generator, pixels: bool) -> Tensor:
    box = _random_boxes(generator, 1)
    neighbour = box + torch.stack([box[0, 2] - box[0, 0], box.new_zeros(())]).repeat(2)
    return iou(box, neighbour, pixels)


@function("box.offsets_ignore", Kind.MEASURED, example={"change": "scale"}, shows=(encode,))
def offsets_ignore(
    change: Literal["shift", "scale"] = "scale", form: Literal["encoded", "plain differences"] = "encoded"
) -> Run:
    """Say whether the offsets of a box from its reference stay when both are moved, or enlarged 10 times."""
    return settle(
        "Offsets before and after",
        Holds.IF_EQUAL,
        _offsets_changed,
        {"change": change, "form": form},
        [{"change": "scale", "form": "encoded"}, {"change": "scale", "form": "plain differences"}],
    )


def _offsets_changed(generator: torch.Generator, change: str, form: str) -> Tensor:
    references, boxes = _random_boxes(generator, 6), _random_boxes(generator, 6)

    def offsets(a: Tensor, b: Tensor) -> Tensor:
        return encode(a, b) if form == "encoded" else b - a

    moved = [10 * one if change == "scale" else one + 7 for one in (references, boxes)]
    return offsets(references, boxes) - offsets(*moved)


@function("box.decoding_undoes_encoding", Kind.MEASURED, example={"growth": 60}, shows=(encode, decode))
def decoding_undoes_encoding(growth: Annotated[float, Between(0.001, 1000)] = 60.0) -> Run:
    """Say whether decoding gives back a box ``growth`` times as large as its reference; it is clamped at 62.5."""
    return settle(
        "The box and what came back",
        Holds.IF_EQUAL,
        _lost_in_coding,
        {"growth": growth},
        [{"growth": 2.0}, {"growth": 100.0}],
    )


def _lost_in_coding(generator: torch.Generator, growth: float) -> Tensor:
    references = _random_boxes(generator, 6)
    boxes = references * growth + randn(generator, 6, 1)
    return (decode(references, encode(references, boxes)) - boxes) / growth


@function(
    "anchor.ratios_keep_area", Kind.MEASURED, example={"sides": "size times and over the root"}, shows=(cell_anchors,)
)
def ratios_keep_area(
    sides: Literal["size times and over the root", "width is the size"] = "size times and over the root",
) -> Run:
    """Say whether anchors of one size but several ratios have one area: h = s·√r and w = s/√r, or w = s and h = s·r."""
    return settle(
        "Areas over the square's, less 1",
        Holds.IF_EQUAL,
        _other_area,
        {"sides": sides},
        [{"sides": "size times and over the root"}, {"sides": "width is the size"}],
    )


def _other_area(generator: torch.Generator, sides: str) -> Tensor:
    size = float(randn(generator, 1).exp()) * 32
    ratios = torch.tensor([0.5, 1.0, 2.0, 3.0], dtype=torch.float64)
    if sides == "width is the size":
        zeros, widths = torch.zeros(4, 2, dtype=torch.float64), torch.full((4,), size, dtype=torch.float64)
        anchors = torch.cat([zeros, widths[:, None], (size * ratios)[:, None]], dim=1)
    else:
        anchors = cell_anchors([size], ratios.tolist())
    return area(anchors) / size**2 - 1


@function("anchor.every_object_gets_one", Kind.MEASURED, example={"best_too": True}, shows=(match,))
def every_object_gets_one(best_too: bool = True) -> Run:
    """Say whether every object is some anchor's to learn: from an IoU of 0.7 on only, or its best anchors too.

    Objects of all shapes, 30 to 70 pixels wide, on anchors of 32 and 64 every 16 pixels.
    """
    return settle(
        "Objects without an anchor (1) and with one (0)",
        Holds.IF_EQUAL,
        _without_anchor,
        {"best_too": best_too},
        [{"best_too": not best_too}],
    )


def _without_anchor(generator: torch.Generator, best_too: bool) -> Tensor:
    cells = cell_anchors([32, 64], [0.5, 1.0, 2.0]).to(current())
    anchors = grid_anchors(cells, 16, 16, (16, 16))
    middle = 128 + 20 * randn(generator, 8, 2).clamp(-2, 2)
    half = 15 + 20 * randn(generator, 8, 2).abs().clamp(max=1)
    objects = torch.cat([middle - half, middle + half], dim=1)
    labels = match(anchors, objects, best_too=best_too).labels
    overlaps = iou(anchors, objects)
    best = overlaps.max(dim=0).values
    taught = ((overlaps == best) & labels.eq(OBJECT)[:, None]).any(0)
    return (~taught).double()


@function("nms.ignores_order_of_boxes", Kind.MEASURED, example={"scores": "different"}, shows=(nms,))
def ignores_order_of_boxes(scores: Literal["different", "equal"] = "different") -> Run:
    """Say whether the same boxes stay when they are given the other way round, with different scores or equal ones."""
    return settle(
        "Boxes that stay in one order alone (1)",
        Holds.IF_EQUAL,
        _order_felt,
        {"scores": scores},
        [{"scores": "equal" if scores == "different" else "different"}],
    )


def _order_felt(generator: torch.Generator, scores: str) -> Tensor:
    boxes = _random_boxes(generator, 30)
    marks = randn(generator, 30) if scores == "different" else torch.ones_like(boxes[:, 0])
    one, other = torch.zeros_like(marks), torch.zeros_like(marks)
    one[nms(boxes, marks, 0.1)] = 1
    other[29 - nms(boxes.flip(0), marks.flip(0), 0.1)] = 1
    return one - other


@function("nms.end_of_chain_stays", Kind.MEASURED, example={"rule": "greedy"}, shows=(nms,))
def end_of_chain_stays(rule: Literal["greedy", "drop by any better box"] = "greedy") -> Run:
    """Say whether the third of three boxes in a row stays, which overlaps only the second, which the first drops.

    "greedy" is suppression: a box that was dropped drops no other. The other rule lets dropped boxes drop too.
    """
    return settle(
        "Whether the third box stays (1)",
        Holds.IF_DIFFERENT,
        _third_stays,
        {"rule": rule},
        [{"rule": "drop by any better box" if rule == "greedy" else "greedy"}],
    )


def _third_stays(generator: torch.Generator, rule: str) -> Tensor:
    start = randn(generator, 1)
    boxes = torch.stack([torch.stack([start[0] + x, start[0], start[0] + x + 10, start[0] + 10]) for x in (0, 4, 8)])
    if rule == "greedy":
        kept = nms(boxes, torch.tensor([0.9, 0.8, 0.7]).to(boxes), 0.3).tolist()
    else:
        kept = [number for number in range(3) if not (iou(boxes, boxes)[number, :number] > 0.3).any()]
    return torch.tensor([float(2 in kept)])


@function("nms.other_classes_drop", Kind.MEASURED, example={"per_class": False}, shows=(nms, nms_per_class))
def other_classes_drop(per_class: bool = True) -> Run:
    """Say whether a box is dropped by one of another class in the same place: for each class by itself, or for all."""
    return settle(
        "Boxes dropped of two in one place, of two classes",
        Holds.IF_DIFFERENT,
        _dropped_by_other,
        {"per_class": per_class},
        [{"per_class": not per_class}],
    )


def _dropped_by_other(generator: torch.Generator, per_class: bool) -> Tensor:
    boxes, scores = _random_boxes(generator, 1).repeat(2, 1), randn(generator, 2)
    classes = torch.tensor([1, 2]).to(boxes.device)
    kept = nms_per_class(boxes, scores, classes, 0.5) if per_class else nms(boxes, scores, 0.5)
    return torch.tensor([2.0 - len(kept)])


def _random_boxes(generator: torch.Generator, count: int) -> Tensor:
    """Return boxes of about 5 to 50 pixels near the origin."""
    corner, size = 20 * randn(generator, count, 2), 15 * randn(generator, count, 2).exp()
    return torch.cat([corner, corner + size], dim=1)

"""Non-maximum suppression beside a plain loop over all pairs."""

from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_detection import plain_nms, plain_nms_per_class

from engine.detection.nms import nms, nms_per_class
from engine.errors import Refused

torch.set_num_threads(1)
BOX = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 6), st.integers(1, 6)).map(
    lambda e: [float(e[0]), float(e[1]), float(e[0] + e[2]), float(e[1] + e[3])]
)
# Few different scores, so that ties occur, and thresholds that small boxes meet exactly.
THING = st.tuples(BOX, st.sampled_from([0.1, 0.5, 0.5, 0.9]), st.integers(0, 2))
THRESHOLD = st.sampled_from([0.0, 0.25, 0.5, 1 / 3, 1.0])


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


@given(st.lists(THING, min_size=1, max_size=14), THRESHOLD, st.booleans())
@settings(max_examples=25)
def test_suppression_is_the_plain_loop(things: list[Any], threshold: float, drop_equal: bool) -> None:
    boxes, scores, classes = [list(column) for column in zip(*things, strict=True)]
    rows, marks = torch.tensor(boxes, dtype=torch.float64), torch.tensor(scores, dtype=torch.float64)
    alone = plain_nms(boxes, scores, threshold, drop_equal)
    assert nms(rows, marks, threshold, drop_equal).tolist() == alone
    apart = plain_nms_per_class(boxes, scores, classes, threshold, drop_equal)
    assert nms_per_class(rows, marks, torch.tensor(classes), threshold, drop_equal).tolist() == apart
    arguments = {"boxes": boxes, "scores": scores, "iou_threshold": threshold, "drop_equal": drop_equal}
    assert value("nms.kept", **arguments) == alone
    assert value("nms.kept", **arguments, classes=classes) == apart


def test_an_iou_equal_to_the_threshold_stays_unless_told_otherwise() -> None:
    boxes = [[0, 0, 10, 10], [0, 0, 10, 5]]
    assert value("nms.kept", boxes=boxes, scores=[0.9, 0.8], iou_threshold=0.5) == [0, 1]
    assert value("nms.kept", boxes=boxes, scores=[0.9, 0.8], iou_threshold=0.5, drop_equal=True) == [0]


def test_nothing_gives_nothing() -> None:
    none = torch.zeros(0, 4)
    assert nms(none, none[:, 0], 0.5).tolist() == []
    assert nms_per_class(none, none[:, 0], none[:, 0], 0.5).tolist() == []


def test_lengths_must_agree() -> None:
    with pytest.raises(Refused, match="1 boxes and 2 scores; each box has one"):
        value("nms.kept", boxes=[[0, 0, 1, 1]], scores=[1, 2], iou_threshold=0.5)


def test_the_table_names_who_dropped_whom() -> None:
    shown = run_door(
        "nms.kept",
        {"boxes": [[0, 0, 10, 10], [1, 0, 11, 10], [0, 0, 10, 9]], "scores": [0.8, 0.9, 0.1], "iou_threshold": 0.5},
    )
    (table,) = shown.evidence()
    assert [row[-1] for row in table.rows] == ["", "1, IoU 0.818", "1, IoU 0.743"]

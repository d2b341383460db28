"""IoU as exact fractions and as counted cells; offsets by sympy and there and back; clipping, levels of a pyramid."""

import math
from fractions import Fraction
from typing import Any

import pytest
import sympy
import torch
from claim_runs import run as run_door
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.detection.box_coding import decode, encode
from engine.detection.boxes import area, clip_to_image, large_enough
from engine.detection.iou import intersection, iou
from engine.detection.pyramid_levels import pyramid_level
from engine.errors import Refused

torch.set_num_threads(1)
EDGES = st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 9), st.integers(0, 9))
BOX = EDGES.map(lambda e: [e[0], e[1], e[0] + e[2], e[1] + e[3]])


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def cells(box: list[int], pixels: bool) -> set[tuple[int, int]]:
    more = int(pixels)
    return {(x, y) for x in range(box[0], box[2] + more) for y in range(box[1], box[3] + more)}


@given(BOX, BOX, st.booleans())
@settings(max_examples=25)
def test_iou_is_the_share_of_common_cells(a: list[int], b: list[int], pixels: bool) -> None:
    both, either = cells(a, pixels) & cells(b, pixels), cells(a, pixels) | cells(b, pixels)
    exact = Fraction(len(both), len(either)) if either else Fraction(0)
    first, second = torch.tensor([a], dtype=torch.float64), torch.tensor([b], dtype=torch.float64)
    assert float(iou(first, second, pixels)) == pytest.approx(float(exact), rel=1e-12)
    assert float(intersection(first, second, pixels)) == len(both)
    assert float(area(first, pixels)) == len(cells(a, pixels))
    for door in ("iou.value", "iou.counted"):
        assert value(door, a=a, b=b, pixels=pixels) == pytest.approx(float(exact), rel=1e-12)
    assert value("iou.intersection", a=a, b=b, pixels=pixels) == len(both)


@pytest.mark.parametrize(
    ("a", "b", "pixels", "exact"),
    [
        ([0, 0, 4, 2], [2, 0, 6, 2], False, Fraction(1, 3)),
        ([0, 0, 4, 2], [4, 0, 6, 2], False, Fraction(0)),  # they touch
        ([0, 0, 4, 2], [4, 0, 6, 2], True, Fraction(3, 21)),  # a common column of pixels
        ([0, 0, 4, 2], [0, 0, 4, 2], False, Fraction(1)),
        ([3, 3, 3, 3], [3, 3, 3, 3], False, Fraction(0)),  # nothing
        ([3, 3, 3, 3], [3, 3, 3, 3], True, Fraction(1)),  # one pixel
        ([0, 0, 10, 10], [2, 2, 5, 5], False, Fraction(9, 100)),
    ],
)
def test_iou_at_the_edges(a: list[int], b: list[int], pixels: bool, exact: Fraction) -> None:
    assert value("iou.value", a=a, b=b, pixels=pixels) == pytest.approx(float(exact), rel=1e-12)
    assert float(
        iou(torch.tensor([a], dtype=torch.float64), torch.tensor([b], dtype=torch.float64), pixels)
    ) == pytest.approx(float(exact))


def test_iou_compares_every_pair() -> None:
    boxes = torch.tensor([[0, 0, 4, 4], [0, 0, 2, 4], [8, 8, 9, 9.0]])
    assert iou(boxes, boxes[:2]).tolist() == [[1.0, 0.5], [0.5, 1.0], [0.0, 0.0]]
    assert iou(boxes[:0], boxes).shape == (0, 3)


def test_boxes_are_refused_with_a_reason() -> None:
    with pytest.raises(Refused, match=r"box 1 is \[5, 0, 4, 2\], but x2 must be at least x1"):
        value("iou.value", a=[0, 0, 1, 1], b=[5, 0, 4, 2])
    with pytest.raises(Refused, match="whole numbers; use iou"):
        value("iou.counted", a=[0, 0, 1, 1.5], b=[0, 0, 1, 1])
    with pytest.raises(Refused, match="span more than 1,000,000 cells"):
        value("iou.counted", a=[0, 0, 1, 1], b=[5000, 5000, 6000, 6000])
    with pytest.raises(Refused, match="a width and a height above 0"):
        value("box.encode", reference=[0, 0, 0, 5], box=[0, 0, 1, 1])


SIDES = st.floats(0.5, 60)
REAL_BOX = st.tuples(st.floats(-50, 50), st.floats(-50, 50), SIDES, SIDES).map(
    lambda e: [e[0], e[1], e[0] + e[2], e[1] + e[3]]
)
WEIGHTS = st.sampled_from([(1.0, 1.0, 1.0, 1.0), (10.0, 10.0, 5.0, 5.0)])


@given(REAL_BOX, REAL_BOX, WEIGHTS)
@settings(max_examples=25)
def test_offsets_are_the_formulas_and_come_back(a: list[float], b: list[float], weights: tuple[float, ...]) -> None:
    wa, ha, w, h = a[2] - a[0], a[3] - a[1], b[2] - b[0], b[3] - b[1]
    dx, dy = ((b[0] + b[2]) - (a[0] + a[2])) / 2 / wa, ((b[1] + b[3]) - (a[1] + a[3])) / 2 / ha
    expected = [o * k for o, k in zip((dx, dy, math.log(w / wa), math.log(h / ha)), weights, strict=True)]
    offsets = encode(torch.tensor([a], dtype=torch.float64), torch.tensor([b], dtype=torch.float64), weights)
    assert offsets[0].tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert value("box.encode", reference=a, box=b, weights=list(weights)) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    limit = max(w / wa, h / ha) < 62.5
    back = decode(torch.tensor([a], dtype=torch.float64), offsets, weights)[0].tolist()
    assert not limit or back == pytest.approx(b, rel=1e-9, abs=1e-9)
    door = value("box.decode", reference=a, offsets=offsets[0].tolist(), weights=list(weights))
    assert door == pytest.approx(back, rel=1e-9, abs=1e-9)


def test_sympy_finds_decoding_the_inverse_of_encoding() -> None:
    xa, wa, x, w = sympy.symbols("xa wa x w", positive=True)
    dx, dw = (x - xa) / wa, sympy.log(w / wa)
    assert sympy.simplify(xa + dx * wa - x) == 0
    assert sympy.simplify(wa * sympy.exp(dw) - w) == 0
    exact = {xa: 7, wa: 4, x: 10, w: 12}
    reference, box = [5, 5, 9, 9], [4, 5, 16, 9]
    found = value("box.encode", reference=reference, box=box)
    assert found[0] == pytest.approx(float(dx.subs(exact)))
    assert found[2] == pytest.approx(float(dw.subs(exact)))
    assert found[1] == found[3] == 0


def test_growth_is_clamped() -> None:
    huge = decode(
        torch.tensor([[0.0, 0.0, 2.0, 2.0]], dtype=torch.float64),
        torch.tensor([[0.0, 0.0, 50.0, 1.0]], dtype=torch.float64),
    )
    x1, y1, x2, y2 = huge[0].tolist()
    assert x2 - x1 == pytest.approx(2 * 62.5)
    assert y2 - y1 == pytest.approx(2 * math.e)


def test_clipping_and_small_sides() -> None:
    boxes = torch.tensor([[-5.0, -1.0, 30.0, 4.0], [3.0, 9.0, 4.0, 12.0]])
    assert clip_to_image(boxes, height=10, width=20).tolist() == [[0, 0, 20, 4], [3, 9, 4, 10]]
    assert large_enough(boxes, 1.0).tolist() == [True, True]
    assert large_enough(boxes, 1.5).tolist() == [True, False]


@pytest.mark.parametrize(
    ("side", "level"), [(10, 2), (111.9, 2), (112, 3), (223, 3), (224, 4), (447, 4), (448, 5), (5000, 5)]
)
def test_levels_of_the_pyramid(side: float, level: int) -> None:
    wide = torch.tensor([[3.0, 4.0, 3 + 2 * side, 4 + side / 2]], dtype=torch.float64)
    assert pyramid_level(wide).tolist() == [level]

"""Anchors by closed form, and what each is taught by looking at every pair."""

from itertools import product
from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_detection import noise, plain_iou

from engine.detection.anchor_matching import match, sample
from engine.detection.anchors import cell_anchors, d2l_cell_anchors, grid_anchors
from engine.errors import Refused

torch.set_num_threads(1)


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


@given(st.lists(st.floats(1, 500), min_size=1, max_size=4), st.lists(st.floats(0.1, 10), min_size=1, max_size=4))
@settings(max_examples=25)
def test_every_size_with_every_ratio_keeps_the_area(sizes: list[float], ratios: list[float]) -> None:
    anchors = cell_anchors(sizes, ratios)
    assert len(anchors) == len(sizes) * len(ratios)
    for (ratio, size), (x1, y1, x2, y2) in zip(product(ratios, sizes), anchors.tolist(), strict=True):
        width, height = x2 - x1, y2 - y1
        assert width * height == pytest.approx(size**2, rel=1e-9)
        assert height / width == pytest.approx(ratio, rel=1e-9)
        assert (x1 + x2, y1 + y2) == pytest.approx((0, 0), abs=1e-9)
    assert value("anchor.boxes", sizes=sizes, ratios=ratios) == anchors.tolist()


@given(st.lists(st.floats(0.1, 1), min_size=1, max_size=4), st.lists(st.floats(0.1, 10), min_size=1, max_size=4))
@settings(max_examples=25)
def test_the_books_anchors_are_n_plus_m_minus_1(sizes: list[float], ratios: list[float]) -> None:
    anchors = d2l_cell_anchors(sizes, ratios, height=200)
    chosen = [(size, ratios[0]) for size in sizes] + [(sizes[0], ratio) for ratio in ratios[1:]]
    assert len(anchors) == len(sizes) + len(ratios) - 1
    for (size, ratio), (x1, y1, x2, y2) in zip(chosen, anchors.tolist(), strict=True):
        assert x2 - x1 == pytest.approx(size * ratio**0.5 * 200, rel=1e-9)
        assert y2 - y1 == pytest.approx(size / ratio**0.5 * 200, rel=1e-9)
    door = value("anchor.boxes", sizes=sizes, ratios=ratios, rule="first of each", height=200)
    assert door == anchors.tolist()


def test_the_published_anchors_of_faster_rcnn() -> None:
    """Three sizes and three ratios, rounded to whole pixels as the published code does."""
    found = cell_anchors([128, 256, 512], [0.5, 1.0, 2.0], rounded=True)
    assert found[0].tolist() == [-91.0, -45.0, 91.0, 45.0]
    assert found[3].tolist() == [-64.0, -64.0, 64.0, 64.0]
    assert found[8].tolist() == [-181.0, -362.0, 181.0, 362.0]


@pytest.mark.parametrize("offset", [0.0, 0.5])
def test_a_grid_has_each_shape_at_each_place(offset: float) -> None:
    cells = cell_anchors([10], [1.0, 2.0])
    grid = grid_anchors(cells, 3, 2, stride=(16, 8), offset=offset)
    expected = []
    for row, column in product(range(3), range(2)):
        x, y = (column + offset) * 8, (row + offset) * 16
        expected += [[x1 + x, y1 + y, x2 + x, y2 + y] for x1, y1, x2, y2 in cells.tolist()]
    assert grid.tolist() == expected


def test_counts_of_anchors() -> None:
    assert value("anchor.count", height=60, width=40) == 21_600  # the paper says about 20,000
    assert value("anchor.count", height=60, width=40, rule="first of each") == 60 * 40 * 5
    assert value("anchor.count", height=5, width=7, num_sizes=2, num_ratios=4) == 5 * 7 * 8
    with pytest.raises(Refused, match="use a smaller map"):
        value("anchor.count", height=500, width=500)


def random_boxes(count: int, seed: int) -> list[list[float]]:
    corner, size = 30 * noise(count, 2, seed=seed), 10 + 20 * noise(count, 2, seed=seed + 100).abs()
    return torch.cat([corner, corner + size], dim=1).tolist()


@pytest.mark.parametrize("best_too", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_labels_by_looking_at_every_pair(seed: int, best_too: bool) -> None:
    anchors, objects = random_boxes(40, seed), random_boxes(3, seed + 50)
    overlaps = [[plain_iou(anchor, thing) for thing in objects] for anchor in anchors]
    expected = []
    for number, row in enumerate(overlaps):
        label = 1 if max(row) >= 0.5 else 0 if max(row) < 0.2 else -1
        for thing in range(3):
            best = max(overlaps[other][thing] for other in range(40))
            if best_too and best > 0 and overlaps[number][thing] == best:
                label = 1
        expected.append(label)
    found = match(
        torch.tensor(anchors, dtype=torch.float64), torch.tensor(objects, dtype=torch.float64), 0.5, 0.2, best_too
    )
    assert found.labels.tolist() == expected
    assert found.objects.tolist() == [row.index(max(row)) for row in overlaps]
    door = value("anchor.labels", anchors=anchors, objects=objects, high=0.5, low=0.2, best_too=best_too)
    assert door == expected
    assert 0 in expected
    assert 1 in expected or not best_too


def test_the_edges_of_the_thresholds() -> None:
    """0.7 itself is an object, 0.3 itself is ignored."""
    anchors = [[0, 0, 10, 10], [0, 0, 10, 7], [0, 0, 10, 3], [0, 0, 10, 2]]
    assert value("anchor.labels", anchors=anchors, objects=[[0, 0, 10, 10]]) == [1, 1, -1, 0]
    with pytest.raises(Refused, match="low must not be above high"):
        value("anchor.labels", anchors=anchors, objects=anchors, low=0.8)


def test_without_objects_all_is_background() -> None:
    assert match(torch.ones(3, 4), torch.zeros(0, 4)).labels.tolist() == [0, 0, 0]


@pytest.mark.parametrize(("size", "most"), [(8, 4), (8, 2), (30, 15), (3, 3)])
def test_a_sample_takes_objects_up_to_a_limit_and_fills_with_background(size: int, most: int) -> None:
    labels = torch.tensor([1] * 6 + [-1] * 5 + [0] * 12)
    chosen = sample(labels, size, most, torch.Generator().manual_seed(1))
    taken = labels[chosen].tolist()
    assert len(set(chosen.tolist())) == len(taken)
    assert taken.count(1) == min(6, most)
    assert taken.count(0) == min(12, size - taken.count(1))
    assert -1 not in taken
    other = sample(labels, size, most, torch.Generator().manual_seed(2))
    assert size > 20 or chosen.tolist() != other.tolist()

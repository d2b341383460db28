"""RoI pooling by explicit loops and torch's adaptive pooling; RoIAlign by ``grid_sample``."""

import math
from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_detection import noise, plain_roi_align
from torch import Tensor
from torch.nn import functional
from torch.testing import assert_close

from engine.detection.roi_align import bilinear, roi_align, sample_points
from engine.detection.roi_pool import bins, quantised, roi_pool
from engine.errors import Refused

torch.set_num_threads(1)


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def loops(x: Tensor, box: list[float], size: int, scale: float) -> Tensor:
    """RoI pooling as its paper's code does it, one bin and one cell after the other."""
    channels, height, width = x.shape
    x1, y1, x2, y2 = (math.floor(edge * scale + 0.5) for edge in box)
    rows, columns = max(y2 - y1 + 1, 1), max(x2 - x1 + 1, 1)
    out = torch.zeros(channels, size, size, dtype=x.dtype)
    for i in range(size):
        for j in range(size):
            cells = [
                x[:, r, c]
                for r in range(y1 + math.floor(i * rows / size), y1 + math.ceil((i + 1) * rows / size))
                for c in range(x1 + math.floor(j * columns / size), x1 + math.ceil((j + 1) * columns / size))
                if 0 <= r < height and 0 <= c < width
            ]
            if cells:
                out[:, i, j] = torch.stack(cells).amax(0)
    return out


CORNER, SIDE = st.floats(-40, 130), st.floats(0, 150)
REGION = st.tuples(CORNER, CORNER, SIDE, SIDE).map(lambda e: [e[0], e[1], e[0] + e[2], e[1] + e[3]])


@given(REGION, st.sampled_from([1, 2, 3, 7]), st.sampled_from([1.0, 0.25, 1 / 16]))
@settings(max_examples=25)
def test_roi_pooling_is_the_loops(box: list[float], size: int, scale: float) -> None:
    x = noise(3, 9, 11)
    expected = loops(x, box, size, scale)
    found = roi_pool(x, torch.tensor([box], dtype=torch.float64), size, scale)
    assert_close(found[0], expected, rtol=0, atol=0)
    assert (
        value("roi_pool.forward", x=x[0].tolist(), box=box, output_size=size, spatial_scale=scale)
        == expected[0].tolist()
    )


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_roi_pooling_of_whole_cells_is_adaptive_max_pooling_of_the_crop(size: int) -> None:
    x = noise(2, 10, 12)
    box = torch.tensor([[2.0, 1.0, 8.0, 9.0]])  # cells 2 to 8 and 1 to 9, both included
    crop = x[:, 1:10, 2:9]
    assert_close(roi_pool(x, box, size)[0], functional.adaptive_max_pool2d(crop, size), rtol=0, atol=0)


def test_no_regions_give_none() -> None:
    assert roi_pool(torch.zeros(3, 4, 4), torch.zeros(0, 4), 2).shape == (0, 3, 2, 2)
    assert roi_align(torch.zeros(3, 4, 4), torch.zeros(0, 4), 2).shape == (0, 3, 2, 2)


def test_quantised_edges_of_the_claim() -> None:
    assert quantised(100, 187, 1 / 16) == (6, 12)
    assert value("roi_pool.cells", low=100, high=187, stride=16) == [6, 12]
    assert quantised(8, 24, 1 / 16) == (1, 2)  # halves go up
    assert quantised(5, 5, 1.0) == (5, 5)
    with pytest.raises(Refused, match="ends at 1, before it begins at 2"):
        value("roi_pool.cells", low=2, high=1)


@pytest.mark.parametrize(("width", "size"), [(5, 2), (7, 7), (3, 7), (16, 7), (1, 3)])
def test_bins_are_those_of_adaptive_pooling(width: int, size: int) -> None:
    """Each output of adaptive average pooling tells, by its gradient, which cells it reads."""
    x = torch.zeros(1, width, requires_grad=True)
    pooled = functional.adaptive_avg_pool1d(x, size)[0]
    expected = []
    for output in pooled:
        (gradient,) = torch.autograd.grad(output, x, retain_graph=True)
        seen = gradient[0].nonzero()[:, 0].tolist()
        expected.append([seen[0], seen[-1] + 1])
    assert [list(edges) for edges in bins(0, width - 1, size, width)] == expected
    assert value("roi_pool.bins", width=width, output_size=size) == expected


@given(
    REGION, st.sampled_from([1, 2, 5]), st.sampled_from([1.0, 0.25, 1 / 16]), st.sampled_from([1, 2, 3]), st.booleans()
)
@settings(max_examples=25)
def test_roi_align_is_grid_sample(box: list[float], size: int, scale: float, ratio: int, aligned: bool) -> None:
    x = noise(3, 9, 11)
    expected = plain_roi_align(x, box, size, scale, ratio, aligned)
    found = roi_align(x, torch.tensor([box], dtype=torch.float64), size, scale, ratio, aligned)[0]
    assert_close(found, expected, rtol=1e-9, atol=1e-9)
    arguments = {"output_size": size, "spatial_scale": scale, "sampling_ratio": ratio, "aligned": aligned}
    door = value("roi_align.forward", x=x[0].tolist(), box=box, **arguments)
    assert_close(torch.tensor(door, dtype=torch.float64), expected[0], rtol=1e-9, atol=1e-9)


def test_without_a_ratio_there_are_as_many_points_as_cells() -> None:
    assert sample_points(0.0, 5.0, 2, None).shape == (2, 3)
    assert sample_points(0.0, 4.0, 2, None).shape == (2, 2)
    x = noise(1, 9, 9)
    expected = plain_roi_align(x, [1, 1, 6, 6], 2, 1.0, 3, True)
    assert_close(roi_align(x, torch.tensor([[1.0, 1.0, 6.0, 6.0]]), 2, sampling_ratio=None)[0], expected)


def test_points_by_hand() -> None:
    assert value("roi_align.sample_points", low=0, high=4) == [[0.0, 1.0], [2.0, 3.0]]
    assert value("roi_align.sample_points", low=16, high=80, stride=16, aligned=False) == [[1.5, 2.5], [3.5, 4.5]]
    assert value("roi_align.sample_points", low=0, high=0.5, aligned=False) == [[0.125, 0.375], [0.625, 0.875]]


def test_bilinear_between_four_cells_and_outside() -> None:
    x = torch.tensor([[[0.0, 10.0], [20.0, 70.0]]], dtype=torch.float64)
    places = torch.tensor([0.25, -0.9, -1.1, 2.0, 2.1], dtype=torch.float64)
    rows = bilinear(x, torch.tensor([0.5], dtype=torch.float64), places)[0, 0].tolist()
    assert rows == pytest.approx([0.5 * (0.25 * 10) + 0.5 * (20 + 0.25 * 50), 10.0, 0.0, 40.0, 0.0])


def test_gradients_flow_to_the_map() -> None:
    x = noise(2, 6, 6).requires_grad_()
    boxes = torch.tensor([[0.7, 1.1, 4.3, 5.2]], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda given: roi_align(given, boxes, 3), x)
    assert torch.autograd.gradcheck(lambda given: roi_pool(given, boxes, 2), x)

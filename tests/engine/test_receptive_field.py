from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.arguments import bind
from engine.errors import Refused
from engine.registry import find

torch.set_num_threads(1)


def run(name: str, layers: list[tuple[int, ...]]) -> Any:
    door = find(name)
    records = [dict(zip(("kernel_size", "stride", "dilation"), layer, strict=False)) for layer in layers]
    return door.call(**bind(door, {"layers": records}))


def seen_cells(layers: list[tuple[int, ...]]) -> set[int]:
    """Follow one output unit back to the input cells that it is computed from."""
    cells = {0}
    for kernel_size, stride, dilation in reversed(layers):
        cells = {cell * stride + tap * dilation for cell in cells for tap in range(kernel_size)}
    return cells


STACKS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(STACKS)
def test_measured_and_derived_agree_with_following_the_cells_back(layers: list[tuple[int, ...]]) -> None:
    cells = seen_cells(layers)
    width = max(cells) - min(cells) + 1
    assert run("receptive_field.of", layers).value == width
    assert run("receptive_field.derived", layers).value == width


ALEXNET = [(11, 4), (3, 2), (5,), (3, 2), (3,), (3,), (3,), (3, 2)]
VGG16 = [*[(3,), (3,), (2, 2)] * 2, *[(3,), (3,), (3,), (2, 2)] * 3]
RESNET50_STRIDES = [*[1] * 2, 2, *[1] * 3, 2, *[1] * 5, 2, *[1] * 3]
RESNET50_V1 = [(7, 2), (3, 2), *[layer for stride in RESNET50_STRIDES for layer in ((1,), (3, stride), (1,))]]


@pytest.mark.parametrize(("layers", "width"), [(ALEXNET, 195), (VGG16, 212), (RESNET50_V1, 483)])
def test_figures_that_araujo_norris_and_sim_publish(layers: list[tuple[int, ...]], width: int) -> None:
    assert run("receptive_field.of", layers).value == width
    assert run("receptive_field.derived", layers).value == width


@pytest.mark.parametrize("width", [63, 64, 65, 512, 513, 5000])
def test_fields_around_the_lengths_that_are_tried(width: int) -> None:
    layers = [(min(1024, width), 1, 1)]
    while sum(k - 1 for k, _, _ in layers) + 1 < width:
        layers.append((min(1024, width - sum(k - 1 for k, _, _ in layers)), 1, 1))
    assert run("receptive_field.of", layers).value == width


def test_strides_larger_than_the_signal_still_end() -> None:
    assert run("receptive_field.of", [(1, 1024, 1)] * 64).value == 1


def test_a_field_that_is_too_wide_is_refused_before_anything_is_run() -> None:
    layers = [(1024, 1024, 1024)] * 64
    with pytest.raises(Refused, match=r"^at most 5000 cells can be measured and this field is wider"):
        run("receptive_field.of", layers)
    assert run("receptive_field.derived", layers).value == 1 + sum(1024 * 1023 * 1024**depth for depth in range(64))


def test_heatmap_is_the_gradient_of_a_real_two_dimensional_stack() -> None:
    layers = [(3, 2, 1), (2, 1, 3), (3, 1, 1)]
    convs = [nn.Conv2d(1, 1, k, s, dilation=d, bias=False).double() for k, s, d in layers]
    for conv in convs:
        nn.init.ones_(conv.weight)
    image = torch.zeros(1, 1, 30, 30, dtype=torch.float64, requires_grad=True)
    nn.Sequential(*convs)(image)[0, 0, 0, 0].backward()
    width = max(seen_cells(layers)) + 1
    expected = image.grad[0, 0, :width, :width] / image.grad.max()
    assert not image.grad[0, 0, width:].any()
    heatmap, table = run("receptive_field.of", layers).evidence()
    torch.testing.assert_close(torch.tensor(heatmap.values, dtype=torch.float64), expected)
    assert [row[-1] for row in table.rows] == [max(seen_cells(layers[: depth + 1])) + 1 for depth in range(3)]
    assert [row[4] for row in table.rows] == [1, 2, 2]


def test_wide_fields_are_averaged_into_few_pixels() -> None:
    (heatmap, _) = run("receptive_field.of", VGG16).evidence()
    assert len(heatmap.values) == len(heatmap.values[0]) == 48
    assert max(map(max, heatmap.values)) == pytest.approx(1.0)
    assert heatmap.x_label == "212 input cells"


def test_global_randomness_is_left_alone() -> None:
    before = torch.get_rng_state()
    run("receptive_field.of", ALEXNET)
    assert torch.equal(before, torch.get_rng_state())

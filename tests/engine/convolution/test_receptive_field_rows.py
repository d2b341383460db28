"""Receptive fields against the support of a gradient, and what lies inside them."""

from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from engine.analysis.effective_field import cells_seen, effective_std
from engine.analysis.receptive_field import Layer, derived, measured

torch.set_num_threads(1)
few = settings(max_examples=20, deadline=None)
CPU = torch.device("cpu")


def support(layers: list[dict[str, int]]) -> Tensor:
    """Return the gradient of one output of a padded stack of positive weights, from the first to the last cell seen."""
    row = torch.zeros(1, 1, 400, dtype=torch.float64, requires_grad=True)
    y: Tensor = row
    for layer in layers:
        k, s, d = layer["kernel_size"], layer.get("stride", 1), layer.get("dilation", 1)
        y = functional.conv1d(
            y, torch.full((1, 1, k), 1 / k, dtype=torch.float64), stride=s, dilation=d, padding=d * (k - 1) // 2
        )
    (gradient,) = torch.autograd.grad(y[0, 0, y.shape[2] // 2], row)
    cells = gradient[0, 0].nonzero()[:, 0]
    return gradient[0, 0, int(cells[0]) : int(cells[-1]) + 1]


LAYER = st.fixed_dictionaries(
    {"kernel_size": st.sampled_from([1, 2, 3, 5]), "stride": st.integers(1, 2), "dilation": st.integers(1, 3)}
)


@few
@given(st.lists(LAYER, min_size=1, max_size=4))
def test_the_field_is_the_support_of_a_gradient(layers: list[dict[str, int]]) -> None:
    seen = support(layers)
    as_layers = [Layer(**layer) for layer in layers]
    assert derived(as_layers) == measured(as_layers, CPU) == len(seen)
    for name in ("receptive_field.of", "receptive_field.derived"):
        assert run(name, layers=layers).value == len(seen)
    assert cells_seen(as_layers, CPU) == int(seen.count_nonzero())
    assert run("receptive_field.cells_seen", layers=layers).value == int(seen.count_nonzero())
    places = torch.arange(len(seen), dtype=torch.float64)
    std = float(((seen * places.square()).sum() - (seen * places).sum().square()).clamp(min=0).sqrt())
    assert effective_std(as_layers, CPU) == pytest.approx(std, abs=1e-6)
    assert run("receptive_field.effective_std", layers=layers).value == pytest.approx(std, abs=1e-6)


def test_the_chain_of_the_notes() -> None:
    """conv3, pool2/2, conv3, pool2/2, conv3, conv3, pool2/2: 1, 3, 4, 8, 10, 18, 26, 30."""
    conv, pool = {"kernel_size": 3}, {"kernel_size": 2, "stride": 2}
    chain: list[dict[str, int]] = [conv, pool, conv, pool, conv, conv, pool]
    widths = [run("receptive_field.of", layers=chain[:depth]).value for depth in range(1, 8)]
    assert [1, *widths] == [1, 3, 4, 8, 10, 18, 26, 30]
    assert [derived([Layer(**layer) for layer in chain[:depth]]) for depth in range(8)] == [1, *widths]


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        ([{"kernel_size": 3}] * 2, 5),
        ([{"kernel_size": 3}] * 3, 7),
        ([{"kernel_size": 3}, {"kernel_size": 1}, {"kernel_size": 3}], 5),
        ([{"kernel_size": 3, "dilation": 2}], 5),
        ([{"kernel_size": 11, "stride": 4}, {"kernel_size": 3, "stride": 2}, {"kernel_size": 5}], 51),
        ([{"kernel_size": 3, "stride": 2}, {"kernel_size": 3}], 7),
    ],
)
def test_known_fields(layers: list[dict[str, Any]], field: int) -> None:
    assert run("receptive_field.of", layers=layers).value == field
    assert derived([Layer(**layer) for layer in layers]) == field


@pytest.mark.parametrize(
    ("dilations", "field", "seen"), [((1, 2, 4), 15, 15), ((2, 2, 2), 13, 7), ((1, 1, 1), 7, 7), ((1, 2, 3), 13, 13)]
)
def test_equal_dilations_leave_a_grid(dilations: tuple[int, ...], field: int, seen: int) -> None:
    layers = [{"kernel_size": 3, "dilation": dilation} for dilation in dilations]
    assert run("receptive_field.of", layers=layers).value == field
    assert run("receptive_field.cells_seen", layers=layers).value == seen
    taps = {0}
    for dilation in dilations:
        taps = {cell + tap * dilation for cell in taps for tap in (-1, 0, 1)}
    assert len(taps) == seen == cells_seen([Layer(**layer) for layer in layers], CPU)
    assert run("conv.sees_every_cell", dilations=dilations).value is (field == seen)


@pytest.mark.parametrize("depth", [5, 20, 80])
def test_the_effective_field_grows_as_the_root_of_the_depth(depth: int) -> None:
    found = run("receptive_field.effective_std", layers=[{"kernel_size": 3}] * min(depth, 64)).value
    assert found == pytest.approx((2 * min(depth, 64) / 3) ** 0.5, rel=1e-9)
    assert effective_std([Layer(3)] * depth, CPU) == pytest.approx((2 * depth / 3) ** 0.5, rel=1e-9)


@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("size", [1, 2, 7, 9, 30])
def test_how_many_equal_layers_see_so_many_cells(kernel_size: int, size: int) -> None:
    cells, layers = {0}, 0
    while max(cells) - min(cells) + 1 < size:
        cells, layers = {cell + tap for cell in cells for tap in range(kernel_size)}, layers + 1
    found = run("receptive_field.layers_needed", size=size, kernel_size=kernel_size).value
    assert found == layers == -(-(size - 1) // (kernel_size - 1))


def test_doubling_dilations_need_the_logarithm_of_the_length() -> None:
    for size, layers in ((15, 3), (16, 4), (1000, 9), (1023, 9), (1024, 10), (4095, 11), (4096, 12)):
        assert run("receptive_field.layers_needed", size=size, dilation_grows_by=2).value == layers
        assert sum(2 * 2**place for place in range(layers)) + 1 >= size

"""Experiments on convolutions, transposed convolutions and poolings: what each states, and controls that deny it."""

from typing import Any

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from door_runs import run

from engine.errors import Refused
from engine.evidence import Table

torch.set_num_threads(1)

CLAIMS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    # name, arguments for which it holds, controls for which it does not
    ("pool.ignores_shift", {"window": "global"}, [{"window": "local"}, {"window": "local", "kind": "avg"}]),
    ("pool.ignores_shift", {"window": "global", "shift": 3, "kind": "avg"}, [{"shift": 3, "kind": "avg"}]),
    ("pool.ignores_shift", {"image": "dot", "shift": 1}, [{"image": "dot", "shift": 2}]),
    ("pool.mixes_channels", {"layer": "conv"}, [{"layer": "pool"}, {"layer": "pool", "kind": "avg"}]),
    ("pool.gradient_reaches_every_cell", {"kind": "avg"}, [{"kind": "max"}]),
    ("pool.is_linear", {"kind": "avg"}, [{"kind": "max"}]),
    ("pool.commutes_with_relu", {"kind": "max"}, [{"kind": "avg"}]),
    ("pool.pads_with", {"value": "minus infinity"}, [{"value": "zeros"}, {"value": "minus infinity", "kind": "avg"}]),
    ("pool.pads_with", {"value": "zeros", "kind": "avg"}, [{"value": "zeros", "kind": "max"}]),
    ("pool.default_stride_is", {"stride": "kernel_size"}, [{"stride": "1"}, {"layer": "conv"}]),
    ("pool.default_stride_is", {"stride": "1", "layer": "conv"}, [{"stride": "kernel_size", "layer": "conv"}]),
    (
        "pool.changes_params_of",
        {"layer": "linear_after_flatten"},
        [{"layer": "next_conv"}, {"layer": "linear_after_global_average"}],
    ),
    ("conv_transpose.restores", {"what": "shape"}, [{"what": "values"}]),
    ("conv_transpose.is_transposed_matrix", {}, [{"of": "rotated"}, {"of": "rotated", "stride": 2}]),
    ("conv_transpose.is_transposed_matrix", {"stride": 2}, [{"of": "rotated", "stride": 3}]),
    (
        "conv_transpose.equals_convolution",
        {},
        [{"padding": "k - 1"}, {"padding": "p", "zeros_between": "s"}, {"zeros_between": "s"}, {"kernel": "as it is"}],
    ),
    ("conv.commutes_with_shift", {}, [{"layer": "linear"}, {"stride": 2}]),
    ("conv.is_operation", {"operation": "cross-correlation"}, [{"operation": "convolution"}]),
    ("conv.is_operation", {"operation": "convolution", "kernel": "point-symmetric"}, [{"operation": "convolution"}]),
    ("conv.commutes_with_shuffling_pixels", {"kernel_size": 1}, [{"kernel_size": 3}]),
    ("conv.channel_reaches_every_output", {"groups": 1}, [{"groups": 2}, {"groups": 4}]),
    (
        "conv.channel_reaches_every_output",
        {"groups": 2, "layers": 2, "shuffled": True},
        [{"groups": 2, "layers": 2}, {"groups": 4, "layers": 2, "shuffled": True}],
    ),
    ("conv.two_layers_are_one", {"between": "nothing"}, [{"between": "relu"}]),
    ("conv.sees_every_cell", {"dilations": [1, 2, 4]}, [{"dilations": [2, 2, 2]}, {"dilations": [1, 4]}]),
    ("conv.sees_every_cell", {"dilations": [1, 2, 3]}, [{"dilations": [2, 4]}]),
    ("conv.padding_can_keep_size", {"kernel_size": 5}, [{"kernel_size": 2}, {"kernel_size": 4}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(
    name: str, holding: dict[str, Any], controls: list[dict[str, Any]]
) -> None:
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_evidence_starts_with_the_answer_and_shows_both_outcomes(name: str, holding: dict[str, Any]) -> None:
    assert_shows(name, holding)


def times_covered(kernel_size: int, stride: int) -> set[int]:
    """Count by hand how often each cell far from the border of a line is written to."""
    written = [start * stride + tap for start in range(40) for tap in range(kernel_size)]
    return {written.count(cell) for cell in range(10, 30)}


@pytest.mark.parametrize("kernel_size", range(1, 7))
@pytest.mark.parametrize("stride", range(1, 5))
def test_an_even_cover_needs_a_kernel_that_the_stride_divides(kernel_size: int, stride: int) -> None:
    even = run("conv_transpose.covers_evenly", kernel_size=kernel_size, stride=stride).value
    assert even is (len(times_covered(kernel_size, stride)) == 1)
    assert even is (kernel_size % stride == 0)


def test_learned_weights_leave_a_pattern_at_an_even_cover_too() -> None:
    assert run("conv_transpose.covers_evenly", kernel_size=4, stride=2, weights="random").value is False
    assert run("conv_transpose.covers_evenly", kernel_size=3, stride=1, weights="random").value is True


@pytest.mark.parametrize(("c_in", "c_out", "k"), [(16, 32, 3), (8, 8, 5), (3, 96, 7), (1, 1, 1)])
def test_the_share_of_a_separable_convolution(c_in: int, c_out: int, k: int) -> None:
    """Weights are used once at each position, so their shares are those of the work."""
    weights = c_in * k * k + c_in * c_out
    ran = run("conv_separable.macs_ratio", in_channels=c_in, out_channels=c_out, kernel_size=k)
    assert ran.value == pytest.approx(weights / (c_in * c_out * k * k), rel=1e-12)
    (table,) = ran.evidence()
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == [c_in * c_out * k * k, weights, c_in * k * k]


def test_an_even_kernel_is_refused() -> None:
    with pytest.raises(Refused, match="only an odd kernel keeps the size; use 5"):
        run("conv_separable.macs_ratio", in_channels=4, out_channels=4, kernel_size=4)


def test_images_that_are_too_large_are_refused() -> None:
    with pytest.raises(Refused):
        run("conv_separable.macs_ratio", in_channels=65_536, out_channels=4, kernel_size=3, size=65_536)


@pytest.mark.parametrize(
    ("layers", "kernel", "stride", "grows"), [(5, 3, 1, 1), (4, 5, 1, 1), (4, 3, 2, 1), (6, 3, 1, 2)]
)
def test_the_field_of_equal_layers(layers: int, kernel: int, stride: int, grows: int) -> None:
    """Follow one output unit back to the cells that it is computed from."""
    cells = {0}
    for number in reversed(range(layers)):
        cells = {cell * stride + tap * grows**number for cell in cells for tap in range(kernel)}
    ran = run("receptive_field.repeated", num_layers=layers, kernel_size=kernel, stride=stride, dilation_grows_by=grows)
    assert ran.value == max(cells) - min(cells) + 1


def test_dilations_that_grow_too_far_are_refused() -> None:
    with pytest.raises(
        Refused, match="the last layer would have dilation 2048, and at most 1024 is run; use fewer layers"
    ):
        run("receptive_field.repeated", num_layers=12, dilation_grows_by=2)

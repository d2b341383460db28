"""Poolings, written out forwards and backwards, against torch's."""

from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import example, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from engine.convolution.pooling.adaptive_pool import adaptive_avg_pool2d, adaptive_windows
from engine.convolution.pooling.average_pool import avg_pool2d, avg_pool2d_backward
from engine.convolution.pooling.global_pool import GlobalAvgPool2d, global_avg_pool2d
from engine.convolution.pooling.max_pool import max_pool2d, max_pool2d_backward

torch.set_num_threads(1)
few = settings(max_examples=25, deadline=None)


def randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def assert_equal(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@st.composite
def poolings(draw: st.DrawFn) -> dict[str, Any]:
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    return {
        "kernel_size": kernel_size,
        "stride": draw(st.none() | st.tuples(st.integers(1, 3), st.integers(1, 3))),
        "padding": tuple(draw(st.integers(0, size // 2)) for size in kernel_size),
        "ceil_mode": draw(st.booleans()),
    }


@few
@given(st.integers(0, 99), poolings())
def test_max_pooling_its_indices_and_its_gradient(seed: int, chosen: dict[str, Any]) -> None:
    x = (randn(seed, 2, 3, 7, 8) - 3).requires_grad_()  # nearly all below 0, so that a border of zeros would win
    values, indices = functional.max_pool2d(x, **chosen, return_indices=True)
    pooled = max_pool2d(x.detach(), **chosen)
    assert_equal(pooled.values, values.detach())
    assert torch.equal(pooled.indices, indices)
    upstream = randn(seed + 1, *values.shape)
    (theirs,) = torch.autograd.grad(values, x, upstream)
    assert_equal(max_pool2d_backward(upstream, indices, (7, 8)), theirs)


def test_dilated_max_pooling() -> None:
    x = randn(1, 1, 2, 9, 9)
    values, indices = functional.max_pool2d(x, 3, 1, 1, 2, return_indices=True)
    pooled = max_pool2d(x, 3, 1, 1, 2)
    assert_equal(pooled.values, values)
    assert torch.equal(pooled.indices, indices)


def test_of_equal_values_the_first_is_taken() -> None:
    assert max_pool2d(torch.zeros(1, 1, 4, 4), 2).indices.flatten().tolist() == [0, 2, 8, 10]


@few
@given(st.integers(0, 99), poolings(), st.booleans())
@example(0, {"kernel_size": 2, "stride": 2, "padding": 1, "ceil_mode": True}, True)
def test_average_pooling_and_its_gradient(seed: int, chosen: dict[str, Any], count_include_pad: bool) -> None:
    x = randn(seed, 2, 3, 7, 8).requires_grad_()
    y = functional.avg_pool2d(x, **chosen, count_include_pad=count_include_pad)
    assert_equal(avg_pool2d(x.detach(), **chosen, count_include_pad=count_include_pad), y.detach())
    upstream = randn(seed + 1, *y.shape)
    (theirs,) = torch.autograd.grad(y, x, upstream)
    found = avg_pool2d_backward(upstream, x.detach(), **chosen, count_include_pad=count_include_pad)
    assert_equal(found, theirs)


@few
@given(st.integers(0, 99), poolings(), st.sampled_from(["max", "avg"]))
def test_the_registry_gives_torchs_values_and_gradients(seed: int, chosen: dict[str, Any], kind: str) -> None:
    x = randn(seed, 2, 6, 7).requires_grad_()
    y = (functional.max_pool2d if kind == "max" else functional.avg_pool2d)(x, **chosen)
    given_ = {"x": x.tolist(), **{name: value for name, value in chosen.items() if value is not None}, "kind": kind}
    assert_equal(torch.tensor(run("pool.output", **given_).value, dtype=torch.float64), y.detach())
    upstream = randn(seed + 1, *y.shape)
    (theirs,) = torch.autograd.grad(y, x, upstream)
    for name in ("pool.gradient", "pool.gradient_formula"):
        found = run(name, **given_, upstream=upstream.tolist()).value
        assert_equal(torch.tensor(found, dtype=torch.float64), theirs)
    if kind == "max" and not chosen["ceil_mode"]:
        del given_["kind"], given_["ceil_mode"]
        assert (
            run("pool.indices", **given_).value == functional.max_pool2d(x, **chosen, return_indices=True)[1].tolist()
        )


def test_pooling_has_no_parameters_and_keeps_the_channels() -> None:
    for kind, layer in {"max": nn.MaxPool2d(3, 2), "avg": nn.AvgPool2d(3, 2)}.items():
        shape = layer(torch.zeros(1, 96, 55, 55)).shape[1:]
        found = run("pool.output_shape", channels=96, height=55, width=55, kernel_size=3, stride=2, kind=kind)
        assert found.value == list(shape) == [96, 27, 27]
        assert run("pool.num_params", kernel_size=3, kind=kind).value == sum(p.numel() for p in layer.parameters())


@pytest.mark.parametrize(("size", "kernel_size", "stride"), [(55, 3, 2), (8, 2, 2), (7, 3, 1), (9, 2, 3)])
def test_overlapping_windows_hold_a_cell_more_than_once(size: int, kernel_size: int, stride: int) -> None:
    starts = range(0, size - kernel_size + 1, stride)
    by_hand = [sum(start <= cell < start + kernel_size for start in starts) for cell in range(size)]
    found = run("pool.windows_per_cell", size=size, kernel_size=kernel_size, stride=stride).value
    assert found == by_hand
    assert (max(by_hand) > 1) is (stride < kernel_size)


def test_a_spike_of_8_gives_2_and_8() -> None:
    square = [[0, 0], [0, 8]]
    assert run("pool.output", x=square, kernel_size=2, kind="avg", at=[0, 0]).value == 2
    assert run("pool.output", x=square, kernel_size=2, kind="max", at=[0, 0]).value == 8


@few
@given(st.integers(0, 99), st.integers(1, 9), st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_adaptive_average_pooling(seed: int, height: int, width: int, output_size: tuple[int, int]) -> None:
    x = randn(seed, 2, 2, height, width)
    theirs = functional.adaptive_avg_pool2d(x, output_size)
    assert_equal(adaptive_avg_pool2d(x, output_size), theirs)
    asked = run("pool.adaptive_output", x=x[0].tolist(), output_size=output_size).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), theirs[0])


@few
@given(st.integers(1, 20), st.integers(1, 20))
def test_windows_of_adaptive_pooling_are_what_the_gradient_of_torchs_sees(size: int, output_size: int) -> None:
    row = torch.zeros(1, 1, size, requires_grad=True)
    seen = []
    for value in functional.adaptive_avg_pool1d(row, output_size).flatten():
        (gradient,) = torch.autograd.grad(value, row, retain_graph=True)
        cells = gradient.flatten().nonzero()
        seen.append((int(cells[0]), int(cells[-1]) + 1))
    assert adaptive_windows(size, output_size) == seen
    found = run("pool.adaptive_windows", size=size, output_size=output_size).value
    assert found == [[first, end - 1] for first, end in seen]


def test_a_map_of_six_by_six_passes_unchanged() -> None:
    x = randn(1, 1, 3, 6, 6)
    assert torch.equal(adaptive_avg_pool2d(x, 6), x)
    assert adaptive_windows(6, 6) == [(cell, cell + 1) for cell in range(6)]


@few
@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 6), st.integers(1, 6))
def test_global_average_pooling(seed: int, channels: int, height: int, width: int) -> None:
    x = randn(seed, 2, channels, height, width)
    theirs = x.mean((2, 3))
    assert_equal(global_avg_pool2d(x), theirs)
    assert_equal(GlobalAvgPool2d()(x), theirs)
    asked = run("pool.global_average", x=x[0].tolist()).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), theirs[0])


def test_global_average_pooling_has_no_parameters() -> None:
    assert list(GlobalAvgPool2d().parameters()) == []

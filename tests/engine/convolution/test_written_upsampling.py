"""Transposed convolution, its checkerboard, and interpolation, written out, against torch's."""

from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from engine.convolution.upsampling.interpolation import (
    bilinear_kernel,
    bilinear_weights,
    source_positions,
    upsample_bilinear,
    upsample_nearest,
)
from engine.convolution.upsampling.overlap import overlap_counts
from engine.convolution.upsampling.transposed import conv_transpose2d, conv_transpose2d_by_insertion

torch.set_num_threads(1)
few = settings(max_examples=25, deadline=None)


def randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def assert_equal(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
LOW = st.tuples(st.integers(0, 3), st.integers(0, 3))
SETTINGS = st.fixed_dictionaries({"stride": PAIR, "padding": LOW, "output_padding": LOW, "dilation": PAIR})


@few
@given(st.integers(0, 99), st.sampled_from([1, 2]), PAIR, SETTINGS)
def test_stamping_and_inserting_zeros_both_equal_torchs(
    seed: int, groups: int, kernel_size: tuple[int, int], chosen: dict[str, Any]
) -> None:
    for axis in (0, 1):
        stride, padding, extra, dilation = (chosen[name][axis] for name in SETTINGS_ORDER)
        assume(extra < max(stride, dilation))
        assume(4 * stride - 2 * padding + dilation * (kernel_size[axis] - 1) + extra >= 0)
    x, weight = randn(seed, 2, 4, 5, 5), randn(seed + 1, 4, 6 // groups, *kernel_size)
    bias = randn(seed + 2, 6)
    theirs = functional.conv_transpose2d(x, weight, bias, **chosen, groups=groups)
    assert_equal(conv_transpose2d(x, weight, bias, **chosen, groups=groups), theirs)
    assert_equal(conv_transpose2d_by_insertion(x, weight, bias, **chosen, groups=groups), theirs)


SETTINGS_ORDER = ("stride", "padding", "output_padding", "dilation")


@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (3, 0), (2, 2)])
def test_its_matrix_is_the_transpose_and_its_adjoint(stride: int, padding: int) -> None:
    kernel, size = randn(1, 1, 1, 4, 4), 4 + 3 * stride - 2 * padding
    cells = torch.eye(size * size, dtype=torch.float64).reshape(-1, 1, size, size)
    matrix = (
        functional.conv2d(cells, kernel, stride=stride, padding=padding).flatten(1).T
    )  # a column for each input cell
    z = randn(2, 1, 1, 4, 4)
    ours = conv_transpose2d(z, kernel, stride=stride, padding=padding)
    assert_equal(ours.flatten(), matrix.T @ z.flatten())
    x = randn(3, 1, 1, size, size)
    left = (functional.conv2d(x, kernel, stride=stride, padding=padding) * z).sum()
    assert_equal((x * ours).sum(), left)


def test_it_gives_the_shape_back_and_not_the_values() -> None:
    x, kernel = randn(1, 1, 1, 6, 6), randn(2, 1, 1, 3, 3)
    back = conv_transpose2d(functional.conv2d(x, kernel), kernel)
    assert back.shape == x.shape
    assert (back - x).norm() / x.norm() > 1


@few
@given(st.integers(0, 99), st.integers(1, 3), st.integers(0, 1), st.integers(1, 2))
def test_the_registry_gives_torchs_values(seed: int, stride: int, padding: int, dilation: int) -> None:
    x, weight = randn(seed, 2, 3, 4), randn(seed + 1, 2, 3, 3, 2)
    chosen = {"stride": stride, "padding": padding, "dilation": dilation, "output_padding": stride - 1}
    asked = run("conv_transpose.output", x=x.tolist(), weight=weight.tolist(), **chosen).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), functional.conv_transpose2d(x, weight, **chosen))


@few
@given(st.integers(1, 6), st.integers(0, 5), st.integers(1, 3), st.integers(1, 3))
def test_the_padding_of_the_equal_convolution(kernel_size: int, padding: int, stride: int, dilation: int) -> None:
    assume(padding <= dilation * (kernel_size - 1))
    chosen = {"kernel_size": kernel_size, "padding": padding, "stride": stride, "dilation": dilation}
    assert run("conv_transpose.equivalent_padding", **chosen).value == dilation * (kernel_size - 1) - padding


def test_zeros_go_between_cells_only() -> None:
    for size, stride in ((4, 3), (5, 1), (1, 9)):
        spread = torch.zeros(stride * size)
        spread[::stride] = 1
        assert run("conv_transpose.spread_size", size=size, stride=stride).value == int(spread.nonzero().max()) + 1


@few
@given(st.integers(1, 9), st.integers(1, 7), st.integers(1, 5), st.integers(0, 2))
def test_overlap_is_a_transposed_convolution_of_ones(size: int, kernel_size: int, stride: int, padding: int) -> None:
    assume((size - 1) * stride + kernel_size > 2 * padding)
    ones = functional.conv_transpose1d(
        torch.ones(1, 1, size), torch.ones(1, 1, kernel_size), stride=stride, padding=padding
    )
    counted = [int(each) for each in ones.flatten()]
    assert overlap_counts(size, kernel_size, stride, padding) == counted
    chosen = {"size": size, "kernel_size": kernel_size, "stride": stride, "padding": padding}
    assert run("conv_transpose.overlap", **chosen).value == counted


@pytest.mark.parametrize("kernel_size", range(1, 8))
@pytest.mark.parametrize("stride", range(1, 5))
def test_the_cover_is_even_where_the_stride_divides_the_kernel(kernel_size: int, stride: int) -> None:
    inside = overlap_counts(20, kernel_size, stride)[kernel_size:-kernel_size]
    assert (len(set(inside)) == 1) is (kernel_size % stride == 0)
    assert (0 in inside) is (kernel_size < stride)


@few
@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 5), st.tuples(st.integers(1, 9), st.integers(1, 9)))
def test_interpolation_equals_torchs(seed: int, height: int, width: int, size: tuple[int, int]) -> None:
    x = randn(seed, 2, 2, height, width)
    for align_corners in (False, True):
        theirs = functional.interpolate(x, size, mode="bilinear", align_corners=align_corners)
        assert_equal(upsample_bilinear(x, size, align_corners), theirs)
        asked = run("upsample.output", x=x[0].tolist(), size=size, align_corners=align_corners).value
        assert_equal(torch.tensor(asked, dtype=torch.float64), theirs[0])
    nearest = functional.interpolate(x, size, mode="nearest")
    assert_equal(upsample_nearest(x, size), nearest)
    asked = run("upsample.output", x=x[0].tolist(), size=size, mode="nearest").value
    assert_equal(torch.tensor(asked, dtype=torch.float64), nearest[0])


@few
@given(st.integers(1, 9), st.integers(1, 12), st.booleans())
def test_positions_and_weights_are_read_off_torchs_interpolation(size: int, wanted: int, align_corners: bool) -> None:
    chosen = {"mode": "linear", "align_corners": align_corners}
    ramp = torch.arange(size, dtype=torch.float64)[None, None]
    at = functional.interpolate(ramp, wanted, **chosen).flatten()
    assert_equal(source_positions(size, wanted, align_corners).clamp(max=size - 1), at)
    asked = run("upsample.positions", size=size, output_size=wanted, align_corners=align_corners).value
    assert asked == pytest.approx(at.tolist())
    eye = torch.eye(size, dtype=torch.float64)[:, None]
    assert_equal(bilinear_weights(size, wanted, align_corners), functional.interpolate(eye, wanted, **chosen)[:, 0].T)


@pytest.mark.parametrize("stride", [2, 3, 4, 5, 6])
def test_the_bilinear_kernel_interpolates_inside(stride: int) -> None:
    x, kernel = randn(stride, 1, 1, 6, 6), bilinear_kernel(stride)
    up = functional.conv_transpose2d(x, kernel[None, None], stride=stride, padding=stride // 2)
    theirs = functional.interpolate(x, scale_factor=stride, mode="bilinear", align_corners=False)
    inside = slice(stride, -stride)
    assert_equal(up[..., inside, inside], theirs[..., inside, inside])
    assert run("upsample.bilinear_kernel", stride=stride).value == kernel.tolist()


def test_the_bilinear_kernel_of_an_odd_stride_keeps_the_cells() -> None:
    x, kernel = randn(3, 1, 1, 5, 5), bilinear_kernel(3)
    up = functional.conv_transpose2d(x, kernel[None, None], stride=3, padding=1)
    assert_equal(up[..., 1::3, 1::3], x)
    assert kernel.sum().item() == pytest.approx(9)

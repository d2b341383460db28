"""Convolutions as matrices and as products of kernels, and layers that share their weights or do not."""

from typing import Any

import pytest
import sympy
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from torch import Tensor, nn
from torch.nn import functional

from engine.convolution.edge_detector import fit_kernel, learn_kernel, striped_image
from engine.convolution.factorised.asymmetric import ThinKernels, asymmetric, nearest_thin_kernels, outer_product
from engine.convolution.factorised.separable import Pair, as_one_kernel, separable_conv2d
from engine.convolution.factorised.stacked import of_stack, one_kernel, reachable_dimensions
from engine.convolution.locally_connected import LocallyConnected2d
from engine.convolution.toeplitz import convolution_matrix, is_toeplitz

torch.set_num_threads(1)
few = settings(max_examples=15, deadline=None)


def randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def assert_equal(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@few
@given(st.integers(0, 99), st.integers(1, 2), st.integers(0, 2), st.integers(1, 2))
def test_the_matrix_is_the_convolution_of_unit_images(seed: int, stride: int, padding: int, dilation: int) -> None:
    weight = randn(seed, 2, 3, 2, 3)
    chosen = {"stride": stride, "padding": padding, "dilation": dilation}
    units = torch.eye(3 * 6 * 7, dtype=torch.float64).reshape(-1, 3, 6, 7)
    theirs = functional.conv2d(units, weight, **chosen).flatten(1).T
    assert_equal(convolution_matrix(weight, (6, 7), **chosen), theirs)
    small = {"weight": weight[0, 0].tolist(), "height": 4, "width": 5, "stride": stride, "padding": padding}
    units = torch.eye(20, dtype=torch.float64).reshape(-1, 1, 4, 5)
    theirs = functional.conv2d(units, weight[:1, :1], stride=stride, padding=padding).flatten(1).T
    assert_equal(torch.tensor(run("conv.matrix", **small).value, dtype=torch.float64), theirs)
    weights = torch.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    by_hand = functional.conv2d(units.float(), weights, stride=stride, padding=padding)
    counts = {"all": by_hand.numel(), "nonzero": by_hand.count_nonzero(), "different": len(by_hand.unique()) - 1}
    for which, count in counts.items():
        asked = run(
            "conv.matrix_entries", which=which, height=4, width=5, kernel_size=3, stride=stride, padding=padding
        )
        assert asked.value == int(count)


def test_a_row_of_cells_has_a_toeplitz_matrix_at_stride_1_alone() -> None:
    weight = randn(1, 1, 1, 1, 3)
    assert is_toeplitz(convolution_matrix(weight, (1, 9)))
    assert not is_toeplitz(convolution_matrix(weight, (1, 9), stride=2))
    assert not is_toeplitz(randn(2, 4, 6))


@pytest.mark.parametrize(("connections", "count"), [("full", 14_450_688), ("local", 28 * 28 * 6 * 75), ("shared", 450)])
def test_weights_of_full_local_and_shared_connections(connections: str, count: int) -> None:
    """32×32×3 to 28×28×6, counted edge by edge: full by all pairs, local by windows, shared by one window."""
    chosen = {"in_channels": 3, "height": 32, "width": 32, "out_channels": 6, "kernel_size": 5}
    assert run("conv.num_weights", connections=connections, **chosen).value == count
    biases = 6 if connections == "shared" else 28 * 28 * 6
    assert run("conv.num_weights", connections=connections, **chosen, bias=True).value == count + biases


@few
@given(st.integers(0, 99), st.integers(1, 2), st.integers(0, 1))
def test_a_locally_connected_layer_is_a_sum_over_each_window(seed: int, stride: int, padding: int) -> None:
    x = randn(seed, 2, 2, 5, 6)
    layer = LocallyConnected2d(2, 3, (2, 3), (5, 6), stride, padding, generator=torch.Generator().manual_seed(seed))
    layer.double()
    columns = functional.unfold(x, (2, 3), padding=padding, stride=stride)
    weight, bias = (parameter.detach() for parameter in layer.parameters())
    theirs = torch.stack([columns[..., place] @ weight[place].T for place in range(columns.shape[2])], dim=2) + bias
    shape = functional.conv2d(x, randn(0, 3, 2, 2, 3), stride=stride, padding=padding).shape
    assert_equal(layer(x), theirs.reshape(shape))
    assert weight.numel() == theirs[0, 0].numel() * 3 * 2 * 6
    chosen = {"in_channels": 2, "height": 5, "width": 6, "out_channels": 3, "kernel_size": [2, 3]}
    counted = run("conv.num_weights", connections="local", **chosen, stride=stride, padding=padding).value
    assert counted == weight.numel()


def test_equal_weights_at_all_places_make_it_a_convolution() -> None:
    x, weight = randn(1, 1, 2, 5, 5), randn(2, 3, 2, 3, 3)
    layer = LocallyConnected2d(2, 3, 3, 5, bias=False, generator=torch.Generator().manual_seed(0)).double()
    layer.weight.data = weight.reshape(1, 3, 18).expand(9, 3, 18)
    assert_equal(layer(x), functional.conv2d(x, weight))


@few
@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 2), st.integers(0, 1))
def test_depthwise_and_pointwise_in_a_row(seed: int, channels: int, stride: int, padding: int) -> None:
    x, bias = randn(seed, 2, channels, 6, 6), randn(seed + 3, 4)
    depthwise, pointwise = randn(seed + 1, channels, 1, 3, 3), randn(seed + 2, 4, channels)
    middle = functional.conv2d(x, depthwise, stride=stride, padding=padding, groups=channels)
    theirs = functional.conv2d(middle, pointwise[..., None, None], bias)
    weights = Pair(depthwise, pointwise)
    assert_equal(separable_conv2d(x, weights, stride, padding, bias), theirs)
    assert_equal(functional.conv2d(x, as_one_kernel(weights), bias, stride, padding), theirs)
    given_: dict[str, Any] = {
        "x": x[0].tolist(),
        "depthwise": depthwise[:, 0].tolist(),
        "pointwise": pointwise.tolist(),
    }
    asked = run("conv_separable.output", **given_, stride=stride, padding=padding).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), theirs[0] - bias[:, None, None])


def test_the_share_of_a_separable_convolution_is_exact() -> None:
    h, w, n, m, k = sympy.symbols("H W N M K", positive=True)
    share = h * w * n * (k**2 + m) / (h * w * n * k**2 * m)
    assert sympy.simplify(share - (1 / m + 1 / k**2)) == 0
    for inside, outside, kernel_size in ((32, 64, 3), (3, 7, 5), (16, 1, 1)):
        exact = share.subs({n: inside, m: outside, k: kernel_size, h: 8, w: 8})
        found = run("conv_separable.macs_ratio", in_channels=inside, out_channels=outside, kernel_size=kernel_size)
        assert found.value == pytest.approx(float(exact), rel=1e-12)


@few
@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 4))
def test_thin_kernels_are_their_outer_product(seed: int, height: int, width: int) -> None:
    x, kernels = randn(seed, 6, 7), ThinKernels(randn(seed + 1, height), randn(seed + 2, width))
    square = torch.outer(kernels.column, kernels.row)
    theirs = functional.conv2d(x[None, None], square[None, None])[0, 0]
    assert_equal(asymmetric(x, kernels), theirs)
    assert_equal(outer_product(kernels), square)
    given_ = {"x": x.tolist(), "column": kernels.column.tolist(), "row": kernels.row.tolist()}
    assert_equal(torch.tensor(run("conv_asymmetric.output", **given_).value, dtype=torch.float64), theirs)
    back = nearest_thin_kernels(square)
    assert_equal(torch.outer(back.column, back.row), square)


def test_the_nearest_thin_kernels_miss_by_the_other_singular_values() -> None:
    kernel = randn(1, 3, 3)
    column, row = nearest_thin_kernels(kernel)
    missed = (kernel - torch.outer(column, row)).square().sum()
    assert_equal(missed, torch.linalg.svdvals(kernel)[1:].square().sum())


@few
@given(st.integers(0, 99))
def test_kernels_in_a_row_convolve(seed: int) -> None:
    first, second, third = randn(seed, 2, 3, 3, 3), randn(seed + 1, 4, 2, 3, 3), randn(seed + 2, 1, 4, 1, 3)
    x = randn(seed + 3, 1, 3, 9, 9)
    theirs = functional.conv2d(functional.conv2d(functional.conv2d(x, first), second), third)
    assert_equal(functional.conv2d(x, of_stack([first, second, third])), theirs)
    pair = one_kernel(first[:1, :1], second[:1, :1])[0, 0]
    assert_equal(pair, torch.from_numpy(signal.convolve2d(first[0, 0].numpy(), second[0, 0].numpy())))


@pytest.mark.parametrize(("channels", "dimensions"), [(1, 17), (2, 25), (4, 25)])
def test_in_how_many_directions_a_pair_moves_its_kernel(channels: int, dimensions: int) -> None:
    """By finite differences of the common kernel, which SciPy makes."""
    first, second = randn(1, channels, 3, 3), randn(2, channels, 3, 3)
    weights = torch.cat([first.flatten(), second.flatten()])

    def common(flat: Tensor) -> Tensor:
        one, two = flat.reshape(2, channels, 3, 3).numpy()
        return sum(torch.from_numpy(signal.convolve2d(a, b)) for a, b in zip(one, two, strict=True)).flatten()

    steps = 1e-3 * torch.eye(len(weights), dtype=torch.float64)
    jacobian = torch.stack([common(weights + step) - common(weights - step) for step in steps])  # exact: bilinear
    assert int(torch.linalg.matrix_rank(jacobian, rtol=1e-9)) == dimensions
    assert reachable_dimensions(channels, 3, torch.Generator().manual_seed(5)) == (dimensions, 25)
    assert run("conv_stacked.reaches_every_kernel", channels=channels).value is (dimensions == 25)


def test_learning_the_edge_detector() -> None:
    x = striped_image()
    assert x.flatten().tolist() == [1.0, 1, 0, 0, 0, 0, 1, 1] * 6
    y = functional.conv2d(x, torch.tensor([[[[1.0, -1.0]]]], dtype=torch.float64))
    layer = nn.Conv2d(1, 1, (1, 2), bias=False).double()
    nn.init.zeros_(layer.weight)
    theirs = []
    for _ in range(10):
        theirs.append(layer.weight.detach().clone())
        layer.zero_grad()
        (layer(x) - y).square().sum().backward()
        layer.weight.data -= 0.03 * layer.weight.grad
    ours = learn_kernel(x, y, torch.zeros(1, 1, 1, 2, dtype=torch.float64), steps=9, lr=0.03)
    assert_equal(torch.stack(ours), torch.stack(theirs))
    asked = run("conv.learnt_kernel", steps=9).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), theirs[-1][0, 0])


def test_least_squares_on_the_windows_finds_the_edge_detector() -> None:
    x = striped_image()
    kernel = torch.tensor([[[[1.0, -1.0]]]], dtype=torch.float64)
    y = functional.conv2d(x, kernel)
    by_torch = torch.linalg.lstsq(functional.unfold(x, (1, 2))[0].T, y.reshape(-1, 1)).solution
    assert_equal(fit_kernel(x, y, (1, 2)).flatten(), by_torch.flatten())
    assert_equal(fit_kernel(x, y, (1, 2)), kernel)
    assert run("conv.learnt_kernel", steps=200).value[0] == pytest.approx([1, -1], abs=1e-9)

"""Convolutions, written out, against torch's and SciPy's, on random images and settings."""

from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal
from torch import Tensor, nn
from torch.nn import functional

from engine.convolution.conv2d import Conv2d, conv2d
from engine.convolution.conv3d import conv3d
from engine.convolution.cross_correlation import cross_correlation, cross_correlation_by_matmul
from engine.convolution.dilated import dilate_kernel, effective_kernel_size
from engine.convolution.factorised.depthwise import depthwise_conv2d
from engine.convolution.factorised.grouped import dense_weight, grouped_conv2d
from engine.convolution.linear import Linear, linear
from engine.convolution.pointwise import pointwise
from engine.convolution.sliding import fold, unfold
from engine.convolution.true_convolution import convolution

torch.set_num_threads(1)
few = settings(max_examples=20, deadline=None)


def randn(seed: int, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def assert_equal(ours: Tensor, theirs: Tensor) -> None:
    torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


PAIR = st.tuples(st.integers(1, 3), st.integers(1, 3))
SETTINGS = st.fixed_dictionaries(
    {"stride": PAIR, "padding": st.tuples(st.integers(0, 3), st.integers(0, 3)), "dilation": PAIR}
)


@few
@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3))
def test_both_cross_correlations_equal_torchs(seed: int, height: int, width: int, stride: int) -> None:
    x, kernel = randn(seed, 7, 6), randn(seed + 1, height, width)
    theirs = functional.conv2d(x[None, None], kernel[None, None], stride=stride)[0, 0]
    assert_equal(cross_correlation(x, kernel, stride), theirs)
    assert_equal(cross_correlation_by_matmul(x, kernel, stride), theirs)
    asked = run("conv.output", x=x.tolist(), weight=kernel.tolist(), stride=stride).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), theirs)


@few
@given(st.integers(0, 99), PAIR, SETTINGS)
def test_windows_as_columns_are_those_of_torch(seed: int, kernel_size: tuple[int, int], chosen: dict[str, Any]) -> None:
    x = randn(seed, 2, 3, 8, 9)
    columns = unfold(x, kernel_size, **chosen)
    assert_equal(columns, functional.unfold(x, kernel_size, **chosen))
    assert_equal(fold(columns, (8, 9), kernel_size, **chosen), functional.fold(columns, (8, 9), kernel_size, **chosen))


@few
@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 4))
def test_true_convolution_equals_scipys(seed: int, height: int, width: int) -> None:
    x, kernel = randn(seed, 6, 7), randn(seed + 1, height, width)
    for mode in ("valid", "full"):
        theirs = torch.from_numpy(signal.convolve2d(x.numpy(), kernel.numpy(), mode))
        assert_equal(convolution(x, kernel, mode), theirs)
    asked = run("conv.output", x=x.tolist(), weight=kernel.tolist(), operation="convolution").value
    assert_equal(torch.tensor(asked, dtype=torch.float64), torch.from_numpy(signal.convolve2d(x, kernel, "valid")))


def test_a_symmetric_kernel_makes_no_difference_and_another_one_does() -> None:
    x, kernel = randn(1, 6, 6), randn(2, 3, 3)
    symmetric = kernel + kernel.flip((0, 1))
    assert_equal(convolution(x, symmetric), functional.conv2d(x[None, None], symmetric[None, None])[0, 0])
    assert (convolution(x, kernel) - functional.conv2d(x[None, None], kernel[None, None])[0, 0]).abs().max() > 0.1
    assert_equal(convolution(x, kernel, "full"), convolution(kernel, x, "full"))


@few
@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 2), st.integers(1, 2), PAIR, SETTINGS)
def test_the_layer_equals_torchs(
    seed: int, groups: int, inside: int, outside: int, kernel_size: tuple[int, int], chosen: dict[str, Any]
) -> None:
    x = randn(seed, 2, groups * inside, 9, 8)
    weight, bias = randn(seed + 1, groups * outside, inside, *kernel_size), randn(seed + 2, groups * outside)
    theirs = functional.conv2d(x, weight, bias, **chosen, groups=groups)
    assert_equal(conv2d(x, weight, bias, **chosen, groups=groups), theirs)
    layer = Conv2d(groups * inside, groups * outside, kernel_size, **chosen, groups=groups).double()
    layer.load_state_dict({"weight": weight, "bias": bias})
    assert_equal(layer(x), theirs)


def test_an_output_channel_sums_over_inputs_and_knows_no_other_output() -> None:
    x, weight = randn(1, 1, 3, 5, 5), randn(2, 4, 3, 3, 3)
    by_channel = [functional.conv2d(x[:, [channel]], weight[:, [channel]]) for channel in range(3)]
    assert_equal(conv2d(x, weight), sum(by_channel[1:], by_channel[0]))
    changed = weight.clone()
    changed[0] += 1
    assert_equal(conv2d(x, changed)[:, 1:], functional.conv2d(x, weight)[:, 1:])


@pytest.mark.parametrize(
    ("settings_of", "count"),
    [((3, 8, 5), 608), ((1, 6, 5), 156), ((64, 128, 3), 73_856), ((3, 64, 7), 9472)],
)
def test_parameters_of_the_layer(settings_of: tuple[int, int, int], count: int) -> None:
    inside, outside, kernel_size = settings_of
    ours = Conv2d(inside, outside, kernel_size)
    theirs = nn.Conv2d(inside, outside, kernel_size, device="meta")
    assert sum(p.numel() for p in ours.parameters()) == count == sum(p.numel() for p in theirs.parameters())
    assert {name: p.shape for name, p in ours.named_parameters()} == {n: p.shape for n, p in theirs.named_parameters()}
    asked = {"in_channels": inside, "out_channels": outside, "kernel_size": kernel_size}
    assert run("conv.num_params", **asked).value == count
    without = Conv2d(inside, outside, kernel_size, bias=False)
    assert sum(p.numel() for p in without.parameters()) == count - outside


def test_first_weights_are_drawn_from_the_generator_as_torch_draws_them() -> None:
    first, second = (Conv2d(2, 3, 5, generator=torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(first.weight, second.weight)
    large = Conv2d(16, 256, 3, generator=torch.Generator().manual_seed(0)).weight
    bound = 1 / (16 * 9) ** 0.5
    assert large.abs().max().item() == pytest.approx(bound, rel=0.001)
    assert large.std().item() == pytest.approx(bound / 3**0.5, rel=0.02)


@few
@given(st.integers(0, 99), st.integers(1, 5), st.integers(1, 5))
def test_a_pointwise_convolution_is_a_linear_layer_on_the_channels(seed: int, inside: int, outside: int) -> None:
    x, weight, bias = randn(seed, 2, inside, 4, 3), randn(seed + 1, outside, inside), randn(seed + 2, outside)
    theirs = functional.linear(x.permute(0, 2, 3, 1), weight, bias).permute(0, 3, 1, 2)
    assert_equal(pointwise(x, weight, bias), theirs)
    assert_equal(pointwise(x, weight[..., None, None], bias), functional.conv2d(x, weight[..., None, None], bias))


@few
@given(st.integers(0, 99), st.integers(1, 6), st.integers(1, 6))
def test_the_fully_connected_layer_equals_torchs(seed: int, inside: int, outside: int) -> None:
    x, weight, bias = randn(seed, 3, inside), randn(seed + 1, outside, inside), randn(seed + 2, outside)
    theirs = functional.linear(x, weight, bias)
    assert_equal(linear(x, weight, bias), theirs)
    layer = Linear(inside, outside).double()
    layer.load_state_dict({"weight": weight, "bias": bias})
    assert_equal(layer(x), theirs)
    asked = run("linear.output", x=x[0].tolist(), weight=weight.tolist(), bias=bias.tolist()).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), theirs[0])


@pytest.mark.parametrize(("inside", "outside", "count"), [(784, 10, 7850), (9216, 4096, 37_752_832), (1, 1, 2)])
def test_parameters_and_macs_of_the_fully_connected_layer(inside: int, outside: int, count: int) -> None:
    theirs = nn.Linear(inside, outside, device="meta")
    assert run("linear.num_params", in_features=inside, out_features=outside).value == count
    assert sum(p.numel() for p in theirs.parameters()) == count
    assert run("linear.macs", in_features=inside, out_features=outside, positions=3).value == 3 * (count - outside)
    if count < 10_000:
        assert sum(p.numel() for p in Linear(inside, outside).parameters()) == count


def test_how_far_flattening_puts_neighbours_apart() -> None:
    image = torch.arange(3 * 5 * 7).reshape(3, 5, 7)
    for along, other in {"channels": image[1, 0, 0], "height": image[0, 1, 0], "width": image[0, 0, 1]}.items():
        found = run("linear.distance_when_flattened", channels=3, height=5, width=7, along=along)
        assert found.value == int(other) - int(image[0, 0, 0])


@few
@given(st.integers(0, 99), st.integers(1, 3), st.integers(1, 4))
def test_a_dilated_convolution_is_one_with_holes_in_its_kernel(seed: int, kernel_size: int, dilation: int) -> None:
    x, weight = randn(seed, 1, 2, 12, 12), randn(seed + 1, 3, 2, kernel_size, kernel_size)
    theirs = functional.conv2d(x, weight, dilation=dilation)
    assert_equal(conv2d(x, weight, dilation=dilation), theirs)
    with_holes = dilate_kernel(weight, dilation)
    assert_equal(functional.conv2d(x, with_holes), theirs)
    assert with_holes.count_nonzero() == weight.numel()
    assert effective_kernel_size(kernel_size, dilation) == 12 - theirs.shape[-1] + 1 == with_holes.shape[-1]


@pytest.mark.parametrize(("kernel_size", "dilation", "known"), [(3, 2, 5), (3, 3, 7), (5, 2, 9), (3, 4, 9), (3, 1, 3)])
def test_known_effective_kernel_sizes(kernel_size: int, dilation: int, known: int) -> None:
    assert effective_kernel_size(kernel_size, dilation) == known


@few
@given(st.integers(0, 99), st.sampled_from([1, 2, 4]), SETTINGS)
def test_groups_are_separate_convolutions(seed: int, groups: int, chosen: dict[str, Any]) -> None:
    x, weight, bias = randn(seed, 2, 4, 8, 8), randn(seed + 1, 8, 4 // groups, 2, 3), randn(seed + 2, 8)
    theirs = functional.conv2d(x, weight, bias, **chosen, groups=groups)
    assert_equal(grouped_conv2d(x, weight, groups, bias, **chosen), theirs)
    dense = dense_weight(weight, groups)
    assert_equal(functional.conv2d(x, dense, bias, **chosen), theirs)
    assert dense.count_nonzero() == weight.numel()


def test_groups_divide_weights_and_macs() -> None:
    image = {"in_channels": 16, "out_channels": 32, "kernel_size": 3}
    for groups, macs, weights in ((1, 294_912, 4608), (4, 73_728, 1152), (16, 18_432, 288)):
        assert run("conv.macs", **image, height=8, width=8, padding=1, groups=groups).value == macs
        assert run("conv.num_params", **image, groups=groups, bias=False).value == weights


@few
@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 3), SETTINGS)
def test_depthwise_has_a_group_for_each_channel(
    seed: int, channels: int, multiplier: int, chosen: dict[str, Any]
) -> None:
    x, weight = randn(seed, 2, channels, 8, 8), randn(seed + 1, channels * multiplier, 1, 3, 2)
    bias = randn(seed + 2, channels * multiplier)
    theirs = functional.conv2d(x, weight, bias, **chosen, groups=channels)
    assert_equal(depthwise_conv2d(x, weight, bias, **chosen), theirs)


@pytest.mark.parametrize(("inside", "outside"), [(16, 32), (32, 16), (16, 16), (3, 96)])
def test_depthwise_costs_one_part_in_out_channels(inside: int, outside: int) -> None:
    ordinary = nn.Conv2d(inside, outside, 3, bias=False, device="meta").weight.numel()
    depthwise = nn.Conv2d(inside, inside, 3, groups=inside, bias=False, device="meta").weight.numel()
    found = run("conv_depthwise.macs_ratio", in_channels=inside, out_channels=outside)
    assert found.value == pytest.approx(depthwise / ordinary, rel=1e-12) == 1 / outside


def test_the_most_channels_run_with_the_smallest_kernel() -> None:
    found = run("conv_depthwise.macs_ratio", in_channels=65536, out_channels=65536, kernel_size=1)
    assert found.value == 1 / 65536


@few
@given(st.integers(0, 99), st.integers(1, 4), st.integers(1, 2), st.integers(0, 1), PAIR)
def test_three_dimensional_convolution_equals_torchs(
    seed: int, depth: int, time_stride: int, time_padding: int, stride: tuple[int, int]
) -> None:
    x, weight, bias = randn(seed, 2, 2, 5, 6, 7), randn(seed + 1, 3, 2, depth, 2, 3), randn(seed + 2, 3)
    settings_of = {"stride": (time_stride, *stride), "padding": (time_padding, 1, 0)}
    ours = conv3d(x, weight, bias, stride, (1, 0), time_stride, time_padding)
    assert_equal(ours, functional.conv3d(x, weight, bias, **settings_of))
    asked = run("conv3d.output", x=x[0, 0].tolist(), weight=weight[0, 0].tolist()).value
    assert_equal(torch.tensor(asked, dtype=torch.float64), functional.conv3d(x[:1, :1], weight[:1, :1])[0, 0])


def test_sizes_parameters_and_macs_of_three_dimensional_convolutions() -> None:
    clip = {"in_channels": 3, "frames": 16, "height": 12, "width": 10, "out_channels": 8}
    for kernel_size, stride, padding in ((3, 1, 1), ((3, 5, 5), (1, 2, 2), (0, 2, 1)), (2, 2, 0)):
        layer = nn.Conv3d(3, 8, kernel_size, stride, padding, device="meta")
        y = layer(torch.zeros(1, 3, 16, 12, 10, device="meta"))
        chosen = {"kernel_size": kernel_size, "stride": stride, "padding": padding}
        assert run("conv3d.output_shape", **clip, **chosen).value == list(y.shape[1:])
        assert run("conv3d.macs", **clip, **chosen).value == y.numel() * layer.weight[0].numel()
        counted = run("conv3d.num_params", in_channels=3, out_channels=8, kernel_size=kernel_size).value
        assert counted == sum(p.numel() for p in layer.parameters())
    assert run("conv3d.num_params", in_channels=3, out_channels=64, kernel_size=3).value == 5248

"""Output sizes, parameters, MACs, FLOPs and memory of layers, counted a second way."""

import math
from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.macs import macs
from engine.analysis.memory import num_activations
from engine.analysis.params import num_params
from engine.analysis.window import Window

torch.set_num_threads(1)
few = settings(max_examples=25, deadline=None)


@few
@given(st.integers(8, 40), st.integers(1, 5), st.integers(1, 4), st.integers(0, 3), st.integers(1, 2))
def test_a_convolutions_size_is_that_of_the_module(n: int, k: int, s: int, p: int, d: int) -> None:
    layer = nn.Conv2d(1, 1, k, s, p, d, device="meta")
    theirs = layer(torch.zeros(1, 1, n, n, device="meta")).shape[2]
    assert math.floor((n + 2 * p - d * (k - 1) - 1) / s) + 1 == theirs
    assert Window(k, s, p, d).positions(n) == theirs
    assert run("conv.output_size", size=n, kernel_size=k, stride=s, padding=p, dilation=d).value == theirs


@few
@given(st.integers(8, 40), st.integers(2, 5), st.integers(1, 4), st.booleans(), st.sampled_from(["max", "avg"]))
def test_a_poolings_size_is_that_of_the_module(n: int, k: int, s: int, ceil_mode: bool, kind: str) -> None:
    p = k // 2
    layer = (nn.MaxPool2d if kind == "max" else nn.AvgPool2d)(k, s, p, ceil_mode=ceil_mode)
    theirs = layer(torch.zeros(1, 1, n, n)).shape[2]
    assert Window(k, s, p).positions(n, ceil_mode) == theirs
    chosen = {"size": n, "kernel_size": k, "stride": s, "padding": p, "ceil_mode": ceil_mode, "kind": kind}
    assert run("pool.output_size", **chosen).value == theirs


@pytest.mark.parametrize(
    ("settings_of", "size"),
    [((7, 3, 2, 0), 3), ((8, 3, 2, 0), 3), ((224, 7, 2, 3), 112), ((227, 11, 4, 0), 55), ((224, 11, 4, 0), 54),
     ((224, 11, 4, 2), 55), ((227, 11, 4, 2), 56)],
)  # fmt: skip
def test_sizes_that_need_the_floor(settings_of: tuple[int, int, int, int], size: int) -> None:
    n, k, s, p = settings_of
    assert run("conv.output_size", size=n, kernel_size=k, stride=s, padding=p).value == size
    assert Window(k, s, p).positions(n) == size


@pytest.mark.parametrize("half", range(5))
def test_an_odd_kernel_keeps_the_size_with_half_of_it_as_padding(half: int) -> None:
    layer = nn.Conv1d(1, 1, 2 * half + 1, padding=half, device="meta")
    assert layer(torch.zeros(1, 1, 20, device="meta")).shape[2] == 20
    assert run("conv.output_size", size=20, kernel_size=2 * half + 1, padding=half).value == 20
    assert Window(2 * half + 1, padding=half).positions(20) == 20


@few
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 3),
    st.integers(1, 2),
    st.integers(0, 2),
    st.sampled_from([1, 2]),
)
def test_costs_of_a_layer_by_closed_form(n: int, m: int, k: int, s: int, p: int, groups: int) -> None:
    n, m = n * groups, m * groups
    layer = nn.Conv2d(n, m, k, s, p, groups=groups, bias=False, device="meta")
    image = torch.zeros(1, n, 9, 8, device="meta")
    y = layer(image)
    weights = m * (n // groups) * k * k
    by_formula = y.shape[2] * y.shape[3] * weights
    assert macs(layer, image) == by_formula
    assert num_params(layer) == weights
    assert num_activations(layer, image) == y.numel()
    chosen = {"in_channels": n, "out_channels": m, "kernel_size": k, "groups": groups}
    assert run("conv.macs", **chosen, height=9, width=8, stride=s, padding=p).value == by_formula
    assert run("conv.flops", **chosen, height=9, width=8, stride=s, padding=p).value == 2 * by_formula
    assert run("conv.num_params", **chosen, bias=True).value == weights + m


STACK: list[dict[str, Any]] = [
    {"layer": "Conv2d", "out_channels": 6, "kernel_size": 5, "padding": 2},
    {"layer": "ReLU"},
    {"layer": "AvgPool2d", "kernel_size": 2},
    {"layer": "Flatten"},
    {"layer": "Linear", "out_features": 10},
]


def plain() -> nn.Sequential:
    """The same by hand, on the meta device."""
    with torch.device("meta"):
        return nn.Sequential(
            nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.AvgPool2d(2), nn.Flatten(), nn.Linear(1176, 10)
        )


@pytest.mark.parametrize(("dtype", "size"), [("float32", 4), ("float16", 2), ("float64", 8), ("int8", 1)])
def test_memory_of_a_stack_is_what_hooks_see(dtype: str, size: int) -> None:
    network, batch, seen = plain(), torch.zeros(3, 1, 28, 28, device="meta"), []

    def see(module: nn.Module, inputs: Any, output: Tensor) -> None:
        seen.append(output.numel())

    for layer in network:
        layer.register_forward_hook(see)
    network(batch)
    params = sum(p.numel() for p in network.parameters())
    chosen = {"layers": STACK, "input_shape": [1, 28, 28], "batch_size": 3, "dtype": dtype}
    counts = {"parameters": params, "activations": sum(seen), "both": params + sum(seen)}
    for of, elements in counts.items():
        assert run("stack.memory", **chosen, of=of).value == elements * size
    assert num_activations(plain(), batch) == sum(seen)


def test_costs_of_a_stack() -> None:
    with FlopCounterMode(display=False) as counted:
        plain()(torch.zeros(1, 1, 28, 28, device="meta"))
    found = run("stack.macs", layers=STACK, input_shape=[1, 28, 28]).value
    assert 2 * found == counted.get_total_flops()
    assert found == 28 * 28 * 6 * 25 + 11_760 == macs(plain(), torch.zeros(1, 1, 28, 28, device="meta"))
    assert run("stack.num_params", layers=STACK, input_shape=[1, 28, 28]).value == 156 + 11_770 == num_params(plain())


@pytest.mark.parametrize(
    ("layers", "kernel_size", "channels", "stacked", "one"),
    [(2, 3, 64, 73_728, 102_400), (3, 3, 64, 110_592, 200_704), (2, 5, 8, 3200, 5184)],
)
def test_weights_of_small_kernels_in_a_row(
    layers: int, kernel_size: int, channels: int, stacked: int, one: int
) -> None:
    wide = layers * (kernel_size - 1) + 1
    rows = [nn.Conv2d(channels, channels, kernel_size, bias=False, device="meta") for _ in range(layers)]
    assert sum(layer.weight.numel() for layer in rows) == stacked
    assert nn.Conv2d(channels, channels, wide, bias=False, device="meta").weight.numel() == one
    chosen = {"num_layers": layers, "kernel_size": kernel_size, "channels": channels}
    assert run("conv_stacked.weights_ratio", **chosen).value == stacked / one
    assert run("conv_stacked.has_fewer_weights", **chosen).value is (stacked < one)


def test_the_known_shares_of_stacks() -> None:
    assert run("conv_stacked.weights_ratio", num_layers=2).value == 18 / 25
    assert run("conv_stacked.weights_ratio", num_layers=3).value == 27 / 49


@pytest.mark.parametrize("kernel_size", [1, 3, 5, 7])
def test_the_share_of_asymmetric_kernels(kernel_size: int) -> None:
    thin = [nn.Conv2d(4, 4, size, bias=False, device="meta") for size in ((kernel_size, 1), (1, kernel_size))]
    square = nn.Conv2d(4, 4, kernel_size, bias=False, device="meta")
    share = sum(layer.weight.numel() for layer in thin) / square.weight.numel()
    assert run("conv_asymmetric.macs_ratio", kernel_size=kernel_size).value == share == 2 / kernel_size


@pytest.mark.parametrize(("n", "r", "m", "k"), [(192, 16, 32, 5), (256, 64, 64, 3), (8, 8, 8, 3), (8, 7, 8, 3)])
def test_the_share_of_a_narrowed_convolution(n: int, r: int, m: int, k: int) -> None:
    share = (n * r + r * k * k * m) / (n * k * k * m)
    chosen = {"in_channels": n, "reduced_channels": r, "out_channels": m, "kernel_size": k}
    assert run("conv_reduced.macs_ratio", **chosen).value == pytest.approx(share, rel=1e-12)
    assert run("conv.reduction_saves", **chosen).value is (r < k * k * n * m / (n + k * k * m))


def test_inceptions_five_by_five_branch() -> None:
    """Block 3a of GoogLeNet: 15,872 weights in place of 153,600."""
    chosen = {"in_channels": 192, "reduced_channels": 16, "out_channels": 32, "kernel_size": 5}
    assert run("conv_reduced.macs_ratio", **chosen).value == pytest.approx(15_872 / 153_600, rel=1e-12)


@few
@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 4)))
def test_shapes_of_weights(groups: int, n: int, m: int, kernel_size: tuple[int, int]) -> None:
    chosen = {"in_channels": groups * n, "out_channels": groups * m, "kernel_size": kernel_size}
    for name, layer in {"conv": nn.Conv2d, "conv_transpose": nn.ConvTranspose2d}.items():
        theirs = layer(**chosen, groups=groups, device="meta").weight.shape
        assert run(f"{name}.weight_shape", **chosen, groups=groups).value == list(theirs)
    theirs = nn.Conv3d(n, m, (2, *kernel_size), device="meta").weight.shape
    flat = {"in_channels": n, "out_channels": m, "kernel_size": [2, *kernel_size]}
    assert run("conv3d.weight_shape", **flat).value == list(theirs) == [m, n, 2, *kernel_size]

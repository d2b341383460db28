"""Costs of convolutions and units: by arithmetic, by torch's own counter, and by looking at who reads what."""

from typing import Any

import pytest
import sympy
import torch
from claim_runs import run as run_door
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.convolution_cost import connections, convolution
from engine.analysis.memory_access import memory_access, traffic
from engine.analysis.toy_latency import Device, toy_latency
from engine.errors import Refused
from engine.models.mobilenet_v2 import InvertedResidual
from engine.models.squeezenet import Fire

torch.set_num_threads(1)
KINDS = ("standard", "grouped", "depthwise", "pointwise", "separable")


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def expected_weights(kind: str, n: int, m: int, k: int, g: int) -> int:
    return {
        "standard": k * k * n * m,
        "grouped": k * k * n * m // g,
        "depthwise": k * k * m,
        "pointwise": n * m,
        "separable": k * k * n + n * m,
    }[kind]


@given(
    st.sampled_from(KINDS),
    st.integers(1, 4),
    st.integers(1, 4),
    st.sampled_from([1, 2, 3]),
    st.sampled_from([1, 3, 5]),
    st.integers(5, 12),
    st.integers(5, 12),
)
@settings(max_examples=25)
def test_costs_are_the_formulas(kind: str, a: int, b: int, g: int, k: int, h: int, w: int) -> None:
    n, m = a * g, a * b * g
    arguments = {"kind": kind, "in_channels": n, "out_channels": m, "kernel_size": k, "groups": g}
    arguments |= {"height": h, "width": w}
    weights = expected_weights(kind, n, m, k, g)
    assert value("conv.cost", **arguments, of="weights") == weights
    assert value("conv.cost", **arguments) == h * w * weights
    moved = n * h * w + weights + m * h * w + (2 * n * h * w if kind == "separable" else 0)
    assert value("conv.cost", **arguments, of="memory_access") == moved


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kind", KINDS)
def test_macs_are_half_the_flops_that_torch_counts_for_each_kind(kind: str, stride: int) -> None:
    n, m, h, w = 8, 16, 9, 6
    groups = {"grouped": 4, "depthwise": n}.get(kind, 1)
    k = 1 if kind == "pointwise" else 3
    layers: list[nn.Module] = [nn.Conv2d(n, m, k, stride, k // 2, groups=groups, bias=False, device="meta")]
    if kind == "separable":
        depthwise = nn.Conv2d(n, n, 3, stride, 1, groups=n, bias=False, device="meta")
        layers = [depthwise, nn.Conv2d(n, m, 1, bias=False, device="meta")]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        nn.Sequential(*layers)(torch.empty(1, n, h, w, device="meta"))
    arguments = {"in_channels": n, "out_channels": m, "height": h, "width": w, "stride": stride, "groups": 4}
    assert value("conv.cost", kind=kind, **arguments) * 2 == counter.get_total_flops()


def test_the_claims_figures() -> None:
    standard = {"in_channels": 16, "out_channels": 32, "height": 8, "width": 8}
    assert value("conv.cost", kind="standard", **standard) == 294_912
    assert value("conv.cost", kind="standard", **standard, stride=2) == 73_728
    assert value("conv.cost", kind="grouped", **standard, groups=4) == 73_728
    assert value("conv.cost", kind="depthwise", **{**standard, "out_channels": 16}) == 9_216
    assert value("conv.cost", kind="pointwise", **standard) == 32_768


@pytest.mark.parametrize("kind", KINDS)
def test_connections_are_those_of_a_perturbed_input(kind: Any) -> None:
    """Change one cell at a time and see which outputs move."""
    n, m, g, side = 4, 8, 2, 5
    with torch.random.fork_rng():
        layer = convolution(kind, n, m, 3, groups=g)
    found = connections(layer, n, side)
    for weight in layer.parameters():
        nn.init.ones_(weight)
    before = layer(torch.zeros(1, n, side, side))
    moved = torch.zeros(m, n, dtype=torch.int64)
    for place in range(n * side * side):
        x = torch.zeros(1, n, side, side)
        x.view(-1)[place] = 1
        moved[:, place // side**2] += (layer(x) - before)[0, :, side // 2, side // 2].ne(0)
    assert torch.equal(found, moved)
    channels = {"standard": n, "grouped": n // g, "depthwise": 1, "pointwise": n, "separable": n}[kind]
    cells = 1 if kind == "pointwise" else 9
    arguments = {"kind": kind, "in_channels": n, "out_channels": m, "groups": g}
    assert value("conv.inputs_read", **arguments) == channels
    assert value("conv.inputs_read", **arguments, of="cells") == channels * cells
    assert value("conv.inputs_read", **arguments, of="readers") == channels * m // n


def test_kinds_are_refused_where_channels_do_not_divide() -> None:
    for kind, says in (("depthwise", "use a multiple of 8"), ("grouped", "groups 3 must divide")):
        with pytest.raises(Refused, match=says):
            value("conv.cost", kind=kind, in_channels=8, out_channels=12, height=4, width=4, groups=3)
    with pytest.raises(Refused, match="only an odd kernel keeps the size; use 5"):
        value("conv.cost", kind="standard", in_channels=1, out_channels=1, height=4, width=4, kernel_size=4)


@given(st.integers(1, 64), st.integers(1, 64), st.integers(1, 4), st.integers(1, 30), st.integers(1, 30))
@settings(max_examples=25)
def test_memory_access_of_a_pointwise_convolution(a: int, b: int, g: int, h: int, w: int) -> None:
    layer = nn.Conv2d(a * g, b * g, 1, groups=g, bias=False, device="meta")
    moved = memory_access(layer, torch.zeros(1, a * g, h, w, device="meta"))
    assert moved == h * w * (a * g + b * g) + a * b * g


def test_memory_access_at_fixed_macs_is_least_at_equal_widths() -> None:
    """The first guideline: by AM-GM, and over all integer pairs."""
    for pair, moved in (((128, 128), 819_200), ((64, 256), 1_019_904), ((32, 512), 1_722_368)):
        layer = nn.Conv2d(*pair, 1, bias=False, device="meta")
        assert memory_access(layer, torch.zeros(1, pair[0], 56, 56, device="meta")) == moved
    c1, hw, macs = sympy.symbols("c1 hw B", positive=True)
    access = hw * (c1 + macs / (hw * c1)) + macs / hw
    (best,) = sympy.solve(sympy.diff(access, c1), c1)
    assert sympy.simplify(best - sympy.sqrt(macs / hw)) == 0
    assert sympy.simplify(access.subs(c1, best) - 2 * sympy.sqrt(hw * macs) - macs / hw) == 0
    pairs = [(c, 576 // c) for c in range(1, 577) if 576 % c == 0]
    assert min(pairs, key=lambda pair: 3136 * sum(pair) + 576) == (24, 24)
    assert value("memory_access.is_least_at_equal_widths", width=24) is True
    assert value("memory_access.is_least_at_equal_widths", width=24, fixed="sum of widths") is False


def test_memory_access_with_groups_at_fixed_macs_and_at_fixed_widths() -> None:
    fixed_macs, fixed_widths = [], []
    for g in (1, 2, 4, 8):
        for wide, found in ((128 * g, fixed_macs), (128, fixed_widths)):
            layer = nn.Conv2d(128, wide, 1, groups=g, bias=False, device="meta")
            found.append(memory_access(layer, torch.zeros(1, 128, 56, 56, device="meta")))
    assert fixed_macs == [3136 * 128 * (1 + g) + 16_384 for g in (1, 2, 4, 8)]
    assert fixed_widths == [3136 * 256 + 16_384 // g for g in (1, 2, 4, 8)]


def test_traffic_lists_each_layer() -> None:
    network = nn.Sequential(nn.Conv2d(2, 3, 1, device="meta"), nn.ReLU())
    rows = traffic(network, torch.zeros(1, 2, 4, 5, device="meta"))
    assert [(row.read, row.weights, row.written, row.macs) for row in rows] == [(40, 9, 60, 120), (60, 0, 60, 0)]
    assert [row.moved for row in rows] == [109, 120]


@pytest.mark.parametrize(
    ("layer", "flops", "moved"),
    [
        ("standard", 2 * 784 * 9 * 256 * 256, 2 * 784 * 256 + 9 * 256 * 256),
        ("pointwise", 2 * 784 * 256 * 256, 2 * 784 * 256 + 256 * 256),
        ("depthwise", 2 * 784 * 9 * 256, 2 * 784 * 256 + 9 * 256),
        ("separable", 2 * 784 * 256 * (9 + 256), 4 * 784 * 256 + 256 * (9 + 256)),
        ("relu", 784 * 256, 2 * 784 * 256),
        ("add", 784 * 256, 3 * 784 * 256),
    ],
)
def test_operations_per_byte(layer: str, flops: int, moved: int) -> None:
    assert value("intensity.of_layer", layer=layer) == pytest.approx(flops / (4 * moved), rel=1e-12)
    assert value("intensity.of_layer", layer=layer, bytes_per_number=2) == pytest.approx(flops / (2 * moved), rel=1e-12)


def test_the_roofline() -> None:
    assert value("intensity.attainable", intensity=2.0, peak=1000.0, bandwidth=50.0) == 100.0
    assert value("intensity.attainable", intensity=233.0, peak=1000.0, bandwidth=50.0) == 1000.0


def test_a_toy_latency_is_starts_and_products() -> None:
    assert toy_latency(7, 300, Device(2.0, 100.0)) == 17.0
    assert value("latency.toy", layers=7, macs=300, overhead=2.0, throughput=100.0) == 17.0
    assert value("latency.of_model", name="alexnet", device="serial") == pytest.approx(8 + 714_188_480 / 20_000)
    assert value("latency.of_model", name="mobilenet_v1") == pytest.approx(28 * 20 + 568_740_352 / 5e6)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 8), st.sampled_from([1, 2]), st.integers(3, 9))
@settings(max_examples=25)
def test_an_inverted_residual_by_arithmetic(n: int, m: int, t: int, s: int, h: int) -> None:
    w, small = h + 2, (-(-h // s)) * (-(-(h + 2) // s))
    expansion = 0 if t == 1 else n * t * n
    macs = h * w * expansion + small * t * n * (9 + m)
    arguments = {"in_channels": n, "out_channels": m, "expand_ratio": t}
    assert value("inverted_residual.macs", **arguments, height=h, width=w, stride=s) == macs
    weights = expansion + t * n * (9 + m)
    norms = 2 * (t * n * (1 if t == 1 else 2) + m)
    assert value("inverted_residual.num_params", **arguments, batch_norm=False) == weights
    assert sum(p.numel() for p in InvertedResidual(n, m, s, t).parameters()) == weights + norms
    ends = [n, t * n, m] if t == 1 else [n, t * n, t * n, m]
    assert value("inverted_residual.channels", **arguments) == ends


@pytest.mark.parametrize("n", [1, 2, 4, 8, 32, 100, 1000])
def test_the_break_even_expansion(n: int) -> None:
    t = sympy.symbols("t")
    (even,) = sympy.solve(sympy.Eq(t * (2 * n + 9), 9 * n), t)
    largest = int(sympy.ceiling(even)) - 1
    assert value("inverted_residual.largest_cheap_expansion", channels=n) == largest
    assert even < sympy.Rational(9, 2)


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=25)
def test_three_units_by_arithmetic(a: int, b: int, g: int, h: int, w: int) -> None:
    c, m = a * g, b * g
    arguments = {"channels": c, "bottleneck": m, "groups": g, "height": h, "width": w}
    assert value("unit.macs", unit="resnet", **arguments) == h * w * (2 * c * m + 9 * m * m)
    assert value("unit.macs", unit="resnext", **arguments) == h * w * (2 * c * m + 9 * m * m // g)
    assert value("unit.macs", unit="shufflenet_v1", **arguments) == h * w * (2 * c * m // g + 9 * m)


def test_units_of_the_claims() -> None:
    same = {"channels": 24, "bottleneck": 24, "groups": 3, "height": 7, "width": 7}
    assert value("unit.macs", unit="shufflenet_v1", **same) == 29_400
    assert value("unit.macs", unit="resnet", **same) == 310_464
    with pytest.raises(Refused, match="groups 5 must divide"):
        value("unit.macs", unit="shufflenet_v1", **{**same, "groups": 5})


def test_shapes_of_shufflenet_v2s_unit() -> None:
    assert value("shufflenet_v2.unit_output_shape", channels=24, height=57, width=40, stride=2) == [48, 29, 20]
    assert value("shufflenet_v2.unit_output_shape", channels=24, height=56, width=40) == [24, 56, 40]
    with pytest.raises(Refused, match="must both be even"):
        value("shufflenet_v2.unit_output_shape", channels=23, height=56, width=40)
    with pytest.raises(Refused, match="out_channels cannot be 48"):
        value("shufflenet_v2.unit_output_shape", channels=24, height=56, width=40, out_channels=48)


@given(st.integers(1, 50), st.integers(1, 20), st.integers(1, 20), st.integers(1, 20), st.integers(1, 9))
@settings(max_examples=25)
def test_a_fire_module_by_arithmetic(n: int, s: int, e1: int, e3: int, h: int) -> None:
    arguments = {"in_channels": n, "squeeze": s, "expand1x1": e1, "expand3x3": e3}
    weights = n * s + s * e1 + 9 * s * e3
    assert value("fire.num_params", **arguments) == weights + s + e1 + e3
    assert value("fire.macs", **arguments, height=h, width=h + 3) == h * (h + 3) * weights
    assert value("fire.output_shape", **arguments, height=h, width=h + 3) == [e1 + e3, h, h + 3]
    assert sum(p.numel() for p in Fire(n, s, e1, e3).parameters()) == weights + s + e1 + e3


def test_fifty_times_smaller_holds_before_any_compression() -> None:
    assert value("squeezenet.times_smaller", than="alexnet_original_grouped") == pytest.approx(60_965_224 / 1_248_424)
    assert value("squeezenet.times_smaller", than="alexnet") == pytest.approx(61_100_840 / 1_248_424)
    assert value("squeezenet.times_smaller", than="alexnet", bits=8, kept=0.5) == pytest.approx(
        8 * 61_100_840 / 1_248_424
    )
    assert value("compression.megabytes", params=1_248_424, bits=6) == pytest.approx(0.936318)


def test_the_depthwise_share_of_mobilenet_v1() -> None:
    blocks, fed, side, depthwise = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)], 32, 112, 0
    for made, stride in [*blocks, *[(512, 1)] * 5, (1024, 2), (1024, 1)]:
        side //= stride
        depthwise += side * side * 9 * fed
        fed = made
    assert value("mobilenet.depthwise_share") == pytest.approx(depthwise / 568_740_352, rel=1e-12)
    assert value("mobilenet.rounded_channels", channels=24, width_mult=0.75) == 24
    assert value("mobilenet.rounded_channels", channels=32, width_mult=0.75) == 24

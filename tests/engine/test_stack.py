"""Stacks against networks that are written down by hand in torch, and against following cells back one by one."""

import time
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.stack import MOST_LAYERS
from engine.arguments import bind
from engine.errors import Refused
from engine.evidence import Run
from engine.registry import find

torch.set_num_threads(1)
Written = tuple[str, dict[str, Any]]


def run(quantity: str, layers: list[Written], **arguments: Any) -> Run:
    door = find(f"stack.{quantity}")
    records = [{"layer": name, **given} for name, given in layers]
    result = door.call(**bind(door, {"layers": records, **arguments}))
    assert isinstance(result, Run)
    return result


def by_hand(layers: list[Written], channels: int) -> nn.Sequential:
    """Build the same network with nothing left out."""
    found: list[nn.Module] = []
    for name, written in layers:
        if name == "Conv2d":
            out_channels = written.get("out_channels", channels)
            rest = {key: value for key, value in written.items() if key != "out_channels"}
            found.append(nn.Conv2d(channels, out_channels, **rest))
            channels = out_channels
        elif name == "BatchNorm2d":
            found.append(nn.BatchNorm2d(channels))
        else:
            found.append(getattr(nn, name)(**written))
    return nn.Sequential(*found).eval()


CONV = st.fixed_dictionaries(
    {"kernel_size": st.integers(1, 5)},
    optional={
        "out_channels": st.integers(1, 6),
        "stride": st.integers(1, 3),
        "padding": st.integers(0, 3),
        "dilation": st.integers(1, 2),
        "bias": st.booleans(),
    },
)
POOL = st.fixed_dictionaries({"kernel_size": st.integers(2, 4)}, optional={"stride": st.integers(1, 3)})
LAYER = st.one_of(
    st.tuples(st.just("Conv2d"), CONV),
    st.tuples(st.sampled_from(["MaxPool2d", "AvgPool2d"]), POOL),
    st.tuples(st.sampled_from(["ReLU", "BatchNorm2d", "Dropout"]), st.just({})),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=5), st.integers(1, 3), st.integers(6, 20))
def test_what_a_stack_gives_and_costs_is_what_torch_says(layers: list[Written], channels: int, size: int) -> None:
    network, shape = by_hand(layers, channels), [channels, size, size]
    counter = FlopCounterMode(display=False)
    try:
        with torch.no_grad(), counter:
            expected = list(network(torch.zeros(1, *shape)).shape[1:])
    except RuntimeError:
        with pytest.raises(Refused, match=r"^layer \d, "):
            run("output_shape", layers, input_shape=shape)
        return
    assert run("output_shape", layers, input_shape=shape).value == expected
    assert run("output_size", layers, input_shape=shape).value == expected[1]
    assert run("num_params", layers, input_shape=shape).value == sum(p.numel() for p in network.parameters())
    assert run("macs", layers, input_shape=shape).value == counter.get_total_flops() // 2
    assert run("depth", layers, input_shape=shape).value == sum(name == "Conv2d" for name, _ in layers)


def seen_cells(layers: list[Written]) -> set[int]:
    """Follow one output unit back to the input cells that it is computed from."""
    cells = {0}
    for name, written in reversed(layers):
        if "kernel_size" not in written:
            continue
        stride = written.get("stride", 1 if name == "Conv2d" else written["kernel_size"])
        taps = [tap * written.get("dilation", 1) for tap in range(written["kernel_size"])]
        cells = {cell * stride + tap for cell in cells for tap in taps}
    return cells


@settings(max_examples=40, deadline=None)
@given(st.lists(LAYER, min_size=1, max_size=5))
def test_the_receptive_field_is_what_is_found_by_following_the_cells_back(layers: list[Written]) -> None:
    cells = seen_cells(layers)
    assert run("receptive_field", layers).value == max(cells) - min(cells) + 1


STEM: list[Written] = [
    ("Conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False}),
    ("BatchNorm2d", {}),
    ("ReLU", {}),
    ("MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}),
]


def test_the_stem_of_resnet() -> None:
    """He et al. 2016: 112, then 56; 9,408 weights and 128 of the BatchNorm; 118,013,952 multiply-adds."""
    shape = [3, 224, 224]
    assert run("output_shape", STEM, input_shape=shape).value == [64, 56, 56]
    assert run("num_params", STEM, input_shape=shape).value == 9408 + 128
    assert run("macs", STEM, input_shape=shape).value == 118_013_952
    assert run("receptive_field", STEM).value == 11


def test_other_layers() -> None:
    head: list[Written] = [("AdaptiveAvgPool2d", {"output_size": 2}), ("Flatten", {}), ("Linear", {"out_features": 10})]
    assert run("output_shape", head, input_shape=[8, 9, 7]).value == [10]
    assert run("num_params", head, input_shape=[8, 9, 7]).value == 8 * 2 * 2 * 10 + 10
    assert run("num_params", [("GroupNorm", {"num_groups": 2})], input_shape=[8, 3, 3]).value == 16
    assert run("num_params", [("LayerNorm", {"normalized_shape": [8, 3, 3]})], input_shape=[8, 3, 3]).value == 144
    up: list[Written] = [("ConvTranspose2d", {"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1})]
    assert run("output_shape", up, input_shape=[8, 5, 6]).value == [4, 10, 12]
    mlp: list[Written] = [("Linear", {"out_features": 128}), ("ReLU", {}), ("Linear", {"out_features": 10})]
    assert run("num_params", mlp, input_shape=[784]).value == 784 * 128 + 128 + 128 * 10 + 10
    assert run("depth", mlp, input_shape=[784]).value == 2
    assert run("output_shape", [("BatchNorm2d", {})], input_shape=[3, 1, 1]).value == [3, 1, 1]
    assert run("num_params", [("Linear", {"out_features": 2})], input_shape=[7, 5]).value == 5 * 2 + 2  # the last axis
    rounded_up = nn.MaxPool2d(3, ceil_mode=True)(torch.zeros(1, 2, 2)).shape
    ceil: list[Written] = [("MaxPool2d", {"kernel_size": 3, "ceil_mode": True})]
    assert run("output_shape", ceil, input_shape=[1, 2, 2]).value == list(rounded_up) == [1, 1, 1]


def test_a_large_stack_says_that_it_ran_on_the_meta_device() -> None:
    assert run("output_shape", STEM, input_shape=[3, 224, 224]).device == "meta"
    assert run("output_shape", STEM, input_shape=[3, 16, 16]).device == "cpu"


@pytest.mark.parametrize(
    ("layers", "shape", "reason"),
    [
        ([("Conv2d", {"kernel_size": 9})], [3, 4, 4], r"layer 1, Conv2d: height: the kernel spans 9 cells"),
        ([("Conv2d", {"kernel_size": [1, 9]})], [3, 4, 4], r"layer 1, Conv2d: width: the kernel spans 9 cells"),
        ([("MaxPool2d", {"kernel_size": 2, "padding": 2})], [3, 4, 4], "padding must be at most 1"),
        ([("Conv2d", {"kernel_size": 1, "in_channels": 4})], [3, 4, 4], "in_channels is 4, and 3 arrive"),
        ([("Conv2d", {"kernel_size": 1, "groups": 2})], [3, 4, 4], "groups 2 must divide"),
        ([("Conv2d", {})], [3, 4, 4], "layer 1, Conv2d: kernel_size is missing"),
        ([("Flatten", {}), ("Conv2d", {"kernel_size": 1})], [3, 4, 4], "layer 2, Conv2d: it needs channels"),
        ([("ReLU", {"bias": True})], [3, 4, 4], "layer 1, ReLU: it takes no argument 'bias'"),
        ([("MaxPool2d", {"kernel_size": 2, "bias": True})], [3, 4, 4], "takes no argument 'bias'"),
        ([("Linear", {"out_features": 2, "in_features": 5})], [4], "in_features is 5, and 4 arrive"),
        ([("LayerNorm", {"normalized_shape": 5})], [4], "layer 1, LayerNorm: torch refuses it"),
        ([("GroupNorm", {"num_groups": 2})], [3, 4, 4], "num_groups 2 does not divide the 3 channels"),
        ([("Flatten", {"start_dim": 4})], [3, 4, 4], "layer 1, Flatten: torch refuses it: Dimension out of range"),
        ([("ReLU", {})], [3, 65_536, 65_536], "the input of 3×65536×65536 has more than 100,000,000 elements"),
        ([("Linear", {"out_features": 65_536})], [65_536], "its weight of 65536×65536 has more than"),
        ([("Conv2d", {"kernel_size": 1, "out_channels": 65_536})], [3, 99, 99], "its output of 65536×99×99 has more"),
        (
            [("ConvTranspose2d", {"kernel_size": 1024, "stride": 1024})] * 9,
            [1, 9, 9],
            "its output of 1×9216×9216|layer 2",
        ),
    ],
)
def test_what_cannot_be_built_is_refused_in_a_sentence(layers: list[Written], shape: list[int], reason: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(Refused, match=reason) as caught:
        run("output_shape", layers, input_shape=shape)
    assert time.perf_counter() - begun < 1
    assert "\n" not in str(caught.value)


def test_sizes_that_differ_are_no_size() -> None:
    with pytest.raises(Refused, match=r"the output is 3×4×5"):
        run("output_size", [("ReLU", {})], input_shape=[3, 4, 5])
    with pytest.raises(Refused, match=r"the field is 3×1"):
        run("receptive_field", [("Conv2d", {"kernel_size": [3, 1]})])
    with pytest.raises(Refused, match="layer 2, Linear"):
        run("receptive_field", [("ReLU", {}), ("Linear", {"out_features": 3})])


def test_more_layers_than_a_stack_may_have_are_refused() -> None:
    assert run("depth", [("ReLU", {})] * MOST_LAYERS, input_shape=[3, 4, 4]).value == 0
    with pytest.raises(Refused, match="a list of 1 to 12 items"):
        run("depth", [("ReLU", {})] * (MOST_LAYERS + 1), input_shape=[3, 4, 4])


def test_the_evidence_adds_up() -> None:
    (table,) = run("num_params", STEM, input_shape=[3, 224, 224]).evidence()
    rows = table.to_json()["rows"]
    assert [row[0] for row in rows] == ["input", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "total"]
    assert rows[-1][2:] == (9536, 118_013_952)

"""``norm.*`` and ``lrn.*`` as banks call them: beside torch, beside arithmetic, beside perturbation."""

import math
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from engine.arguments import bind
from engine.errors import Refused
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.registry import Kind, find


def run(name, **given):
    function = find(name)
    return function.call(**bind(function, given))


def value(name, **given):
    return run(name, **given).value


def numbers(values):
    return torch.tensor(values, dtype=torch.float64)


def test_forward_in_training_equals_torch():
    x = [[1.0, 2.0], [7.0, -3.0], [4.0, 0.5]]
    found = value("norm.forward", layer="batch", x=x, weight=[2, 3], bias=[1, -1])
    expected = nn.functional.batch_norm(numbers(x), None, None, numbers([2, 3]), numbers([1, -1]), training=True)
    assert_close(numbers(found), expected, rtol=1e-12, atol=1e-12)


def test_forward_in_evaluation_equals_torch():
    x, mean, var = [[1.0, 2.0], [7.0, -3.0]], [1.0, -1.0], [4.0, 9.0]
    found = value("norm.forward", layer="batch", x=x, training=False, running_mean=mean, running_var=var)
    expected = nn.functional.batch_norm(numbers(x), numbers(mean), numbers(var))
    assert_close(numbers(found), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("last_axes", [1, 2, 3])
def test_forward_of_a_layer_norm_equals_torch(last_axes):
    x = torch.randn(2, 3, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    weight = torch.arange(1.0, 1 + math.prod(x.shape[-last_axes:]), dtype=torch.float64)
    found = value("norm.forward", layer="layer", x=x.tolist(), last_axes=last_axes, weight=weight.tolist())
    shape = list(x.shape[-last_axes:])
    expected = nn.functional.layer_norm(x, shape, weight.reshape(shape))
    assert_close(numbers(found), expected, rtol=1e-12, atol=1e-12)


def test_both_gradients_equal_torchs():
    x, upstream = [[1.0, 2.0], [7.0, -3.0], [4.0, 0.5]], [[1.0, 0.0], [0.0, 2.0], [0.5, 0.0]]
    leaf = numbers(x).requires_grad_()
    nn.functional.batch_norm(leaf, None, None, training=True).backward(numbers(upstream))
    for name in ("norm.gradient", "norm.gradient_formula"):
        assert_close(numbers(value(name, x=x, upstream=upstream)), leaf.grad, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("shape", [[7], [3, 4, 5]])
def test_parameters_of_a_layer_norm(shape, affine):
    expected = sum(p.numel() for p in nn.LayerNorm(shape, elementwise_affine=affine).parameters())
    assert value("norm.num_params", layer="layer", shape=shape, affine=affine) == expected


def test_parameters_and_running_statistics_of_a_batch_norm():
    twin = nn.BatchNorm2d(64)
    assert value("norm.num_params", layer="batch", shape=[64]) == sum(p.numel() for p in twin.parameters()) == 128
    assert value("norm.num_params", layer="batch", shape=[64], affine=False) == 0
    assert value("norm.num_running_statistics", layer="batch", shape=[64]) == 128
    assert value("norm.num_running_statistics", layer="layer", shape=[64]) == 0


def test_parameters_of_a_convolution_with_batch_norm():
    arguments = {"in_channels": 3, "out_channels": 8, "kernel_size": 5}
    assert value("norm.conv_num_params", **arguments) == 8 * 3 * 25 + 2 * 8
    assert value("norm.conv_num_params", **arguments, bias=True) == 8 * 3 * 25 + 8 + 2 * 8


CASES = [
    ("batch", [4, 3], 1),
    ("batch", [4, 3, 2], 1),
    ("batch", [2, 3, 2, 2], 1),
    ("layer", [4, 3], 1),
    ("layer", [2, 3, 4], 1),
    ("layer", [2, 3, 4], 2),
    ("layer", [2, 3, 2, 2], 3),
]


@pytest.mark.parametrize(("layer", "shape", "last_axes"), CASES)
def test_statistics_are_the_groups_that_move_together(layer, shape, last_axes):
    """Entries share a mean exactly when moving one moves the other's output."""
    kind = nn.BatchNorm1d if len(shape) < 4 else nn.BatchNorm2d
    module = kind(shape[1]) if layer == "batch" else nn.LayerNorm(shape[-last_axes:])
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    module.to(x)
    groups = set()
    for place in product(*map(range, shape)):
        moved = x.clone()
        moved[place] += 1
        groups.add(frozenset(map(tuple, (module(moved) - module(x)).abs().gt(1e-9).nonzero().tolist())))
    assert value("norm.num_statistics", layer=layer, shape=shape, last_axes=last_axes) == len(groups)
    per_statistic = value("norm.values_per_statistic", layer=layer, shape=shape, last_axes=last_axes)
    assert {len(group) for group in groups} == {per_statistic}


def test_statistics_of_published_sizes():
    assert value("norm.num_statistics", layer="batch", shape=[32, 256, 56, 56]) == 256
    assert value("norm.values_per_statistic", layer="batch", shape=[32, 256, 56, 56]) == 32 * 56 * 56
    assert value("norm.num_statistics", layer="layer", shape=[8, 128, 768]) == 8 * 128


def test_running_statistics_of_one_batch():
    assert value("norm.running_mean", batches=[[1, 3, 5]]) == pytest.approx(0.3, abs=1e-12)
    assert value("norm.running_var", batches=[[1, 3, 5]]) == pytest.approx(1.3, abs=1e-12)


@settings(max_examples=30)
@given(
    batches=st.lists(st.lists(st.floats(-100, 100), min_size=2, max_size=5), min_size=1, max_size=5),
    momentum=st.one_of(st.none(), st.floats(0, 1)),
    epochs=st.integers(1, 3),
)
def test_running_statistics_equal_torchs(batches, momentum, epochs):
    twin = nn.BatchNorm1d(1, momentum=momentum).double()
    for batch in batches * epochs:
        twin(numbers(batch)[:, None])
    arguments = {"batches": batches, "momentum": momentum, "epochs": epochs}
    assert value("norm.running_mean", **arguments) == pytest.approx(float(twin.running_mean), rel=1e-9, abs=1e-9)
    assert value("norm.running_var", **arguments) == pytest.approx(float(twin.running_var), rel=1e-9, abs=1e-9)


@settings(max_examples=30)
@given(
    mean=st.floats(-50, 50), variance=st.floats(0.01, 100), size=st.integers(2, 40), steps=st.integers(1, 30),
    momentum=st.floats(0, 1),
)  # fmt: skip
def test_running_statistics_after_equal_batches_decay_geometrically(mean, variance, size, steps, momentum):
    kept = (1 - momentum) ** steps
    found = value("norm.running_mean_after", mean=mean, steps=steps, momentum=momentum)
    assert found == pytest.approx((1 - kept) * mean, rel=1e-9, abs=1e-9)
    found = value("norm.running_var_after", variance=variance, batch_size=size, steps=steps, momentum=momentum)
    assert found == pytest.approx(kept + (1 - kept) * variance * size / (size - 1), rel=1e-9)


@pytest.mark.parametrize("size", [2, 3, 10, 64, 1000])
def test_largest_output_is_the_root_of_the_others(size):
    assert value("norm.largest_output", batch_size=size) == pytest.approx(math.sqrt(size - 1), rel=1e-9)


def test_no_climb_passes_the_largest_output():
    """Gradient ascent on one normalised value, over all inputs, ends at the lone outlier."""
    x = torch.randn(10, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    layer = nn.BatchNorm1d(1, eps=1e-14).double()  # torch refuses an eps of 0
    for _ in range(500):
        (step,) = torch.autograd.grad(layer(x)[0, 0], x)
        x = (x + 0.5 * step).detach().requires_grad_()
    assert float(layer(x)[0, 0].detach()) == pytest.approx(value("norm.largest_output", batch_size=10), rel=1e-6)


def test_output_variance_is_short_by_eps():
    assert value("norm.output_variance", variance=1e-5) == pytest.approx(0.5, rel=1e-9)
    assert value("norm.output_variance", variance=3, eps=1) == pytest.approx(0.75, rel=1e-9)


def test_output_std_by_divisor():
    assert value("norm.output_std", variance=9) == pytest.approx(1, rel=1e-12)
    assert value("norm.output_std", variance=9, divide_by="variance") == pytest.approx(1 / 3, rel=1e-12)


@pytest.mark.parametrize(("layer", "ratio"), [("batch", 0.2), ("layer", 0.2), ("none", 1.0)])
def test_weight_gradient_ratio(layer, ratio):
    assert value("norm.weight_gradient_ratio", scale=5, layer=layer) == pytest.approx(ratio, rel=1e-9)


def test_lrn_forward_equals_torch_with_alpha_times_size():
    x = [1.0, 3.0, 0.0, -2.0, 5.0, 1.0]
    expected = nn.LocalResponseNorm(5, alpha=5e-4, k=2.0)(numbers(x)[None, :, None]).flatten()
    assert_close(numbers(value("lrn.forward", x=x)), expected, rtol=1e-12, atol=1e-12)
    found = value("lrn.forward", x=x, alpha=5e-4, convention="torch")
    assert_close(numbers(found), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("channel", "expected"), [(0, [0, 1, 2]), (1, [0, 1, 2, 3]), (50, [48, 49, 50, 51, 52]), (95, [93, 94, 95])]
)
def test_lrn_neighbours_are_a_clipped_window(channel, expected):
    assert value("lrn.neighbours", channel=channel, channels=96) == expected


SIX_AXES = [[[[[[1.0]]]]], [[[[[2.0]]]]]]
REFUSALS = [
    ("norm.forward", {"layer": "batch", "x": [1, 2]}, "at least two axes"),
    ("norm.forward", {"layer": "batch", "x": [[1, 2]]}, "torch refuses .* more than 1 value per channel"),
    ("norm.forward", {"layer": "batch", "x": [[1], [2]], "eps": 0}, "torch refuses .* eps"),
    ("norm.forward", {"layer": "batch", "x": SIX_AXES}, "at most five axes"),
    ("norm.gradient", {"x": SIX_AXES, "upstream": SIX_AXES}, "at most five axes"),
    ("norm.gradient_formula", {"x": SIX_AXES, "upstream": SIX_AXES}, "at most five axes"),
    ("norm.gradient", {"x": [[1, 2]], "upstream": [[1, 0]]}, "at least two values per channel"),
    ("norm.gradient_formula", {"x": [[1, 2]], "upstream": [[1, 0]]}, "at least two values per channel"),
    ("norm.running_mean", {"batches": [[1, 2]] * 6, "epochs": 1000}, "6,000 batches in all, and at most 5,000"),
    ("norm.running_var", {"batches": [[1, 2]] * 6, "epochs": 1000}, "6,000 batches in all, and at most 5,000"),
    ("norm.running_mean", {"batches": [[1] * 1024] * 5, "epochs": 1000}, "5,120,000 values in all, and at most 4,194"),
    ("norm.running_var_after", {"variance": 1, "batch_size": 65536, "steps": 65}, "4,259,840 values in all"),
    ("norm.forward", {"layer": "layer", "x": [[1, 2]], "last_axes": 3}, "only 2 axes"),
    ("norm.forward", {"layer": "layer", "x": [[1, 2]], "running_mean": [1, 2]}, "LayerNorm has no running_mean"),
    ("norm.forward", {"layer": "layer", "x": [[1, 2]], "weight": [1]}, "'weight' needs 2 values"),
    ("norm.gradient", {"x": [[1], [2]], "upstream": [[1]]}, "one shape"),
    ("norm.num_params", {"layer": "batch", "shape": [3, 4]}, r"\[num_features\]"),
    ("norm.num_params", {"layer": "layer", "shape": [65536] * 6}, "entries"),
    ("norm.num_statistics", {"layer": "batch", "shape": [65536] * 6}, "elements"),
    ("norm.num_statistics", {"layer": "batch", "shape": [1, 3]}, "at least two values per channel"),
    ("norm.num_statistics", {"layer": "batch", "shape": [2, 3, 1, 1, 1, 2]}, "at most five axes"),
    ("lrn.neighbours", {"channel": 5, "channels": 5}, "numbered 0 to 4"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        run(name, **arguments)
    assert "\n" not in str(refusal.value)


def test_evidence_of_running_statistics_shows_every_batch():
    (curve,) = run("norm.running_mean", batches=[[1, 3], [5, 7]]).evidence()
    assert curve.series[0].y == pytest.approx([0, 0.2, 0.78])


def test_layers_are_exported_under_their_names():
    assert {BatchNorm, LayerNorm} <= set(find("norm.forward").shows)


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2), (2, 3, 2, 2), (2, 3, 2, 1, 2)])
def test_forward_equals_the_written_out_layers(shape):
    x = torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    for layer, written_out in (("batch", BatchNorm(3)), ("layer", LayerNorm(shape[-1]))):
        found = numbers(value("norm.forward", layer=layer, x=x.tolist()))
        assert_close(found, written_out.to(x)(x).detach(), rtol=1e-12, atol=1e-12)


RUNS_OF_TORCHS_LAYER = [
    ("norm.forward", {"layer": "batch", "x": [[1], [7]]}, nn.BatchNorm1d),
    ("norm.forward", {"layer": "batch", "x": [[[1, 2]], [[7, 8]]]}, nn.BatchNorm1d),
    ("norm.forward", {"layer": "batch", "x": [[[[1]]], [[[7]]]]}, nn.BatchNorm2d),
    ("norm.forward", {"layer": "batch", "x": [[[[[1]]]], [[[[7]]]]]}, nn.BatchNorm3d),
    ("norm.forward", {"layer": "layer", "x": [[1, 7]]}, nn.LayerNorm),
    *[
        (name, find(name).example, nn.BatchNorm1d)
        for name in (
            "norm.running_mean",
            "norm.running_var",
            "norm.running_mean_after",
            "norm.running_var_after",
            "norm.largest_output",
            "norm.output_variance",
        )
    ],
]


@pytest.mark.parametrize(("name", "arguments", "kind"), RUNS_OF_TORCHS_LAYER)
def test_a_function_of_kind_module_runs_torchs_own_layer(name, arguments, kind):
    ran = []
    handle = nn.modules.module.register_module_forward_hook(lambda module, given, output: ran.append(type(module)))
    try:
        run(name, **arguments)
    finally:
        handle.remove()
    assert find(name).kind is Kind.MODULE
    assert set(ran) == {kind}


@pytest.mark.parametrize("name", ["norm.output_std", "model.macs", "conv.macs"])
def test_statistics_and_hooks_are_measurements(name):
    assert find(name).kind is Kind.MEASURED


def test_the_most_batches_that_are_run_are_run():
    last = value("norm.running_mean", batches=[[1, 3]] * 5, epochs=1000)
    assert last == pytest.approx(2, rel=1e-9)

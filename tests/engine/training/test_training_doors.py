"""Training beside torch's own loop, exact counts, and plain arithmetic."""

import math

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from engine.errors import Refused
from engine.training.communication import volume
from engine.training.data_parallel import averaged_gradient, gradient
from engine.training.extension import extended, trained_parameters
from engine.training.fine_tuning import freeze, freeze_statistics, replace_head
from engine.training.graphs import Node, traced
from engine.training.loop import num_steps, train
from engine.training.loss_curves import conclusion, slope, trend
from engine.training.model_parallel import crossings, two_lanes
from engine.training.stability import clipped_log, inverse_std, log_sum_exp

torch.set_num_threads(1)


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def filled(network, seed=0):
    network = network.double()
    for index, parameter in enumerate(network.parameters()):
        parameter.data = randn(seed + index, *parameter.shape)
    return network


def value(name, /, **arguments):
    return run(name, **arguments).value


class TorchSGD(torch.optim.SGD):
    """torch's optimizer, which our loop drives as it drives ours."""


def test_the_loop_is_torchs_with_zero_grad_and_without():
    batches = [(randn(i, 4, 3), randn(10 + i, 4, 2)) for i in range(5)]
    for zero_grad in (True, False):
        ours, theirs = filled(nn.Linear(3, 2)), filled(nn.Linear(3, 2))
        losses = train(ours, functional.mse_loss, TorchSGD(ours.parameters(), lr=0.1), batches, zero_grad)
        total = [torch.zeros_like(p) for p in theirs.parameters()]
        for (x, y), loss in zip(batches, losses, strict=True):
            expected = functional.mse_loss(theirs(x), y)
            assert loss == pytest.approx(expected.item(), rel=1e-12)
            gradients = torch.autograd.grad(expected, list(theirs.parameters()))
            total = [g if zero_grad else t + g for t, g in zip(total, gradients, strict=True)]
            for parameter, step in zip(theirs.parameters(), total, strict=True):
                parameter.data -= 0.1 * step
        torch.testing.assert_close(ours.weight, theirs.weight, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("zero_grad", [True, False])
def test_forgotten_gradients_add_up(zero_grad):
    for steps in (1, 2, 7):
        expected = -3.0 if zero_grad else -3.0 * steps
        assert value("training.gradient_after", steps=steps, zero_grad=zero_grad, target=3.0) == expected


@given(st.integers(1, 500), st.integers(1, 60), st.integers(1, 5), st.booleans())
@settings(max_examples=25)
def test_steps_are_counted_batch_by_batch(samples, batch_size, epochs, drop_last):
    sizes = [min(batch_size, samples - start) for start in range(0, samples, batch_size)]
    expected = epochs * sum(size == batch_size or not drop_last for size in sizes)
    given_ = {"samples": samples, "batch_size": batch_size, "epochs": epochs, "drop_last": drop_last}
    assert num_steps(**given_) == expected
    assert value("training.num_steps", **given_) == value("training.num_steps_formula", **given_) == expected


def test_the_corrected_program_learns_two_times_x():
    assert value("training.double_learned", x=4, steps=2000) == pytest.approx(8, abs=0.02)
    w, b = (torch.rand(2, generator=torch.Generator().manual_seed(0)) * 2 - 1).double().tolist()
    for _ in range(200):
        errors = [(x, w * x + b - 2 * x) for x in (1.0, 2.0, 3.0)]
        w, b = w - 0.01 * 2 * sum(x * e for x, e in errors) / 3, b - 0.01 * 2 * sum(e for _, e in errors) / 3
    assert value("training.double_learned", x=4, steps=200) == pytest.approx(4 * w + b, rel=1e-5)


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("linear", False),
        ("Linear", True),
        ("paramters", False),
        ("parameters", True),
        ("tensor_of_rows", False),
        ("tensor_of_list", True),
        ("loss_data_0", False),
        ("loss_item", True),
        ("variable", True),
    ],
)
def test_lines_of_the_old_program(line, runs):
    assert value("training.line_runs", line=line) is runs


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6), st.floats(-2, 2))
@settings(max_examples=20)
def test_a_graph_and_eager_code_give_the_sum_of_powers(coefficients, x):
    expected = sum(c * x**i for i, c in enumerate(coefficients))
    for mode in ("static", "eager"):
        found = value("training.polynomial", coefficients=coefficients, x=x, mode=mode)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(("layer", "numbers"), [("conv1", 0), ("conv2", 0), ("conv3", 128 * 13 * 13), ("conv4", 0)])
def test_the_lanes_of_alexnet_cross_at_conv3(layer, numbers):
    assert value("training.lane_sends", layer=layer) == numbers


def test_what_crosses_is_half_of_what_ungrouped_layers_read():
    expected = {"conv3": 128 * 13 * 13, "conv5": 0, "fc6": 128 * 6 * 6, "fc7": 2048, "fc8": 2048}
    for layer, numbers in expected.items():
        assert value("training.lane_sends", layer=layer) == numbers
        assert {each.layer: each.sent for each in crossings()}[layer] == numbers


def test_two_lanes_are_two_convolutions_with_half_the_channels():
    x, weight, bias = randn(0, 2, 4, 5, 5), randn(1, 6, 2, 3, 3), randn(2, 6)
    left = functional.conv2d(x[:, :2], weight[:3], bias[:3], padding=1)
    right = functional.conv2d(x[:, 2:], weight[3:], bias[3:], padding=1)
    torch.testing.assert_close(two_lanes(x, weight, bias, padding=1), torch.cat([left, right], 1))


def test_weighted_shards_give_the_batch_and_plain_ones_the_mean_of_means():
    network = filled(nn.Linear(3, 1))
    x, y = randn(1, 6, 3), randn(2, 6, 1)
    functional.mse_loss(network(x), y).backward()
    whole = torch.cat([p.grad.flatten() for p in network.parameters()])
    torch.testing.assert_close(gradient(network, functional.mse_loss, x, y), whole, rtol=1e-12, atol=1e-12)
    weighted = averaged_gradient(network, functional.mse_loss, x, y, [1, 5], "weighted")
    torch.testing.assert_close(weighted, whole, rtol=1e-12, atol=1e-12)
    shards = [
        torch.autograd.grad(functional.mse_loss(network(a), b), list(network.parameters()))
        for a, b in ((x[:1], y[:1]), (x[1:], y[1:]))
    ]
    plain = sum(torch.cat([g.flatten() for g in each]) for each in shards) / 2
    found = averaged_gradient(network, functional.mse_loss, x, y, [1, 5], "plain")
    torch.testing.assert_close(found, plain, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("batch", [1, 128])
def test_what_is_sent(batch):
    sent = volume(1000, 7, batch)
    assert (sent.data_parallel, sent.model_parallel) == (1000, 14 * batch)
    assert sent.cheaper == ("model" if 14 * batch < 1000 else "data")
    for parallelism, numbers in (("data", 1000), ("model", 14 * batch)):
        given_ = {"num_params": 1000, "activations": 7, "batch_size": batch, "parallelism": parallelism}
        assert value("training.numbers_sent", **given_) == numbers


def test_a_new_head_is_all_that_is_trained():
    assert value("training.trainable_params", name="resnet18", head="fc", num_classes=10) == 512 * 10 + 10
    layer4 = value("training.trainable_params", name="resnet18", head="fc", num_classes=10, unfrozen=["layer4"])
    assert layer4 == 8_393_728 + 5_130
    with pytest.raises(Refused, match="no layer 'fx'"):
        value("training.trainable_params", name="resnet18", head="fx", num_classes=10)
    with pytest.raises(Refused, match="is a Conv2d"):
        value("training.trainable_params", name="resnet18", head="conv1", num_classes=10)


def test_a_head_is_replaced_where_it_stands_and_the_rest_is_frozen():
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 4))
    new = replace_head(network, "2", 7)
    assert network[2] is new
    assert (new.in_features, new.out_features) == (3, 7)
    freeze(network, ["2"])
    assert [p.requires_grad for p in network.parameters()] == [False] * 4 + [True] * 2
    network.train()
    freeze_statistics(network)
    assert [layer.training for layer in network] == [True, False, True]


def test_an_identity_block_changes_nothing_and_lower_layers_can_stay():
    trunk, head = filled(nn.Sequential(nn.Linear(2, 3), nn.ReLU())), filled(nn.Linear(3, 1), 5)
    network = extended(trunk, head)
    x = randn(9, 4, 2)
    torch.testing.assert_close(network(x), head(functional.relu(trunk[0](x))), rtol=0, atol=0)
    assert sum(p.numel() for p in trained_parameters(network, trunk)) == 3 * 3 + 3 + 3 + 1


def test_slopes_and_trends():
    assert slope([1.0, 3.0, 2.0, 6.0]) == pytest.approx(1.4, rel=1e-12)  # numpy.polyfit gives it
    assert trend([1.0, 1.0, 1.03], flat=0.02) == "rises"
    assert trend([1.0, 1.0, 1.01], flat=0.02) == "flat"


PAIRS = {
    ("falls", "falls"): "learning",
    ("falls", "flat"): "overfitting",
    ("falls", "rises"): "overfitting",
    ("flat", "falls"): "data_problem",
    ("flat", "flat"): "stuck",
    ("flat", "rises"): "overfitting",
    ("rises", "falls"): "diverging",
    ("rises", "flat"): "diverging",
    ("rises", "rises"): "diverging",
}
CURVES = {"falls": [4.0, 3.0, 2.0, 1.0], "flat": [2.0, 2.0, 2.0, 2.0], "rises": [1.0, 2.0, 3.0, 4.0]}


@pytest.mark.parametrize(("train_goes", "test_goes"), PAIRS)
def test_every_pair_of_trends_has_its_conclusion(train_goes, test_goes):
    expected = PAIRS[train_goes, test_goes]
    assert conclusion(train_goes, test_goes) == expected
    assert value("training.conclusion", train=train_goes, test=test_goes) == expected
    assert value("training.diagnosis", train=CURVES[train_goes], test=CURVES[test_goes]) == expected


@given(st.lists(st.floats(-500, 500), min_size=1, max_size=6))
@settings(max_examples=20)
def test_log_sum_exp_is_torchs(z):
    expected = torch.logsumexp(torch.tensor(z, dtype=torch.float64), 0).item()
    assert value("training.log_sum_exp", z=z) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert log_sum_exp(torch.tensor(z, dtype=torch.float64)).item() == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_clipped_logarithms_and_inverse_deviations():
    assert value("training.clipped_log", p=0, eps=1e-12) == pytest.approx(math.log(1e-12), rel=1e-12)
    assert value("training.clipped_log", p=0.5, eps=1e-12) == pytest.approx(math.log(0.5), rel=1e-12)
    assert clipped_log(torch.tensor(0.25), 0.5).item() == pytest.approx(math.log(0.5), rel=1e-6)
    assert value("training.inverse_std", x=[1, 3], eps=0) == pytest.approx(1.0, rel=1e-12)
    assert value("training.inverse_std", x=[2, 2], eps=1e-4) == pytest.approx(100, rel=1e-9)
    assert value("training.inverse_std", x=[2, 2], eps=0) == math.inf
    assert inverse_std(torch.tensor([0.0, 4.0]), 0.0).item() == pytest.approx(0.5, rel=1e-6)


def test_a_trace_is_right_for_its_example_and_wrong_where_another_branch_is_due():
    x = Node("input", name="x")
    trace = traced(lambda value: value > 0, x * 2, x * -1, example=3.0)
    assert [trace.run({"x": value}) for value in (3.0, -3.0)] == [6.0, -6.0]

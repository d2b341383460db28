"""Both LeNets: counts by layer arithmetic and from the paper, forward passes beside plain functional code."""

import math

import pytest
import torch
from model_runs import value
from torch import nn
from torch.nn import functional
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import Refused
from engine.models import LeNet, LeNet5, zoo
from engine.models.lenet_layers import C3_INPUTS, DIGITS

torch.set_num_threads(1)
# The paper's figures for its seven layers; the output layer holds fixed codes.
PAPER = {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164, "output": 0}
CONNECTIONS = 340_908


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(network):
    """Fill every parameter, so that a forgotten one shows."""
    network = network.double().eval()
    for seed, parameter in enumerate(network.parameters()):
        fan_in = max(1, parameter[0].numel()) if parameter.dim() > 1 else 4
        parameter.data = noise(*parameter.shape, seed=seed) / fan_in**0.5
    return network


def test_parameters_of_the_books_version():
    layers = [(6, 25), (16, 6 * 25), (120, 400), (84, 120), (10, 84)]
    assert value("model.num_params", name="lenet_d2l") == sum(out * (fed + 1) for out, fed in layers) == 61_706


def test_macs_of_the_books_version():
    by_hand = 28**2 * 6 * 25 + 10**2 * 16 * 6 * 25 + 400 * 120 + 120 * 84 + 84 * 10
    assert value("model.macs", name="lenet_d2l") == by_hand == 416_520


def test_parameters_of_1998_are_the_papers():
    network = LeNet5()
    found = {name: sum(p.numel() for p in getattr(network, name).parameters()) for name in PAPER}
    assert found == PAPER
    assert value("model.num_params", name="lenet5_1998") == 60_000


def test_macs_of_1998_lead_to_the_papers_connections():
    macs = value("model.macs", name="lenet5_1998")
    assert macs == 28**2 * 6 * 25 + 10**2 * 60 * 25 + 16 * 25 * 120 + 120 * 84
    biases = 6 * 28**2 + 16 * 10**2 + 120 + 84
    pools = 5 * (6 * 14**2 + 16 * 5**2)  # four inputs and a bias for each unit
    assert macs + biases + pools + 84 * 10 == CONNECTIONS


@pytest.mark.parametrize("name", ["lenet_d2l", "lenet5_1998"])
def test_macs_are_half_the_flops_that_torch_counts(name):
    model = zoo.find(name)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.build()(model.image())
    assert counter.get_total_flops() == 2 * value("model.macs", name=name)


def test_stages():
    assert value("model.stages", name="lenet_d2l") == [
        ["conv1", [6, 28, 28]],
        ["pool1", [6, 14, 14]],
        ["conv2", [16, 10, 10]],
        ["pool2", [16, 5, 5]],
        ["fc1", [120]],
        ["fc2", [84]],
        ["fc3", [10]],
    ]
    assert value("model.stages", name="lenet5_1998") == [
        ["C1", [6, 28, 28]],
        ["S2", [6, 14, 14]],
        ["C3", [16, 10, 10]],
        ["S4", [16, 5, 5]],
        ["C5", [120, 1, 1]],
        ["F6", [84]],
        ["output", [10]],
    ]


def test_pooling_is_the_average_and_never_the_maximum():
    for build in (LeNet, LeNet5):
        assert not [layer for layer in build().modules() if isinstance(layer, nn.MaxPool2d)]
    assert value("model.count", name="lenet_d2l", layer_type="AvgPool2d") == 2
    assert value("model.depth", name="lenet_d2l") == 5


def test_the_books_version_equals_plain_code():
    network = randomised(LeNet())
    state = network.state_dict()
    x = images = noise(3, 1, 28, 28, seed=99)
    for index, padding in ((1, 2), (2, 0)):
        x = functional.conv2d(x, state[f"conv{index}.weight"], state[f"conv{index}.bias"], padding=padding)
        x = 1 / (1 + torch.exp(-x))
        x = x.unflatten(3, (-1, 2)).mean(4).unflatten(2, (-1, 2)).mean(3)
    x = x.reshape(3, 400)
    for index in (1, 2, 3):
        x = x @ state[f"fc{index}.weight"].T + state[f"fc{index}.bias"]
        x = 1 / (1 + torch.exp(-x)) if index < 3 else x
    assert_close(network(images), x, rtol=1e-10, atol=1e-12)
    assert x.std() > 1e-3


def squash(a):
    return 1.7159 * torch.tanh(2 * a / 3)


def subsampled(x, weight, bias):
    total = x[:, :, ::2, ::2] + x[:, :, 1::2, ::2] + x[:, :, ::2, 1::2] + x[:, :, 1::2, 1::2]
    return squash(total * weight[None, :, None, None] + bias[None, :, None, None])


def test_1998_equals_plain_code():
    network = randomised(LeNet5())
    state = network.state_dict()
    images = noise(3, 1, 32, 32, seed=99)
    x = squash(functional.conv2d(images, state["C1.weight"], state["C1.bias"]))
    x = subsampled(x, state["S2.weight"], state["S2.bias"])
    full = torch.zeros(16, 6, 5, 5, dtype=torch.float64)  # a full convolution with zeros where table I has no cross
    for out, channels in enumerate(table_1()):
        for place, channel in enumerate(channels):
            full[out, channel] = state[f"C3.maps.{out}.weight"][0, place]
    bias = torch.cat([state[f"C3.maps.{out}.bias"] for out in range(16)])
    x = squash(functional.conv2d(x, full, bias))
    x = subsampled(x, state["S4.weight"], state["S4.bias"])
    x = squash(x.reshape(3, 400) @ state["C5.weight"].reshape(120, 400).T + state["C5.bias"])
    x = squash(x @ state["F6.weight"].T + state["F6.bias"])
    distances = torch.cdist(x, state["output.codes"], compute_mode="donot_use_mm_for_euclid_dist") ** 2
    assert_close(network(images), distances, rtol=1e-10, atol=1e-10)
    assert distances.std() > 1


def table_1():
    """Three or four neighbours in a circle, two pairs of neighbours, all six."""

    def circle(size):
        return [tuple(sorted((start + step) % 6 for step in range(size))) for start in range(6)]

    pairs = [tuple(sorted((start, start + 1, start + 3, (start + 4) % 6))) for start in range(3)]
    return circle(3) + circle(4) + pairs + [tuple(range(6))]


def test_table_1_by_its_rule():
    assert list(C3_INPUTS) == table_1()
    assert [sum(channel in channels for channels in C3_INPUTS) for channel in range(6)] == [10] * 6


def test_a_map_of_c3_reads_its_inputs_only():
    network = LeNet5().double()
    for out, channels in enumerate(C3_INPUTS):
        x = noise(1, 6, 5, 5).requires_grad_()
        network.C3(x)[0, out].sum().backward()
        assert x.grad.abs().sum((0, 2, 3)).nonzero().flatten().tolist() == list(channels)


def test_codes_are_ten_different_pictures_of_plus_and_minus_one():
    codes = LeNet5().output.codes
    assert codes.shape == (10, 84)
    assert set(codes.unique().tolist()) == {-1.0, 1.0}
    distances = torch.cdist(codes, codes) ** 2 / 4  # pixels that differ
    assert distances.fill_diagonal_(math.inf).min() >= 3
    assert codes[1].reshape(12, 7)[11].tolist() == [-1, 1, 1, 1, 1, 1, -1]  # the foot of the 1
    assert DIGITS.count("#") == int((codes > 0).sum())


def test_a_code_itself_is_at_distance_0_and_the_others_are_not():
    output = LeNet5().output
    distances = output(output.codes)
    assert distances.argmin(1).tolist() == list(range(10))
    assert distances.diagonal().tolist() == [0.0] * 10
    assert "output.codes" not in dict(LeNet5().named_parameters())


@pytest.mark.parametrize("name", ["lenet_d2l", "lenet5_1998"])
def test_every_parameter_gets_a_gradient(name):
    network = randomised(zoo.find(name).builder())
    size = zoo.find(name).size
    network(noise(2, 1, size, size)).square().sum().backward()
    assert all(parameter.grad.abs().sum() > 0 for parameter in network.parameters())


def test_32_fits_without_padding_and_other_sizes_are_refused_in_a_sentence():
    assert LeNet(padding=0)(torch.zeros(1, 1, 32, 32)).shape == (1, 10)
    with pytest.raises(Refused, match="32×32 inputs give 6×6"):
        value("model.macs", name="lenet_d2l", size=32)
    with pytest.raises(Refused, match="LeNet-5 takes 32×32 inputs, not 28×28"):
        value("model.macs", name="lenet5_1998", size=28)

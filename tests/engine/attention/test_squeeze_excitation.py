"""Squeeze and excitation beside torch's layers, and SE-ResNet-50 beside its published counts."""

import math

import pytest
import torch
from claim_runs import run as ask
from door_runs import run
from torch import nn
from torch.testing import assert_close

from engine.attention.squeeze_excitation import SqueezeExcitation, squeeze
from engine.errors import Refused
from engine.models.se_resnet import SEBottleneck, SEBottleneckWithoutBias, se_resnet50, se_resnet50_no_bias

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def with_random_weights(module):
    """Give every parameter and statistic its own numbers."""
    for seed, (name, tensor) in enumerate(module.state_dict().items()):
        if tensor.is_floating_point():
            drawn = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
            tensor.copy_(drawn + 0.5 if "var" in name else drawn - 0.3)
    return module


def fresh(build):
    with torch.random.fork_rng():
        return build()


@pytest.mark.parametrize("bias", [True, False])
def test_the_block_equals_pooling_linear_layers_and_a_product(bias):
    block = with_random_weights(fresh(lambda: SqueezeExcitation(8, reduction=4, bias=bias)).double())
    x = randn(0, 2, 8, 3, 5)
    pooled = nn.AdaptiveAvgPool2d(1)(x).flatten(1)
    hidden = nn.functional.linear(pooled, block.fc1.weight, block.fc1.bias).relu()
    gates = nn.functional.linear(hidden, block.fc2.weight, block.fc2.bias).sigmoid()
    assert_close(block.gates(x), gates, **EXACT)
    assert_close(block(x), torch.einsum("nchw,nc->nchw", x, gates), **EXACT)
    assert_close(squeeze(x), pooled, **EXACT)


def test_gradients_of_the_block_are_right():
    block = with_random_weights(fresh(lambda: SqueezeExcitation(4, reduction=2)).double())
    assert torch.autograd.gradcheck(block, randn(0, 1, 4, 2, 2).requires_grad_())


@pytest.mark.parametrize(("channels", "reduction"), [(64, 16), (256, 16), (8, 2), (6, 3)])
def test_parameters_and_macs_of_a_block(channels, reduction):
    weights = 2 * channels**2 // reduction
    biases = channels + channels // reduction
    asked = {"channels": channels, "reduction": reduction}
    assert run("se.num_params", **asked).value == weights + biases
    assert run("se.num_params", **asked, bias=False).value == weights
    assert run("se.macs", **asked, size=7).value == run("se.macs", **asked, size=56).value == weights
    counted = sum(p.numel() for p in fresh(lambda: SqueezeExcitation(channels, reduction)).parameters())
    assert counted == weights + biases


@pytest.mark.parametrize(
    ("build", "name", "bias", "expected"),
    [
        (se_resnet50, "se_resnet50", True, 28_088_024),
        (se_resnet50_no_bias, "se_resnet50_no_bias", False, 28_071_976),
    ],
)
def test_se_resnet50_has_its_published_number_of_parameters(build, name, bias, expected):
    resnet50, stages = 25_557_032, {256: 3, 512: 4, 1024: 6, 2048: 3}
    added = sum(blocks * (2 * c * c // 16 + bias * (c + c // 16)) for c, blocks in stages.items())
    assert added == {True: 2_530_992, False: 2_514_944}[bias]
    with torch.device("meta"):
        assert sum(p.numel() for p in build().parameters()) == resnet50 + added == expected
    assert ask("model.num_params", {"name": name}).value == expected


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("build", "bias"), [(SEBottleneck, True), (SEBottleneckWithoutBias, False)])
def test_the_bottleneck_gates_its_branch_before_the_shortcut_is_added(build, bias, stride):
    block = with_random_weights(fresh(lambda: build(8, 4, stride)).double()).eval()
    x = randn(0, 2, 8, 6, 6)
    f = block.bn1(block.conv1(x)).relu()
    f = block.bn2(nn.functional.conv2d(f, block.conv2.weight, stride=stride, padding=1)).relu()
    f = block.bn3(block.conv3(f))
    hidden = nn.functional.linear(f.mean((2, 3)), block.se.fc1.weight, block.se.fc1.bias).relu()
    gates = nn.functional.linear(hidden, block.se.fc2.weight, block.se.fc2.bias).sigmoid()
    assert_close(block(x), (f * gates[..., None, None] + block.downsample(x)).relu(), **EXACT)
    assert (block.se.fc1.bias is not None) is bias


def test_gates_by_arithmetic():
    z, fc1, fc2 = [1.0, -2.0, 0.5], [[1.0, 0.0, 2.0]], [[1.0], [-1.0], [0.0]]
    hidden = max(0.0, 1.0 * 1 + 0.5 * 2)
    expected = [1 / (1 + math.exp(-w[0] * hidden)) for w in fc2]
    assert run("se.gates", squeezed=z, fc1=fc1, fc2=fc2).value == pytest.approx(expected, rel=1e-12)


def test_a_spike_and_a_flat_map_are_squeezed_alike():
    assert run("se.squeeze", image=[[[0, 16], [0, 0]], [[4, 4], [4, 4]]]).value == [4.0, 4.0]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("se.num_params", {"channels": 20}, "a reduction of 16 does not divide 20 channels; take a divisor of them"),
        ("se.gates", {"squeezed": [1], "fc1": [[1, 2]], "fc2": [[1]]}, "'fc1' must be 1×1 here, not 1×2"),
        ("se.gates", {"squeezed": [1], "fc1": [[1]], "fc2": [[1, 1]]}, "'fc2' must be 1×1 here, not 1×2"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused) as caught:
        run(name, **arguments)
    assert str(caught.value) == sentence

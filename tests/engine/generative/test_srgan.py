"""SRGAN's two networks: exact counts, the same weights in plain code; its loss beside torch's."""

import math
from itertools import pairwise

import pytest
import torch
from claim_runs import run as run_with
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.super_resolution.content_loss import generator_objective, mean_squared_error, vgg_features
from engine.models.srgan import SRResidualBlock, SRResNet
from engine.models.srgan_discriminator import SRDiscriminator
from engine.models.vgg import CONFIGURATIONS, VGG

torch.set_num_threads(1)
WIDTHS = (3, 64, 64, 128, 128, 256, 256, 512, 512)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn(network):
    for seed, tensor in enumerate(network.state_dict().values()):
        if tensor.is_floating_point():
            values = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(seed))
            tensor.copy_((values - 0.5) * 0.5 if tensor.dim() > 1 else values + 0.1)
    return network.double().eval()


def conv(fed, given, kernel_size):
    return given * (fed * kernel_size**2 + 1)


def test_the_generator_has_1549462_parameters():
    block = 2 * conv(64, 64, 3) + 2 * 128 + 1
    ends = conv(3, 64, 9) + 1 + conv(64, 64, 3) + 128 + conv(64, 3, 9)
    assert ends + 16 * block + 2 * (conv(64, 256, 3) + 1) == 1_549_462
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in SRResNet().parameters()) == 1_549_462
    assert run_with("model.num_params", {"name": "srresnet"}).value == 1_549_462
    assert run("srgan.num_params", scale=4).value == 1_549_462
    assert run("srgan.num_params", scale=8, num_blocks=5).value == ends + 5 * block + 3 * (conv(64, 256, 3) + 1)


@pytest.mark.parametrize(("scale", "stages"), [(2, 1), (4, 2), (8, 3)])
def test_each_shuffle_doubles_the_size(scale, stages):
    assert run("srgan.shuffle_stages", scale=scale).value == stages
    assert run("srgan.output_shape", height=5, width=7, scale=scale).value == [3, 5 * scale, 7 * scale]
    assert run_with("model.output_shape", {"name": "srresnet", "layer": "conv3"}).value == [3, 96, 96]


def normalise(x, state, name):
    parts = ("running_mean", "running_var", "weight", "bias")
    return functional.batch_norm(x, *(state[f"{name}.{part}"] for part in parts))


def convolve(x, state, name, **settings):
    weight = state[f"{name}.weight"]
    return functional.conv2d(x, weight, state[f"{name}.bias"], padding=weight.shape[-1] // 2, **settings)


def plain_block(x, state, name):
    out = functional.prelu(
        normalise(convolve(x, state, f"{name}conv1"), state, f"{name}bn1"), state[f"{name}prelu.weight"]
    )
    return x + normalise(convolve(out, state, f"{name}conv2"), state, f"{name}bn2")


def test_a_block_adds_its_residual_and_nothing_after():
    block = drawn(SRResidualBlock(3))
    x = noise(2, 3, 5, 5)
    assert_close(block(x), plain_block(x, block.state_dict(), ""), rtol=1e-9, atol=1e-12)


def test_a_narrow_generator_equals_plain_code():
    network = drawn(SRResNet(num_blocks=2, channels=4))
    state = network.state_dict()
    x = noise(1, 3, 6, 5)
    first = functional.prelu(convolve(x, state, "conv1.0"), state["conv1.1.weight"])
    out = first
    for index in range(2):
        out = plain_block(out, state, f"blocks.{index}.")
    out = first + normalise(convolve(out, state, "conv2.0"), state, "conv2.1")
    for index in range(2):
        out = functional.pixel_shuffle(convolve(out, state, f"upsampling.{index}.0"), 2)
        out = functional.prelu(out, state[f"upsampling.{index}.2.weight"])
    assert_close(network(x), convolve(out, state, "conv3"), rtol=1e-9, atol=1e-9)


def test_a_scale_that_is_no_power_of_two_is_refused():
    with pytest.raises(Refused, match="must be 2, 4, 8 and so on, not 3"):
        SRResNet(scale=3)


def test_the_discriminator_has_23565505_parameters():
    convolutions = sum(conv(fed, given, 3) for fed, given in pairwise(WIDTHS))
    norms = 2 * sum(WIDTHS[2:])
    linears = (512 * 36 + 1) * 1024 + 1025
    assert convolutions + norms + linears == 23_565_505
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in SRDiscriminator().parameters()) == 23_565_505
    assert run_with("model.num_params", {"name": "srgan_discriminator"}).value == 23_565_505
    assert run("srgan.discriminator_num_params", size=96).value == 23_565_505
    expected = convolutions + norms + (512 * 4 + 1) * 1024 + 1025
    assert run("srgan.discriminator_num_params", size=32).value == expected


def test_a_narrow_discriminator_equals_plain_code():
    network = drawn(SRDiscriminator(size=32, width=2, hidden_features=5))
    state = network.state_dict()
    image = x = noise(2, 3, 32, 32)
    for index in range(8):
        name = f"features.{0 if index == 0 else 3 * index - 1}"
        x = convolve(x, state, name, stride=1 + index % 2)
        x = x if index == 0 else normalise(x, state, f"features.{3 * index}")
        x = functional.leaky_relu(x, 0.2)
    assert x.shape == (2, 16, 2, 2)
    x = functional.leaky_relu(functional.linear(x.flatten(1), state["fc1.weight"], state["fc1.bias"]), 0.2)
    x = functional.linear(x, state["fc2.weight"], state["fc2.bias"])
    assert_close(network(image), x, rtol=1e-9, atol=1e-9)


def test_other_sizes_of_images_are_refused():
    with pytest.raises(Refused, match="multiple of 16, not 40"):
        SRDiscriminator(size=40)
    with pytest.raises(Refused, match="needs 32×32 images, not 48×32"):
        SRDiscriminator(size=32, width=1, hidden_features=1)(torch.zeros(1, 3, 48, 32))


def test_the_loss_is_torchs_squared_error_and_a_thousandth_of_its_cross_entropy():
    features, target, logits = noise(2, 3, 4, 4), noise(2, 3, 4, 4, seed=1), noise(6, seed=2)
    content = functional.mse_loss(features, target)
    adversarial = functional.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
    assert_close(mean_squared_error(features, target), content, rtol=1e-9, atol=0)
    found = generator_objective(features, target, logits)
    assert_close(found.total, content + 1e-3 * adversarial, rtol=1e-9, atol=0)
    assert_close(found.content, content, rtol=1e-9, atol=0)
    assert_close(found.adversarial, adversarial, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["srgan.loss", "srgan.loss_formula"])
def test_the_loss_of_the_doors_by_plain_arithmetic(name):
    expected = (1 + 4 + 0) / 3 - 1e-3 * (math.log(0.5) + math.log(0.25)) / 2
    found = run(name, features=[1, 2, 3], target=[0, 0, 3], answers=[0.5, 0.25]).value
    assert found == pytest.approx(expected, rel=1e-9)
    heavy = run(name, features=[1, 2, 3], target=[0, 0, 3], answers=[0.5, 0.25], adversarial_weight=1).value
    assert heavy - found == pytest.approx(-0.999 * (math.log(0.5) + math.log(0.25)) / 2, rel=1e-9)


@pytest.mark.parametrize(("block", "convolution", "layers"), [(1, 1, 2), (2, 2, 9), (5, 4, 36)])
def test_features_end_behind_the_relu_of_a_convolution(block, convolution, layers):
    network = drawn(VGG(CONFIGURATIONS["E"], num_classes=2, width=1, hidden_features=2))
    taken = vgg_features(network, block, convolution)
    x = noise(1, 3, 32, 32)
    expected = x
    for layer in list(network.features)[:layers]:
        expected = layer(expected)
    assert_close(taken(x.clone()), expected, rtol=0, atol=0)
    assert isinstance(taken[-1], torch.nn.ReLU)
    assert run("srgan.feature_shape", block=block, convolution=convolution, size=96).value == [
        64 * min(2 ** (block - 1), 8),
        96 // 2 ** (block - 1),
        96 // 2 ** (block - 1),
    ]


def test_features_that_a_vgg_does_not_have_are_refused():
    with pytest.raises(Refused, match="no convolution 3 in block 1"):
        run("srgan.feature_shape", block=1, convolution=3)

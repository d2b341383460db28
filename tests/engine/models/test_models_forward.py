"""Narrow copies of the networks that really run, beside the same weights in plain functional code."""

import pytest
import torch
from torch.nn import functional
from torch.testing import assert_close

from engine.layers.residual import BasicBlock, Bottleneck, SubsampleAndPad
from engine.models import VGG, AlexNet, AlexNetOriginal, ResNet
from engine.models.vgg import CONFIGURATIONS


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def randomised(network):
    """Fill every parameter and running statistic, so that a forgotten one shows."""
    for seed, (name, tensor) in enumerate(network.state_dict().items()):
        if tensor.is_floating_point():
            values = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
            fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 4
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else values / fan_in**0.5)
    return network.double().eval()


def batch_norm(x, state, name):
    names = ("running_mean", "running_var", "weight", "bias")
    return functional.batch_norm(x, *(state[f"{name}.{part}"] for part in names))


def plain_block(x, state, name, strides, projected):
    """One residual block; ``strides`` of its convolutions, two of 3x3 or three of 1x1, 3x3 and 1x1."""
    out = x
    for index, stride in enumerate(strides, start=1):
        weight = state[f"{name}.conv{index}.weight"]
        out = functional.conv2d(out, weight, stride=stride, padding=weight.shape[-1] // 2)
        out = batch_norm(out, state, f"{name}.bn{index}")
        out = functional.relu(out) if index < len(strides) else out
    if projected:
        x = functional.conv2d(x, state[f"{name}.downsample.0.weight"], stride=max(strides))
        x = batch_norm(x, state, f"{name}.downsample.1")
    return functional.relu(out + x)


def plain_resnet(x, state, layers, strides_of):
    x = functional.conv2d(x, state["conv1.weight"], stride=2, padding=3)
    x = functional.max_pool2d(functional.relu(batch_norm(x, state, "bn1")), 3, stride=2, padding=1)
    for stage, blocks in enumerate(layers, start=1):
        for block in range(blocks):
            stride = 2 if stage > 1 and block == 0 else 1
            name = f"layer{stage}.{block}"
            x = plain_block(x, state, name, strides_of(stride), f"{name}.downsample.0.weight" in state)
    return functional.linear(x.mean((2, 3)), state["fc.weight"], state["fc.bias"])


RESNETS = [
    (BasicBlock, {}, lambda stride: (stride, 1)),
    (Bottleneck, {}, lambda stride: (1, stride, 1)),
    (Bottleneck, {"stride_on": "1x1"}, lambda stride: (stride, 1, 1)),
    (BasicBlock, {"shortcut": "C"}, lambda stride: (stride, 1)),
]


@pytest.mark.parametrize(("block", "options", "strides_of"), RESNETS)
def test_narrow_resnet_equals_plain_code(block, options, strides_of):
    network = randomised(ResNet(block, [2, 1, 2, 1], num_classes=5, width=4, **options))
    x = noise(2, 3, 64, 64).double()
    expected = plain_resnet(x, network.state_dict(), [2, 1, 2, 1], strides_of)
    assert_close(network(x), expected, rtol=1e-9, atol=1e-9)
    assert expected.std() > 1e-3


def test_narrow_vgg_equals_plain_code():
    network = randomised(VGG(CONFIGURATIONS["C"], num_classes=5, width=4, hidden_features=6, batch_norm=True))
    state = network.state_dict()
    x = out = noise(2, 3, 224, 224).double()[:, :, ::2, ::2]
    convolutions = [(n, p) for n, p in state.items() if p.dim() == 4]
    counts = iter([2, 2, 3, 3, 3])
    left = next(counts)
    for name, weight in convolutions:
        index = int(name.split(".")[1])
        out = functional.conv2d(out, weight, state[f"features.{index}.bias"], padding=weight.shape[-1] // 2)
        out = functional.relu(batch_norm(out, state, f"features.{index + 1}"))
        left -= 1
        if left == 0:
            out, left = functional.max_pool2d(out, 2), next(counts, 0)
    out = functional.adaptive_avg_pool2d(out, 7).flatten(1)
    for index in (0, 3, 6):
        out = functional.linear(out, state[f"classifier.{index}.weight"], state[f"classifier.{index}.bias"])
        out = functional.relu(out) if index < 6 else out
    assert_close(network(x), out, rtol=1e-9, atol=1e-9)
    assert [weight.shape[-1] for _, weight in convolutions] == [3, 3, 3, 3, 3, 3, 1, 3, 3, 1, 3, 3, 1]


def plain_alexnet(x, state, names, original):
    """``names`` of the five convolutions and three linear layers; lanes and response normalisation if ``original``."""
    for index, name in enumerate(names[:5]):
        weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        stride, padding = (4, 2) if index == 0 else (1, weight.shape[-1] // 2)
        groups = 2 if original and index in (1, 3, 4) else 1
        x = functional.relu(functional.conv2d(x, weight, bias, stride, padding, groups=groups))
        if original and index < 2:
            x = functional.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2.0)
        if index in (0, 1, 4):
            x = functional.max_pool2d(x, 3, stride=2)
    x = x.flatten(1)
    for name in names[5:]:
        x = functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])
        x = functional.relu(x) if name != names[-1] else x
    return x


def test_narrow_alexnet_equals_plain_code():
    network = randomised(AlexNet(5, width=4, hidden_features=6))
    names = [f"features.{index}" for index in (0, 3, 6, 8, 10)] + [f"classifier.{index}" for index in (1, 4, 6)]
    x = noise(1, 3, 224, 224).double()
    assert_close(network(x), plain_alexnet(x, network.state_dict(), names, original=False), rtol=1e-9, atol=1e-12)


def test_narrow_original_alexnet_equals_plain_code():
    network = randomised(AlexNetOriginal(5, padding=2, width=6, hidden_features=6))
    names = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
    x = 100 * noise(1, 3, 224, 224).double()  # large, so that the response normalisation shows
    assert_close(network(x), plain_alexnet(x, network.state_dict(), names, original=True), rtol=1e-9, atol=1e-12)


def test_lanes_of_the_original_alexnet_meet_in_conv3_only():
    network = AlexNetOriginal(width=6)
    for name, lanes in (("conv2", 2), ("conv3", 1), ("conv4", 2), ("conv5", 2)):
        convolution = getattr(network, name)
        x = noise(1, convolution.in_channels, 5, 5).requires_grad_()
        convolution(x)[:, 0].sum().backward()
        reached = x.grad.abs().sum((0, 2, 3)).nonzero().numel()
        assert reached == convolution.in_channels // lanes, name


def test_dropout_is_off_in_evaluation_and_on_in_training():
    network = AlexNet(5, width=4, hidden_features=32)
    x = noise(1, 3, 63, 63)
    assert torch.equal(network.eval()(x), network(x))
    network.train()
    torch.manual_seed(0)
    assert not torch.equal(network(x), network(x))


def test_a_block_of_zeros_is_relu_of_its_shortcut():
    network = ResNet(Bottleneck, [2, 1, 1, 1], width=4, zero_init_residual=True)
    x = noise(2, 16, 6, 6)
    assert torch.equal(network.layer1[1](x), x.relu())
    assert ResNet(Bottleneck, [1, 1, 1, 1], width=4).layer1[0].bn3.weight.min() == 1


def test_shortcut_a_subsamples_and_appends_zeros():
    x = noise(1, 2, 5, 5)
    y = SubsampleAndPad(2, 5, stride=2)(x)
    assert y.shape == (1, 5, 3, 3)
    assert torch.equal(y[:, :2], x[:, :, ::2, ::2])
    assert not y[:, 2:].any()
    assert not list(SubsampleAndPad(2, 5, 2).parameters())


@pytest.mark.parametrize(("shortcut", "projections"), [("A", 0), ("B", 3), ("C", 8)])
def test_how_many_projections_each_option_has(shortcut, projections):
    network = ResNet(BasicBlock, [2, 2, 2, 2], width=4, shortcut=shortcut)
    found = [name for name, _ in network.named_modules() if name.endswith("downsample.0")]
    assert len(found) == projections
    assert network(noise(2, 3, 32, 32)).shape == (2, 1000)


def test_he_initialisation_of_the_convolutions():
    weight = ResNet(BasicBlock, [1, 1, 1, 1], width=64).layer1[0].conv1.weight
    assert float(weight.detach().std()) == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.05)

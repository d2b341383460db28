"""Inception blocks and narrow networks that really run, beside the same weights in plain functional code."""

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.layers.inception import Inception, InceptionNaive
from engine.layers.inception_auxiliary import AuxiliaryClassifier, AuxiliaryClassifierV3, WithAuxiliary
from engine.layers.inception_bn import InceptionBN, InceptionBNReduction
from engine.layers.inception_lanes import BasicConv2d, ConvReLU
from engine.layers.inception_v3 import InceptionA, InceptionB, InceptionC, InceptionD, InceptionE
from engine.layers.inception_v4 import (
    InceptionV4A,
    InceptionV4B,
    InceptionV4C,
    InceptionV4ReductionA,
    InceptionV4ReductionB,
    InceptionV4Stem,
)
from engine.models.bn_inception import BNInception
from engine.models.googlenet import GoogLeNet
from engine.models.inception_v3 import InceptionV3

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(module):
    """Fill every parameter and running statistic, so that a forgotten one shows."""
    module = module.double().eval()
    for seed, (name, tensor) in enumerate(module.state_dict().items()):
        if tensor.is_floating_point():
            fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 4
            values = noise(*tensor.shape, seed=seed) / fan_in**0.5
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else values)
    return module


def conv(x, state, name, stride=1, padding=0):
    """A convolution and ReLU, with BatchNorm between where the state holds one."""
    x = functional.conv2d(x, state[f"{name}.0.weight"], state.get(f"{name}.0.bias"), stride, padding)
    if f"{name}.1.running_mean" in state:
        parts = [state[f"{name}.1.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        x = functional.batch_norm(x, *parts, eps=1e-3)
    return functional.relu(x)


def chain(x, state, *steps):
    """Convolutions one after the other, each (name, padding) or (name, padding, stride)."""
    for name, padding, *stride in steps:
        x = conv(x, state, name, *(stride or [1]), padding=padding)
    return x


def max3(x, stride=1, padding=1):
    return functional.max_pool2d(x, 3, stride, padding)


def avg3(x, count_include_pad=True):
    return functional.avg_pool2d(x, 3, 1, 1, count_include_pad=count_include_pad)


def naive(x, s):
    return torch.cat([conv(x, s, "branch1"), conv(x, s, "branch2", 1, 1), conv(x, s, "branch3", 1, 2), max3(x)], 1)


def reduced(x, s, prefix="", lane5=5):
    p = prefix
    third = chain(x, s, (f"{p}branch3.0", 0), (f"{p}branch3.1", lane5 // 2))
    lanes = [conv(x, s, f"{p}branch1"), chain(x, s, (f"{p}branch2.0", 0), (f"{p}branch2.1", 1)), third]
    return torch.cat([*lanes, conv(max3(x), s, f"{p}branch4.1")], 1)


def bn_block(x, s, prefix="", pool=avg3):
    p = prefix
    second = chain(x, s, (f"{p}branch2.0", 0), (f"{p}branch2.1", 1))
    third = chain(x, s, (f"{p}branch3.0", 0), (f"{p}branch3.1", 1), (f"{p}branch3.2", 1))
    return torch.cat([conv(x, s, f"{p}branch1"), second, third, conv(pool(x), s, f"{p}branch4.1")], 1)


def bn_reduction(x, s, prefix=""):
    p = prefix
    second = chain(x, s, (f"{p}branch2.0", 0), (f"{p}branch2.1", 1, 2))
    third = chain(x, s, (f"{p}branch3.0", 0), (f"{p}branch3.1", 1), (f"{p}branch3.2", 1, 2))
    return torch.cat([second, third, max3(x, 2)], 1)


def v3_a(x, s, p=""):
    lanes = [conv(x, s, f"{p}branch1x1"), chain(x, s, (f"{p}branch5x5.0", 0), (f"{p}branch5x5.1", 2))]
    lanes.append(chain(x, s, *((f"{p}branch3x3dbl.{index}", padding) for index, padding in enumerate((0, 1, 1)))))
    return torch.cat([*lanes, conv(avg3(x), s, f"{p}branch_pool.1")], 1)


def v3_b(x, s, p=""):
    double = chain(x, s, (f"{p}branch3x3dbl.0", 0), (f"{p}branch3x3dbl.1", 1), (f"{p}branch3x3dbl.2", 0, 2))
    return torch.cat([conv(x, s, f"{p}branch3x3", 2), double, max3(x, 2, 0)], 1)


def v3_c(x, s, p=""):
    seven = chain(x, s, *((f"{p}branch7x7.{index}", pad) for index, pad in enumerate((0, (0, 3), (3, 0)))))
    pads = (0, (3, 0), (0, 3), (3, 0), (0, 3))
    double = chain(x, s, *((f"{p}branch7x7dbl.{index}", pad) for index, pad in enumerate(pads)))
    return torch.cat([conv(x, s, f"{p}branch1x1"), seven, double, conv(avg3(x), s, f"{p}branch_pool.1")], 1)


def v3_d(x, s, p=""):
    three = chain(x, s, (f"{p}branch3x3.0", 0), (f"{p}branch3x3.1", 0, 2))
    steps = [(f"{p}branch7x7x3.{index}", *rest) for index, rest in enumerate([(0,), ((0, 3),), ((3, 0),), (0, 2)])]
    return torch.cat([three, chain(x, s, *steps), max3(x, 2, 0)], 1)


def parted(x, s, name, first, second):
    return torch.cat([conv(x, s, f"{name}.{first}", 1, (0, 1)), conv(x, s, f"{name}.{second}", 1, (1, 0))], 1)


def v3_e(x, s, p=""):
    three = parted(conv(x, s, f"{p}branch3x3.0"), s, f"{p}branch3x3.1", "branch1x3", "branch3x1")
    inner = chain(x, s, (f"{p}branch3x3dbl.0", 0), (f"{p}branch3x3dbl.1", 1))
    double = parted(inner, s, f"{p}branch3x3dbl.2", "branch1x3", "branch3x1")
    return torch.cat([conv(x, s, f"{p}branch1x1"), three, double, conv(avg3(x), s, f"{p}branch_pool.1")], 1)


def v4_pool(x, s):
    return conv(avg3(x, count_include_pad=False), s, "pool.1")


def v4_a(x, s):
    double = chain(x, s, ("conv3x3dbl.0", 0), ("conv3x3dbl.1", 1), ("conv3x3dbl.2", 1))
    three = chain(x, s, ("conv3x3.0", 0), ("conv3x3.1", 1))
    return torch.cat([v4_pool(x, s), conv(x, s, "conv1x1"), three, double], 1)


def v4_b(x, s):
    seven = chain(x, s, ("conv7x7.0", 0), ("conv7x7.1", (0, 3)), ("conv7x7.2", (3, 0)))
    pads = (0, (3, 0), (0, 3), (3, 0), (0, 3))
    double = chain(x, s, *((f"conv7x7dbl.{index}", pad) for index, pad in enumerate(pads)))
    return torch.cat([v4_pool(x, s), conv(x, s, "conv1x1"), seven, double], 1)


def v4_c(x, s):
    three = parted(conv(x, s, "conv3x3.0"), s, "conv3x3.1", "conv1x3", "conv3x1")
    inner = chain(x, s, ("conv3x3dbl.0", 0), ("conv3x3dbl.1", (0, 1)), ("conv3x3dbl.2", (1, 0)))
    return torch.cat(
        [v4_pool(x, s), conv(x, s, "conv1x1"), three, parted(inner, s, "conv3x3dbl.3", "conv1x3", "conv3x1")], 1
    )


def v4_reduction_a(x, s):
    double = chain(x, s, ("conv3x3dbl.0", 0), ("conv3x3dbl.1", 1), ("conv3x3dbl.2", 0, 2))
    return torch.cat([max3(x, 2, 0), conv(x, s, "conv3x3", 2), double], 1)


def v4_reduction_b(x, s):
    three = chain(x, s, ("conv3x3.0", 0), ("conv3x3.1", 0, 2))
    seven = chain(x, s, ("conv7x7.0", 0), ("conv7x7.1", (0, 3)), ("conv7x7.2", (3, 0)), ("conv7x7.3", 0, 2))
    return torch.cat([max3(x, 2, 0), three, seven], 1)


def v4_stem(x, s):
    x = chain(x, s, ("0", 0, 2), ("1", 0), ("2", 1))
    x = torch.cat([max3(x, 2, 0), conv(x, s, "3.conv", 2)], 1)
    long = chain(x, s, ("4.long.0", 0), ("4.long.1", (3, 0)), ("4.long.2", (0, 3)), ("4.long.3", 0))
    x = torch.cat([chain(x, s, ("4.short.0", 0), ("4.short.1", 0)), long], 1)
    return torch.cat([conv(x, s, "5.conv", 2), max3(x, 2, 0)], 1)


def assert_equals(module, x, plain, *arguments):
    module = randomised(module)
    expected = plain(x, module.state_dict(), *arguments)
    assert expected.std() > 1e-3
    assert_close(module(x), expected, rtol=1e-9, atol=1e-9)


def test_the_naive_block():
    assert_equals(InceptionNaive(5, 3, 4, 2), noise(2, 5, 7, 7), naive)


def test_the_reduced_block():
    x = noise(2, 6, 7, 7)
    assert_equals(Inception(6, 3, 2, 4, 2, 5, 3), x, reduced)
    assert_equals(Inception(6, 3, 2, 4, 2, 5, 3, lane5_kernel=3, convolution=BasicConv2d), x, reduced, "", 3)


def test_convolutions_with_their_relu():
    x = noise(2, 3, 6, 6)
    for make in (ConvReLU, BasicConv2d):
        module = nn.Sequential(make(3, 4, 3, stride=2, padding=1))
        assert_equals(module, x, lambda given, state: conv(given, state, "0", 2, 1))


def test_the_blocks_of_bn_inception():
    x = noise(2, 6, 8, 8)
    assert_equals(InceptionBN(6, 3, 2, 4, 2, 5, 3), x, bn_block)
    assert_equals(InceptionBN(6, 3, 2, 4, 2, 5, 3, pool="max"), x, bn_block, "", max3)
    assert_equals(InceptionBNReduction(6, 2, 4, 3, 5), x, bn_reduction)


V3 = [(InceptionA, (6, 2), v3_a), (InceptionB, (6,), v3_b), (InceptionC, (6, 3), v3_c)]
V3 += [(InceptionD, (6,), v3_d), (InceptionE, (6,), v3_e)]


@pytest.mark.parametrize(("block", "arguments", "plain"), V3)
def test_the_blocks_of_inception_v3(block, arguments, plain):
    module = block(*arguments, narrow=16)
    assert_equals(module, noise(2, 6, 9, 9), plain)
    assert module(noise(1, 6, 9, 9)).shape[1] == module.out_channels


V4 = [(InceptionV4A, 384, v4_a), (InceptionV4B, 1024, v4_b), (InceptionV4C, 1536, v4_c)]
V4 += [(InceptionV4ReductionA, 384, v4_reduction_a), (InceptionV4ReductionB, 1024, v4_reduction_b)]


@pytest.mark.parametrize(("block", "channels", "plain"), V4)
def test_the_blocks_of_inception_v4(block, channels, plain):
    assert_equals(block(), noise(1, channels, 5, 5), plain)


def test_the_stem_of_inception_v4():
    assert_equals(InceptionV4Stem(), noise(1, 3, 43, 43), v4_stem)


def plain_googlenet(x, s, torchvision):
    def halved(y, kernel_size=3):
        return functional.max_pool2d(y, kernel_size, 2, ceil_mode=True)

    def calmed(y):
        return y if torchvision else functional.local_response_norm(y, 5, alpha=5e-4, beta=0.75, k=2.0)

    x = calmed(halved(conv(x, s, "stem.conv1", 2, 3)))
    x = halved(calmed(chain(x, s, ("stem.conv2", 0), ("stem.conv3", 1))))
    for name in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
        if name in ("4a", "5a"):
            x = halved(x, 2 if torchvision and name == "5a" else 3)
        x = reduced(x, s, f"inception.{name}.", 3 if torchvision else 5)
    return functional.linear(x.mean((2, 3)), s["fc.weight"], s["fc.bias"])


@pytest.mark.parametrize("torchvision", [False, True])
def test_a_narrow_googlenet(torchvision):
    network = GoogLeNet(num_classes=5, torchvision=torchvision, narrow=8)
    assert_equals(network, 30 * noise(1, 3, 128, 128), plain_googlenet, torchvision)


def test_a_narrow_bn_inception():
    def plain(x, s):
        x = max3(conv(x, s, "stem.conv1", 2, 3), 2)
        x = max3(chain(x, s, ("stem.conv2", 0), ("stem.conv3", 1)), 2)
        for name in ("3a", "3b", "3c", "4a", "4b", "4c", "4d", "4e", "5a", "5b"):
            p = f"inception.{name}."
            pool = max3 if name == "5b" else avg3
            x = bn_reduction(x, s, p) if name in ("3c", "4e") else bn_block(x, s, p, pool)
        return functional.linear(x.mean((2, 3)), s["fc.weight"], s["fc.bias"])

    assert_equals(BNInception(num_classes=5, narrow=16), noise(1, 3, 96, 96), plain)


def test_a_narrow_inception_v3():
    def plain(x, s):
        x = max3(chain(x, s, ("stem.conv1a", 0, 2), ("stem.conv2a", 0), ("stem.conv2b", 1)), 2, 0)
        x = max3(chain(x, s, ("stem.conv3b", 0), ("stem.conv4a", 0)), 2, 0)
        kinds = dict.fromkeys(("5b", "5c", "5d"), v3_a) | {"6a": v3_b} | dict.fromkeys(("6b", "6c", "6d", "6e"), v3_c)
        for name, block in (kinds | {"7a": v3_d, "7b": v3_e, "7c": v3_e}).items():
            x = block(x, s, f"mixed.{name}.")
        return functional.linear(x.mean((2, 3)), s["fc.weight"], s["fc.bias"])

    assert_equals(InceptionV3(num_classes=5, narrow=16), noise(1, 3, 107, 107), plain)


def test_googlenets_head():
    def plain(x, s):
        x = conv(functional.avg_pool2d(x, 5, 3), s, "1").flatten(1)
        return functional.linear(
            functional.relu(functional.linear(x, s["3.weight"], s["3.bias"])), s["6.weight"], s["6.bias"]
        )

    assert_equals(AuxiliaryClassifier(6, 5, narrow=32), noise(2, 6, 14, 14), plain)
    assert_equals(AuxiliaryClassifier(6, 5, BasicConv2d, narrow=32), noise(2, 6, 14, 14), plain)


def test_the_head_of_inception_v3():
    def plain(x, s):
        x = chain(functional.avg_pool2d(x, 5, 3), s, ("conv0", 0), ("conv1", 0)).mean((2, 3))
        return functional.linear(x, s["fc.weight"], s["fc.bias"])

    assert_equals(AuxiliaryClassifierV3(6, 5, narrow=16), noise(2, 6, 17, 17), plain)


def test_heads_answer_in_training_only():
    for network, size, heads in (
        (GoogLeNet(num_classes=4, auxiliary=True, narrow=8), 224, 2),
        (InceptionV3(num_classes=4, narrow=16), 299, 1),
    ):
        x = torch.randn(2, 3, size, size, generator=torch.Generator().manual_seed(0))
        assert network.eval()(x).shape == (2, 4)
        outputs = network.train()(x)
        assert isinstance(outputs, WithAuxiliary)
        assert [tuple(logits.shape) for logits in (outputs.logits, *outputs.auxiliary)] == [(2, 4)] * (1 + heads)

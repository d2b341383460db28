"""The D2L book's VGG-11 and NiN, their blocks, and the paper's NiN: layer arithmetic, and values beside plain code."""

import pytest
import torch
from model_runs import run, value
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.models.nin import NiN, NiNBlock, NiNCifar
from engine.models.vgg import vgg_block

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(module):
    module = module.double().eval()
    for seed, parameter in enumerate(module.parameters()):
        fan_in = max(1, parameter[0].numel()) if parameter.dim() > 1 else 4
        parameter.data = noise(*parameter.shape, seed=seed) / fan_in**0.5
    return module


def vgg11_by_arithmetic(width):
    """One grey channel, ten classes: (convolutions, widening) of the five blocks, then three linear layers."""
    total, fed = 0, 1
    for convolutions, widening in ((1, 1), (1, 2), (2, 4), (2, 8), (2, 8)):
        for _ in range(convolutions):
            total, fed = total + widening * width * (9 * fed + 1), widening * width
    return total + 4096 * (fed * 49 + 1) + 4096 * 4097 + 10 * 4097


def test_parameters_and_shapes_of_the_books_vgg():
    for name, width in (("vgg11_d2l", 64), ("vgg11_d2l_narrow", 16)):
        assert value("model.num_params", name=name) == vgg11_by_arithmetic(width)
        blocks = [shape for stage, shape in value("model.stages", name=name) if stage.startswith("block")]
        widths = [width * widening for widening in (1, 2, 4, 8, 8)]
        assert blocks == [[wide, 224 // 2**n, 224 // 2**n] for n, wide in enumerate(widths, start=1)]


@pytest.mark.parametrize(("num_convs", "fed", "wide", "size"), [(1, 1, 16, 224), (2, 64, 128, 112), (3, 5, 7, 9)])
def test_a_vgg_block_by_arithmetic(num_convs, fed, wide, size):
    given = {"num_convs": num_convs, "in_channels": fed, "out_channels": wide}
    weights = 9 * fed * wide + (num_convs - 1) * 9 * wide * wide
    assert value("vgg.block_num_params", **given) == weights + num_convs * wide
    assert value("vgg.block_macs", **given, size=size) == size * size * weights
    assert value("vgg.block_output_shape", **given, size=size) == [wide, size // 2, size // 2]


def test_a_vgg_block_equals_plain_code():
    block = randomised(nn.Sequential(*vgg_block(3, 4, [3, 1])))
    s = block.state_dict()
    x = noise(2, 3, 7, 7)
    y = functional.relu(functional.conv2d(x, s["0.weight"], s["0.bias"], padding=1))
    y = functional.relu(functional.conv2d(y, s["2.weight"], s["2.bias"]))
    assert_close(block(x), functional.max_pool2d(y, 2), rtol=1e-10, atol=1e-12)


def nin_by_arithmetic(blocks):
    """Blocks as (inputs, the three widths, kernel size)."""
    return sum(
        first * (fed * k * k + 1) + second * (first + 1) + third * (second + 1)
        for fed, (first, second, third), k in blocks
    )


def test_parameters_and_shapes_of_the_books_nin():
    blocks = [(1, (96,) * 3, 11), (96, (256,) * 3, 5), (256, (384,) * 3, 3), (384, (10,) * 3, 3)]
    assert value("model.num_params", name="nin_d2l") == nin_by_arithmetic(blocks) == 1_992_166
    assert value("model.stages", name="nin_d2l") == [
        *(["block1", [96, 54, 54]], ["pool1", [96, 26, 26]], ["block2", [256, 26, 26]], ["pool2", [256, 12, 12]]),
        *(["block3", [384, 12, 12]], ["pool3", [384, 5, 5]], ["block4", [10, 5, 5]], ["avgpool", [10, 1, 1]]),
    ]


def test_nin_has_no_linear_layer_and_takes_any_size():
    assert value("model.count", name="nin_d2l", layer_type="Linear") == 0
    assert value("model.fc_share", name="nin_d2l") == 0
    assert value("model.output_shape", name="nin_d2l", layer="avgpool", size=128) == [10, 1, 1]


def test_parameters_of_the_papers_nin():
    blocks = [(3, (192, 160, 96), 5), (96, (192, 192, 192), 5), (192, (192, 192, 10), 3)]
    assert value("model.num_params", name="nin_cifar10") == nin_by_arithmetic(blocks) == 966_986
    shapes = dict(value("model.stages", name="nin_cifar10"))
    assert [shapes[f"block{n}"][1] for n in (1, 2, 3)] == [32, 16, 8]


def test_a_nin_head_is_a_thousandth_of_a_linear_one():
    given = {"in_channels": 384, "out_channels": 10, "kernel_size": 3}
    assert value("nin.block_num_params", **given) == nin_by_arithmetic([(384, (10,) * 3, 3)]) == 34_790
    assert value("nin.block_macs", **given, size=5, padding=1) == 25 * (384 * 90 + 200)
    with pytest.raises(Refused, match="does not fit a size of 2"):
        run("nin.block_macs", **given, size=2)


def plain_mlpconv(x, s, name, stride=1, padding=0):
    for index, (step, pad) in enumerate([(stride, padding), (1, 0), (1, 0)]):
        weight, bias = s[f"{name}{2 * index}.weight"], s[f"{name}{2 * index}.bias"]
        x = functional.relu(functional.conv2d(x, weight, bias, step, pad))
    return x


def test_a_nin_block_equals_plain_code():
    block = randomised(NiNBlock(3, (4, 5, 6), kernel_size=3, stride=2, padding=1))
    x = noise(2, 3, 9, 9)
    assert_close(block(x), plain_mlpconv(x, block.state_dict(), "", 2, 1), rtol=1e-10, atol=1e-12)


def test_a_narrow_nin_equals_plain_code():
    network = randomised(NiN(width=3))
    s = network.state_dict()
    images = noise(2, 1, 99, 99)
    x = functional.max_pool2d(plain_mlpconv(images, s, "block1.", 4), 3, 2)
    x = functional.max_pool2d(plain_mlpconv(x, s, "block2.", 1, 2), 3, 2)
    x = functional.max_pool2d(plain_mlpconv(x, s, "block3.", 1, 1), 3, 2)
    expected = plain_mlpconv(x, s, "block4.", 1, 1).mean((2, 3))
    assert_close(network(images), expected, rtol=1e-9, atol=1e-12)
    assert expected.std() > 1e-3


def test_the_papers_nin_equals_plain_code():
    network = randomised(NiNCifar())
    s = network.state_dict()
    images = noise(1, 3, 32, 32)
    x = functional.max_pool2d(plain_mlpconv(images, s, "block1.", 1, 2), 3, 2, ceil_mode=True)
    x = functional.avg_pool2d(plain_mlpconv(x, s, "block2.", 1, 2), 3, 2, ceil_mode=True)
    expected = plain_mlpconv(x, s, "block3.", 1, 1).mean((2, 3))
    assert_close(network(images), expected, rtol=1e-9, atol=1e-12)

"""Plain nets, shortcuts A, B and C, the paper's strides, the networks for CIFAR, and pre-activation."""

import pytest
import torch
from model_runs import run, value
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.residual import BasicBlock, Bottleneck
from engine.models.preact_resnet import PreActBlock, PreActBottleneck, PreActResNet, preact_resnet1001
from engine.models.resnet_cifar import CifarResNet, resnet1202_cifar

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(module):
    module = module.double().eval()
    for seed, (name, tensor) in enumerate(module.state_dict().items()):
        if tensor.is_floating_point():
            fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 4
            values = noise(*tensor.shape, seed=seed) / fan_in**0.5
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else values)
    return module


PROJECTIONS = sum(wide * wide // 2 + 2 * wide for wide in (128, 256, 512))


def test_plain_nets_lack_the_projections_and_nothing_else():
    for depth, published in ((18, 11_689_512), (34, 21_797_672)):
        assert value("model.num_params", name=f"plain{depth}") == published - PROJECTIONS
        assert value("model.depth", name=f"plain{depth}") == depth
        assert dict(value("model.stages", name=f"plain{depth}")) == dict(value("model.stages", name=f"resnet{depth}"))


def test_parameters_of_resnet34_with_each_shortcut():
    blocks = {64: 3, 128: 4, 256: 6, 512: 3}
    every = sum(count * (wide * wide + 2 * wide) for wide, count in blocks.items())
    fewer = sum(wide * wide // 2 for wide in (128, 256, 512))  # a stage's first block reads half the channels
    counts = [value("model.num_params", name=name) for name in ("resnet34_a", "resnet34", "resnet34_c")]
    assert counts == [21_797_672 - PROJECTIONS, 21_797_672, 21_797_672 - PROJECTIONS + every - fewer]


def test_macs_to_the_digits_that_the_paper_and_torchvision_print():
    """A stage's first block computes its first 1x1 at twice the size where the stride stands on the 3x3."""
    saved = sum((4 * n**2 - n**2) * fed * planes for n, fed, planes in ((28, 256, 128), (14, 512, 256), (7, 1024, 512)))
    torchvision = {50: 4_089_184_256, 101: 7_801_405_440, 152: 11_513_626_624}
    for depth, printed in ((50, 3.8), (101, 7.6), (152, 11.3)):  # 3.858, which the paper cuts off, 7.570 and 11.282
        macs = value("model.macs", name=f"resnet{depth}_paper")
        assert macs == torchvision[depth] - saved
        assert printed in (int(macs / 1e8) / 10, round(macs / 1e9, 1))


STAGES = [(56, 64, 64), (28, 64, 128), (14, 128, 256), (7, 256, 512)]


def plain_macs(blocks):
    """A stem, stages of basic blocks without projections, and the linear layer."""
    stages = (n**2 * 9 * (fed * c + (2 * b - 1) * c * c) for (n, fed, c), b in zip(STAGES, blocks, strict=True))
    return 112**2 * 64 * 3 * 49 + sum(stages) + 512 * 1000


def test_macs_of_resnet18_and_34_by_arithmetic_and_to_the_printed_digits():
    projections = sum(n**2 * fed * c for n, fed, c in STAGES[1:])
    for depth, blocks, printed in ((18, (2, 2, 2, 2), 1.814), (34, (3, 4, 6, 3), 3.664)):
        assert value("model.macs", name=f"plain{depth}") == plain_macs(blocks)
        macs = value("model.macs", name=f"resnet{depth}")
        assert macs == plain_macs(blocks) + projections
        assert round(macs / 1e9, 3) == printed
    assert value("model.macs", name="resnet34_a") == plain_macs((3, 4, 6, 3))
    assert round(plain_macs((3, 4, 6, 3)) / 1e9, 1) == 3.6


def cifar_by_arithmetic(blocks):
    """Option A: no projection has parameters."""
    stages = [(16, 16), (16, 32), (32, 64)]
    convolutions = 27 * 16 + sum(9 * (fed * wide + (2 * blocks - 1) * wide * wide) for fed, wide in stages)
    norms = 2 * 16 + sum(2 * 2 * blocks * wide for _, wide in stages)
    return convolutions + norms + 64 * 10 + 10


def test_networks_for_cifar_by_arithmetic_and_the_papers_table_6():
    for depth, millions in ((20, 0.27), (56, 0.85), (110, 1.7)):
        params = value("model.num_params", name=f"resnet{depth}_cifar")
        assert params == cifar_by_arithmetic((depth - 2) // 6)
        assert round(params / 1e6, 2 if millions < 1 else 1) == millions
        assert value("model.depth", name=f"resnet{depth}_cifar") == depth
    assert value("model.num_params", name="plain20_cifar") == value("model.num_params", name="resnet20_cifar")
    assert value("model.num_params", name="plain56_cifar") == value("model.num_params", name="resnet56_cifar")


def test_the_network_of_1202_layers_has_the_papers_19_4_million():
    with torch.device("meta"):
        network = resnet1202_cifar()
    params = sum(parameter.numel() for parameter in network.parameters())
    assert params == cifar_by_arithmetic(200)
    assert round(params / 1e6, 1) == 19.4


def test_preactivation_networks_have_their_published_counts():
    assert value("model.num_params", name="preact_resnet164") == 1_703_258
    assert value("model.depth", name="preact_resnet164") == 164
    with torch.device("meta"):
        network = preact_resnet1001()
    assert sum(parameter.numel() for parameter in network.parameters()) == 10_327_706
    weighted = [p for name, p in network.named_parameters() if p.dim() > 1 and "downsample" not in name]
    assert len(weighted) == 1001


def normalised(x, state, name):
    parts = [state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
    return functional.batch_norm(x, *parts)


def plain_preact(x, s, name, strides):
    """``strides`` of the block's convolutions, two of 3x3 or three of 1x1, 3x3 and 1x1."""
    activated = y = functional.relu(normalised(x, s, f"{name}bn1"))
    for index, stride in enumerate(strides, start=1):
        weight = s[f"{name}conv{index}.weight"]
        y = functional.conv2d(y, weight, stride=stride, padding=weight.shape[-1] // 2)
        if index < len(strides):
            y = functional.relu(normalised(y, s, f"{name}bn{index + 1}"))
    if f"{name}downsample.weight" in s:
        return y + functional.conv2d(activated, s[f"{name}downsample.weight"], stride=max(strides))
    return y + x


BLOCKS = [(PreActBlock, (4, 4, 1), (1, 1)), (PreActBlock, (4, 6, 2), (2, 1))]
BLOCKS += [(PreActBottleneck, (8, 2, 1), (1, 1, 1)), (PreActBottleneck, (8, 4, 2), (1, 2, 1))]


@pytest.mark.parametrize(("block", "arguments", "strides"), BLOCKS)
def test_preactivation_blocks_equal_plain_code(block, arguments, strides):
    module = randomised(block(*arguments))
    x = noise(2, arguments[0], 6, 6)
    assert_close(module(x), plain_preact(x, module.state_dict(), "", strides), rtol=1e-10, atol=1e-12)


def test_a_narrow_preactivation_network_equals_plain_code():
    network = randomised(PreActResNet(PreActBlock, 2, num_classes=5, width=4))
    s = network.state_dict()
    images = noise(2, 3, 16, 16)
    x = functional.conv2d(images, s["conv1.weight"], padding=1)
    for stage in (1, 2, 3):
        for block in (0, 1):
            x = plain_preact(x, s, f"layer{stage}.{block}.", (2, 1) if stage > 1 and block == 0 else (1, 1))
    x = functional.relu(normalised(x, s, "bn")).mean((2, 3))
    expected = functional.linear(x, s["fc.weight"], s["fc.bias"])
    assert_close(network(images), expected, rtol=1e-9, atol=1e-10)


def test_the_jacobian_of_a_preactivation_stack_is_identity_plus_the_rest():
    blocks = [randomised(PreActBlock(2, 2)) for _ in range(3)]
    x = noise(1, 2, 3, 3)
    product = torch.eye(18, dtype=torch.float64)
    for block in blocks:
        state = block.state_dict()
        branch = torch.func.jacrev(lambda given, s=state: plain_preact(given, s, "", (1, 1)) - given)(x)
        product = (torch.eye(18, dtype=torch.float64) + branch.reshape(18, 18)) @ product
        x = plain_preact(x, state, "", (1, 1))
    x = noise(1, 2, 3, 3)
    whole = torch.func.jacrev(lambda given: blocks[2](blocks[1](blocks[0](given))))(x).reshape(18, 18)
    assert_close(whole, product, rtol=1e-9, atol=1e-10)


def plain_block(x, s, strides, shortcut, stride):
    y = x
    for index, step in enumerate(strides, start=1):
        weight = s[f"conv{index}.weight"]
        y = normalised(functional.conv2d(y, weight, stride=step, padding=weight.shape[-1] // 2), s, f"bn{index}")
        y = functional.relu(y) if index < len(strides) else y
    if shortcut == "none":
        return functional.relu(y)
    if "downsample.0.weight" in s:
        x = normalised(functional.conv2d(x, s["downsample.0.weight"], stride=stride), s, "downsample.1")
    elif x.shape != y.shape:
        padded = torch.zeros_like(y)
        padded[:, : x.shape[1]] = x[:, :, ::stride, ::stride]
        x = padded
    return functional.relu(y + x)


@pytest.mark.parametrize("shortcut", ["A", "B", "C", "none"])
@pytest.mark.parametrize("stride", [1, 2])
def test_residual_blocks_equal_plain_code(shortcut, stride):
    for block, planes, strides in ((BasicBlock, 4 * stride, (stride, 1)), (Bottleneck, stride, (1, stride, 1))):
        module = randomised(block(4, planes, stride, shortcut))
        x = noise(2, 4, 6, 6)
        expected = plain_block(x, module.state_dict(), strides, shortcut, stride)
        assert_close(module(x), expected, rtol=1e-10, atol=1e-12)
        assert ("downsample.0.weight" in module.state_dict()) == (shortcut == "C" or (shortcut == "B" and stride == 2))


def test_a_narrow_network_for_cifar_is_its_stages():
    network = randomised(CifarResNet(2, num_classes=5, width=4))
    s = network.state_dict()
    images = noise(2, 3, 16, 16)
    x = functional.relu(normalised(functional.conv2d(images, s["conv1.weight"], padding=1), s, "bn1"))
    for stage in (1, 2, 3):
        for index in (0, 1):
            name, stride = f"layer{stage}.{index}.", 2 if stage > 1 and index == 0 else 1
            state = {key.removeprefix(name): tensor for key, tensor in s.items() if key.startswith(name)}
            x = plain_block(x, state, (stride, 1), "A", stride)
    expected = functional.linear(x.mean((2, 3)), s["fc.weight"], s["fc.bias"])
    assert_close(network(images), expected, rtol=1e-9, atol=1e-10)


def test_parameters_of_a_bottleneck_beside_two_wide_convolutions():
    bottleneck = {"block": "bottleneck", "inplanes": 256, "planes": 64}
    assert value("residual.block_num_params", **bottleneck, norm=False) == 256 * 64 + 9 * 64 * 64 + 64 * 256 == 69_632
    assert value("residual.block_num_params", **bottleneck) == 69_632 + 2 * (64 + 64 + 256)
    wide = {"block": "basic", "inplanes": 256, "planes": 256}
    assert value("residual.block_num_params", **wide, norm=False) == 2 * 9 * 256**2 == 1_179_648
    assert value("residual.block_num_params", block="basic", inplanes=64, planes=64, norm=False) == 73_728
    halving = {"block": "bottleneck", "inplanes": 256, "planes": 128, "stride": 2, "norm": False}
    main = 256 * 128 + 9 * 128**2 + 128 * 512
    counts = [value("residual.block_num_params", **halving, shortcut=option) for option in ("A", "B", "C", "none")]
    assert counts == [main, main + 256 * 512, main + 256 * 512, main]


def test_macs_and_shape_of_a_block():
    assert value("residual.block_macs", block="bottleneck", inplanes=240, planes=60, size=7) == 2_998_800
    on_3x3 = 56**2 * 256 * 128 + 28**2 * (9 * 128**2 + 128 * 512 + 256 * 512)
    given = {"block": "bottleneck", "inplanes": 256, "planes": 128, "size": 56, "stride": 2}
    assert value("residual.block_macs", **given) == on_3x3
    assert value("residual.block_macs", **given, stride_on="1x1") == on_3x3 - (56**2 - 28**2) * 256 * 128
    assert value("residual.block_output_shape", **given) == [512, 28, 28]
    assert value("residual.block_output_shape", block="basic", inplanes=3, planes=5, size=9, stride=2) == [5, 5, 5]


@pytest.mark.parametrize("slope", [0.1, -0.5, 0.9, 0.0])
def test_gradient_through_scalar_blocks(slope):
    for depth in (1, 3, 10):
        found = [value("residual.gradient_through", slope=slope, depth=depth, skip=skip) for skip in (True, False)]
        assert found == pytest.approx([(1 + slope) ** depth, slope**depth], rel=1e-12)


@pytest.mark.parametrize("target", [1.1, 1.0, -1.0, 0.0])
def test_what_is_left_to_learn_beside_a_shortcut(target):
    found = [value("residual.fitted_weight", target=target, skip=skip) for skip in (True, False)]
    assert found == pytest.approx([target - 1, target], abs=1e-12)


def test_a_size_is_bounded():
    with pytest.raises(Refused, match="planes"):
        run("residual.block_num_params", block="basic", inplanes=4, planes=10**6)

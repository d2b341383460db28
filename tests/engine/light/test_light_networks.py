"""Light networks: published counts, and narrow copies beside the same weights in plain functional code."""

from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from torch import Tensor, nn
from torch.nn import functional
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.evidence import Run
from engine.models.mobilenet_v1 import MobileNetV1, OrdinaryBlock, mobilenet_v1
from engine.models.mobilenet_v2 import InvertedResidual, MobileNetV2, make_divisible, mobilenet_v2
from engine.models.shufflenet_v1 import ShuffleNetV1, ShuffleUnit, shufflenet_v1_g3
from engine.models.shufflenet_v2 import ShuffleNetV2, shufflenet_v2_x1_0
from engine.models.squeezenet import Fire, SqueezeNet, squeezenet1_0, squeezenet1_1

torch.set_num_threads(1)
State = dict[str, Tensor]

# Parameters and MACs: torchvision's where it has the network (v2, ShuffleNet v2, SqueezeNet), the others by arithmetic
# below; the papers round them to 4.2, 2.6, 1.3, 0.5 M and 569, 325, 149, 41 M (MobileNet v1).
PUBLISHED = {
    "mobilenet_v1": (4_231_976, 568_740_352),
    "mobilenet_v1_075": (2_585_560, 325_400_448),
    "mobilenet_v1_050": (1_331_592, 149_497_088),
    "mobilenet_v1_025": (470_072, 41_030_272),
    "mobilenet_v2": (3_504_872, 300_774_272),
    "mobilenet_v2_075": (2_636_424, 209_069_792),
    "mobilenet_v2_050": (1_968_680, 97_131_840),
    "mobilenet_v2_025": (1_519_112, 37_201_312),
    "shufflenet_v2_x0_5": (1_366_792, 40_476_448),
    "shufflenet_v2_x1_0": (2_278_604, 144_907_992),
    "shufflenet_v2_x1_5": (3_503_624, 295_759_392),
    "shufflenet_v2_x2_0": (7_393_996, 583_253_464),
    "squeezenet1_0": (1_248_424, 818_924_576),
    "squeezenet1_1": (1_235_496, 349_151_936),
}
SHUFFLENET_V1 = {
    # groups: parameters, and millions of MACs of the convolutions alone; the paper's table prints 143/140/137/133/137
    1: (1_531_936, 142.5),
    2: (1_733_848, 140.0),
    3: (1_865_728, 136.5),
    4: (1_968_344, 133.3),
    8: (2_434_768, 136.8),
}
V1_BLOCKS = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)]
V2_ROWS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def run(door: str, /, **arguments: Any) -> Run:
    return run_door(door, arguments)


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def randomised(network: nn.Module) -> nn.Module:
    """Fill every parameter and running statistic, so that a forgotten one shows."""
    for seed, (name, tensor) in enumerate(network.state_dict().items()):
        if tensor.is_floating_point():
            values = noise(*tensor.shape, seed=seed)
            fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 4
            tensor.copy_(values.abs() + 0.5 if name.endswith("running_var") else 1.5 * values / fan_in**0.5)
    return network.double().eval()


def conv(x: Tensor, state: State, name: str, stride: int = 1) -> Tensor:
    """Convolve; what the weight lacks in input channels is made up by groups."""
    weight = state[f"{name}.weight"]
    return functional.conv2d(
        x, weight, stride=stride, padding=weight.shape[-1] // 2, groups=x.shape[1] // weight.shape[1]
    )


def bn(x: Tensor, state: State, name: str) -> Tensor:
    names = ("running_mean", "running_var", "weight", "bias")
    return functional.batch_norm(x, *(state[f"{name}.{part}"] for part in names))


def classified(x: Tensor, state: State) -> Tensor:
    return functional.linear(x.mean((2, 3)), state["fc.weight"], state["fc.bias"])


def assert_same(network: nn.Module, x: Tensor, expected: Tensor) -> None:
    with torch.no_grad():
        assert_close(network(x), expected, rtol=1e-9, atol=1e-9)
    assert expected.std() > 1e-3


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_and_macs_are_the_published_ones(name: str) -> None:
    assert run("model.num_params", name=name).value == PUBLISHED[name][0]
    assert run("model.macs", name=name).value == PUBLISHED[name][1]


@pytest.mark.parametrize("name", ["mobilenet_v1", "mobilenet_v2", "shufflenet_v1_g3", "shufflenet_v2_x1_0"])
def test_macs_are_half_the_flops_that_torch_counts(name: str) -> None:
    builders = {
        "mobilenet_v1": mobilenet_v1,
        "mobilenet_v2": mobilenet_v2,
        "shufflenet_v1_g3": shufflenet_v1_g3,
        "shufflenet_v2_x1_0": shufflenet_v2_x1_0,
    }
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        builders[name]().eval()(torch.empty(1, 3, 224, 224))
    assert counter.get_total_flops() == 2 * run("model.macs", name=name).value


def mobilenet_v1_by_arithmetic(alpha: float, ordinary: bool = False) -> tuple[int, int]:
    fed, side = int(32 * alpha), 112
    params, macs = 27 * fed + 2 * fed, 112 * 112 * 27 * fed
    for channels, stride in V1_BLOCKS:
        made, side = int(channels * alpha), side // stride
        weights = 9 * fed * made if ordinary else 9 * fed + fed * made
        params += weights + 2 * made + (0 if ordinary else 2 * fed)
        macs += side * side * weights
        fed = made
    return params + 1000 * (fed + 1), macs + 1000 * fed


@pytest.mark.parametrize("alpha", [1.0, 0.75, 0.5, 0.25])
def test_the_width_multiplier_of_mobilenet_v1_by_arithmetic(alpha: float) -> None:
    params, macs = mobilenet_v1_by_arithmetic(alpha)
    assert run("mobilenet.num_params", version="v1", width_mult=alpha).value == params
    assert run("mobilenet.macs", version="v1", width_mult=alpha).value == macs


def test_the_twin_with_ordinary_convolutions_has_the_papers_29_3_and_4866_million() -> None:
    with torch.device("meta"):
        network = MobileNetV1(block=OrdinaryBlock)
        with FlopCounterMode(display=False) as counter:
            network.eval()(torch.empty(1, 3, 224, 224))
    params = sum(parameter.numel() for parameter in network.parameters())
    assert params == 29_294_088
    assert round(params / 1e6, 1) == 29.3
    assert counter.get_total_flops() == 2 * 4_867_293_184
    assert (counter.get_total_flops() // 2 - 1_024_000) // 10**6 == 4866


@pytest.mark.parametrize("groups", SHUFFLENET_V1)
def test_shufflenet_v1_at_each_number_of_groups(groups: int) -> None:
    name = f"shufflenet_v1_g{groups}"
    assert run("model.num_params", name=name).value == SHUFFLENET_V1[groups][0]
    width = {1: 576, 2: 800, 3: 960, 4: 1088, 8: 1536}[groups]
    assert round((run("model.macs", name=name).value - 1000 * width) / 1e6, 1) == SHUFFLENET_V1[groups][1]


def test_narrow_mobilenet_v1_equals_plain_code() -> None:
    network = randomised(MobileNetV1(5, width_mult=0.125))
    state, x = network.state_dict(), noise(2, 3, 64, 64)
    out = bn(conv(x, state, "conv1", 2), state, "bn1").relu()
    for number, (_, stride) in enumerate(V1_BLOCKS):
        out = bn(conv(out, state, f"blocks.{number}.depthwise", stride), state, f"blocks.{number}.bn1").relu()
        out = bn(conv(out, state, f"blocks.{number}.pointwise"), state, f"blocks.{number}.bn2").relu()
    assert out.shape == (2, 128, 2, 2)
    assert_same(network, x, classified(out, state))


def plain_inverted_residual(x: Tensor, state: State, name: str, stride: int, expand: bool) -> Tensor:
    out, at = x, 0
    if expand:
        out, at = functional.relu6(bn(conv(out, state, f"{name}.conv.0"), state, f"{name}.conv.1")), 3
    out = functional.relu6(bn(conv(out, state, f"{name}.conv.{at}", stride), state, f"{name}.conv.{at + 1}"))
    out = bn(conv(out, state, f"{name}.conv.{at + 3}"), state, f"{name}.conv.{at + 4}")
    return out + x if out.shape == x.shape else out


def test_narrow_mobilenet_v2_equals_plain_code() -> None:
    network = randomised(MobileNetV2(5, width_mult=0.25))
    state, x = network.state_dict(), noise(2, 3, 64, 64)
    out = functional.relu6(bn(conv(x, state, "stem.0", 2), state, "stem.1"))
    number = 0
    for expand, _, repeats, stride in V2_ROWS:
        for repeat in range(repeats):
            out = plain_inverted_residual(out, state, f"blocks.{number}", stride if not repeat else 1, expand > 1)
            number += 1
    out = functional.relu6(bn(conv(out, state, "head.0"), state, "head.1"))
    assert_same(network, x, classified(out, state))


def test_the_skip_of_an_inverted_residual_needs_stride_1_and_equal_widths() -> None:
    for stride, made, skips in ((1, 8, True), (2, 8, False), (1, 16, False)):
        block = randomised(InvertedResidual(8, made, stride, 2))
        x = noise(1, 8, 6, 6)
        state = {f"block.{name}": tensor for name, tensor in block.state_dict().items()}
        expected = plain_inverted_residual(x, state, "block", stride, True)
        assert_same(block, x, expected)
        assert run("inverted_residual.adds_its_input", stride=stride, out_channels=made).value is skips


@pytest.mark.parametrize("shuffle", [True, False])
def test_narrow_shufflenet_v1_equals_plain_code(shuffle: bool) -> None:
    network = randomised(ShuffleNetV1(2, 5, channels=24, stem=8))
    if not shuffle:
        network = randomised(_without_shuffle(network))
    state, x = network.state_dict(), noise(2, 3, 64, 64)
    out = functional.max_pool2d(bn(conv(x, state, "conv1", 2), state, "bn1").relu(), 3, 2, 1)
    for stage, repeats in ((2, 4), (3, 8), (4, 4)):
        for unit in range(repeats):
            out = plain_shuffle_unit(out, state, f"stage{stage}.{unit}", 2 if unit == 0 else 1, shuffle)
    assert out.shape == (2, 96, 2, 2)
    assert_same(network, x, classified(out, state))


def _without_shuffle(network: nn.Module) -> nn.Module:
    for unit in network.modules():
        if hasattr(unit, "shuffle"):
            unit.shuffle = nn.Identity()
    return network


def plain_shuffle_unit(x: Tensor, state: State, name: str, stride: int, shuffle: bool) -> Tensor:
    out = bn(conv(x, state, f"{name}.conv1"), state, f"{name}.bn1").relu()
    if shuffle:  # the channel at place 2i + g comes from place i of half g
        order = [place % 2 * (out.shape[1] // 2) + place // 2 for place in range(out.shape[1])]
        out = out[:, order]
    out = bn(conv(out, state, f"{name}.conv2", stride), state, f"{name}.bn2")
    out = bn(conv(out, state, f"{name}.conv3"), state, f"{name}.bn3")
    if stride == 2:
        return torch.cat([functional.avg_pool2d(x, 3, 2, 1), out], dim=1).relu()
    return (x + out).relu()


def test_the_first_1x1_of_stage_2_alone_is_not_grouped() -> None:
    network = ShuffleNetV1(4, channels=48, stem=16)
    firsts = [unit.conv1.groups for unit in network.modules() if isinstance(unit, ShuffleUnit)]
    assert firsts == [1] + [4] * 15


def test_narrow_shufflenet_v2_equals_plain_code() -> None:
    network = randomised(ShuffleNetV2((4, 8, 16, 32, 12), 5))
    state, x = network.state_dict(), noise(2, 3, 64, 64)
    out = functional.max_pool2d(bn(conv(x, state, "conv1.0", 2), state, "conv1.1").relu(), 3, 2, 1)
    for stage, repeats in ((2, 4), (3, 8), (4, 4)):
        for unit in range(repeats):
            out = plain_unit_v2(out, state, f"stage{stage}.{unit}", down=unit == 0)
    out = bn(conv(out, state, "conv5.0"), state, "conv5.1").relu()
    assert_same(network, x, classified(out, state))


def plain_unit_v2(x: Tensor, state: State, name: str, down: bool) -> Tensor:
    half = x.shape[1] // 2
    left, right = (x, x) if down else (x[:, :half], x[:, half:])
    stride = 2 if down else 1
    if down:
        left = bn(conv(left, state, f"{name}.branch1.0", 2), state, f"{name}.branch1.1")
        left = bn(conv(left, state, f"{name}.branch1.2"), state, f"{name}.branch1.3").relu()
    right = bn(conv(right, state, f"{name}.branch2.0"), state, f"{name}.branch2.1").relu()
    right = bn(conv(right, state, f"{name}.branch2.3", stride), state, f"{name}.branch2.4")
    right = bn(conv(right, state, f"{name}.branch2.5"), state, f"{name}.branch2.6").relu()
    return torch.stack([left, right], dim=2).flatten(1, 2)


def biased(x: Tensor, state: State, name: str, **settings: Any) -> Tensor:
    return functional.conv2d(x, state[f"{name}.weight"], state[f"{name}.bias"], **settings).relu()


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_narrow_squeezenet_equals_plain_code(version: Any) -> None:
    network = randomised(SqueezeNet(version, 5, width=4))
    state, x = network.state_dict(), noise(2, 3, 96, 80)
    out = biased(x, state, "features.conv1", stride=2)
    pooled = {"1.0": (1, 4, 8), "1.1": (1, 3, 5)}[version]
    for number in range(1, 10):
        if number > 1:
            squeezed = biased(out, state, f"features.fire{number}.squeeze")
            one = biased(squeezed, state, f"features.fire{number}.expand1x1")
            three = biased(squeezed, state, f"features.fire{number}.expand3x3", padding=1)
            out = torch.cat([one, three], dim=1)
        if number in pooled:
            out = functional.max_pool2d(out, 3, 2, ceil_mode=True)
    assert_same(network, x, biased(out, state, "conv10").mean((2, 3)))


def test_squeezenets_by_arithmetic() -> None:
    squeezes, expands = [16, 16, 32, 32, 48, 48, 64, 64], [64, 64, 128, 128, 192, 192, 256, 256]
    assert all(expand == 4 * squeeze for squeeze, expand in zip(squeezes, expands, strict=True))
    for builder, stem, kernel in ((squeezenet1_0, 96, 7), (squeezenet1_1, 64, 3)):
        fed, total = stem, (3 * kernel**2 + 1) * stem
        for squeeze, expand in zip(squeezes, expands, strict=True):
            total += (fed + 1) * squeeze + (squeeze + 1) * expand + (9 * squeeze + 1) * expand
            assert squeeze < fed
            fed = 2 * expand
        with torch.device("meta"):
            network = builder()
        assert sum(parameter.numel() for parameter in network.parameters()) == total + 513 * 1000


def test_a_fire_module_equals_plain_code_on_an_oblong_map() -> None:
    fire = randomised(Fire(6, 2, 4, 4))
    state, x = fire.state_dict(), noise(1, 6, 9, 5)
    squeezed = biased(x, state, "squeeze")
    expected = torch.cat([biased(squeezed, state, "expand1x1"), biased(squeezed, state, "expand3x3", padding=1)], dim=1)
    assert expected.shape == (1, 8, 9, 5)
    assert_same(fire, x, expected)


@pytest.mark.parametrize(
    ("channels", "expected"), [(18, 24), (12, 16), (8, 8), (4, 8), (240, 240), (24, 24), (11, 16), (20, 24)]
)
def test_channels_are_rounded_to_multiples_of_8_and_lose_at_most_a_tenth(channels: int, expected: int) -> None:
    assert make_divisible(channels) == expected
    assert expected >= 0.9 * channels


def test_stages_have_the_sizes_of_the_papers() -> None:
    v1 = dict(run("model.stages", name="mobilenet_v1").value)
    assert [v1[name] for name in ("conv1", "block1", "block13")] == [[32, 112, 112], [64, 112, 112], [1024, 7, 7]]
    v2 = dict(run("model.stages", name="mobilenet_v2").value)
    assert v2["bottleneck7"] == [320, 7, 7]
    assert v2["bottleneck4"] == [64, 14, 14]
    for groups, width in ((1, 144), (8, 384)):
        shuffle = dict(run("model.stages", name=f"shufflenet_v1_g{groups}").value)
        assert shuffle["stage2"] == [width, 28, 28]
        assert shuffle["stage4"] == [4 * width, 7, 7]
    assert dict(run("model.stages", name="squeezenet1_0").value)["fire9"] == [512, 13, 13]

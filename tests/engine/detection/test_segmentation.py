"""Fully convolutional networks: published counts, plain code, and up-sampling beside interpolation."""

from itertools import pairwise
from typing import Any

import pytest
import torch
from claim_runs import run as run_door
from plain_detection import bn, conv, fill, noise, plain_body
from torch import Tensor, nn
from torch.nn import functional
from torch.testing import assert_close
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import Refused
from engine.models.detection.fcn_resnet import FCN, dilate, fcn_resnet50, fcn_resnet50_aux
from engine.models.detection.fcn_vgg import (
    FCNVGG,
    bilinear_upsampling,
    fcn8s_vgg16,
    fcn16s_vgg16,
    fcn32s_vgg16,
)

torch.set_num_threads(1)


def value(door: str, /, **arguments: Any) -> Any:
    return run_door(door, arguments).value


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def test_parameters_of_fcn_resnet50_are_torchvisions() -> None:
    with torch.device("meta"):
        assert count(fcn_resnet50()) == 32_957_013
        assert count(fcn_resnet50_aux()) == 35_322_218
    assert run_door("model.num_params", {"name": "fcn_resnet50"}).value == 32_957_013
    assert run_door("model.num_params", {"name": "fcn_resnet50_aux"}).value == 35_322_218


def test_macs_of_fcn_resnet50_are_torchvisions_152_717_giga_with_its_auxiliary_head() -> None:
    with torch.device("meta"), torch.no_grad(), FlopCounterMode(display=False) as counter:
        fcn_resnet50_aux().eval().with_auxiliary(torch.empty(1, 3, 520, 520))
    assert round(counter.get_total_flops() / 2e9, 3) == 152.717
    auxiliary = 65 * 65 * (9 * 1024 * 256 + 256 * 21)
    assert run_door("model.macs", {"name": "fcn_resnet50"}).value == counter.get_total_flops() // 2 - auxiliary


def test_stages_of_both() -> None:
    resnet = dict(run_door("model.stages", {"name": "fcn_resnet50_aux", "size": 512}).value)
    assert resnet == {
        "layer1": [256, 128, 128],
        "layer2": [512, 64, 64],
        "layer3": [1024, 64, 64],
        "layer4": [2048, 64, 64],
        "classifier": [21, 64, 64],
    }
    vgg = dict(run_door("model.stages", {"name": "fcn8s_vgg16"}).value)
    assert [vgg[name] for name in ("block3", "block5", "fc7", "score")] == [
        [256, 88, 88],
        [512, 22, 22],
        [4096, 16, 16],
        [21, 16, 16],
    ]


def test_parameters_of_fcn_vgg16_by_arithmetic() -> None:
    widths = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512]
    convolutions = sum((9 * fed + 1) * made for fed, made in pairwise(widths))
    assert convolutions == 14_714_688
    base = convolutions + (49 * 512 + 1) * 4096 + 4097 * 4096 + 4097 * 21
    assert base == 134_346_581  # the paper: 134 M
    skip4, skip3 = 513 * 21, 257 * 21
    with torch.device("meta"):
        assert count(fcn32s_vgg16()) == base + 441 * 64**2
        assert count(fcn16s_vgg16()) == base + skip4 + 441 * (4**2 + 32**2)
        assert count(fcn8s_vgg16()) == base + skip4 + skip3 + 441 * (2 * 4**2 + 16**2)


@torch.no_grad()
def test_narrow_fcn_resnet_equals_plain_code() -> None:
    network = fill(FCN(num_classes=5, layers=(1, 2, 2, 2), width=4, aux=True))
    assert isinstance(network, FCN)
    state, x = network.state_dict(), noise(1, 3, 49, 65)
    maps = plain_body(x, state, "backbone", (1, 2, 2, 2), dilated=True)
    assert [tuple(m.shape[2:]) for m in maps] == [(13, 17), (7, 9), (7, 9), (7, 9)]
    expected = [plain_head(maps[3], state, "classifier", x), plain_head(maps[2], state, "aux_classifier", x)]
    assert_close(network(x), expected[0], rtol=1e-9, atol=1e-9)
    for ours, theirs in zip(network.with_auxiliary(x), expected, strict=True):
        assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


def plain_head(x: Tensor, state: dict[str, Tensor], name: str, image: Tensor) -> Tensor:
    hidden = bn(conv(x, state, f"{name}.conv"), state, f"{name}.bn").relu()
    scores = conv(hidden, state, f"{name}.score")
    return functional.interpolate(scores, size=tuple(image.shape[2:]), mode="bilinear", align_corners=False)


def test_the_auxiliary_head_must_have_been_built() -> None:
    with torch.device("meta"), pytest.raises(ValueError, match="build it with aux=True"):
        FCN(layers=(1, 1, 1, 1), width=2).with_auxiliary(torch.zeros(1, 3, 32, 32))


def test_dilations_and_strides_of_a_dilated_stage() -> None:
    stage = nn.Sequential(*(nn.Sequential(nn.Conv2d(2, 2, 3, 2, 1), nn.Conv2d(2, 2, 1, 2)) for _ in range(3)))
    dilate(stage, before=2)
    assert [block[0].dilation for block in stage] == [(2, 2), (4, 4), (4, 4)]
    assert {layer.stride for block in stage for layer in block} == {(1, 1)}
    assert stage(torch.zeros(1, 2, 9, 7)).shape == (1, 2, 9, 7)


@pytest.mark.parametrize("stride", [32, 16, 8])
@torch.no_grad()
def test_narrow_fcn_vgg_equals_plain_code(stride: Any) -> None:
    network = fill(FCNVGG(stride, num_classes=3, width=2, hidden=5), scale=1.5)
    state, x = network.state_dict(), noise(1, 3, 61, 45)
    out, pools = x, []
    for block, layers in enumerate((2, 2, 3, 3, 3)):
        for layer in range(layers):
            name = f"blocks.{block}.{2 * layer}"
            padding = 100 if block == layer == 0 else 1
            out = functional.conv2d(out, state[f"{name}.weight"], state[f"{name}.bias"], padding=padding).relu()
        out = functional.max_pool2d(out, 2, ceil_mode=True)
        pools.append(out)
    out = functional.conv2d(out, state["fc6.weight"], state["fc6.bias"]).relu()
    scores = conv(conv(out, state, "fc7").relu(), state, "score")
    if stride <= 16:
        scores = fused(scores, conv(pools[3], state, "score_pool4"), state["double4.weight"], 5)
    if stride == 8:
        scores = fused(scores, conv(pools[2], state, "score_pool3"), state["double3.weight"], 9)
    large = functional.conv_transpose2d(scores, state["upscore.weight"], stride=stride)
    start = {32: 19, 16: 27, 8: 31}[stride]
    expected = large[:, :, start : start + 61, start : start + 45]
    assert_close(network(x), expected, rtol=1e-9, atol=1e-9)
    assert expected.std() > 1e-3


def fused(scores: Tensor, finer: Tensor, weight: Tensor, start: int) -> Tensor:
    doubled = functional.conv_transpose2d(scores, weight, stride=2)
    _, _, height, width = doubled.shape
    return doubled + finer[:, :, start : start + height, start : start + width]


@pytest.mark.parametrize(("height", "width"), [(500, 375), (32, 40), (7, 9)])
def test_scores_of_every_image_have_its_size(height: int, width: int) -> None:
    for stride in (8, 16, 32):
        assert value("fcn.score_shape", stride=stride, height=height, width=width, of="output") == [21, height, width]
    sides = []
    for side in (height, width):
        side += 198  # padded by 100 on both sides, less what a 3x3 takes
        for _ in range(5):
            side = -(-side // 2)
        sides.append(side - 6)
    assert value("fcn.score_shape", stride=32, height=height, width=width) == [21, *sides]
    doubled = [2 * side + 2 for side in sides]
    assert value("fcn.score_shape", stride=16, height=height, width=width, of="fused") == [21, *doubled]


@pytest.mark.parametrize("factor", [2, 4, 8])
@torch.no_grad()
def test_bilinear_up_sampling_is_interpolation_off_the_borders(factor: int) -> None:
    x = noise(1, 3, 5, 6)
    layer = bilinear_upsampling(3, factor).double()
    large = functional.interpolate(x, scale_factor=factor, mode="bilinear", align_corners=False)
    half = factor // 2
    ours = layer(x)[:, :, half:-half, half:-half]
    inside = slice(half, -half)
    assert_close(ours[:, :, inside, inside], large[:, :, inside, inside], rtol=1e-9, atol=1e-9)
    door = torch.tensor(value("fcn.upsampled", scores=x[0, 0].tolist(), factor=factor), dtype=torch.float64)
    assert_close(door[factor:-factor, factor:-factor], large[0, 0, inside, inside], rtol=1e-9, atol=1e-9)
    assert door.shape == (6 * factor, 7 * factor)


@pytest.mark.parametrize("factor", [2, 4, 8])
def test_the_first_weights_are_two_triangles_in_each_channel_by_itself(factor: int) -> None:
    with torch.no_grad():  # a single 1 in one channel gives that channel's kernels
        weight = bilinear_upsampling(2, factor)(torch.eye(2)[:, :, None, None]).tolist()
    side = [1 - abs(place - (factor - 0.5)) / factor for place in range(2 * factor)]
    for one in (0, 1):
        for other in (0, 1):
            expected = [[a * b * (one == other) for b in side] for a in side]
            assert weight[one][other] == [pytest.approx(row) for row in expected]


def test_sizes_are_refused() -> None:
    with pytest.raises(Refused, match="from 1 to 2048"):
        value("fcn.score_shape", stride=8, height=0, width=5)

"""Networks on the meta device: published figures, layer arithmetic, and the ``model.*`` functions."""

from itertools import pairwise

import pytest
import torch
from model_runs import run, value
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

import engine.models
from engine.analysis.depth import longest_path
from engine.errors import Refused
from engine.models import zoo

# Parameters and MACs: torchvision's integers where it has the network. By layer arithmetic, here or in the tests beside
# this one: the AlexNets of 2012, vgg16_c, the D2L book's, plain nets, *_paper, resnet34_a and _c, and those for CIFAR.
PUBLISHED = {
    "alexnet": (61_100_840, 714_188_480),
    "alexnet_original_grouped": (60_965_224, 724_406_816),
    "alexnet_original_ungrouped": (62_378_344, 1_135_256_096),
    "bn_inception": (11_285_224, 2_032_600_064),
    "densenet121": (7_978_856, 2_834_161_664),
    "inception_v4": (42_679_816, 12_253_974_624),
    "nin_cifar10": (966_986, 222_486_528),
    "nin_d2l": (1_992_166, 762_297_352),
    "plain18": (11_515_688, 1_794_805_760),
    "resnet18": (11_689_512, 1_814_073_344),
    "resnet34": (21_797_672, 3_663_761_408),
    "resnet34_c": (22_716_840, 3_830_747_136),
    "resnet50": (25_557_032, 4_089_184_256),
    "resnet50_paper": (25_557_032, 3_857_973_248),
    "resnet101": (44_549_160, 7_801_405_440),
    "resnet152": (60_192_808, 11_513_626_624),
    "resnet110_cifar": (1_727_962, 252_887_680),
    "vgg11": (132_863_336, 7_609_090_048),
    "vgg11_d2l": (128_806_154, 7_547_232_256),
    "vgg11_d2l_narrow": (43_093_322, 512_155_648),
    "vgg13": (133_047_848, 11_308_466_176),
    "vgg16": (138_357_544, 15_470_264_320),
    "vgg16_bn": (138_365_992, 15_470_264_320),
    "vgg16_c": (133_638_952, 11_770_888_192),
    "vgg19": (143_667_240, 19_632_062_464),
    "vgg19_bn": (143_678_248, 19_632_062_464),
}
DEPTH = {
    "alexnet": 8,
    "alexnet_original_grouped": 8,
    "densenet121": 121,
    "googlenet": 22,
    "googlenet_paper_aux": 22,
    "plain34": 34,
    "vgg11": 11,
    "vgg16": 16,
    "vgg16_bn": 16,
    "vgg19": 19,
}
DEPTH |= {f"resnet{depth}": depth for depth in (18, 34, 50, 101, 152)}
FAMILIES = ["alexnet", "alexnet_original_grouped", "bn_inception", "nin_d2l", "resnet18", "vgg16_c"]


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_and_macs_are_the_published_ones(name):
    assert value("model.num_params", name=name) == PUBLISHED[name][0]
    assert value("model.macs", name=name) == PUBLISHED[name][1]


@pytest.mark.parametrize("name", FAMILIES)
def test_macs_are_half_the_flops_that_torch_counts(name):
    model = zoo.find(name)
    network, image = model.build(), model.image()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(image)
    assert counter.get_total_flops() == 2 * value("model.macs", name=name)


def conv_macs(side, out_channels, in_channels, kernel_size):
    return side * side * out_channels * in_channels * kernel_size**2


def test_macs_of_vgg16_by_arithmetic():
    chain = [(3, 64, 64), (64, 128, 128), (128, 256, 256, 256), (256, 512, 512, 512), (512, 512, 512, 512)]
    convolutions = sum(
        conv_macs(224 // 2**block, out, fed, 3) for block, widths in enumerate(chain) for fed, out in pairwise(widths)
    )
    assert value("model.macs", name="vgg16") == convolutions + 512 * 49 * 4096 + 4096 * 4096 + 4096 * 1000


def resnet50_macs_by_arithmetic(stride_on_3x3):
    total, inplanes, side = conv_macs(112, 64, 3, 7), 64, 56
    for stage, blocks in enumerate([3, 4, 6, 3]):
        planes = 64 * 2**stage
        for block in range(blocks):
            first = block == 0
            before = side if first else 56 // 2**stage
            side = 56 // 2**stage
            total += conv_macs(before if stride_on_3x3 else side, planes, inplanes, 1)
            total += conv_macs(side, planes, planes, 3) + conv_macs(side, 4 * planes, planes, 1)
            total += conv_macs(side, 4 * planes, inplanes, 1) if first else 0
            inplanes = 4 * planes
    return total + 2048 * 1000


def test_macs_of_both_resnet50_by_arithmetic():
    assert value("model.macs", name="resnet50") == resnet50_macs_by_arithmetic(stride_on_3x3=True)
    assert value("model.macs", name="resnet50_paper") == resnet50_macs_by_arithmetic(stride_on_3x3=False)


def test_parameters_of_both_original_alexnets_by_arithmetic():
    layers = [(96, 3, 121), (256, 96, 25), (384, 256, 9), (384, 384, 9), (256, 384, 9)]
    linears = (9216 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000
    lanes = {"alexnet_original_ungrouped": (1, 1, 1, 1, 1), "alexnet_original_grouped": (1, 2, 1, 2, 2)}
    for name, groups in lanes.items():
        convolutions = sum(out * (fed // g * k + 1) for (out, fed, k), g in zip(layers, groups, strict=True))
        assert value("model.num_params", name=name) == convolutions + linears


@pytest.mark.parametrize("name", FAMILIES)
def test_evidence_adds_up_to_the_totals(name):
    _, table = run("model.macs", name=name).evidence()
    assert tuple(table.rows[-1][-2:]) == PUBLISHED[name]
    assert sum(row[-2] for row in table.rows[:-1]) == PUBLISHED[name][0]


def test_evidence_tells_of_heads_that_did_not_run():
    found = run("model.num_params", name="googlenet_aux")
    (*_, heads, total) = found.evidence()[1].rows
    assert total[-2] == found.value == 6_624_904 + heads[-2]
    assert heads[0] == "(heads that run in training only)"


@pytest.mark.parametrize("name", DEPTH)
def test_depth_is_in_the_name(name):
    assert value("model.depth", name=name) == DEPTH[name]


def test_depth_counts_the_longer_branch_and_no_projection():
    path = longest_path(zoo.find("resnet18").build(), zoo.find("resnet18").image())
    assert path[:3] == ["conv1", "layer1.0.conv1", "layer1.0.conv2"]
    assert not [name for name in path if "downsample" in name]


def test_depth_of_a_network_without_parameters_is_an_error():
    with pytest.raises(ValueError, match="no trainable parameters"):
        longest_path(nn.ReLU(), torch.zeros(1, 2))


def test_stages():
    shapes = dict(value("model.stages", name="resnet50"))
    assert shapes["conv1"] == [64, 112, 112]
    assert shapes["maxpool"] == [64, 56, 56]
    assert [shapes[f"layer{stage}"] for stage in range(1, 5)] == [
        [256, 56, 56],
        [512, 28, 28],
        [1024, 14, 14],
        [2048, 7, 7],
    ]
    blocks = [shape for name, shape in value("model.stages", name="vgg16") if name.startswith("block")]
    assert blocks == [[64, 112, 112], [128, 56, 56], [256, 28, 28], [512, 14, 14], [512, 7, 7]]
    for name, first in (("alexnet", 64), ("alexnet_original_grouped", 96)):
        shapes = dict(value("model.stages", name=name))
        assert shapes["conv1"] == [first, 55, 55]
        assert [shapes[pool][1] for pool in ("pool1", "pool2", "pool5")] == [27, 13, 6]


@pytest.mark.parametrize("size", [64, 96, 320])
def test_stages_at_another_size_halve_it(size):
    shapes = dict(value("model.stages", name="resnet18", size=size))
    assert [shapes[f"layer{stage}"][1] for stage in range(1, 5)] == [size // 4, size // 8, size // 16, size // 32]
    assert value("model.output_shape", name="vgg16", layer="block5", size=size) == [512, size // 32, size // 32]


def test_every_stage_names_a_layer():
    for name in PUBLISHED:
        network = zoo.find(name).build()
        layers = dict(network.named_modules())
        assert set(zoo.stages_of(network).values()) <= set(layers)
        assert len(zoo.stages_of(network)) >= 5


def test_output_and_weight_shapes_of_a_layer():
    assert value("model.output_shape", name="resnet18", layer="layer2.0.conv1") == [128, 28, 28]
    name = "alexnet_original_grouped"
    shapes = [value("model.weight_shape", name=name, layer=f"conv{index}") for index in range(1, 6)]
    assert shapes == [[96, 3, 11, 11], [256, 48, 5, 5], [384, 256, 3, 3], [384, 192, 3, 3], [256, 192, 3, 3]]


COUNTS = [
    ("alexnet", "ReLU", 7),
    ("alexnet", "Dropout", 2),
    ("alexnet", "LocalResponseNorm", 0),
    ("alexnet_original_grouped", "LocalResponseNorm", 2),
    ("alexnet_original_grouped", "ReLU", 7),
    ("alexnet_original_grouped", "Dropout", 2),
    ("vgg16", "MaxPool2d", 5),
    ("vgg16", "Linear", 3),
    ("vgg16", "Dropout", 2),
    ("vgg16_bn", "BatchNorm2d", 13),
    ("resnet18", "ReLU", 17),  # the stem's, and two in each of eight blocks
    ("resnet50", "Conv2d", 53),  # 49 on the main path, four projections
    ("resnet50", "Dropout", 0),
]


@pytest.mark.parametrize(("name", "layer_type", "expected"), COUNTS)
def test_how_often_layers_run(name, layer_type, expected):
    assert value("model.count", name=name, layer_type=layer_type) == expected


def test_share_of_the_linear_layers():
    assert value("model.fc_share", name="vgg16") == pytest.approx(123_642_856 / 138_357_544)
    assert value("model.fc_share", name="vgg16", of="macs") == pytest.approx(123_633_664 / 15_470_264_320)
    assert value("model.fc_share", name="alexnet") == pytest.approx(58_631_144 / 61_100_840)
    assert value("model.fc_share", name="alexnet_original_grouped") == pytest.approx(58_631_144 / 60_965_224)


REFUSALS = [
    ("model.num_params", {"name": "resnet5"}, "did you mean 'resnet50'"),
    ("model.macs", {"name": "alexnet", "size": 62}, "alexnet, made for 224, cannot take 62×62"),
    ("model.stages", {"name": "vgg16", "size": 16}, "vgg16, made for 224, cannot take 16×16"),
    ("model.depth", {"name": "alexnet_original_grouped", "size": 224}, "224×224 inputs give 5×5"),
    ("model.output_shape", {"name": "resnet50", "layer": "layer9"}, "did you mean 'layer"),
    ("model.weight_shape", {"name": "vgg16", "layer": "block5"}, "no weight of its own.*'features.0'"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name, arguments, says):
    with pytest.raises(Refused, match=says) as refusal:
        run(name, **arguments)
    assert "\n" not in str(refusal.value)


def test_the_smallest_input_of_alexnet_is_63():
    assert value("model.output_shape", name="alexnet", layer="pool5", size=63) == [256, 1, 1]


def test_a_resnet_without_its_last_children():
    assert value("model.without_last", name="resnet18", children=2) == [512, 7, 7]
    assert value("model.without_last", name="resnet18", children=1) == [512, 1, 1]
    assert value("model.without_last", name="resnet50", children=2, size=160) == [2048, 5, 5]
    (table,) = run("model.without_last", name="resnet18", children=2).evidence()
    assert [row[0] for row in table.rows if not row[2]] == ["avgpool", "fc"]
    with pytest.raises(Refused, match="has 10 children"):
        run("model.without_last", name="resnet18", children=10)
    with pytest.raises(Refused, match="vgg16 without its last 1 cannot run"):
        run("model.without_last", name="vgg16", children=1, size=16)


def test_two_models_of_one_name_are_a_bug():
    def resnet50() -> nn.Module:
        return nn.Identity()

    with pytest.raises(RuntimeError, match="two models are called resnet50"):
        zoo.model(size=224)(resnet50)


def test_every_network_can_be_imported_from_the_package():
    assert [name for name in zoo.load() if not callable(getattr(engine.models, name, None))] == []
    assert set(zoo.load()) <= set(engine.models.__all__)

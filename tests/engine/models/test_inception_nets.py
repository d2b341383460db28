"""GoogLeNet, BN-Inception, Inception v3 and v4: published integers, arithmetic from the papers' tables, shapes."""

from itertools import pairwise

import pytest
import torch
from model_runs import run, value

from engine.errors import Refused
from engine.layers.inception import Inception, InceptionNaive
from engine.models.googlenet import GoogLeNet

torch.set_num_threads(1)
# GoogLeNet's table 1: 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool proj.
GOOGLENET = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
WIDTHS = [256, 480, 512, 512, 512, 528, 832, 832, 1024]


def convolutions_of(fed, block, lane5):
    one, red3, three, red5, five, proj = block
    return [(fed, one, 1), (fed, red3, 1), (red3, three, 9), (fed, red5, 1), (red5, five, lane5**2), (fed, proj, 1)]


def googlenet_by_arithmetic(lane5, batch_norm):
    """Without heads; a convolution has a bias, or a γ and a β, for each output channel."""
    layers, fed = [(3, 64, 49), (64, 64, 1), (64, 192, 9)], 192
    for block in GOOGLENET.values():
        layers += convolutions_of(fed, block, lane5)
        fed = block[0] + block[2] + block[4] + block[5]
    return sum(out * (into * cells + (2 if batch_norm else 1)) for into, out, cells in layers) + 1024 * 1000 + 1000


def head_by_arithmetic(fed, batch_norm):
    return 128 * (fed + (2 if batch_norm else 1)) + 1024 * (128 * 16 + 1) + 1000 * (1024 + 1)


def test_parameters_of_all_four_googlenets():
    for name, lane5, norm, published in (
        ("googlenet_paper", 5, False, (6_998_552, 13_378_280)),
        ("googlenet", 3, True, (6_624_904, 13_004_888)),
    ):
        without = googlenet_by_arithmetic(lane5, norm)
        heads = head_by_arithmetic(512, norm) + head_by_arithmetic(528, norm)
        assert value("model.num_params", name=name) == without == published[0]
        assert value("model.num_params", name=f"{name}_aux") == without + heads == published[1]


def test_googlenet_has_nearly_nine_times_fewer_parameters_than_alexnet_and_not_twelve():
    ratio = value("model.num_params", name="alexnet_original_grouped") / value(
        "model.num_params", name="googlenet_paper"
    )
    assert ratio == 60_965_224 / 6_998_552
    assert round(ratio, 1) == 8.7


def test_googlenet_is_22_layers_deep_and_its_only_linear_layer_holds_a_seventh():
    assert value("model.depth", name="googlenet_paper") == 3 + 2 * 9 + 1 == 22
    assert value("model.count", name="googlenet_paper", layer_type="Linear") == 1
    assert value("model.fc_share", name="googlenet_paper") == pytest.approx(1_025_000 / 6_998_552, rel=1e-12)


def googlenet_macs_by_arithmetic(lane5):
    total, fed = 112**2 * 64 * 3 * 49 + 56**2 * (64 * 64 + 192 * 64 * 9), 192
    for name, block in GOOGLENET.items():
        side = {"3": 28, "4": 14, "5": 7}[name[0]]
        total += side**2 * sum(into * out * cells for into, out, cells in convolutions_of(fed, block, lane5))
        fed = block[0] + block[2] + block[4] + block[5]
    return total + 1024 * 1000


def test_macs_by_arithmetic_and_to_the_digits_that_torchvision_prints():
    macs = value("model.macs", name="googlenet")
    assert macs == googlenet_macs_by_arithmetic(3) == value("model.macs", name="googlenet_aux")
    assert round(macs / 1e9, 3) == 1.498
    assert value("model.macs", name="googlenet_paper") == googlenet_macs_by_arithmetic(5)


def test_shapes_of_googlenets_stages_are_those_of_table_1():
    sizes = [28] * 2 + [14] * 5 + [7] * 2
    blocks = [[f"inception{name}", [w, n, n]] for name, w, n in zip(GOOGLENET, WIDTHS, sizes, strict=True)]
    stem = [["conv1", [64, 112, 112]], ["pool1", [64, 56, 56]], ["conv2", [64, 56, 56]], ["conv3", [192, 56, 56]]]
    pools = [["pool2", [192, 28, 28]], ["pool3", [480, 14, 14]], ["pool4", [832, 7, 7]]]
    expected = [*stem, pools[0], *blocks[:2], pools[1], *blocks[2:7], pools[2], *blocks[7:]]
    for name in ("googlenet_paper", "googlenet"):
        assert value("model.stages", name=name) == [*expected, ["avgpool", [1024, 1, 1]], ["fc", [1000]]]


def test_normalisation_and_dropout_of_both_versions():
    counts = {"LocalResponseNorm": (2, 0), "BatchNorm2d": (0, 57), "Dropout": (1, 1), "Conv2d": (57, 57)}
    for layer_type, (paper, torchvision) in counts.items():
        assert value("model.count", name="googlenet_paper", layer_type=layer_type) == paper
        assert value("model.count", name="googlenet", layer_type=layer_type) == torchvision
    assert [GoogLeNet(narrow=8).dropout.p, GoogLeNet(narrow=8, torchvision=True).dropout.p] == [0.4, 0.2]


def test_block_3a_reduced_and_naive():
    reduced = {"in_channels": 192, "ch1x1": 64, "ch3x3red": 96, "ch3x3": 128, "ch5x5red": 16, "ch5x5": 32}
    naive = {name: reduced[name] for name in ("in_channels", "ch1x1", "ch3x3", "ch5x5")}
    layers = convolutions_of(192, GOOGLENET["3a"], 5)
    assert (
        value("inception.num_params", **reduced, pool_proj=32) == sum(o * (i * k + 1) for i, o, k in layers) == 163_696
    )
    weights = [(192, 64, 1), (192, 128, 9), (192, 32, 25)]
    assert value("inception.naive_num_params", **naive) == sum(o * (i * k + 1) for i, o, k in weights) == 387_296
    assert value("inception.macs", **reduced, pool_proj=32, size=28) == 784 * sum(i * o * k for i, o, k in layers)
    assert value("inception.naive_macs", **naive, size=28) == 784 * sum(i * o * k for i, o, k in weights)
    assert value("inception.output_shape", **reduced, pool_proj=32, size=28) == [256, 28, 28]
    assert value("inception.naive_output_shape", **naive, size=28) == [416, 28, 28]
    batch = value("inception.num_params", **reduced, pool_proj=32, norm="batch")
    assert batch == 163_696 + sum(out for _, out, _ in layers)


def test_every_block_of_googlenet_by_its_row_of_table_1():
    for (name, row), fed in zip(GOOGLENET.items(), [192, *WIDTHS], strict=False):
        names = ("ch1x1", "ch3x3red", "ch3x3", "ch5x5red", "ch5x5", "pool_proj")
        expected = sum(out * (into * cells + 1) for into, out, cells in convolutions_of(fed, row, 5))
        assert value("inception.num_params", in_channels=fed, **dict(zip(names, row, strict=True))) == expected
        assert value("model.layer_num_params", name="googlenet_paper", layer=f"inception{name}") == expected
        assert Inception(fed, *row).out_channels == row[0] + row[2] + row[4] + row[5]


def test_a_stack_of_naive_blocks_grows_without_end():
    widths = [192]
    for _ in range(3):
        widths.append(InceptionNaive(widths[-1], 64, 128, 32).out_channels)
    assert [after - before for before, after in pairwise(widths)] == [224] * 3


def test_halving_side_by_side_costs_least_and_squeezes_nothing():
    given = {"in_channels": 320, "out_channels": 640, "size": 35}
    costs = {order: value("inception.halving_macs", order=order, **given) for order in ORDERS}
    assert costs == {
        "pool_first": 17**2 * 640 * 320 * 9,
        "widen_first": 35**2 * 640 * 320 * 9,
        "side_by_side": 17**2 * 320 * 320 * 9,
    }
    shapes = {row[1] for row in run("inception.halving_macs", order="pool_first", **given).evidence()[0].rows}
    assert shapes == {"[640, 17, 17]"}
    with pytest.raises(Refused, match="more out_channels than in_channels"):
        run("inception.halving_macs", order="pool_first", in_channels=8, out_channels=8, size=35)


ORDERS = ("pool_first", "widen_first", "side_by_side")

# BN-Inception's figure 5; four numbers are a block that halves the size.
BN_INCEPTION = [
    *((64, 64, 64, 64, 96, 32), (64, 64, 96, 64, 96, 64), (128, 160, 64, 96)),
    *((224, 64, 96, 96, 128, 128), (192, 96, 128, 96, 128, 128), (160, 128, 160, 128, 160, 128)),
    *((96, 128, 192, 160, 192, 128), (128, 192, 192, 256)),
    *((352, 192, 320, 160, 224, 128), (352, 192, 320, 192, 224, 128)),
]


def bn_inception_by_arithmetic():
    """Convolutions as (inputs, outputs, kernel cells), and the widths of the blocks' outputs."""
    layers, fed, widths = [(3, 64, 49), (64, 64, 1), (64, 192, 9)], 192, []
    for row in BN_INCEPTION:
        one, red3, three, red33, double, proj = row if len(row) == 6 else (0, *row, 0)
        layers += [(fed, red3, 1), (red3, three, 9), (fed, red33, 1), (red33, double, 9), (double, double, 9)]
        layers += [(fed, one, 1), (fed, proj, 1)] if one else []
        fed = one + three + double + (proj or fed)
        widths.append(fed)
    return layers, widths


def test_parameters_of_bn_inception():
    layers, _ = bn_inception_by_arithmetic()
    expected = sum(out * (into * cells + 2) for into, out, cells in layers) + 1024 * 1000 + 1000
    assert value("model.num_params", name="bn_inception") == expected
    biases = sum(out for _, out, _ in layers)  # published implementations keep them before BatchNorm: 11,295,240
    assert expected + biases == 11_295_240


def test_shapes_of_bn_inceptions_stages():
    _, widths = bn_inception_by_arithmetic()
    shapes = [shape for stage, shape in value("model.stages", name="bn_inception") if stage.startswith("inception")]
    assert [shape[0] for shape in shapes] == widths == [256, 320, 576, 576, 576, 608, 608, 1056, 1024, 1024]
    assert [shape[1] for shape in shapes] == [28, 28, 14, 14, 14, 14, 14, 7, 7, 7]


def test_parameters_of_inception_v3_with_and_without_its_head():
    head = 128 * (768 + 2) + 768 * (128 * 25 + 2) + 1000 * (768 + 1)
    assert value("model.num_params", name="inception_v3_no_aux") == 23_834_568
    assert value("model.num_params", name="inception_v3") == 23_834_568 + head == 27_161_264
    macs = value("model.macs", name="inception_v3")
    assert macs == value("model.macs", name="inception_v3_no_aux") == 5_713_216_096
    assert round(macs / 1e9, 3) == 5.713


def test_grids_of_inception_v3():
    stages = value("model.stages", name="inception_v3")
    assert [shape[1:] for _, shape in stages[:7]] == [[size, size] for size in (149, 147, 147, 73, 73, 71, 35)]
    mixed = [shape for stage, shape in stages if stage.startswith("mixed")]
    assert [shape[0] for shape in mixed] == [256, 288, 288, 768, 768, 768, 768, 768, 1280, 2048, 2048]
    assert [shape[1] for shape in mixed] == [35] * 3 + [17] * 5 + [8] * 3


def test_inception_v4_by_its_published_count_and_shapes():
    assert value("model.num_params", name="inception_v4") == 42_679_816
    shapes = dict(value("model.stages", name="inception_v4"))
    names = ("stem", "blocks_a", "reduction_a", "blocks_b", "reduction_b", "blocks_c")
    assert [shapes[name] for name in names] == [
        *([384, 35, 35], [384, 35, 35], [1024, 17, 17], [1024, 17, 17], [1536, 8, 8], [1536, 8, 8])
    ]


def test_layer_macs_add_up_to_the_networks():
    stages = [stage for stage, _ in value("model.stages", name="alexnet")]
    total = sum(value("model.layer_macs", name="alexnet", layer=stage) for stage in stages)
    assert total == value("model.macs", name="alexnet")
    with pytest.raises(Refused, match="did you mean 'inception3"):
        run("model.layer_macs", name="googlenet_paper", layer="inception3")

"""What depth costs, where parameters stand, what joins lanes, and one function by deep and by wide networks."""

import pytest
import torch
from claim_runs import assert_settles
from model_runs import run, value

from engine.errors import Refused
from engine.evidence import Table
from engine.models.sawtooth import deep_sawtooth, shallow_sawtooth

torch.set_num_threads(1)

CLAIMS = [
    ("model.deeper_costs_more", {"deeper": "vgg19", "shallower": "alexnet"}, "resnet34", "vgg19"),
    ("model.deeper_costs_more", {"deeper": "vgg19", "shallower": "alexnet", "cost": "params"}, "googlenet", "alexnet"),
]


@pytest.mark.parametrize(("name", "holding", "deeper", "shallower"), CLAIMS)
def test_depth_is_not_cost(name, holding, deeper, shallower):
    assert_settles(name, holding, [{**holding, "deeper": deeper, "shallower": shallower}])


def test_depth_beside_cost_to_the_printed_digits():
    settled = run("model.deeper_costs_more", deeper="resnet34", shallower="vgg19")
    assert settled.value is False
    (table,) = settled.evidence()
    assert isinstance(table, Table)
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["resnet34"] == (34, 21_797_672, 3_663_761_408)
    assert rows["vgg19"] == (19, 143_667_240, 19_632_062_464)
    assert [row[1] for row in table.rows] == sorted(row[1] for row in table.rows)


def test_the_deeper_one_comes_first():
    with pytest.raises(Refused, match="vgg19 has 19 layers and resnet34 34"):
        run("model.deeper_costs_more", deeper="vgg19", shallower="resnet34")


def test_linear_layers_hold_most_parameters_of_vgg_and_few_of_its_multiply_adds():
    controls = [{"name": "vgg16", "of": "macs"}, {"name": "resnet50"}, {"name": "googlenet"}]
    assert_settles("model.fc_holds_most", {"name": "vgg16"}, controls)
    assert_settles("model.fc_holds_most", {"name": "lenet_d2l"}, [{"name": "lenet_d2l", "of": "macs"}])


SHARES = {
    "alexnet_original_grouped": (0.962, 4096 * (9216 + 1) + 4096 * 4097 + 1000 * 4097, 60_965_224),
    "alexnet": (0.960, 4096 * (9216 + 1) + 4096 * 4097 + 1000 * 4097, 61_100_840),
    "vgg16": (0.894, 4096 * (25_088 + 1) + 4096 * 4097 + 1000 * 4097, 138_357_544),
    "vgg19": (0.861, 4096 * (25_088 + 1) + 4096 * 4097 + 1000 * 4097, 143_667_240),
}


@pytest.mark.parametrize("name", SHARES)
def test_share_of_the_linear_layers_by_arithmetic(name):
    rounded, linear, total = SHARES[name]
    assert value("model.fc_share", name=name) == pytest.approx(linear / total, rel=1e-12)
    assert round(linear / total, 3) == rounded


def test_lanes_join_by_channels_and_only_at_one_size():
    controls = [{"join": "addition"}, {"padding5": 0}, {"padding5": 1}, {"pool_stride": 2}]
    assert_settles("inception.lanes_can_join", {"join": "concatenation"}, controls)
    (table,) = run("inception.lanes_can_join").evidence()
    assert {row[-1] for row in table.rows} == {True, False}


def tent(x, folds):
    for _ in range(folds):
        x = 1 - abs(2 * x - 1)
    return x


@pytest.mark.parametrize("folds", [1, 2, 5, 9])
def test_both_networks_are_the_folded_tent(folds):
    x = torch.linspace(0, 1, 2**folds * 8 + 1, dtype=torch.float64)[:, None]
    for network in (deep_sawtooth(folds), shallow_sawtooth(folds)):
        torch.testing.assert_close(network(x).detach(), tent(x, folds), rtol=0, atol=1e-9)


@pytest.mark.parametrize("folds", [1, 5, 9])
def test_parameters_and_pieces_of_the_sawtooth(folds):
    assert value("depth.sawtooth_num_params", folds=folds, shape="deep") == 6 * folds + 1
    assert value("depth.sawtooth_num_params", folds=folds, shape="shallow") == 3 * 2**folds + 1
    for shape in ("deep", "shallow"):
        assert value("depth.sawtooth_pieces", folds=folds, shape=shape) == 2**folds


def test_a_wide_layer_is_run_up_to_nine_folds_and_a_deep_net_up_to_twelve():
    assert value("depth.sawtooth_pieces", folds=12, shape="deep") == 4096
    with pytest.raises(Refused, match=r"folds is 10, and one layer of 2\^folds units is run up to 9 folds only; use"):
        run("depth.sawtooth_pieces", folds=10, shape="shallow")


def test_a_wide_net_of_equal_parameters_misses_the_sawtooth_and_meets_a_parabola():
    for folds in (5, 9):
        given = {"target": "sawtooth", "folds": folds}
        assert_settles("depth.shallow_net_misses", given, [{"target": "parabola", "folds": folds}])
    table, curve = run("depth.shallow_net_misses", target="sawtooth", folds=5).evidence()
    assert [row[:3] for row in table.rows] == [("sawtooth", 31, 10), ("parabola", 31, 10)]
    assert [row[3] > 0.1 for row in table.rows] == [True, False]
    assert len(curve.series) == 2

"""Auxiliary heads: the loss, what a head weighs, and that its gradient reaches the layers before it and no others."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from model_runs import run, value
from torch.nn import functional

from engine.layers.inception_auxiliary import AuxiliaryClassifier, with_auxiliary
from engine.models.googlenet import GoogLeNet

torch.set_num_threads(1)


@pytest.mark.parametrize(("weight", "auxiliary"), [(0.3, [3.0, 7.0]), (1.0, [0.25]), (0.3, [])])
def test_the_loss_is_the_weighted_sum(weight, auxiliary):
    expected = 2.0 + weight * sum(auxiliary)
    assert value("auxiliary.loss", main=2.0, auxiliary=auxiliary, weight=weight) == pytest.approx(expected, rel=1e-12)
    parts = [torch.tensor(part, dtype=torch.float64) for part in auxiliary]
    assert float(with_auxiliary(torch.tensor(2.0).double(), parts, weight)) == pytest.approx(expected, rel=1e-12)
    rows = run("auxiliary.loss", main=2.0, auxiliary=auxiliary, weight=weight).evidence()[0].rows
    assert sum(row[3] for row in rows[:-1]) == pytest.approx(rows[-1][3])


def test_the_table_of_the_loss_shows_no_rounding_and_no_empty_cells():
    (table,) = run("auxiliary.loss", main=0.0, auxiliary=[3.0], weight=0.3).evidence()
    assert table.rows[1:] == [("head 1", 3.0, 0.3, 0.9), ("total", "", "", 0.9)]


def test_parameters_of_a_head():
    for channels in (512, 528):
        expected = 128 * (channels + 1) + 1024 * (128 * 16 + 1) + 1000 * 1025
        assert value("auxiliary.head_num_params", in_channels=channels) == expected
        with torch.device("meta"):
            head = AuxiliaryClassifier(channels, 1000)
        assert sum(parameter.numel() for parameter in head.parameters()) == expected


def test_the_heads_of_googlenet_reach_the_stem_and_not_the_last_block():
    network = GoogLeNet(num_classes=4, auxiliary=True, narrow=8).double().train()
    drawn = torch.Generator().manual_seed(0)
    for parameter in network.parameters():
        fan_in = parameter[0].numel() if parameter.dim() > 1 else 100
        parameter.data = torch.randn(parameter.shape, generator=drawn, dtype=torch.float64) * (2 / fan_in) ** 0.5
    for layer in network.modules():
        if isinstance(layer, torch.nn.Dropout):
            layer.p = 0.0
    x = torch.randn(2, 3, 224, 224, generator=drawn, dtype=torch.float64)
    outputs = network(x)
    losses = [functional.cross_entropy(logits, torch.arange(2)) for logits in (outputs.logits, *outputs.auxiliary)]
    stem, late = network.stem[0][0].weight, network.inception["5b"].branch1[0].weight
    heads = 0.3 * (losses[1] + losses[2])
    through_heads = torch.autograd.grad(heads, [stem, late], retain_graph=True, allow_unused=True)
    assert through_heads[0].abs().sum() > 0
    assert through_heads[1] is None
    reached = [_reached(losses[head], network) for head in (1, 2)]
    assert reached == [["3a", "3b", "4a"], ["3a", "3b", "4a", "4b", "4c", "4d"]]
    total = torch.autograd.grad(with_auxiliary(losses[0], losses[1:]), stem, retain_graph=True)[0]
    main = torch.autograd.grad(losses[0], stem)[0]
    torch.testing.assert_close(total, main + through_heads[0], rtol=1e-9, atol=1e-12)
    assert main.abs().max() > 1e-6


def _reached(loss, network):
    """The blocks whose first weight gets a gradient from this loss."""
    firsts = {name: block.branch1[0].weight for name, block in network.inception.items()}
    gradients = torch.autograd.grad(loss, list(firsts.values()), retain_graph=True, allow_unused=True)
    return [name for name, gradient in zip(firsts, gradients, strict=True) if gradient is not None]


def test_a_head_changes_the_layers_before_it_only_and_only_if_joined():
    controls = [{"layers": "after"}, {"layers": "before", "detached": True}]
    assert_settles("auxiliary.changes_gradient", {"layers": "before"}, controls)
    assert_shows("auxiliary.changes_gradient", {"layers": "before"})


def test_a_head_rescues_the_first_layer_where_gradients_vanish():
    assert_settles("auxiliary.rescues_first_layer", {"activation": "sigmoid"}, [{"activation": "relu"}])
    assert_shows("auxiliary.rescues_first_layer", {"activation": "sigmoid"})


def test_heads_run_in_training_only():
    assert_settles("auxiliary.heads_run_in", {"mode": "training"}, [{"mode": "evaluation"}])
    table = assert_shows("auxiliary.heads_run_in", {"mode": "training"})
    assert table.rows == [("training", 2), ("evaluation", 0)]

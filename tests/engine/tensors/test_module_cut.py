"""Networks cut at their children and frozen in part, beside torch's own lists and counts."""

import pytest
import torch
from claim_runs import run
from torch import nn

from engine.errors import Refused
from engine.tensors.freezing import freeze, trainable, unfreeze
from engine.tensors.module_slicing import children, cut, sliced

torch.set_num_threads(1)
RESNET = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc"]


def small_network():
    with torch.random.fork_rng():
        return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2), nn.Linear(2, 1, bias=False))


def test_children_of_a_resnet():
    for name in ("resnet18", "resnet50"):
        assert run("module.children", {"name": name}).value == RESNET
    assert children(small_network()) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("start", "stop"), [(None, -2), (5, -2), (None, -1), (5, None), (None, None), (2, 2), (-3, None)]
)
def test_slices_keep_what_lists_keep(start, stop):
    expected = RESNET[start:stop]
    asked = {"name": "resnet18", "start": start, "stop": stop}
    assert run("module.kept", asked).value == expected
    assert run("module.num_kept", asked).value == len(expected)
    found = cut(RESNET, start, stop)
    assert found.kept == expected
    assert found.dropped == [name for name in RESNET if name not in expected]
    network = small_network()
    assert list(sliced(network, start, stop)) == list(network.children())[start:stop]


def test_a_chain_of_children_computes_what_the_network_computes():
    network, x = small_network(), torch.randn(2, 3, generator=torch.Generator().manual_seed(0))
    assert torch.equal(sliced(network)(x), network(x))
    head = torch.relu(x @ network[0].weight.mT + network[0].bias) @ network[2].weight.mT + network[2].bias
    torch.testing.assert_close(sliced(network, stop=-1)(x), head)
    assert len(sliced(network, stop=-1)) == 3


@pytest.mark.parametrize(
    ("name", "stop", "size", "expected"),
    [
        ("resnet18", -2, None, [512, 7, 7]),
        ("resnet50", -2, None, [2048, 7, 7]),
        ("resnet18", -2, 320, [512, 10, 10]),
        ("resnet18", -1, None, [512, 1, 1]),
        ("resnet18", 5, None, [64, 56, 56]),
    ],
)
def test_shapes_that_cut_resnets_give(name, stop, size, expected):
    assert run("module.cut_output_shape", {"name": name, "stop": stop, "size": size}).value == expected


def test_without_the_flatten_the_whole_chain_does_not_run():
    with pytest.raises(Refused, match=r"^the chain of these children of resnet18 does not run: "):
        run("module.cut_output_shape", {"name": "resnet18"})


def test_freezing_all_and_unfreezing_some():
    network = small_network()
    freeze(network)
    assert trainable(network) == 0
    assert not any(p.requires_grad for p in network.parameters())
    unfreeze(network, ["2", "3"])
    assert [name for name, p in network.named_parameters() if p.requires_grad] == ["2.weight", "2.bias", "3.weight"]
    assert trainable(network) == 4 * 2 + 2 + 2


@pytest.mark.parametrize(
    ("unfrozen", "expected"),
    [
        ([], 0),
        (["fc"], 513_000),
        (["layer4"], 8_393_728),
        (["layer4", "fc"], 8_906_728),
        (["conv1"], 64 * 3 * 49),
        (["layer1", "layer1.0"], 147_968),
    ],
)
def test_trainable_parameters_of_a_frozen_resnet18(unfrozen, expected):
    assert run("module.trainable_params", {"name": "resnet18", "unfreeze": unfrozen}).value == expected


def test_a_submodule_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(Refused, match=r"^resnet18 has no submodule 'layer5'; did you mean 'layer4'\?$"):
        run("module.trainable_params", {"name": "resnet18", "unfreeze": ["layer5"]})

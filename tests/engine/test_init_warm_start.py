"""The warm start of VGG: which layers equal net A's, and how the others are drawn."""

import math

import pytest
import torch
from torch import nn

from engine.arguments import bind
from engine.init.warm_start import RANDOM_STD, copied_layers, random_start, warm_start
from engine.models.vgg import CONFIGURATIONS, VGG
from engine.registry import find

torch.set_num_threads(1)
FROM_A = {
    # convolutions of each net that stand where A has its first four: block 1, 2 and 3 (twice), first in each block
    "vgg13": ["features.0", "features.5", "features.10", "features.12"],
    "vgg16": ["features.0", "features.5", "features.10", "features.12"],
    "vgg16_c": ["features.0", "features.5", "features.10", "features.12"],
    "vgg19": ["features.0", "features.5", "features.10", "features.12"],
}
LINEAR = ["classifier.0", "classifier.3", "classifier.6"]


def value(name, /, **arguments):
    function = find(f"init.{name}")
    return function.call(**bind(function, arguments)).value


def nets(configuration):
    with torch.random.fork_rng(devices=[]):
        return VGG(CONFIGURATIONS[configuration], 4, width=3, hidden_features=8), VGG(
            CONFIGURATIONS["A"], 4, width=3, hidden_features=8
        )


@pytest.mark.parametrize("configuration", ["B", "C", "D", "E"])
def test_copied_layers_equal_those_of_net_a_and_no_other_does(configuration):
    deeper, shallow = nets(configuration)
    for parameter in shallow.parameters():
        nn.init.normal_(parameter, generator=torch.Generator().manual_seed(1))
    warm_start(deeper, shallow, torch.Generator().manual_seed(0))
    copied = copied_layers(deeper, shallow)
    assert len(copied) == 7
    for name, layer in deeper.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            source = shallow.get_submodule(copied[name]) if name in copied else None
            assert (source is not None) is (name in [*FROM_A["vgg16"], *LINEAR])
            if source is None:
                assert not layer.bias.any()
                assert 0.07 < float(layer.weight.detach().std()) < 0.13
            else:
                assert torch.equal(layer.weight, source.weight)
                assert torch.equal(layer.bias, source.bias)


def test_random_weights_have_the_papers_variance():
    layer = nn.Linear(300, 200)
    random_start(layer, torch.Generator().manual_seed(0))
    assert float(layer.weight.detach().var()) == pytest.approx(1e-2, rel=0.02)
    assert math.isclose(RANDOM_STD**2, 1e-2)
    assert not layer.bias.any()


@pytest.mark.parametrize(("name", "layers"), [("vgg13", 13), ("vgg16", 16), ("vgg16_c", 16), ("vgg19", 19)])
def test_seven_layers_are_copied_and_the_rest_is_random(name, layers):
    assert value("warm_start_layers", name=name) == 7
    assert value("warm_start_layers", name=name, copied=False) == layers - 7


def test_parameters_of_copied_layers():
    convolutions = sum(9 * i * o + o for i, o in [(3, 64), (64, 128), (128, 256), (256, 256)])
    linear = sum(i * o + o for i, o in [(25088, 4096), (4096, 4096), (4096, 1000)])
    assert value("warm_start_params", name="vgg16") == convolutions + linear
    assert value("warm_start_params", name="vgg16", copied=False) == 138_357_544 - convolutions - linear


@pytest.mark.parametrize("name", FROM_A)
def test_copies_are_told_layer_by_layer(name):
    for layer in [*FROM_A[name], *LINEAR]:
        assert value("warm_start_copies", name=name, layer=layer) is True
    for layer in ["features.2", "features.7"]:
        assert value("warm_start_copies", name=name, layer=layer) is False

"""``init.warm_start_*``: the deeper VGG nets, started from the shallowest; a narrow copy of each is really filled."""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.params import num_params
from engine.analysis.sizes import sizes
from engine.arguments import Length
from engine.errors import Refused, nearest
from engine.evidence import Blocks, Run, Table
from engine.init.warm_start import random_start, warm_start
from engine.models.vgg import CONFIGURATIONS, VGG
from engine.models.zoo import find
from engine.registry import Kind, function

Deeper = Literal["vgg13", "vgg16", "vgg16_c", "vgg19"]
_CONFIGURATION = {"vgg13": "B", "vgg16_c": "C", "vgg16": "D", "vgg19": "E"}


@function("init.warm_start_layers", Kind.MEASURED, example={"name": "vgg16"}, shows=(warm_start,))
def warm_start_layers(name: Deeper, copied: bool = True) -> Run:
    """Return how many layers of a VGG equal one of net A after the warm start; or, not ``copied``, how many don't.

    Convention: layers are convolutions and linear layers; 3 to 24 channels stand for the paper's 64 to 512.
    """
    equal = _compared(name)
    return Run(sum(same is copied for same in equal.values()), lambda: _evidence(name, equal))


@function("init.warm_start_params", Kind.MEASURED, example={"name": "vgg16"}, shows=(warm_start,))
def warm_start_params(name: Deeper, copied: bool = True) -> Run:
    """Return how many parameters of the published net lie in the layers of init.warm_start_layers."""
    equal = _compared(name)
    network = find(name).build()
    params = sum(num_params(network.get_submodule(layer)) for layer, same in equal.items() if same is copied)
    return Run(params, lambda: _evidence(name, equal))


@function(
    "init.warm_start_copies", Kind.MEASURED, example={"name": "vgg16", "layer": "features.10"}, shows=(warm_start,)
)
def warm_start_copies(name: Deeper, layer: Annotated[str, Length(1, 64)]) -> Run:
    """Say whether a layer ("features.10", "classifier.0") of a VGG equals one of net A after the warm start."""
    equal = _compared(name)
    if layer not in equal:
        raise Refused(f"{name} has no convolution or linear layer '{layer}'{nearest(layer, equal)}")
    return Run(equal[layer], lambda: _evidence(name, equal))


def _compared(name: Deeper) -> dict[str, bool]:
    """Return which layers' weights equal those of a layer of net A, once a narrow net is filled from a narrow A."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        deeper, shallow = _narrow(_CONFIGURATION[name]), _narrow("A")
    generator = torch.Generator().manual_seed(0)
    random_start(shallow, generator)
    warm_start(deeper, shallow, generator)
    trained = [layer.weight for _, layer in _layers(shallow)]
    return {name: any(torch.equal(layer.weight, weight) for weight in trained) for name, layer in _layers(deeper)}


def _narrow(configuration: str) -> VGG:
    return VGG(CONFIGURATIONS[configuration], num_classes=4, width=3, hidden_features=8)


def _layers(network: VGG) -> list[tuple[str, nn.Conv2d | nn.Linear]]:
    return [(name, layer) for name, layer in network.named_modules() if isinstance(layer, nn.Conv2d | nn.Linear)]


def _evidence(name: Deeper, equal: dict[str, bool]) -> Blocks:
    network = find(name).build()
    rows = [
        (layer, sizes(module.weight.shape), num_params(module), "A" if equal[layer] else "random")
        for layer, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    ]
    return [Table(f"{name}: where first weights come from", ["layer", "weight", "parameters", "from"], rows)]

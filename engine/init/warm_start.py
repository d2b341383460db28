"""The warm start of the deeper VGG nets: some layers are copied from the shallowest net, the others drawn at random.

Source: Simonyan & Zisserman 2015, section 3.1: the first four convolutions and the last three linear layers come from
net A; other weights are drawn from a normal distribution with *variance* 10⁻², and biases are 0.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

import torch
from torch import nn

from engine.models.vgg import VGG

RANDOM_STD: Final = 0.1
"""The square root of the paper's variance, 10⁻²."""
_COPIED_CONVOLUTIONS = 4


def random_start(network: nn.Module, generator: torch.Generator) -> None:
    """Draw every weight of convolutions and linear layers from N(0, 10⁻²), and set their biases to 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.normal_(layer.weight, std=RANDOM_STD, generator=generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def copied_layers(deeper: VGG, shallow: VGG) -> dict[str, str]:
    """Return, for each layer of ``deeper`` that the warm start fills, the layer of ``shallow`` that it comes from.

    Convention: "the first four convolutions" are those of the shallow net. Each goes to the same place of the same
    block, where its shape fits; the first four of the deeper net have other shapes.
    """
    sources, targets = dict(_convolutions(shallow)), dict(_convolutions(deeper))
    convolutions = {targets[place]: name for place, name in islice(sources.items(), _COPIED_CONVOLUTIONS)}
    linear = [stage for name, stage in deeper.stages.items() if name.startswith("fc")]
    return convolutions | {name: name for name in linear}


def warm_start(deeper: VGG, shallow: VGG, generator: torch.Generator) -> None:
    """Fill ``deeper`` from the trained net ``shallow``, and at random where that has nothing for it."""
    random_start(deeper, generator)
    for target, source in copied_layers(deeper, shallow).items():
        deeper.get_submodule(target).load_state_dict(shallow.get_submodule(source).state_dict())


def _convolutions(network: VGG) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the place (block, number in the block) and the name of each convolution."""
    block, number = 1, 1
    for index, layer in enumerate(network.features):
        if isinstance(layer, nn.Conv2d):
            yield (block, number), f"features.{index}"
            number += 1
        elif isinstance(layer, nn.MaxPool2d):
            block, number = block + 1, 1

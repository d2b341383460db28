"""Freezing: parameters that keep their values while others are trained, as in fine-tuning.

``requires_grad = False`` stops gradients, and with them the optimizer. It does not stop a BatchNorm in training mode
from moving its running statistics, which are no parameters: that takes ``eval()``. And an optimizer that was built from
the trainable parameters alone never hears of those that are unfrozen later.
"""

from collections.abc import Iterable

from torch import nn


def freeze(network: nn.Module) -> None:
    """Take all parameters out of training; their values stay."""
    for parameter in network.parameters():
        parameter.requires_grad = False


def unfreeze(network: nn.Module, names: Iterable[str]) -> None:
    """Put the parameters of these submodules back into training.

    >>> net = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    >>> freeze(net)
    >>> unfreeze(net, ["1"])
    >>> [name for name, p in net.named_parameters() if p.requires_grad]
    ['1.weight', '1.bias']
    """
    for name in names:
        for parameter in network.get_submodule(name).parameters():
            parameter.requires_grad = True


def trainable(network: nn.Module) -> int:
    """Return how many numbers training can change."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)

"""Making a trained network deeper without changing what it computes: a block that starts as the identity.

ReLU(I·h + 0) = h where h is itself the output of a ReLU, so a linear layer with the identity as its weight and no bias,
followed by a ReLU, changes nothing until it is trained.

Source: Chen, Goodfellow & Shlens 2016, "Net2Net: Accelerating Learning via Knowledge Transfer", section 2.2.
"""

import torch
from torch import nn

from engine.training.blank import linear


def identity_block(features: int, like: nn.Linear) -> nn.Sequential:
    """Return a linear layer and a ReLU that give back what they are given, where that is not negative.

    >>> block = identity_block(2, like=nn.Linear(2, 2))
    >>> block(torch.tensor([[0.5, 3.0]])).tolist()
    [[0.5, 3.0]]
    """
    layer = linear(features, features, like.weight.device, like.weight.dtype)
    nn.init.eye_(layer.weight)
    nn.init.zeros_(layer.bias)
    return nn.Sequential(layer, nn.ReLU())


def extended(trunk: nn.Sequential, head: nn.Linear) -> nn.Sequential:
    """Return trunk, a new identity block and head in one network; trunk and head are the trained ones themselves.

    ``trunk`` must end in a ReLU and give ``head.in_features`` features.
    """
    return nn.Sequential(trunk, identity_block(head.in_features, like=head), head)


def trained_parameters(network: nn.Module, frozen: nn.Module) -> list[torch.Tensor]:
    """Return the parameters that greedy training leaves to be trained: those outside the frozen lower layers."""
    held = set(frozen.parameters())
    return [parameter for parameter in network.parameters() if parameter not in held]

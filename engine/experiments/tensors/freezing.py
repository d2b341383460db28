"""Freezing and cutting networks: what still moves, what never starts to, and what a cut loses."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function
from engine.tensors.freezing import freeze, unfreeze
from engine.tensors.module_slicing import sliced

_WIDTH = 3


@function("module.running_mean_moves", Kind.MEASURED, example={"mode": "train"}, shows=(freeze,))
def running_mean_moves(mode: Literal["train", "eval"] = "train") -> Run:
    """Say whether a forward pass moves the running mean of a *frozen* BatchNorm, in training or in evaluation mode."""
    return settle(
        "Running mean after less before",
        Holds.IF_DIFFERENT,
        _movement_of_mean,
        {"mode": mode},
        [{"mode": "eval" if mode == "train" else "train"}],
    )


def _movement_of_mean(generator: torch.Generator, mode: str) -> Tensor:
    layer, x = nn.BatchNorm1d(_WIDTH).double(), 1 + randn(generator, 8, _WIDTH)
    freeze(layer.to(x))
    layer.train(mode == "train")
    layer(x)
    assert layer.running_mean is not None
    return layer.running_mean


@function("module.trains_after_unfreezing", Kind.MEASURED, example={"optimizer_got": "all"}, shows=(freeze, unfreeze))
def trains_after_unfreezing(optimizer_got: Literal["all", "trainable"] = "all") -> Run:
    """Say whether a layer that was frozen when the optimizer was made trains once it is unfrozen.

    The optimizer was given all parameters, or only those that were trainable then.
    """
    return settle(
        "Change of the unfrozen layer's weights in one step",
        Holds.IF_DIFFERENT,
        _change_after_unfreezing,
        {"optimizer_got": optimizer_got},
        [{"optimizer_got": "trainable" if optimizer_got == "all" else "all"}],
    )


def _change_after_unfreezing(generator: torch.Generator, optimizer_got: str) -> Tensor:
    network, x = _network(generator), randn(generator, 8, _WIDTH)
    freeze(network)
    unfreeze(network, ["1"])
    given = [p for p in network.parameters() if optimizer_got == "all" or p.requires_grad]
    optimizer = torch.optim.SGD(given, lr=0.1)
    unfreeze(network, ["0"])
    first = network.get_submodule("0")
    before = [parameter.detach().clone() for parameter in first.parameters()]
    network(x).square().mean().backward()
    optimizer.step()
    changes = [torch.sub(after, old) for after, old in zip(first.parameters(), before, strict=True)]
    return torch.cat([change.flatten() for change in changes])


@function("module.weights_move", Kind.MEASURED, example={"frozen": False}, shows=(freeze,))
def weights_move(frozen: bool = False) -> Run:
    """Say whether an SGD step moves a layer's weights, when they are frozen or when they are not."""
    return settle(
        "Change of the first layer's weights in one step",
        Holds.IF_DIFFERENT,
        _change_in_a_step,
        {"frozen": frozen},
        [{"frozen": not frozen}],
    )


def _change_in_a_step(generator: torch.Generator, frozen: bool) -> Tensor:
    network, x = _network(generator), randn(generator, 8, _WIDTH)
    first = network.get_submodule("0")
    if frozen:
        freeze(first)
    before = torch.cat([parameter.detach().flatten().clone() for parameter in first.parameters()])
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    network(x).square().mean().backward()
    optimizer.step()
    return torch.cat([parameter.detach().flatten() for parameter in first.parameters()]) - before


@function("module.chain_equals_network", Kind.MEASURED, example={"between": "nothing"}, shows=(sliced,))
def chain_equals_network(between: Literal["nothing", "relu"] = "nothing") -> Run:
    """Say whether ``nn.Sequential(*net.children())`` gives what the network gives.

    ``relu``: the network's forward calls ``torch.relu`` between its children, which is no child of it and is lost.
    """
    return settle(
        "Chain less network",
        Holds.IF_EQUAL,
        _chain_error,
        {"between": between},
        [{"between": "relu" if between == "nothing" else "nothing"}],
    )


class _TwoLayers(nn.Module):
    """Two linear layers, and in the forward pass perhaps a ReLU between them."""

    def __init__(self, relu: bool) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(_WIDTH, _WIDTH), nn.Linear(_WIDTH, _WIDTH)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        """Return the output."""
        hidden = self.first(x)
        output: Tensor = self.second(torch.relu(hidden) if self.relu else hidden)
        return output


def _chain_error(generator: torch.Generator, between: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        network = _TwoLayers(between == "relu")
    for parameter in network.parameters():
        parameter.data = randn(generator, *parameter.shape)
    x = randn(generator, 8, _WIDTH)
    return torch.sub(sliced(network)(x), network(x))


def _network(generator: torch.Generator) -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        network = nn.Sequential(nn.Linear(_WIDTH, _WIDTH), nn.Linear(_WIDTH, 1))
    for parameter in network.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return network

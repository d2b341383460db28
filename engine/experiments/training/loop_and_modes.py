"""What a step rests on: forgotten gradients, a layer's mode, frozen layers, a block that starts as the identity."""

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.layers.dropout import Dropout
from engine.layers.layer_norm import LayerNorm
from engine.optim import SGD
from engine.registry import Kind, function
from engine.training.blank import linear
from engine.training.extension import extended, identity_block
from engine.training.fine_tuning import freeze
from engine.training.loop import train

Layer = Literal["dropout", "batch_norm", "layer_norm", "linear"]


@function("training.steps_use_one_batch", Kind.MEASURED, example={"zero_grad": True}, shows=(train,))
def steps_use_one_batch(zero_grad: bool = True) -> Run:
    """Say whether the second step goes along the gradient of the second batch alone (plain descent, lr 0.1)."""
    return settle(
        "Second step, beside −lr times the gradient of the second batch",
        Holds.IF_EQUAL,
        _stray,
        {"zero_grad": zero_grad},
        [{"zero_grad": not zero_grad}],
    )


def _stray(generator: torch.Generator, zero_grad: bool) -> Tensor:
    network = _linear(generator, 3, 1)
    batches = [(randn(generator, 4, 3), randn(generator, 4, 1)) for _ in range(2)]
    optimizer = SGD(network.parameters(), lr=0.1)
    train(network, functional.mse_loss, optimizer, batches[:1], zero_grad)
    before = network.weight.detach().clone()
    (expected,) = torch.autograd.grad(functional.mse_loss(network(batches[1][0]), batches[1][1]), [network.weight])
    train(network, functional.mse_loss, optimizer, batches[1:], zero_grad)
    return network.weight.detach() - before + 0.1 * expected


@function(
    "training.mode_matters_to", Kind.MEASURED, example={"layer": "dropout"}, shows=(Dropout, BatchNorm, LayerNorm)
)
def mode_matters_to(layer: Layer = "dropout") -> Run:
    """Say whether a layer gives something else in training mode than in evaluation mode."""
    return settle(
        "Output in training mode, beside that in evaluation mode",
        Holds.IF_DIFFERENT,
        _mode_gap,
        {"layer": layer},
        [{"layer": "batch_norm"}, {"layer": "layer_norm"}, {"layer": "linear"}],
    )


def _mode_gap(generator: torch.Generator, layer: str) -> Tensor:
    x = randn(generator, 8, 6)
    module = _layer(generator, layer).to(current(), torch.float64)
    return torch.sub(module.train()(x), module.eval()(x))


def _layer(generator: torch.Generator, layer: str) -> nn.Module:
    match layer:
        case "dropout":
            return Dropout(0.5, generator)
        case "batch_norm":
            return BatchNorm(6)
        case "layer_norm":
            return LayerNorm(6)
    return _linear(generator, 6, 3)


@function("training.step_leaves_trunk", Kind.MEASURED, example={"frozen": True}, shows=(freeze, train))
def step_leaves_trunk(frozen: bool = True) -> Run:
    """Say whether the lower layers are the same after ten steps of fine-tuning; ``frozen`` trains the head only."""
    return settle(
        "Lower layer after ten steps, beside the one before",
        Holds.IF_EQUAL,
        _moved,
        {"frozen": frozen},
        [{"frozen": not frozen}],
    )


def _moved(generator: torch.Generator, frozen: bool) -> Tensor:
    network = nn.Sequential(_linear(generator, 4, 5), nn.Tanh(), _linear(generator, 5, 2))
    before = next(network.parameters()).detach().clone()
    if frozen:
        freeze(network, trained=["2"])
    batch = randn(generator, 6, 4), randn(generator, 6, 2)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    train(network, functional.mse_loss, SGD(trained, lr=0.1), [batch] * 10)
    return next(network.parameters()).detach() - before


@function(
    "training.deeper_network_starts_equal",
    Kind.MEASURED,
    example={"block": "identity"},
    shows=(extended, identity_block),
)
def deeper_network_starts_equal(block: Literal["identity", "random"] = "identity") -> Run:
    """Say whether a network with one more block above its last ReLU computes what it computed without it."""
    return settle(
        "Output of the deeper network, beside that of the trained one",
        Holds.IF_EQUAL,
        _change,
        {"block": block},
        [{"block": "random" if block == "identity" else "identity"}],
    )


def _change(generator: torch.Generator, block: str) -> Tensor:
    trunk, head = nn.Sequential(_linear(generator, 4, 5), nn.ReLU()), _linear(generator, 5, 3)
    x = randn(generator, 6, 4)
    network = extended(trunk, head)
    if block == "random":
        for parameter in network[1].parameters():
            parameter.data = randn(generator, *parameter.shape)
    return torch.sub(network(x), head(trunk(x)))


def _linear(generator: torch.Generator, inputs: int, outputs: int) -> nn.Linear:
    layer = linear(inputs, outputs, current())
    for parameter in layer.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return layer

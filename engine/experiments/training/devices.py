"""What training on several devices keeps as it was on one, and what it changes."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.registry import Kind, function
from engine.training.blank import linear
from engine.training.communication import volume
from engine.training.data_parallel import Averaging, averaged_gradient, gradient
from engine.training.model_parallel import crossed, two_lanes

_BATCH = 12
_SHARDS = {"equal": (4, 4, 4), "unequal": (1, 3, 8)}
_LAYERS = {"linear": (4096 * 4096, 4096), "convolution": (64 * 64 * 9, 64 * 56 * 56)}
"""Weights, and outputs for one sample: fc7 of AlexNet and conv1_2 of VGG-16 at a quarter of its height and width."""


@function("training.shards_give_batch_gradient", Kind.MEASURED, example={"shards": "equal"}, shows=(averaged_gradient,))
def shards_give_batch_gradient(
    shards: Literal["equal", "unequal"] = "equal", averaging: Averaging = "plain", batch_norm: bool = False
) -> Run:
    """Say whether the averaged gradients of three shards are the gradient of the whole batch of 12 (mean loss)."""
    return settle(
        "Averaged gradient of the shards, beside that of the batch on one device",
        Holds.IF_EQUAL,
        _gap,
        {"shards": shards, "averaging": averaging, "batch_norm": batch_norm},
        [
            {"shards": "unequal", "averaging": "plain", "batch_norm": False},
            {"shards": "unequal", "averaging": "weighted", "batch_norm": False},
            {"shards": "equal", "averaging": "plain", "batch_norm": True},
        ],
    )


def _gap(generator: torch.Generator, shards: str, averaging: Averaging, batch_norm: bool) -> Tensor:
    middle = [nn.BatchNorm1d(6)] if batch_norm else []
    network = nn.Sequential(linear(5, 6), *middle, nn.Tanh(), linear(6, 2)).to(current(), torch.float64)
    for parameter in network.parameters():
        parameter.data = randn(generator, *parameter.shape)
    x, y = randn(generator, _BATCH, 5), randn(generator, _BATCH, 2)
    whole = gradient(network, functional.mse_loss, x, y)
    return averaged_gradient(network, functional.mse_loss, x, y, _SHARDS[shards], averaging) - whole


@function("training.lanes_equal_one_device", Kind.MEASURED, example={"groups": 2}, shows=(two_lanes, crossed))
def lanes_equal_one_device(groups: Literal[1, 2] = 2, lanes: Literal["apart", "crossed"] = "apart") -> Run:
    """Say whether a convolution on two lanes gives what one device gives with that many groups.

    ``apart``: each lane reads its own half of the channels; ``crossed``: both read all of them.
    """
    return settle(
        "Output of the two lanes, beside that of one device",
        Holds.IF_EQUAL,
        _lane_gap,
        {"groups": groups, "lanes": lanes},
        [{"groups": 1, "lanes": "apart"}, {"groups": 1, "lanes": "crossed"}],
    )


def _lane_gap(generator: torch.Generator, groups: int, lanes: str) -> Tensor:
    x, weight, bias = randn(generator, 2, 6, 7, 7), randn(generator, 8, 6, 3, 3), randn(generator, 8)
    on_lanes = two_lanes(x, weight[:, :3], bias, 1) if lanes == "apart" else crossed(x, weight, bias, 1)
    kernel = weight if groups == 1 else weight[:, :3]
    return torch.sub(on_lanes, functional.conv2d(x, kernel, bias, padding=1, groups=groups))


@function("training.cheaper_split_is", Kind.CLOSED_FORM, example={"layer": "linear", "split": "model"}, shows=(volume,))
def cheaper_split_is(
    layer: Literal["linear", "convolution"] = "linear",
    split: Literal["data", "model"] = "model",
    batch_size: Annotated[int, Between(1, 10**6)] = 128,
) -> Run:
    """Say whether a layer sends less when it is split this way: 4096 to 4096 linear, or 3×3 on 64 channels of 56×56."""
    volumes = {name: volume(*sizes, batch_size) for name, sizes in _LAYERS.items()}
    rows = [(name, each.data_parallel, each.model_parallel, each.cheaper) for name, each in volumes.items()]
    table = Table("Numbers sent in one step", ["layer", "split by data", "split by model", "cheaper"], rows)
    return Run(volumes[layer].cheaper == split, lambda: [table])

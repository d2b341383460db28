"""The position-wise feed-forward network: each token by itself, as a convolution of size 1 would treat it."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.transformer._networks import HEADS, HIDDEN, WIDTH, fill
from engine.layers.attention_multihead import MultiheadAttention
from engine.layers.feed_forward import PositionwiseFeedForward
from engine.registry import Kind, function


@function("feed_forward.mixes_positions", Kind.MEASURED, example={}, shows=(PositionwiseFeedForward,))
def mixes_positions(layer: Literal["feed_forward", "attention"] = "feed_forward") -> Run:
    """Say whether changing the third token changes what a layer gives at any other position."""
    return settle(
        "Outputs at other positions with another third token, less the outputs",
        Holds.IF_DIFFERENT,
        _mixing,
        {"layer": layer},
        [{"layer": "feed_forward"}, {"layer": "attention"}],
    )


def _mixing(generator: torch.Generator, layer: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        ffn, attention = PositionwiseFeedForward(WIDTH, HIDDEN), MultiheadAttention(WIDTH, HEADS)
    fill(ffn, generator)
    fill(attention, generator)
    before = randn(generator, 1, 5, WIDTH)
    after = before.clone()
    after[:, 2] += 1
    outputs = [ffn(x) if layer == "feed_forward" else attention(x, x, x).output for x in (before, after)]
    difference: Tensor = (outputs[1] - outputs[0])[0]
    return torch.cat([difference[:2], difference[3:]])


@function(
    "feed_forward.equals_convolution", Kind.MEASURED, example={"kernel_size": 1}, shows=(PositionwiseFeedForward,)
)
def equals_convolution(kernel_size: Literal[1, 3] = 1) -> Run:
    """Say whether two convolutions of this size, with the FFN's weights in the middle tap, give what the FFN gives.

    The other taps of a kernel of 3 hold random weights.
    """
    return settle(
        "Outputs of the convolutions, less those of the FFN",
        Holds.IF_EQUAL,
        _convolution_error,
        {"kernel_size": kernel_size},
        [{"kernel_size": 1}, {"kernel_size": 3}],
    )


def _convolution_error(generator: torch.Generator, kernel_size: int) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        ffn = PositionwiseFeedForward(WIDTH, HIDDEN)
    fill(ffn, generator)
    x = randn(generator, 1, 5, WIDTH)
    y = x.mT
    for linear in (ffn.linear1, ffn.linear2):
        kernel = randn(generator, *linear.weight.shape, kernel_size)
        kernel[..., kernel_size // 2] = linear.weight.detach()
        y = nn.functional.conv1d(y, kernel, linear.bias, padding=kernel_size // 2)
        y = y.relu() if linear is ffn.linear1 else y
    difference: Tensor = (y.mT - ffn(x))[0]
    return difference

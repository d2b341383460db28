"""Which initialisation keeps the variance: forward, backward, for which activation, with which factor."""

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine import device
from engine.arguments import Between
from engine.errors import Refused
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, settle
from engine.init import deep_stack, moments
from engine.init.deep_stack import Stack, alternating, kept_per_layer
from engine.init.moments import Activation
from engine.init.schemes import Mode, Scheme, Spread, spread
from engine.registry import Kind, function

Direction = Literal["forward", "backward"]
Width = Annotated[int, Between(64, 512)]
Depth = Annotated[int, Between(1, 16)]
Gain = Annotated[float, Between(0.01, 100)]
InputStd = Annotated[float, Between(1e-3, 10)]
_OCTAVES = Thresholds(none=0.2, some=0.3)
"""Of log₂ of a factor: up to 15 % off is noise, from 23 % on it is another factor."""
_ENOUGH_WEIGHTS, _MOST_WEIGHTS = 2**16, 2**19
_SHOWS = (deep_stack.run, spread)


@function(
    "init.keeps_variance",
    Kind.MEASURED,
    example={"scheme": "kaiming_normal", "activation": "relu", "depth": 4},
    shows=_SHOWS,
)
def keeps_variance(
    scheme: Scheme,
    activation: Activation = "linear",
    fan_in: Width = 128,
    fan_out: Width = 128,
    depth: Depth = 1,
    direction: Direction = "forward",
    mode: Mode = "fan_in",
    gain: Gain = 1.0,
    input_std: InputStd = 0.1,
) -> Run:
    """Say whether a layer leaves the variance of signals (or, backward, of gradients) as it is, within 15 %.

    Signals start small, where tanh is nearly linear; ``input_std: 1`` reaches its bend. See init.variance_kept.
    """
    return layer_multiplies_variance_by(
        1.0, scheme, activation, fan_in, fan_out, depth, direction, mode, gain, input_std
    )


@function(
    "init.layer_multiplies_variance_by",
    Kind.MEASURED,
    example={"factor": 0.5, "scheme": "xavier_normal", "activation": "relu", "depth": 4},
    shows=_SHOWS,
)
def layer_multiplies_variance_by(
    factor: Annotated[float, Between(1e-4, 1e4)],
    scheme: Scheme,
    activation: Activation = "linear",
    fan_in: Width = 128,
    fan_out: Width = 128,
    depth: Depth = 1,
    direction: Direction = "forward",
    mode: Mode = "fan_in",
    gain: Gain = 1.0,
    input_std: InputStd = 0.1,
) -> Run:
    """Say whether each layer multiplies the variance by this factor, within 15 %; it is the mean over all layers."""
    if fan_in * fan_out * depth > _MOST_WEIGHTS:
        raise Refused(f"that stack has over {_MOST_WEIGHTS:,} weights; make it narrower or less deep")

    def octaves(
        generator: torch.Generator, scheme: Scheme, mode: Mode, gain: float, fan_in: int, fan_out: int
    ) -> Tensor:
        a = 0.01 if activation == "leaky_relu" else 0.0
        widths = alternating(fan_in, fan_out, depth)
        stack = Stack(widths, moments.function(activation), lambda i, o: spread(scheme, i, o, gain, a, mode))
        return _octaves(stack, generator, direction, input_std) - math.log2(factor)

    square = {"mode": "fan_in", "gain": 1.0, "fan_in": 128, "fan_out": 128}
    return settle(
        f"log₂ of the {direction} variance's factor per layer over {factor:g} ({activation}, {depth} deep)",
        Holds.IF_EQUAL,
        octaves,
        {"scheme": scheme, "mode": mode, "gain": gain, "fan_in": fan_in, "fan_out": fan_out},
        [{"scheme": name} | square for name in ("kaiming_normal", "xavier_normal")],
        _OCTAVES,
    )


@function("init.second_argument_is", Kind.MEASURED, example={"meaning": "standard_deviation"}, shows=_SHOWS)
def second_argument_is(meaning: Literal["standard_deviation", "variance"], fan_in: Width = 256) -> Run:
    """Say whether weights from N(0, √(1/fan_in)) keep the variance if the second argument is read with this meaning."""
    return settle(
        f"log₂ of the variance after a linear layer of {fan_in} inputs over that before it",
        Holds.IF_EQUAL,
        lambda generator, meaning: _octaves_of_second_argument(generator, meaning, fan_in),
        {"meaning": meaning},
        [{"meaning": "standard_deviation"}, {"meaning": "variance"}],
        _OCTAVES,
    )


def _octaves_of_second_argument(generator: torch.Generator, meaning: str, fan_in: int) -> Tensor:
    argument = math.sqrt(1 / fan_in)
    std = argument if meaning == "standard_deviation" else math.sqrt(argument)
    stack = Stack([fan_in, 128], moments.function("linear"), lambda i, o: Spread(std, uniform=False))
    return _octaves(stack, generator, "forward", 1.0)


def _octaves(stack: Stack, generator: torch.Generator, direction: Direction, input_std: float) -> Tensor:
    """Return log₂ of the factor by which a layer changes the variance."""
    weights = sum(i * o for i, o in zip(stack.widths[1:], stack.widths[:-1], strict=True))
    draws = max(1, _ENOUGH_WEIGHTS // weights)
    forward, backward = kept_per_layer(stack, generator, device.for_float64(), draws, input_std)
    return torch.tensor(forward if direction == "forward" else backward, dtype=torch.float64).log2()


@function(
    "init.factor_keeps_small_signals",
    Kind.MEASURED,
    example={"activation": "sigmoid", "factor": 4},
    shows=(spread,),
)
def factor_keeps_small_signals(
    activation: Activation, factor: Annotated[float, Between(0.01, 100)], direction: Direction = "forward"
) -> Run:
    """Say whether Xavier's bound times this factor keeps the variance in one layer whose inputs are near 0.

    Forward it is the variance over samples, which a constant such as the sigmoid's f(0) = ½ does not change.
    """
    return settle(
        "log₂ of the variance over samples after the layer over that before it; inputs from N(0, 0.05²)",
        Holds.IF_EQUAL,
        _octaves_near_zero,
        {"activation": activation, "factor": factor, "direction": direction},
        [
            {"activation": name, "factor": size, "direction": direction}
            for name, size in (("sigmoid", 4.0), ("sigmoid", 1.0), ("tanh", 1.0), ("tanh", 4.0))
        ],
        _OCTAVES,
    )


def _octaves_near_zero(
    generator: torch.Generator, activation: Activation, factor: float, direction: Direction
) -> Tensor:
    stack = Stack([128, 128], moments.function(activation), lambda i, o: spread("xavier_uniform", i, o, factor))
    (before, after), _ = deep_stack.send(stack, generator, device.for_float64(), input_std=0.05)
    if direction == "forward":
        return torch.log2(after.var(0).mean() / before.var(0).mean())
    upstream = torch.randn(after.shape, generator=generator, dtype=torch.float64).to(after)
    (gradient,) = torch.autograd.grad(after, before, upstream)
    return torch.log2(gradient.square().mean() / upstream.square().mean())

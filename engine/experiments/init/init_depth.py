"""Vanishing and exploding: what depth makes of weights that are too small or too large, and of saturating units."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine import device
from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import SEEDS, Holds, Thresholds, settle
from engine.init import deep_stack, moments
from engine.init.deep_stack import Source, Stack
from engine.init.moments import Activation
from engine.init.schemes import Scheme, Spread, spread
from engine.registry import Kind, function

Depth = Annotated[int, Between(1, 50)]
Std = Annotated[float, Between(1e-4, 4)]
Gain = Annotated[float, Between(0.01, 100)]
_WIDTH = 64
_VANISHED = Thresholds(none=1e-2, some=3e-2)
_EXPLODED = Thresholds(none=10, some=50)
_LESS = Thresholds(none=0.1, some=0.5)
_SHOWS = (deep_stack.send, spread)
_SIGNAL = "Size of the signal (root mean square) after the last layer over that before the first"
_GRADIENT = "Size of the gradient (root mean square) before the first layer over that after the last"


@function("init.signal_vanishes", Kind.MEASURED, example={"std": 0.01}, shows=_SHOWS)
def signal_vanishes(std: Std, activation: Activation = "tanh", depth: Depth = 10) -> Run:
    """Say whether N(0, std²) weights make signals 100 times smaller in ``depth`` layers of 64 units."""
    chosen = {"std": std, "activation": activation, "depth": depth}
    controls = [{"std": other, "activation": "tanh", "depth": 10} for other in (0.01, _WIDTH**-0.5)]
    settled = settle(_SIGNAL, Holds.IF_EQUAL, _signal, chosen, controls, _VANISHED)
    return _with_curve(settled, _fixed(std), activation, depth)


@function("init.signal_explodes", Kind.MEASURED, example={"std": 0.5}, shows=_SHOWS)
def signal_explodes(std: Std, activation: Activation = "relu", depth: Depth = 10) -> Run:
    """Say whether N(0, std²) weights make signals 50 times larger in ``depth`` layers of 64 units."""
    chosen = {"std": std, "activation": activation, "depth": depth}
    controls = [{"std": other, "activation": "relu", "depth": 10} for other in (0.5, (2 / _WIDTH) ** 0.5)]
    settled = settle(_SIGNAL, Holds.IF_DIFFERENT, _signal, chosen, controls, _EXPLODED)
    return _with_curve(settled, _fixed(std), activation, depth)


@function("init.gradient_vanishes", Kind.MEASURED, example={"activation": "sigmoid"}, shows=_SHOWS)
def gradient_vanishes(
    activation: Activation, scheme: Scheme = "xavier_normal", gain: Gain = 1.0, depth: Depth = 20
) -> Run:
    """Say whether a gradient gets 100 times smaller on its way back through ``depth`` layers of 64 units."""
    chosen = {"activation": activation, "scheme": scheme, "gain": gain, "depth": depth}
    controls = [
        {"activation": "relu", "scheme": "kaiming_normal", "gain": 1.0, "depth": 20},
        {"activation": "sigmoid", "scheme": "xavier_normal", "gain": 1.0, "depth": 20},
        {"activation": "sigmoid", "scheme": "xavier_normal", "gain": 1.0, "depth": 1},
    ]
    settled = settle(_GRADIENT, Holds.IF_EQUAL, _gradient, chosen, controls, _VANISHED)
    return _with_curve(settled, _scaled(scheme, gain), activation, depth)


@function("init.gradient_explodes", Kind.MEASURED, example={"activation": "relu", "gain": 2}, shows=_SHOWS)
def gradient_explodes(
    activation: Activation, scheme: Scheme = "kaiming_normal", gain: Gain = 1.0, depth: Depth = 30
) -> Run:
    """Say whether a gradient gets 50 times larger on its way back through ``depth`` layers of 64 units."""
    chosen = {"activation": activation, "scheme": scheme, "gain": gain, "depth": depth}
    he = {"activation": "relu", "scheme": "kaiming_normal", "gain": 1.0, "depth": 30}
    controls = [he, he | {"gain": 2.0}, he | {"gain": 2.0, "depth": 1}]
    settled = settle(_GRADIENT, Holds.IF_DIFFERENT, _gradient, chosen, controls, _EXPLODED)
    return _with_curve(settled, _scaled(scheme, gain), activation, depth)


@function(
    "init.first_layer_learns",
    Kind.MEASURED,
    example={"compared": "less", "activation": "sigmoid"},
    shows=_SHOWS,
)
def first_layer_learns(
    compared: Literal["less", "more"],
    activation: Activation,
    scheme: Scheme = "xavier_normal",
    gain: Gain = 1.0,
    depth: Depth = 10,
) -> Run:
    """Say whether the first layer's weights get a gradient less than 1/10 (or more than 10 times) the last layer's."""
    chosen = {"activation": activation, "scheme": scheme, "gain": gain, "depth": depth}
    over = "last layer's over the first's" if compared == "more" else "first layer's over the last's"
    return settle(
        f"Norm of the gradient of the weights, the {over}",
        Holds.IF_EQUAL,
        lambda generator, **given: _weight_gradients(generator, compared, **given),
        chosen,
        [
            {"activation": "sigmoid", "scheme": "xavier_normal", "gain": 1.0, "depth": 10},
            {"activation": "relu", "scheme": "kaiming_normal", "gain": 1.0, "depth": 10},
            {"activation": "tanh", "scheme": "xavier_normal", "gain": 3.0, "depth": 10},
        ],
        _LESS,
    )


def _signal(generator: torch.Generator, std: float, activation: Activation, depth: int) -> Tensor:
    return _run(_fixed(std), activation, depth, generator).kept_forward[-1].sqrt()


def _gradient(generator: torch.Generator, activation: Activation, scheme: Scheme, gain: float, depth: int) -> Tensor:
    return _run(_scaled(scheme, gain), activation, depth, generator).kept_backward[0].sqrt()


def _weight_gradients(
    generator: torch.Generator, compared: str, activation: Activation, scheme: Scheme, gain: float, depth: int
) -> Tensor:
    stack = _stack(_scaled(scheme, gain), activation, depth)
    z, weights = deep_stack.send(stack, generator, device.for_float64())
    upstream = torch.randn(z[-1].shape, generator=generator, dtype=torch.float64).to(z[-1])
    first, last = (gradient.norm() for gradient in torch.autograd.grad(z[-1], (weights[0], weights[-1]), upstream))
    return torch.div(last, first) if compared == "more" else torch.div(first, last)


def _fixed(std: float) -> Source:
    return lambda fan_in, fan_out: Spread(std, uniform=False)


def _scaled(scheme: Scheme, gain: float) -> Source:
    return lambda fan_in, fan_out: spread(scheme, fan_in, fan_out, gain)


def _stack(source: Source, activation: Activation, depth: int) -> Stack:
    return Stack([_WIDTH] * (depth + 1), moments.function(activation), source)


def _run(source: Source, activation: Activation, depth: int, generator: torch.Generator) -> deep_stack.Traces:
    return deep_stack.run(_stack(source, activation, depth), generator, device.for_float64())


def _with_curve(settled: Run, source: Source, activation: Activation, depth: int) -> Run:
    """Add to the evidence how signal and gradient fare from layer to layer in what was asked, with the first seed."""

    def curve() -> Curve:
        traces = _run(source, activation, depth, torch.Generator().manual_seed(SEEDS[0]))
        layers = list(range(depth + 1))
        named = {"signal": traces.kept_forward, "gradient": traces.kept_backward}
        series = [Series(name, layers, kept.sqrt().tolist()) for name, kept in named.items()]
        return Curve("Signal over the input's, gradient over the output's", series, "layer", "size", log_y=True)

    return Run(settled.value, lambda: [*settled.evidence(), curve()])

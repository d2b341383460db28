"""``init.*``: what drawn weights do to the variance of signals and gradients, measured in stacks that run in float64.

A layer is z ↦ W·f(z) without a bias; variances are mean squares of the pre-activations z (W has mean 0), and of the
loss's gradient with respect to them.
"""

from typing import Annotated, Literal, get_args

import torch

from engine import device
from engine.arguments import Between
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table, Text
from engine.init import deep_stack, moments
from engine.init.deep_stack import Source, Stack, alternating
from engine.init.moments import Activation
from engine.init.schemes import Scheme, Spread, spread
from engine.registry import Kind, function

Direction = Literal["forward", "backward"]
Width = Annotated[int, Between(16, 1024)]
Depth = Annotated[int, Between(1, 64)]
Wide = Annotated[float, Between(1e-6, 4)]
"""A bound or a standard deviation of weights."""
NegativeSlope = Annotated[float, Between(0, 10)]
InputStd = Annotated[float, Between(1e-6, 100)]
Gain = Annotated[float, Between(1e-3, 100)]
_SEED, _LEAST_DRAWS, _MOST_LAYERS = 0, 3, 256
_ENOUGH_WEIGHTS, _MOST_WEIGHTS = 2**19, 2**21


@function(
    "init.variance_kept",
    Kind.MEASURED,
    example={"fan_in": 256, "fan_out": 128, "std": 0.0625},
    shows=(deep_stack.run, deep_stack.kept_per_layer),
)
def variance_kept(
    fan_in: Width,
    fan_out: Width,
    bound: Wide | None = None,
    std: Wide | None = None,
    scheme: Scheme | None = None,
    activation: Activation = "linear",
    negative_slope: NegativeSlope = 0.01,
    depth: Depth = 1,
    direction: Direction = "forward",
    input_std: InputStd = 1.0,
) -> Run:
    """Return the factor by which a layer with weights so drawn changes the variance, forward or backward: 1 keeps it.

    Give one of ``bound`` (of a uniform distribution), ``std`` (of a normal one) and ``scheme``. A deeper stack goes
    from fan_in to fan_out and back again; its factor is the geometric mean over its layers and over several draws. It
    strays by about 1 % from one set of draws to another, by 3 % where ReLU layers are deep or have under 100 units.
    """
    stack = Stack(
        alternating(fan_in, fan_out, depth),
        moments.function(activation, negative_slope),
        _source(bound, std, scheme, negative_slope if activation == "leaky_relu" else 0.0),
    )
    draws = _draws(fan_in * fan_out * depth, depth)
    place = device.for_float64()
    found = deep_stack.kept_per_layer(stack, _generator(), place, draws, input_std)
    rows = list(zip(get_args(Direction), found, strict=True))

    def evidence() -> Blocks:
        said = f"{depth} layer(s) of {fan_in} and {fan_out} units, {activation}, {draws} draws of all weights."
        return [Text(said), Table("Variance after a layer over that before it", ["direction", "factor"], rows)]

    return Run(found[get_args(Direction).index(direction)], evidence, str(place))


@function(
    "init.variance_through_depth",
    Kind.MEASURED,
    example={"scheme": "kaiming_normal", "activation": "relu", "width": 128, "depth": 10},
    shows=(deep_stack.run, spread),
)
def variance_through_depth(
    scheme: Scheme,
    activation: Activation,
    width: Width = 128,
    depth: Depth = 10,
    gain: Gain = 1.0,
    negative_slope: NegativeSlope = 0.01,
    direction: Direction = "forward",
    input_std: InputStd = 1.0,
) -> Run:
    """Return how much of the variance ``depth`` layers of ``width`` units keep: after the last over before the first.

    ``gain`` multiplies the scheme's standard deviation (4 is Xavier's factor for the logistic function). The value is a
    geometric mean over draws; that of ReLU still strays by a factor of about exp(√(5·depth/width/draws)).
    """
    stack = _stack(scheme, activation, width, depth, gain, negative_slope)
    draws = min(_draws(width * width * depth, depth), 8)
    generator, place = _generator(), device.for_float64()
    forward, backward = deep_stack.kept_per_layer(stack, generator, place, draws, input_std)
    kept = (forward if direction == "forward" else backward) ** depth

    def evidence() -> Blocks:
        stacks = {name: _stack(name, activation, width, depth, gain, negative_slope) for name in get_args(Scheme)}
        return _curves(stacks, input_std, f"{activation}, {width} units")

    return Run(kept, evidence, str(place))


@function("init.gradient_through_depth", Kind.MEASURED, example={"factor": 0.9, "depth": 50})
def gradient_through_depth(factor: Annotated[float, Between(0.01, 10)], depth: Annotated[int, Between(1, 200)]) -> Run:
    """Return the norm of the gradient at the input over that at the output of a linear stack, each layer a rotation.

    Each weight is a random orthogonal 16×16 matrix times ``factor``, so that it stretches nothing by anything else.
    """
    generator, place = _generator(), device.for_float64()
    x = torch.randn(16, generator=generator, dtype=torch.float64).to(place).requires_grad_()
    z = [x]
    for _ in range(depth):
        rotation = torch.empty(16, 16, dtype=torch.float64)
        torch.nn.init.orthogonal_(rotation, factor, generator=generator)
        z.append(rotation.to(place) @ z[-1])
    norms = torch.stack(torch.autograd.grad(z[-1], z, torch.ones_like(x))).norm(dim=1)
    ratios = (norms / norms[-1]).tolist()
    series = Series(f"factor {factor:g}", list(range(depth + 1)), ratios)
    curve = Curve("Norm of the gradient over that at the output", [series], "layer", "ratio", log_y=True)
    return Run(ratios[0], lambda: [curve], str(place))


def _source(bound: float | None, std: float | None, scheme: Scheme | None, a: float) -> Source:
    """Return how weights are drawn, from the one of three arguments that is given."""
    if sum(given is not None for given in (bound, std, scheme)) != 1:
        raise Refused("give one of 'bound', 'std' and 'scheme', which say how the weights are drawn, and only one")
    if scheme is not None:
        return lambda fan_in, fan_out: spread(scheme, fan_in, fan_out, a=a)
    fixed = Spread.uniform_with(bound) if bound is not None else Spread(std or 0.0, uniform=False)
    return lambda fan_in, fan_out: fixed


def _stack(scheme: Scheme, activation: Activation, width: int, depth: int, gain: float, negative_slope: float) -> Stack:
    a = negative_slope if activation == "leaky_relu" else 0.0
    return Stack(
        [width] * (depth + 1),
        moments.function(activation, negative_slope),
        lambda fan_in, fan_out: spread(scheme, fan_in, fan_out, gain, a),
    )


def _curves(stacks: dict[Scheme, Stack], input_std: float, what: str) -> Blocks:
    """Return one curve a scheme, forward and backward, from one draw of each."""
    traces = {
        name: deep_stack.run(stack, _generator(), device.for_float64(), input_std) for name, stack in stacks.items()
    }
    layers = list(range(len(next(iter(traces.values())).forward)))
    forward = [Series(name, layers, trace.kept_forward.tolist()) for name, trace in traces.items()]
    backward = [Series(name, layers, trace.kept_backward.tolist()) for name, trace in traces.items()]
    return [
        Curve(f"Variance of the signal over the input's: {what}", forward, "layer", "kept", log_y=True),
        Curve(f"Variance of the gradient over the output's: {what}", backward, "layer", "kept", log_y=True),
    ]


def _draws(weights: int, depth: int) -> int:
    """Return how often a stack with so many weights is drawn: enough to average, and no longer than need be."""
    if weights > _MOST_WEIGHTS:
        raise Refused(f"that stack has {weights:,} weights, and at most {_MOST_WEIGHTS:,} are drawn; make it smaller")
    return max(_LEAST_DRAWS, min(_MOST_LAYERS // depth, _ENOUGH_WEIGHTS // weights))


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(_SEED)

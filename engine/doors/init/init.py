"""``init.*``: how wide first weights are drawn. Torch's own initialiser is run, and what reaches its kernel is read."""

from collections.abc import Sequence
from typing import Annotated, Literal, get_args

import torch
from torch import nn

from engine import device
from engine.arguments import Between, Length
from engine.doors.init._torch_init import Listener, Uniform, build_linear, fill
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table, Text
from engine.init import fans as written_out
from engine.init import moments
from engine.init.schemes import Mode, spread
from engine.registry import Kind, function

TorchScheme = Literal[
    "lecun_uniform",
    "lecun_normal",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "nn_linear",
]
"""``nn_linear`` is what ``nn.Linear`` does on its own. Torch has no LeCun by name: it is Kaiming with gain 1."""
Nonlinearity = Literal["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]
Fan = Annotated[int, Between(1, 65_536)]
Gain = Annotated[float, Between(1e-6, 1e6)]
NegativeSlope = Annotated[float, Between(0, 1e3)]
Shape = Annotated[Sequence[Annotated[int, Between(1, 65_536)]], Length(2, 5)]
"""Of a weight: (out, in) or (out_channels, in_channels, *kernel_size)."""
_MOST_WEIGHTS, _MOST_WORK = 2**23, 2**29
_BINS = 24


@function(
    "init.bound",
    Kind.MODULE,
    example={"scheme": "xavier_uniform", "fan_in": 300, "fan_out": 200},
    shows=(fill, spread),
)
def bound(
    scheme: TorchScheme,
    fan_in: Fan,
    fan_out: Fan,
    gain: Gain = 1.0,
    a: NegativeSlope = 0.0,
    mode: Mode = "fan_in",
    nonlinearity: Nonlinearity = "leaky_relu",
) -> Run:
    """Return the r of the U(-r, r) from which torch fills a weight of shape (fan_out, fan_in).

    ``gain`` is Xavier's; ``a``, ``mode`` and ``nonlinearity`` are Kaiming's, as in ``torch.nn.init``. Up to 2²⁰ weights
    are really drawn, larger ones go through the same code on the meta device.

    >>> round(bound("xavier_uniform", 300, 200).value, 6)
    0.109545
    """
    drawn = _draw(scheme, fan_in, fan_out, gain, a, mode, nonlinearity)
    if not isinstance(drawn.source, Uniform):
        raise Refused(f"{scheme} draws from a normal distribution, which has no bound; ask init.std for its width")
    return _run(drawn.source.high, drawn)


@function(
    "init.std",
    Kind.MODULE,
    example={"scheme": "kaiming_normal", "fan_in": 200, "fan_out": 50},
    shows=(fill, spread),
)
def std(
    scheme: TorchScheme,
    fan_in: Fan,
    fan_out: Fan,
    gain: Gain = 1.0,
    a: NegativeSlope = 0.0,
    mode: Mode = "fan_in",
    nonlinearity: Nonlinearity = "leaky_relu",
) -> Run:
    """Return the standard deviation (not the variance) with which torch fills a weight of shape (fan_out, fan_in).

    For a uniform scheme it is that of 4096 numbers spread evenly over torch's interval. The arguments are init.bound's.

    >>> std("kaiming_normal", 200, 50).value
    0.1
    """
    drawn = _draw(scheme, fan_in, fan_out, gain, a, mode, nonlinearity)
    return _run(drawn.source.std, drawn)


@function("init.gain", Kind.MODULE, example={"nonlinearity": "leaky_relu", "param": 0.2})
def gain(nonlinearity: Nonlinearity, param: NegativeSlope | None = None) -> Run:
    """Return torch's recommended gain, ``torch.nn.init.calculate_gain``; ``param`` is a leaky ReLU's negative slope.

    Convention: these are torch's numbers, 5/3 for tanh and 1 for the sigmoid; papers have others. A leaky ReLU without
    ``param`` has the slope 0.01.
    """
    if param is not None and nonlinearity != "leaky_relu":
        raise Refused(f"'param' is the negative slope of leaky_relu, and {nonlinearity} has none; leave it out")
    names: tuple[Nonlinearity, ...] = get_args(Nonlinearity)
    rows = [(name, nn.init.calculate_gain(name)) for name in names]
    value = float(nn.init.calculate_gain(nonlinearity, param))
    return Run(
        value, lambda: [Table("torch's gains (leaky_relu with its default slope)", ["activation", "gain"], rows)]
    )


@function("init.fans", Kind.MEASURED, example={"shape": [64, 32, 3, 3]}, shows=(written_out.connections,))
def fans(shape: Shape) -> Run:
    """Return [fan_in, fan_out] of a weight's ``shape``, counted in a layer that runs: who feeds whom.

    The shape is (out_features, in_features) or (out_channels, in_channels, *kernel_size); stride 1, one group.
    """
    found = _connections(shape)
    return Run(list(found), lambda: _fans_evidence(shape, found), str(device.current()))


@function("init.fan", Kind.MEASURED, example={"shape": [64, 32, 3, 3]}, shows=(written_out.connections,))
def fan(shape: Shape, mode: Mode = "fan_in") -> Run:
    """Return one of the two numbers of init.fans."""
    found = _connections(shape)
    value = found.fan_in if mode == "fan_in" else found.fan_out
    return Run(value, lambda: _fans_evidence(shape, found), str(device.current()))


@function("init.mean_square", Kind.MEASURED, example={"activation": "relu"}, shows=(moments.mean_square,))
def mean_square(
    activation: moments.Activation,
    std: Annotated[float, Between(1e-6, 1e6)] = 1.0,
    negative_slope: NegativeSlope = 0.01,
) -> Run:
    """Return E[f(z)²] for z ~ N(0, std²): what the activation leaves for the next layer's fan_in·Var(w) to multiply.

    It is not the variance of f(z) where f(z) has a mean, as after ReLU or the sigmoid.
    """
    place = device.for_float64()
    names: tuple[moments.Activation, ...] = get_args(moments.Activation)

    def measured(name: moments.Activation) -> float:
        return moments.mean_square(moments.function(name, negative_slope), std, place)

    def evidence() -> Blocks:
        return [Table(f"z ~ N(0, {std:g}²)", ["activation f", "E[f(z)²]"], [(name, measured(name)) for name in names])]

    return Run(measured(activation), evidence, str(place))


@function("init.largest_slope", Kind.MEASURED, example={"activation": "sigmoid"}, shows=(moments.largest_slope,))
def largest_slope(activation: moments.Activation, negative_slope: NegativeSlope = 0.01) -> Run:
    """Return the largest slope of an activation, by autograd: each layer multiplies a gradient by at most that.

    Torch takes the slope of ReLU at 0 to be 0.
    """
    place = device.for_float64()
    names: tuple[moments.Activation, ...] = get_args(moments.Activation)

    def measured(name: moments.Activation) -> float:
        return moments.largest_slope(moments.function(name, negative_slope), place)

    def evidence() -> Blocks:
        return [Table("Largest slopes", ["activation", "max |f'(z)|"], [(name, measured(name)) for name in names])]

    return Run(measured(activation), evidence, str(place))


def _draw(
    scheme: TorchScheme, fan_in: int, fan_out: int, gain: float, a: float, mode: Mode, nonlinearity: Nonlinearity
) -> Listener:
    _check_arguments(scheme, gain, a, mode, nonlinearity)
    if scheme == "nn_linear":
        return build_linear(fan_in, fan_out)
    family, _, distribution = scheme.partition("_")
    uniform = distribution == "uniform"
    if family == "xavier":
        return fill(nn.init.xavier_uniform_ if uniform else nn.init.xavier_normal_, (fan_out, fan_in), gain=gain)
    kaiming = nn.init.kaiming_uniform_ if uniform else nn.init.kaiming_normal_
    if family == "lecun":
        return fill(kaiming, (fan_out, fan_in), nonlinearity="linear")
    return fill(kaiming, (fan_out, fan_in), a=a, mode=mode, nonlinearity=nonlinearity)


def _check_arguments(scheme: TorchScheme, gain: float, a: float, mode: Mode, nonlinearity: Nonlinearity) -> None:
    """Refuse an argument that the scheme does not take; torch itself overlooks some of them."""
    if gain != 1 and not scheme.startswith("xavier"):
        raise Refused(
            f"'gain' belongs to xavier; {scheme} has none (kaiming takes its own from 'nonlinearity' and 'a')"
        )
    if not scheme.startswith("kaiming") and (a, mode, nonlinearity) != (0, "fan_in", "leaky_relu"):
        raise Refused(f"'a', 'mode' and 'nonlinearity' belong to kaiming; {scheme} takes none of them")
    if a != 0 and nonlinearity != "leaky_relu":
        raise Refused(f"'a' is the negative slope of leaky_relu, and {nonlinearity} has none; leave it out")


def _run(value: float, drawn: Listener) -> Run:
    return Run(value, lambda: _weight_evidence(drawn), str(drawn.device))


def _weight_evidence(drawn: Listener) -> Blocks:
    """Return what was drawn: the numbers beside those that torch's kernel was given, and a histogram."""
    weight, source = drawn.detach(), drawn.source
    given = Text(f"torch drew {weight.shape[0]}×{weight.shape[1]} weights from {source}.")
    if weight.is_meta:
        return [given, Text("So many were run on the meta device: torch's code ran, and no number was drawn.")]
    largest = float(weight.abs().max())
    rows = [("largest |w|", largest), ("standard deviation", float(weight.std(correction=0)))]
    counts = torch.histc(weight, _BINS, -largest, largest)
    middles = ((torch.arange(_BINS) + 0.5) / _BINS * 2 - 1) * largest
    series = Series("weights", middles.tolist(), counts.tolist())
    return [
        given,
        Table("The weights", ["of the weights", "measured"], rows),
        Curve("Histogram", [series], "w", "count"),
    ]


def _connections(shape: Sequence[int]) -> written_out.Fans:
    """Count, once the layer is known to be small enough to run."""
    counted = written_out.fans(shape)
    if counted.fan_in * shape[0] > _MOST_WEIGHTS:
        raise Refused(f"the weight has {counted.fan_in * shape[0]:,} elements, and at most {_MOST_WEIGHTS:,} are run")
    if counted.fan_in * counted.fan_out > _MOST_WORK:
        raise Refused("so large a kernel takes too long to run; take a smaller one or fewer channels")
    return written_out.connections(shape, device.current())


def _fans_evidence(shape: Sequence[int], found: written_out.Fans) -> Blocks:
    rows = [
        ("fan_in", "inputs that have a gradient at one output", found.fan_in),
        ("fan_out", "outputs that change with one input", found.fan_out),
    ]
    return [Table(f"A weight of shape {tuple(shape)}, run with ones", ["fan", "counted", "number"], rows)]

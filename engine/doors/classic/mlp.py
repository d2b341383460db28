"""``mlp.*`` and ``universal.*``: networks of layers, their parameters and what they can follow."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.params import num_params as count_params
from engine.arguments import Between, Length
from engine.classic.networks.mlp import MLP, xor_network
from engine.classic.networks.relu_bumps import bump, error_bound, through
from engine.device import for_float64
from engine.evidence import Block, Curve, Heatmap, Run, Series, Table
from engine.registry import Kind, function

Sizes = Annotated[Sequence[Annotated[int, Between(1, 1_000_000)]], Length(2, 64)]
Bit = Annotated[int, Between(0, 1)]
Curved = Literal["sin(3x)", "x^2", "exp(x)"]
Units = Annotated[int, Between(1, 4096)]
_CURVES: Mapping[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "sin(3x)": (lambda x: (3 * x).sin(), 9.0),
    "x^2": (torch.square, 2.0),
    "exp(x)": (torch.exp, 20.085536923187668),
}
"""Each with the largest size of its second derivative on [-3, 3]."""


@function("mlp.num_params", Kind.MODULE, example={"sizes": [784, 256, 10]}, shows=(MLP,))
def num_params(sizes: Sizes, bias: bool = True) -> Run:
    """Return the trainable parameters of a stack of ``nn.Linear`` with these sizes, input and output among them."""
    with torch.device("meta"):
        network = nn.Sequential(*(nn.Linear(a, b, bias) for a, b in pairwise(sizes)))
    rows = [(f"{a} → {b}", count_params(layer)) for (a, b), layer in zip(pairwise(sizes), network, strict=True)]
    return Run(count_params(network), lambda: [Table("Layers", ["layer", "parameters"], rows)], device="meta")


@function("mlp.num_params_formula", Kind.CLOSED_FORM, example={"sizes": [784, 256, 10]})
def num_params_formula(sizes: Sizes, bias: bool = True) -> Run:
    """Return the same as Σ (a + 1)·b over neighbouring sizes, or Σ a·b without biases."""
    return Run(sum((a + bias) * b for a, b in pairwise(sizes)))


@function("mlp.xor", Kind.MODULE, example={"a": 1, "b": 0}, shows=(xor_network, MLP))
def xor(a: Bit, b: Bit) -> Run:
    """Return what the 2-2-1 ReLU network max(0, a + b) - 2·max(0, a + b - 1) gives: the exclusive or."""
    network = xor_network()

    def evidence() -> list[Block]:
        corners = torch.cartesian_prod(torch.arange(2.0), torch.arange(2.0))
        hidden = torch.relu(network.layers[0](corners)).tolist()
        rows = [
            (*corner, *h, y)
            for corner, h, y in zip(corners.tolist(), hidden, network(corners)[:, 0].tolist(), strict=True)
        ]
        side = torch.linspace(0, 1, 21)
        plane = network(torch.cartesian_prod(side, side)).reshape(21, 21)
        return [
            Table("XOR", ["a", "b", "hidden 1", "hidden 2", "output"], rows),
            Heatmap("Output over [0, 1]²", plane.tolist(), "b", "a"),
        ]

    return Run(float(network(torch.tensor([[float(a), float(b)]])).detach()), evidence)


@function("universal.error", Kind.MEASURED, example={"function": "sin(3x)", "units": 20}, shows=(through, bump))
def universal_error(function: Curved, units: Units) -> Run:
    """Return the largest error on [-3, 3] of a hidden layer of so many ReLUs with evenly spaced kinks."""

    def evidence() -> list[Block]:
        widths = sorted({1, 2, 5, 10, 20, 40, 80, 160, units})
        series = [
            Series("largest error", widths, [_largest_error(function, n) for n in widths]),
            Series("h²/8·max abs(f'')", widths, [_bound(function, n) for n in widths]),
        ]
        x = torch.linspace(-3, 3, 121, dtype=torch.float64, device=for_float64())
        network = through(*_knots(function, units))
        shown = [
            Series(function, x.tolist(), _CURVES[function][0](x).tolist()),
            Series("network", x.tolist(), network(x).tolist()),
        ]
        return [Curve("Fit", shown, "x", "y"), Curve("Error by width", series, "units", "error", log_y=True)]

    return Run(_largest_error(function, units), evidence)


@function("universal.error_bound", Kind.CLOSED_FORM, example={"function": "sin(3x)", "units": 20}, shows=(error_bound,))
def universal_error_bound(function: Curved, units: Units) -> Run:
    """Return h²/8·max abs(f''), which that error never exceeds; h is the width 6/units of an interval."""
    return Run(_bound(function, units))


def _bound(function: Curved, units: int) -> float:
    return error_bound(_CURVES[function][1], 6 / units)


def _knots(function: Curved, units: int) -> tuple[Tensor, Tensor]:
    knots = torch.linspace(-3, 3, units + 1, dtype=torch.float64, device=for_float64())
    return knots, _CURVES[function][0](knots)


def _largest_error(function: Curved, units: int) -> float:
    """Look at 11 places of every interval; many at a time would need too much memory for the widest networks."""
    knots, values = _knots(function, units)
    network = through(knots, values)
    inner = torch.linspace(0, 1, 11, dtype=knots.dtype, device=knots.device)
    places = (knots[:-1, None] + inner * (knots[1] - knots[0])).flatten()
    curve = _CURVES[function][0]
    return max(float((network(part) - curve(part)).abs().max()) for part in torch.split(places, 512))

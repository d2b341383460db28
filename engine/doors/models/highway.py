"""``highway.*``: what a highway layer computes and costs, and how much of a gradient its carry gate lets through."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.doors.models._blocks import params_of
from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Run, Series, Table
from engine.layers.highway import Highway, highway_network
from engine.registry import Kind, function

Number = Annotated[float, Between(-1e6, 1e6)]
Vector = Annotated[Sequence[Number], Length(1, 16)]
Matrix = Annotated[Sequence[Vector], Length(1, 16)]
Activation = Literal["relu", "tanh", "identity"]
_ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "tanh": torch.tanh,
    "identity": torch.clone,
}
_TWO = {"x": [1.0, -2.0], "weight": [[1, 1], [0, 1]], "bias": [0, 0], "gate_weight": [[0, 0], [0, 0]]}


@function("highway.num_params", Kind.MODULE, example={"features": 32}, shows=(Highway,))
def num_params(features: Annotated[int, Between(1, 8192)], depth: Annotated[int, Between(1, 100)] = 1) -> Run:
    """Return the parameters of ``depth`` highway layers of one width: twice those of plain layers.

    >>> num_params(32).value
    2112
    """
    return params_of(partial(highway_network, features, depth))


@function("highway.forward", Kind.MODULE, example={**_TWO, "gate_bias": [0, -2]}, shows=(Highway,))
def forward(
    x: Vector, weight: Matrix, bias: Vector, gate_weight: Matrix, gate_bias: Vector, activation: Activation = "relu"
) -> Run:
    """Return y = T·H + (1 - T)·x of a highway layer, H = f(weight·x + bias) and T = σ(gate_weight·x + gate_bias).

    >>> forward([1.0, -2.0], [[1, 1], [0, 1]], [0, 0], [[0, 0], [0, 0]], [0, 0]).value
    [0.5, -1.0]
    """
    layer = _layer(weight, bias, gate_weight, gate_bias, activation)
    start = _tensor(x)
    with torch.no_grad():
        y, gate = layer(start), layer.transform_gate(start)
        plain = layer.activation(layer.plain(start))
    columns = ("unit", "x", "H", "T", "y")
    rows = list(zip(range(1, len(x) + 1), x, plain.tolist(), gate.tolist(), y.tolist(), strict=True))
    heatmap = Heatmap("Transform gate T", [gate.tolist()], "unit", "sample")
    return Run(y.tolist(), lambda: [Table("A highway layer", columns, rows), heatmap], str(for_float64()))


@function("highway.carried_gradient", Kind.MEASURED, example={"carry": 0.5, "depth": 50}, shows=(Highway,))
def carried_gradient(carry: Annotated[float, Between(0.001, 0.999)], depth: Annotated[int, Between(1, 100)]) -> Run:
    """Return ∂y/∂x through ``depth`` highway layers whose carry gates stand at ``carry`` and whose H is 0.

    >>> carried_gradient(0.5, 3).value
    0.125
    """
    transform = torch.tensor(1 - carry, dtype=torch.float64)
    layer = _layer([[0.0]], [0.0], [[0.0]], [float(transform.logit())], "identity")
    start = _tensor([1.0]).requires_grad_()
    outputs = [start]
    for _ in range(depth):
        outputs.append(layer(outputs[-1]))

    def reached(output: Tensor) -> float:
        return float(torch.autograd.grad(output, start, retain_graph=True)[0])

    def evidence() -> list[Curve]:
        series = Series(f"carry gate at {carry:g}", list(range(depth + 1)), [reached(output) for output in outputs])
        return [Curve("What reaches the input through d layers", [series], "layers", "gradient", log_y=True)]

    return Run(reached(outputs[-1]), evidence, str(for_float64()))


def _layer(weight: Matrix, bias: Vector, gate_weight: Matrix, gate_bias: Vector, activation: Activation) -> Highway:
    """Return a layer with these weights, or refuse those that do not fit together."""
    width = len(bias)
    for name, matrix in (("weight", weight), ("gate_weight", gate_weight)):
        if [len(row) for row in matrix] != [width] * width:
            raise Refused(f"{name} must have {width} rows of {width} numbers, one row for each entry of the bias")
    if len(gate_bias) != width:
        raise Refused(f"gate_bias must have {width} numbers, as the bias has")
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        layer = Highway(width, _ACTIVATIONS[activation]).to(_tensor(bias))
    for given, parameter in ((weight, layer.plain.weight), (bias, layer.plain.bias)):
        parameter.data = _tensor(given)
    for given, parameter in ((gate_weight, layer.gate.weight), (gate_bias, layer.gate.bias)):
        parameter.data = _tensor(given)
    return layer


def _tensor(numbers: Vector | Matrix) -> Tensor:
    return torch.tensor(numbers, dtype=torch.float64, device=for_float64())

"""``activation.*``: values and slopes of activations, torch's own beside the written-out ones, in float64."""

import math
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import torch
from torch import Tensor

from engine.activations import named
from engine.activations.named import Elementwise, Name
from engine.arguments import Between
from engine.device import for_float64
from engine.doors.activations._torch_activations import Alpha, Coordinate, Input, NegativeSlope, build
from engine.doors.activations._torch_activations import slope as torch_slope
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table
from engine.registry import Kind, function

_AT_ONE: Final = {"name": "sigmoid", "x": 1}
_DIP = (-2.9, 0.0)
"""Every activation that dips below 0 before it rises has its minimum between these."""


@function("activation.value", Kind.MODULE, example=_AT_ONE)
def value(name: Name, x: Input, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None) -> Run:
    """Return what torch's activation of that name gives for x, a number or a list of numbers.

    ``negative_slope`` is leaky ReLU's (0.01) or PReLU's (0.25), ``alpha`` ELU's (1). Torch has no module for abs, sin,
    cos and step; there its function runs, with step(0) = 1.

    >>> value("relu", -3.0).value
    0.0
    """
    z = _tensor(x)
    y = build(name, negative_slope, alpha)(z).detach()
    return Run(y.tolist(), lambda: _evidence(name, z, y, negative_slope, alpha), str(z.device))


@function("activation.value_formula", Kind.CLOSED_FORM, example=_AT_ONE, shows=(named.find,))
def value_formula(name: Name, x: Input, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None) -> Run:
    """Return the same by the activation's formula, written out.

    >>> round(value_formula("silu", 2.0).value, 6)
    1.761594
    """
    z = _tensor(x)
    y = named.find(name, negative_slope, alpha).value(z)
    return Run(y.tolist(), lambda: _evidence(name, z, y, negative_slope, alpha), str(z.device))


@function("activation.slope", Kind.MEASURED, example=_AT_ONE)
def slope(name: Name, x: Input, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None) -> Run:
    """Return the derivative at x by autograd through torch's activation; at a kink this is torch's choice.

    >>> slope("sigmoid", 0.0).value, slope("relu", 0.0).value
    (0.25, 0.0)
    """
    z = _tensor(x)
    found = torch_slope(build(name, negative_slope, alpha), z)
    return Run(found.tolist(), lambda: _evidence(name, z, found, negative_slope, alpha), str(z.device))


@function("activation.slope_formula", Kind.CLOSED_FORM, example=_AT_ONE, shows=(named.find,))
def slope_formula(name: Name, x: Input, negative_slope: NegativeSlope | None = None, alpha: Alpha | None = None) -> Run:
    """Return the derivative at x by its formula, such as a(1 - a) of the sigmoid.

    >>> round(slope_formula("tanh", 1.0).value, 6)
    0.419974
    """
    z = _tensor(x)
    found = named.find(name, negative_slope, alpha).slope(z)
    return Run(found.tolist(), lambda: _evidence(name, z, found, negative_slope, alpha), str(z.device))


@function("activation.one_sided_slope", Kind.MEASURED, example={"name": "relu", "x": 0, "side": "right"})
def one_sided_slope(
    name: Name,
    x: Coordinate,
    side: Literal["left", "right"],
    negative_slope: NegativeSlope | None = None,
    alpha: Alpha | None = None,
) -> Run:
    """Return the derivative from one side: what autograd gives at the next number to the left or right of x.

    >>> one_sided_slope("relu", 0.0, "left").value, one_sided_slope("relu", 0.0, "right").value
    (0.0, 1.0)
    """
    beside = math.nextafter(x, math.inf if side == "right" else -math.inf)
    z = _tensor(beside)
    found = torch_slope(build(name, negative_slope, alpha), z)
    return Run(found.item(), lambda: _evidence(name, z, found, negative_slope, alpha), str(z.device))


@function("activation.minimum", Kind.MEASURED, example={"name": "gelu"})
def minimum(name: Name, of: Literal["value", "place"] = "value") -> Run:
    """Return the smallest value, or the z where it is, of an activation that dips below 0 before it rises.

    The place is found by bisection on the sign of torch's gradient.

    >>> round(minimum("silu").value, 6), round(minimum("silu", "place").value, 6)
    (-0.278465, -1.278465)
    """
    f, (low, high) = build(name), _DIP
    falls, rises = torch_slope(f, _tensor(_DIP)).tolist()
    if name == "sin" or not falls < 0 < rises:
        raise Refused(f"'{name}' has no dip below 0; ask for gelu, gelu_tanh, silu, mish or hardswish")
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if torch_slope(f, _tensor(middle)).item() < 0 else (low, middle)
    place = _tensor((low + high) / 2)
    bottom = f(place).item()
    return Run(bottom if of == "value" else place.item(), lambda: _evidence(name, place, f(place)), str(place.device))


Code = Literal[
    "relu(x)",
    "clamp(x, min=0)",
    "maximum(x, 0)",
    "where(x > 0, x, 0)",
    "relu(x) - relu(-x)",
    "abs(x)",
    "sqrt(x * x)",
    "sign(x)",
]
_CODES: Final[Mapping[Code, Elementwise]] = {
    "relu(x)": torch.relu,
    "clamp(x, min=0)": lambda x: x.clamp(min=0),
    "maximum(x, 0)": lambda x: torch.maximum(x, torch.zeros_like(x)),
    "where(x > 0, x, 0)": lambda x: torch.where(x > 0, x, torch.zeros_like(x)),
    "relu(x) - relu(-x)": lambda x: torch.relu(x) - torch.relu(-x),
    "abs(x)": torch.abs,
    "sqrt(x * x)": lambda x: torch.sqrt(x * x),
    "sign(x)": torch.sign,
}


@function("activation.reported_slope", Kind.MEASURED, example={"code": "maximum(x, 0)", "x": 0})
def reported_slope(code: Code, x: Coordinate = 0.0) -> Run:
    """Return the gradient that torch reports for a line of code at x; at a kink codes of one function may differ.

    >>> [reported_slope(code).value for code in ("relu(x)", "maximum(x, 0)", "clamp(x, min=0)")]
    [0.0, 0.5, 1.0]
    """
    rows = [
        (each, torch_slope(f, _tensor(x)).item(), torch_slope(f, _tensor(1.0)).item()) for each, f in _CODES.items()
    ]
    table = Table("Gradients that torch reports", ["code", f"at {x:g}", "at 1"], rows)
    return Run(torch_slope(_CODES[code], _tensor(x)).item(), lambda: [table])


Dtype = Literal["float16", "bfloat16", "float32", "float64"]


@function("activation.rounded_value", Kind.MODULE, example={"function": "sigmoid", "x": 17, "dtype": "float32"})
def rounded_value(
    function: Literal["sigmoid", "logsigmoid", "log(sigmoid)", "1 - sigmoid", "tanh"],
    x: Annotated[float, Between(-1e4, 1e4)],
    dtype: Dtype = "float32",
) -> Run:
    """Return what torch computes in this number format; past some x the sigmoid is exactly 0 or 1, and its log -inf.

    >>> rounded_value("sigmoid", 17.0).value, rounded_value("sigmoid", 17.0, "float64").value < 1
    (1.0, True)
    """
    functions: Mapping[str, Elementwise] = {
        "sigmoid": torch.sigmoid,
        "logsigmoid": torch.nn.LogSigmoid(),
        "log(sigmoid)": lambda z: torch.sigmoid(z).log(),
        "1 - sigmoid": lambda z: 1 - torch.sigmoid(z),
        "tanh": torch.tanh,
    }
    z = torch.tensor(x, dtype=getattr(torch, dtype))
    rows = [(name, str(f(z).item())) for name, f in functions.items()]
    return Run(functions[function](z).item(), lambda: [Table(f"At {x:g} in {dtype}", ["code", "value"], rows)], "cpu")


def _tensor(x: float | tuple[float, ...] | list[float]) -> Tensor:
    return torch.tensor(x, dtype=torch.float64, device=for_float64())


def _evidence(
    name: Name, z: Tensor, result: Tensor, negative_slope: float | None = None, alpha: float | None = None
) -> Blocks:
    """Return the curves of value and slope, and what was asked."""
    f = named.find(name, negative_slope, alpha)
    line = torch.linspace(-6, 6, 121, dtype=torch.float64)
    series = [Series("f", line.tolist(), f.value(line).tolist()), Series("f'", line.tolist(), f.slope(line).tolist())]
    asked = z.flatten()[:32].cpu()
    rows = [
        (x, f.value(asked)[place].item(), f.slope(asked)[place].item(), result.flatten()[place].item())
        for place, x in enumerate(asked.tolist())
    ]
    return [
        Curve(f"{name} and its slope", series, "z", ""),
        Table("At the points asked", ["z", "f by its formula", "f' by its formula", "answer"], rows),
    ]

"""``backprop.*`` and ``autograd.*``: gradients of small networks and of graphs of single numbers."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.classic.networks.backprop import Gradients, Hidden, Layout, Loss, activate, backward, forward
from engine.classic.networks.scalar_autograd import Value, topological_order
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.registry import Kind, function

Matrix = Annotated[Tensor, Elements(256, 2), Between(-1e3, 1e3)]
Weights = Annotated[Sequence[Matrix], Length(1, 6)]
Biases = Annotated[Sequence[Annotated[Tensor, Elements(64, 1), Between(-1e3, 1e3)]], Length(1, 6)]
Place = Annotated[Sequence[Annotated[int, Between(0, 63)]], Length(1, 2)]
Of = Literal["delta", "weight", "bias"]
_NET = {
    "weights": [[[1, -1], [2, 0]], [[1, 3]]],
    "biases": [[0, 1], [0]],
    "x": [[1], [2]],
    "y": [[1]],
    "layer": 1,
    "of": "weight",
    "at": [0, 1],
}
Op = Literal["+", "-", "*", "/", "exp", "log", "tanh", "sigmoid", "relu"]
Step = tuple[Op, Annotated[Sequence[Annotated[int, Between(0, 127)]], Length(1, 2)]]
Steps = Annotated[Sequence[Step], Length(1, 64)]
Inputs = Annotated[Sequence[Annotated[float, Between(-100, 100)]], Length(1, 16)]
_GRAPH = {"inputs": [2, 3], "steps": [["*", [0, 1]], ["+", [2, 0]]], "wrt": 0}


@function("backprop.gradient", Kind.MEASURED, example=_NET, shows=(forward, backward))
def gradient(
    weights: Weights,
    biases: Biases,
    x: Matrix,
    y: Matrix,
    layer: Annotated[int, Between(1, 6)],
    of: Of,
    at: Place,
    hidden: Hidden = "sigmoid",
    loss: Loss = "half_sum",
    layout: Layout = "columns",
) -> Run:
    """Return an entry of ∂loss/∂z ("delta"), ∂loss/∂W or ∂loss/∂b of a layer, counted from 1, by autograd.

    ``layout`` columns has samples as columns and W as (out, in), rows the transposes of both. The output is linear.
    """
    w, b, x, y = _checked(weights, biases, x, y, hidden, layout)
    for parameter in (*w, *b):
        parameter.requires_grad_()
    outputs, sums = [x], []
    for i, (weight, bias) in enumerate(zip(w, b, strict=True)):
        z = weight @ outputs[-1] + bias[:, None] if layout == "columns" else outputs[-1] @ weight + bias
        sums.append(z)
        outputs.append(activate(z, hidden) if i < len(w) - 1 else z)
    squares = (outputs[-1] - y).square()
    total = squares.mean() if loss == "mean" else squares.sum() / (2 if loss == "half_sum" else 1)
    found = torch.autograd.grad(total, [*sums, *w, *b])
    n = len(w)
    layers = [Gradients(found[i], found[n + i], found[2 * n + i]) for i in range(n)]
    return Run(_entry(layers, layer, of, at), lambda: [_table(layers)])


@function("backprop.gradient_formula", Kind.CLOSED_FORM, example=_NET, shows=(forward, backward))
def gradient_formula(
    weights: Weights,
    biases: Biases,
    x: Matrix,
    y: Matrix,
    layer: Annotated[int, Between(1, 6)],
    of: Of,
    at: Place,
    hidden: Hidden = "sigmoid",
    loss: Loss = "half_sum",
    layout: Layout = "columns",
) -> Run:
    """Return the same by the recursion δ ← (Wᵀ·δ) ⊙ f', with ∂loss/∂W = δ·aᵀ; in rows δ·Wᵀ and aᵀ·δ."""
    w, b, x, y = _checked(weights, biases, x, y, hidden, layout)
    layers = backward(w, forward(w, b, x, hidden, layout), y, hidden, layout, loss)
    return Run(_entry(layers, layer, of, at), lambda: [_table(layers)])


def _checked(
    weights: Weights, biases: Biases, x: Tensor, y: Tensor, hidden: Hidden, layout: Layout
) -> tuple[list[Tensor], list[Tensor], Tensor, Tensor]:
    """Return everything in float64, or refuse shapes that do not fit."""
    if len(weights) != len(biases):
        raise Refused(f"'weights' has {len(weights)} layers and 'biases' {len(biases)}: every layer needs both")
    w, b = ([part.to(for_float64()).clone() for part in parts] for parts in (weights, biases))
    x, y = x.to(for_float64()), y.to(for_float64())
    try:
        output = forward(w, b, x, hidden, layout)[-1]
    except RuntimeError:
        raise Refused(
            f"the shapes do not fit one another with samples as {layout}: see what 'layout' says of W"
        ) from None
    widths = [len(weight) if layout == "columns" else weight.shape[1] for weight in w]
    if output.shape != y.shape or widths != [len(bias) for bias in b]:
        raise Refused("'y' must be shaped as the output, and each bias needs one entry for each unit of its layer")
    return w, b, x, y


def _entry(layers: Sequence[Gradients], layer: int, of: Of, at: Sequence[int]) -> float:
    if layer > len(layers):
        raise Refused(f"'layer' is {layer}, and the {len(layers)} layers are counted from 1")
    found: Tensor = getattr(layers[layer - 1], of)
    if len(at) != found.dim() or any(i >= size for i, size in zip(at, found.shape, strict=True)):
        raise Refused(f"'at' must be a place in {of}, whose shape is {list(found.shape)}, counted from 0")
    return float(found[tuple(at)])


def _table(layers: Sequence[Gradients]) -> Table:
    rows = [(i + 1, str(g.delta.tolist()), str(g.weight.tolist()), str(g.bias.tolist())) for i, g in enumerate(layers)]
    return Table("Gradients by layer", ["layer", "δ", "∂loss/∂W", "∂loss/∂b"], rows)


_BINARY: Mapping[str, Callable[..., Value]] = {
    "+": Value.__add__,
    "-": Value.__sub__,
    "*": Value.__mul__,
    "/": Value.__truediv__,
}
_TORCH: Mapping[str, Callable[..., Tensor]] = {
    "+": torch.add,
    "-": torch.sub,
    "*": torch.mul,
    "/": torch.div,
    **{name: getattr(torch, name) for name in ("exp", "log", "tanh", "sigmoid", "relu")},
}


@function("autograd.gradient", Kind.MEASURED, example=_GRAPH, shows=(Value, topological_order))
def autograd_gradient(inputs: Inputs, steps: Steps, wrt: Annotated[int, Between(0, 127)]) -> Run:
    """Return ∂(last)/∂(number ``wrt``) by reverse mode; steps such as ["*", [0, 1]] add numbers after the inputs.

    Numbers are counted from 0, inputs first. What is used several times gets the sum over its uses.
    """
    _check_graph(inputs, steps, wrt)
    values = [Value(x) for x in inputs]
    for op, of in steps:
        values.append(_result(op, [values[i] for i in of]))
    values[-1].backward()
    rows = [(i, v.op or "input", v.data, v.grad) for i, v in enumerate(values)]
    return Run(values[wrt].grad, lambda: [Table("The graph", ["number", "made by", "value", "gradient"], rows)])


@function("autograd.torch_gradient", Kind.MODULE, example=_GRAPH)
def autograd_torch_gradient(inputs: Inputs, steps: Steps, wrt: Annotated[int, Between(0, 127)]) -> Run:
    """Return the same by ``torch.autograd``."""
    _check_graph(inputs, steps, wrt)
    values = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in inputs]
    for op, of in steps:
        values.append(_TORCH[op](*(values[i] for i in of)))
    if not bool(torch.isfinite(values[-1])):
        raise Refused("a step divides by 0, takes the logarithm of a number that is not positive, or overflows")
    (found,) = torch.autograd.grad(values[-1], values[wrt], materialize_grads=True, allow_unused=True)
    return Run(float(found))


def _check_graph(inputs: Inputs, steps: Steps, wrt: int) -> None:
    for i, (op, of) in enumerate(steps):
        wanted = 2 if op in _BINARY else 1
        if len(of) != wanted:
            raise Refused(f"step {i + 1}, {op}, works on {wanted} number{'s' * (wanted > 1)}, not {len(of)}")
        if max(of) >= len(inputs) + i:
            raise Refused(f"step {i + 1} uses number {max(of)}, which is not made yet: there are {len(inputs) + i}")
    if wrt >= len(inputs) + len(steps):
        raise Refused(f"'wrt' is {wrt}, and the {len(inputs) + len(steps)} numbers are counted from 0")


def _result(op: Op, operands: Sequence[Value]) -> Value:
    try:
        made: Value = _BINARY[op](*operands) if op in _BINARY else getattr(operands[0], op)()
    except (ZeroDivisionError, ValueError, OverflowError):
        made = Value(math.nan)
    if not math.isfinite(made.data):
        raise Refused("a step divides by 0, takes the logarithm of a number that is not positive, or overflows")
    return made

"""What activations do to depth: linear stacks collapse, gradients shrink through sigmoids, SELU keeps its moments."""

import math
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.activations.exponential_linear import selu
from engine.activations.named import Name, find
from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import SEEDS, Holds, Thresholds, randn, settle
from engine.init.schemes import Scheme, spread
from engine.registry import Kind, function

Depth = Annotated[int, Between(1, 50)]
_WIDTH = 6
_PLAIN = Thresholds(none=1e-9, some=1e-3)
_WIDE, _SAMPLES = 96, 96


@function("activation.linear_stack_collapses", Kind.MEASURED, example={"between": "identity"}, shows=(find,))
def linear_stack_collapses(
    between: Name = "identity", bias: Literal["W2 b1 + b2", "b1 + b2", "b2"] = "W2 b1 + b2"
) -> Run:
    """Say whether W2·f(W1·x + b1) + b2 is the one layer W2·W1·x + bias, f being the activation between."""
    chosen = {"between": between, "bias": bias}
    controls = [{"between": "relu", "bias": bias}, {"between": "identity", "bias": "W2 b1 + b2"}]
    compared = "Two layers with the activation between, less the one layer with weights W2·W1"
    return settle(compared, Holds.IF_EQUAL, _not_one_layer, chosen, controls, _PLAIN)


def _not_one_layer(generator: torch.Generator, between: Name, bias: str) -> Tensor:
    x = randn(generator, 16, _WIDTH)
    (w1, w2), (b1, b2) = (randn(generator, 2, *shape) for shape in ((_WIDTH, _WIDTH), (_WIDTH,)))
    merged = {"W2 b1 + b2": w2 @ b1 + b2, "b1 + b2": b1 + b2, "b2": b2}[bias]
    two = find(between).value(x @ w1.T + b1) @ w2.T + b2
    return torch.sub(two, x @ (w2 @ w1).T + merged)


@function("activation.sigmoid_layer_multiplies_gradient_by", Kind.MEASURED, example={"factor": "at most abs(w)/4"})
def sigmoid_layer_multiplies_gradient_by(
    factor: Literal["at most abs(w)/4", "exactly 1/4", "at most 1/4", "at least abs(w)/4"] = "at most abs(w)/4",
) -> Run:
    """Say whether one sigmoid unit h ↦ σ(w·h + b) does this to the gradient, for w up to 8 in size and any h and b."""
    return settle(
        "How far dσ(w·h + b)/dh lies outside of what is claimed",
        Holds.IF_EQUAL,
        _outside,
        {"factor": factor},
        [{"factor": "exactly 1/4"}, {"factor": "at most abs(w)/4"}],
    )


def _outside(generator: torch.Generator, factor: str) -> Tensor:
    w, b, h = 8 * torch.rand(256, generator=generator, dtype=torch.float64), *randn(generator, 2, 256).cpu()
    h = h.requires_grad_()
    (slope,) = torch.autograd.grad(torch.sigmoid(w * h + b).sum(), h)
    outside: dict[str, Tensor] = {
        "at most abs(w)/4": (slope - w / 4).clamp(min=0),
        "exactly 1/4": slope - 0.25,
        "at most 1/4": (slope - 0.25).clamp(min=0),
        "at least abs(w)/4": (w / 4 - slope).clamp(min=0),
    }
    return outside[factor]


@function("activation.sigmoid_chain_explodes", Kind.MEASURED, example={"weight": 8, "centred": True})
def sigmoid_chain_explodes(
    weight: Annotated[float, Between(0, 1000)] = 8.0, centred: bool = True, depth: Depth = 10
) -> Run:
    """Say whether the gradient grows through a chain of sigmoid units with this weight, to over 10 from below 1.

    ``centred`` sets the biases so that every pre-activation is nearly 0, where the slope is ¼; otherwise they are 0.
    """
    return settle(
        "Gradient at the input of the chain over that at its output",
        Holds.IF_DIFFERENT,
        _chain,
        {"weight": weight, "centred": centred, "depth": depth},
        [{"weight": weight, "centred": False, "depth": depth}, {"weight": 8.0, "centred": True, "depth": 10}],
        Thresholds(none=1.5, some=10),
    )


def _chain(generator: torch.Generator, weight: float, centred: bool, depth: int) -> Tensor:
    scatter = randn(generator, 1) * min(1e-3, 0.25 / max(1.0, weight / 4) ** depth) if centred else randn(generator, 1)
    x = (0.5 + scatter).requires_grad_()
    h = x
    for _ in range(depth):
        h = torch.sigmoid(weight * h - (weight / 2 if centred else 0))
    (slope,) = torch.autograd.grad(h.sum(), x)
    return slope


@function("activation.passes_gradient_through_depth", Kind.MEASURED, example={"name": "tanh"}, shows=(find, spread))
def passes_gradient_through_depth(name: Name = "relu", scheme: Scheme | None = None, depth: Depth = 20) -> Run:
    """Say whether a gradient keeps over a thousandth of its size through ``depth`` layers of 64 such units.

    Weights are drawn by He's scheme for relu and its kin, else by Xavier's, unless ``scheme`` says otherwise.
    """
    chosen = {"name": name, "scheme": scheme or usual_scheme(name), "depth": depth}
    controls = [{"name": each, "scheme": usual_scheme(each), "depth": 20} for each in ("sigmoid", "tanh", "relu")]
    compared = "Size of the gradient before the first layer over that after the last"
    settled = settle(compared, Holds.IF_DIFFERENT, _gradient_left, chosen, controls, Thresholds(none=1e-4, some=1e-3))
    return Run(settled.value, lambda: [*settled.evidence(), _by_depth(name, depth)])


def usual_scheme(name: Name) -> Scheme:
    """Return the initialisation that goes with an activation."""
    rectifiers = ("relu", "leaky_relu", "prelu", "relu6", "elu", "gelu", "gelu_tanh", "silu", "mish", "hardswish")
    if name == "selu":
        return "lecun_normal"
    return "kaiming_normal" if name in rectifiers else "xavier_normal"


def _gradients(generator: torch.Generator, name: Name, scheme: Scheme, depth: int) -> Tensor:
    """Return the root mean square of the gradient before each layer, from the first on, over that at the end."""
    z = [randn(generator, 16, 64).requires_grad_()]
    for _ in range(depth):
        weight = spread(scheme, 64, 64).draw(64, 64, generator).to(z[0])
        z.append(find(name).value(z[-1] @ weight.T))
    found = (
        torch.autograd.grad(z[-1], z, torch.ones_like(z[-1]), allow_unused=True, materialize_grads=True)
        if (z[-1].requires_grad)
        else [torch.zeros_like(each) for each in z]
    )
    sizes = torch.stack([gradient.square().mean().sqrt() for gradient in found])
    return sizes / sizes[-1].clamp(min=1e-300)


def _gradient_left(generator: torch.Generator, name: Name, scheme: Scheme, depth: int) -> Tensor:
    return _gradients(generator, name, scheme, depth)[0]


def _by_depth(name: Name, depth: int) -> Curve:
    compared: list[Name] = list(dict.fromkeys([name, "sigmoid", "tanh", "relu"]))
    series = []
    for each in compared:
        sizes = _gradients(torch.Generator().manual_seed(SEEDS[0]), each, usual_scheme(each), depth)
        series.append(Series(each, list(range(depth + 1)), sizes.tolist()))
    return Curve("Gradient before each layer over that at the end", series, "layer", "size", log_y=True)


@function("activation.keeps_zero_mean_unit_variance", Kind.MEASURED, example={"name": "selu"}, shows=(selu, spread))
def keeps_zero_mean_unit_variance(
    name: Name = "selu",
    scheme: Scheme = "lecun_normal",
    depth: Depth = 12,
    input_std: Annotated[float, Between(0.1, 10)] = 1.0,
) -> Run:
    """Say whether outputs still have mean 0 (to 0.15) and variance 1 (to 30 %) after ``depth`` layers of 96 units.

    LeCun's scheme draws weights of variance 1/fan_in. The input is N(0, input_std²).
    """
    return settle(
        "The larger of abs(mean)/0.15 and abs(log variance)/log 1.3 after the last layer, where it exceeds 1",
        Holds.IF_EQUAL,
        _off_fixed_point,
        {"name": name, "scheme": scheme, "depth": depth, "input_std": input_std},
        [
            {"name": "selu", "scheme": "kaiming_normal", "depth": depth, "input_std": input_std},
            {"name": "selu", "scheme": "lecun_normal", "depth": depth, "input_std": 1.0},
        ],
        Thresholds(none=0, some=0.2),
    )


def _off_fixed_point(generator: torch.Generator, name: Name, scheme: Scheme, depth: int, input_std: float) -> Tensor:
    h = input_std * randn(generator, _SAMPLES, _WIDE)
    for _ in range(depth):
        h = find(name).value(h @ spread(scheme, _WIDE, _WIDE).draw(_WIDE, _WIDE, generator).to(h).T)
    mean, log_variance = h.mean().abs() / 0.15, h.var(correction=0).clamp(min=1e-300).log().abs() / math.log(1.3)
    return (torch.maximum(mean, log_variance) - 1).clamp(min=0)

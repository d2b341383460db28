"""Claims on networks: what a hidden layer needs, and how gradients are passed back."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.classic.networks.backprop import Layout, backward, forward, slope
from engine.classic.networks.directional import by_gradient, by_limit, gradient, unit
from engine.classic.networks.mlp import MLP
from engine.classic.networks.relu_bumps import through
from engine.classic.networks.scalar_autograd import Value, topological_order
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

Hidden = Literal["tanh", "relu", "sigmoid", "identity", "square"]
_FUNCTIONS = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": torch.clone,
    "square": torch.square,
}


@function("mlp.solves_xor", Kind.MEASURED, example={"hidden": "relu"}, shows=(MLP,))
def solves_xor(hidden: Hidden = "relu", units: Annotated[int, Between(1, 64)] = 16) -> Run:
    """Say whether a hidden layer of random units, with a fitted linear output, gives XOR of all four inputs exactly."""
    return settle(
        "Error of the best output layer on the four corners",
        Holds.IF_EQUAL,
        _xor_error,
        {"hidden": hidden, "units": units},
        [{"hidden": "relu", "units": 16}, {"hidden": "identity", "units": 16}],
        Thresholds(none=1e-6, some=0.01),
    )


def _xor_error(generator: torch.Generator, hidden: Hidden, units: int) -> Tensor:
    corners = torch.cartesian_prod(*[torch.arange(2.0)] * 2).to(randn(generator, 1))
    target = corners.sum(1) % 2
    features = _FUNCTIONS[hidden](corners @ randn(generator, 2, units) + randn(generator, units))
    features = torch.cat([features, torch.ones_like(corners[:, :1])], 1)
    best: Tensor = features @ (torch.linalg.pinv(features) @ target)
    return best - target


@function("universal.wide_network_fits", Kind.MEASURED, example={"hidden": "tanh"}, shows=(through,))
def wide_network_fits(hidden: Hidden = "tanh", units: Annotated[int, Between(1, 320)] = 160) -> Run:
    """Say whether a wide hidden layer of random units follows sin(3x) on [-3, 3] to within 0.1, its output fitted.

    Any function that is no polynomial serves; squares make a polynomial of degree 2 at any width.
    """
    return settle(
        "Largest error on [-3, 3]",
        Holds.IF_EQUAL,
        _sine_error,
        {"hidden": hidden, "units": units},
        [{"hidden": "tanh", "units": 160}, {"hidden": "identity", "units": 160}, {"hidden": "square", "units": 160}],
        Thresholds(none=0.1, some=0.5),
    )


def _sine_error(generator: torch.Generator, hidden: Hidden, units: int) -> Tensor:
    x = torch.linspace(-3, 3, 301).to(randn(generator, 1))
    weight = 3 * randn(generator, units)
    kinks = 6 * torch.rand(units, generator=generator, dtype=torch.float64).to(x) - 3
    features = torch.cat([_FUNCTIONS[hidden]((x[:, None] - kinks) * weight), torch.ones_like(x[:, None])], 1)
    target = (3 * x).sin()
    best: Tensor = features @ (torch.linalg.pinv(features, rtol=1e-12) @ target)
    return best - target


@function("universal.more_units_help", Kind.MEASURED, example={"target": "sin(3x)"}, shows=(through,))
def more_units_help(target: Literal["sin(3x)", "a step", "sin(3x) outside"] = "sin(3x)") -> Run:
    """Say whether 16 times the ReLUs make the largest error over 10 times smaller: for a continuous target.

    A step keeps half its jump, and beyond [-3, 3], up to 6, the network just goes straight on.
    """
    targets = dict.fromkeys([target, "sin(3x)", "a step", "sin(3x) outside"])
    errors = [(name, _curve_error(name, 40), _curve_error(name, 640)) for name in targets]
    rows = [(name, few, many, few > 10 * many) for name, few, many in errors]
    table = Table("Largest error", ["target", "40 units", "640 units", "claim holds"], rows)
    return Run(rows[0][-1], lambda: [table])


def _curve_error(target: str, units: int) -> float:
    def curve(x: Tensor) -> Tensor:
        return (x > 0.01).to(x) if target == "a step" else (3 * x).sin()

    knots = torch.linspace(-3, 3, units + 1, dtype=torch.float64)
    low, high = (3.0, 6.0) if target.endswith("outside") else (-3.0, 3.0)
    places = torch.linspace(low, high, 1501, dtype=torch.float64)
    return float((through(knots, curve(knots))(places) - curve(places)).abs().max())


@function(
    "derivative.is_gradient_product", Kind.MEASURED, example={"of": "smooth function"}, shows=(by_limit, by_gradient)
)
def is_gradient_product(
    of: Literal["smooth function", "x²y/(x² + y²) at 0"] = "smooth function",
    direction: Literal["unit", "as given"] = "unit",
) -> Run:
    """Say whether the slope along a direction is the gradient times it: f must be differentiable, and u of length 1."""
    return settle(
        "Slope by small steps less ∇f·u",
        Holds.IF_EQUAL,
        _product_error,
        {"of": of, "direction": direction},
        [
            {"of": "smooth function", "direction": "unit"},
            {"of": "x²y/(x² + y²) at 0", "direction": "unit"},
            {"of": "smooth function", "direction": "as given"},
        ],
        Thresholds(none=1e-6, some=1e-3),
    )


def _product_error(generator: torch.Generator, of: str, direction: str) -> Tensor:
    u, start = randn(generator, 2) + 2, randn(generator, 2)

    def smooth(p: Tensor) -> Tensor:
        return p[0].square() * p[1] + (p[0] + 2 * p[1]).sin()

    def kinked(p: Tensor) -> Tensor:
        return p[0].square() * p[1] / p.square().sum()

    if of != "smooth function":
        # Both partial derivatives at 0 are 0, as the function is 0 on both axes; there autograd has 0/0.
        return by_limit(kinked, torch.zeros_like(u), u)
    product = gradient(smooth, start) @ (unit(u) if direction == "unit" else u)
    return by_limit(smooth, start, u) - product


@function("derivative.steepest_is", Kind.MEASURED, example={"direction": "gradient"}, shows=(by_gradient,))
def steepest_is(
    direction: Literal["gradient", "axis of the largest partial", "against the gradient"] = "gradient",
) -> Run:
    """Say whether no direction of 720 has a larger slope than this one, for random gradients."""
    return settle(
        "Largest slope of all directions less the slope along this one",
        Holds.IF_EQUAL,
        _missed_slope,
        {"direction": direction},
        [{"direction": "gradient"}, {"direction": "axis of the largest partial"}],
        Thresholds(none=1e-4, some=1e-3),
    )


def _missed_slope(generator: torch.Generator, direction: str) -> Tensor:
    g = randn(generator, 2)
    angles = torch.arange(720).to(g) * torch.pi / 360
    best = (torch.stack([angles.cos(), angles.sin()], 1) @ g).max()
    chosen = {
        "gradient": g.norm(),
        "axis of the largest partial": g.abs().max(),
        "against the gradient": -g.norm(),
    }[direction]
    return torch.sub(best, chosen).clamp(min=0)


@function("backprop.recursion_is", Kind.MEASURED, example={"formula": "(Wᵀ·δ) ⊙ f'"}, shows=(forward, backward))
def recursion_is(
    formula: Literal["(Wᵀ·δ) ⊙ f'", "(W·δ) ⊙ f'", "(δ·Wᵀ) ⊙ f'", "Wᵀ·δ"] = "(Wᵀ·δ) ⊙ f'",
    layout: Layout = "columns",
    square: bool = False,
) -> Run:
    """Say whether this passes δ back through a layer; W is (out, in) in columns and (in, out) in rows.

    Shapes that do not fit count as a difference. With ``square`` 3 units follow 3 and the batch is 3, so that any order
    of factors fits, and a wrong one gives wrong numbers only.
    """
    right = "(Wᵀ·δ) ⊙ f'" if layout == "columns" else "(δ·Wᵀ) ⊙ f'"
    wrong = "(δ·Wᵀ) ⊙ f'" if layout == "columns" else "(Wᵀ·δ) ⊙ f'"
    return settle(
        "δ of the hidden layer by the formula, less autograd's",
        Holds.IF_EQUAL,
        _delta_error,
        {"formula": formula, "layout": layout, "square": square},
        [{"formula": f, "layout": layout, "square": square} for f in (right, wrong)],
    )


def _delta_error(generator: torch.Generator, formula: str, layout: Layout, square: bool) -> Tensor:
    n, hidden, out = (3, 3, 3) if square else (5, 4, 2)
    columns = layout == "columns"

    def shaped(rows: int, columns_: int) -> Tensor:
        drawn = randn(generator, rows, columns_)
        return drawn if columns else drawn.T.contiguous()

    w, x, y = [shaped(hidden, 3), shaped(out, hidden)], shaped(3, n), shaped(out, n)
    b = [randn(generator, hidden), randn(generator, out)]
    outputs = forward(w, b, x, "tanh", layout)
    a = outputs[1].requires_grad_()
    z = w[1] @ a + b[1][:, None] if columns else a @ w[1] + b[1]
    (by_output,) = torch.autograd.grad((z - y).square().sum() / 2, a)
    delta, right = outputs[-1] - y, by_output * slope(a, "tanh")
    try:
        back = {
            "(Wᵀ·δ) ⊙ f'": lambda: w[1].T @ delta * slope(a, "tanh"),
            "(W·δ) ⊙ f'": lambda: w[1] @ delta * slope(a, "tanh"),
            "(δ·Wᵀ) ⊙ f'": lambda: delta @ w[1].T * slope(a, "tanh"),
            "Wᵀ·δ": lambda: w[1].T @ delta,
        }[formula]()
    except RuntimeError:
        return torch.ones(())
    return torch.sub(back, right) if back.shape == right.shape else torch.ones(())


@function("autograd.needs_sum_over_uses", Kind.MEASURED, example={"uses": 2}, shows=(Value, topological_order))
def needs_sum_over_uses(uses: Annotated[int, Between(1, 8)] = 2) -> Run:
    """Say whether the gradient is wrong when a number's slope is overwritten, not added to, at each of its ``uses``."""
    return settle(
        "Gradient with slopes overwritten, less that with slopes added",
        Holds.IF_DIFFERENT,
        _overwritten,
        {"uses": uses},
        [{"uses": 2}, {"uses": 1}],
    )


def _overwritten(generator: torch.Generator, uses: int) -> Tensor:
    start = randn(generator, uses + 1).abs() + 0.5
    x = Value(float(start[0]))
    total = Value(0.0)
    for factor in start[1:].tolist():
        total = total + Value(factor) * x
    total.backward()
    added = x.grad
    order = topological_order(total)
    total.grad = 1.0
    for node in reversed(order):
        for parent, local in zip(node.parents, node.slopes, strict=True):
            parent.grad = local * node.grad
    return start.new_tensor(x.grad - added)

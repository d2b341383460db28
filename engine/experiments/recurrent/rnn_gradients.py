"""Gradients through time in h_t = f(W·h_{t-1} + x_t): when they vanish, when they explode, and what bounds them."""

import math
from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Curve, Run, Series
from engine.experiments._settle import SEEDS, Holds, Thresholds, randn, settle
from engine.layers.rnn import Nonlinearity, RNNCell
from engine.registry import Kind, function

Activation = Literal["linear", "tanh", "sigmoid"]
Radius = Annotated[float, Between(0.01, 10)]
Steps = Annotated[int, Between(1, 200)]
_WIDTH = 8
_ACTIVATIONS: Mapping[Activation, Callable[[Tensor], Tensor]] = {
    "linear": lambda z: z,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
}


@function("rnn.gradient_through_time", Kind.MEASURED, example={"outcome": "vanishes", "spectral_radius": 0.7})
def gradient_through_time(
    outcome: Literal["vanishes", "explodes"],
    spectral_radius: Radius = 0.7,
    activation: Activation = "linear",
    steps: Steps = 50,
) -> Run:
    """Say whether the gradient vanishes, or explodes, on its way from h_T back to h_0, over T = ``steps`` steps.

    W and the inputs are normal, W scaled to the ``spectral_radius``, the largest modulus of its eigenvalues. A norm
    that falls, or rises, by four orders of magnitude settles it, one by less than two says no.
    """
    chosen = {
        "outcome": outcome,
        "spectral_radius": spectral_radius,
        "activation": activation,
        "steps": steps,
    }
    settled = settle(
        "Orders of magnitude by which the gradient's norm falls (vanishes) or rises (explodes)",
        Holds.IF_DIFFERENT,
        _orders,
        chosen,
        [chosen | {"spectral_radius": radius} for radius in (0.7, 1.5)],
        Thresholds(none=2.0, some=4.0),
    )
    return Run(settled.value, lambda: [*settled.evidence(), _by_lag(spectral_radius, activation, steps)])


def _orders(
    generator: torch.Generator, outcome: str, spectral_radius: float, activation: Activation, steps: int
) -> Tensor:
    risen = torch.log10(_norms(generator, spectral_radius, activation, steps)[-1])
    return (-risen if outcome == "vanishes" else risen).clamp(min=0)


def _norms(generator: torch.Generator, radius: float, activation: Activation, steps: int) -> Tensor:
    """Return the norm of a gradient, 1 at h_T, after going back 1, 2, ..., T steps."""
    weight, states = _random_weight(generator, radius), [randn(generator, _WIDTH).requires_grad_()]
    for _ in range(steps):
        states.append(_ACTIVATIONS[activation](weight @ states[-1] + randn(generator, _WIDTH)))
    upstream = randn(generator, _WIDTH)
    gradients = torch.autograd.grad(states[-1], states[:-1], upstream / upstream.norm())
    norms: Tensor = torch.stack(gradients).norm(dim=1)
    return norms.flip(0)


def _random_weight(generator: torch.Generator, radius: float) -> Tensor:
    weight = randn(generator, _WIDTH, _WIDTH)
    scaled: Tensor = radius * weight / torch.linalg.eigvals(weight.cpu()).abs().max().to(weight)
    return scaled


def _by_lag(radius: float, activation: Activation, steps: int) -> Curve:
    runs = [_norms(torch.Generator().manual_seed(seed), radius, activation, steps).tolist() for seed in SEEDS]
    series = [Series(f"seed {seed}", list(range(1, steps + 1)), norms) for seed, norms in zip(SEEDS, runs, strict=True)]
    return Curve("Norm of the gradient", series, "steps back", "norm", log_y=True)


@function("rnn.gradient_stays_below", Kind.MEASURED, example={"size": "norm", "slope": 1.0})
def gradient_stays_below(
    size: Literal["norm", "spectral_radius"] = "norm",
    slope: Annotated[float, Between(0.01, 1)] = 1.0,
    activation: Activation = "tanh",
) -> Run:
    """Say whether the gradient over k steps, ‖∂h_k/∂h_0‖, is at most γᵏ for k up to 10, γ = size of W times slope.

    ``size`` is W's largest singular value (norm) or its spectral radius; the largest slope of tanh is 1, that of
    sigmoid 1/4.
    """
    chosen = {"size": size, "slope": slope, "activation": activation}
    return settle(
        "log(‖∂h_k/∂h_0‖ / γᵏ) where it is over 0",
        Holds.IF_EQUAL,
        _excess,
        chosen,
        [chosen | {"size": "norm", "slope": 1.0}, {"size": "spectral_radius", "slope": 1.0, "activation": "linear"}],
    )


def _excess(generator: torch.Generator, size: str, slope: float, activation: Activation) -> Tensor:
    weight, start = _random_weight(generator, 1.0), 0.1 * randn(generator, _WIDTH)
    gamma = slope * (float(torch.linalg.matrix_norm(weight, 2)) if size == "norm" else 1.0)
    state, excesses = start.requires_grad_(), []
    for k in range(1, 11):
        state = _ACTIVATIONS[activation](weight @ state)
        (jacobian,) = torch.autograd.grad(
            state, start, torch.eye(_WIDTH).to(weight), retain_graph=True, is_grads_batched=True
        )
        excesses.append(torch.linalg.matrix_norm(jacobian, 2).log() - k * math.log(gamma))
    return torch.stack(excesses).clamp(min=0)


@function(
    "rnn.state_overflows",
    Kind.MEASURED,
    example={"nonlinearity": "relu", "weight_hh": 2},
    shows=(RNNCell,),
)
def state_overflows(nonlinearity: Nonlinearity = "relu", weight_hh: Radius = 2.0, steps: Steps = 200) -> Run:
    """Say whether a state that starts positive is infinite in float32 after so many ``steps``.

    The recurrent matrix is ``weight_hh`` times the identity; there are no inputs and no biases.
    """
    chosen = {"nonlinearity": nonlinearity, "weight_hh": weight_hh, "steps": steps}
    relu = {"nonlinearity": "relu", "steps": steps}
    return settle(
        "1 where an entry of the state is infinite, else 0",
        Holds.IF_DIFFERENT,
        _overflow,
        chosen,
        [relu | {"weight_hh": 2.0}, relu | {"weight_hh": 1.0}, chosen | {"nonlinearity": "tanh"}],
    )


@torch.no_grad()
def _overflow(generator: torch.Generator, nonlinearity: Nonlinearity, weight_hh: float, steps: int) -> Tensor:
    state = (randn(generator, 1, _WIDTH).abs().float(),)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn, and replaced below
        cell = RNNCell(1, _WIDTH, "none", nonlinearity).to(state[0])
    cell.weight_hh.copy_(weight_hh * torch.eye(_WIDTH))
    x = torch.zeros(1, 1).to(state[0])
    for _ in range(steps):
        state = cell(x, state)
    return state[0].isfinite().logical_not().double()


@function("rnn.penalty_brings_weight_below_one", Kind.MEASURED, example={"lam": 0.6})
def penalty_brings_weight_below_one(lam: Annotated[float, Between(0, 10)] = 0.6) -> Run:
    """Say whether an L2 penalty lam·w² brings a recurrent weight that the loss (w - 1.5)² asks for to 1 or less.

    Found by gradient descent from a random start.
    """
    return settle(
        "How far the trained weight is over 1",
        Holds.IF_EQUAL,
        _weight_over_one,
        {"lam": lam},
        [{"lam": 0.6}, {"lam": 0.1}, {"lam": 0.0}],
    )


def _weight_over_one(generator: torch.Generator, lam: float) -> Tensor:
    w = 3 * randn(generator, 1)
    for _ in range(100):
        w = w.requires_grad_()
        (gradient,) = torch.autograd.grad((w - 1.5).square() + lam * w.square(), w)
        w = (w - 0.2 / (1 + lam) * gradient).detach()
    return (w - 1).clamp(min=0)

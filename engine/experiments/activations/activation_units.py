"""What activations do to single units: some die, some get no gradient, some push all weights the same way."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.activations.dead_units import dead_units, unit_gradients
from engine.activations.named import Name, find
from engine.activations.step import straight_through
from engine.arguments import Between
from engine.evidence import Heatmap, Run
from engine.experiments._settle import SEEDS, Holds, Thresholds, randn, settle
from engine.registry import Kind, function

Cause = Literal["nothing", "negative bias", "large step"]
Rate = Annotated[float, Between(0, 5)]
Rectifier = Literal["relu", "leaky_relu", "elu"]
_UNITS, _EXAMPLES, _INPUTS = 32, 64, 4
_SMALL_STEPS = (1e-3,) * 3


class _Layer:
    """One hidden layer of 32 units and a linear output, fitted to y = 3 + x₀ on 64 examples."""

    def __init__(self, generator: torch.Generator, activation: Name) -> None:
        self.f = find(activation).value
        self.x = randn(generator, _EXAMPLES, _INPUTS)
        self.y = 3 + self.x[:, 0]
        self.weight = (randn(generator, _UNITS, _INPUTS) * (2 / _INPUTS) ** 0.5).requires_grad_()
        self.bias = torch.zeros_like(self.x[0, 0]).repeat(_UNITS).requires_grad_()
        self.out = (randn(generator, _UNITS) * _UNITS**-0.5).requires_grad_()

    def step(self, lr: float) -> None:
        """Take one step of gradient descent on the mean squared error."""
        parameters = (self.weight, self.bias, self.out)
        loss = ((self.f(self.x @ self.weight.T + self.bias) @ self.out) - self.y).square().mean()
        gradients = torch.autograd.grad(loss, parameters)
        with torch.no_grad():
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter -= lr * gradient

    def dead(self) -> Tensor:
        """Return which units have a gradient of exactly 0 for every example."""
        return dead_units(self.weight.detach(), self.bias.detach(), self.x, self.f)

    def hurt(self, cause: str, lr: float) -> None:
        """Give the first five units a bias of -100, or take one large step and three small ones."""
        if cause == "negative bias":
            self.bias.data[:5] = -100
        if cause == "large step":
            for rate in (lr, *_SMALL_STEPS):
                self.step(rate)


@function("activation.units_die", Kind.MEASURED, example={"cause": "large step"}, shows=(dead_units,))
def units_die(cause: Cause = "large step", activation: Rectifier = "relu", lr: Rate = 5.0) -> Run:
    """Say whether over a tenth of 32 hidden units end up with no gradient for any example.

    The causes are a bias of -100 in five units, or one step of gradient descent with the learning rate ``lr``, after
    which the error is so large that three steps with 0.001 push units below 0 for good.
    """
    chosen = {"cause": cause, "activation": activation, "lr": lr}
    controls = [
        {"cause": "nothing", "activation": "relu", "lr": lr},
        {"cause": "large step", "activation": "leaky_relu", "lr": 5.0},
        {"cause": "large step", "activation": "relu", "lr": 5.0},
    ]
    settled = settle(
        "Share of the units that are dead", Holds.IF_DIFFERENT, _dead_share, chosen, controls, Thresholds(0.1, 0.15)
    )
    return Run(settled.value, lambda: [*settled.evidence(), _slopes(cause, activation, lr)])


def _dead_share(generator: torch.Generator, cause: str, activation: Rectifier, lr: float) -> Tensor:
    layer = _Layer(generator, activation)
    layer.hurt(cause, lr)
    return layer.dead().double().mean()


def _slopes(cause: str, activation: Rectifier, lr: float) -> Heatmap:
    layer = _Layer(torch.Generator().manual_seed(SEEDS[0]), activation)
    layer.hurt(cause, lr)
    slopes = unit_gradients(layer.weight, layer.bias, layer.x, layer.f)
    return Heatmap("Slope of each unit for each example", slopes.tolist(), "unit", "example")


@function("activation.dead_units_stay_dead", Kind.MEASURED, example={"activation": "relu"}, shows=(dead_units,))
def dead_units_stay_dead(
    activation: Rectifier = "relu",
    bias: Annotated[float, Between(-100, 0)] = -12.0,
    steps: Annotated[int, Between(1, 100)] = 15,
) -> Run:
    """Say whether five units with this bias keep exactly their weights in ``steps`` further steps of training."""
    chosen = {"activation": activation, "bias": bias, "steps": steps}
    controls = [
        {"activation": "leaky_relu", "bias": bias, "steps": steps},
        {"activation": "relu", "bias": 0.0, "steps": steps},
        {"activation": "relu", "bias": -12.0, "steps": 15},
    ]
    compared = "How far the weights of these five units move"
    return settle(compared, Holds.IF_EQUAL, _moved, chosen, controls, Thresholds(none=0, some=1e-7))


def _moved(generator: torch.Generator, activation: Rectifier, bias: float, steps: int) -> Tensor:
    layer = _Layer(generator, activation)
    layer.bias.data[:5] = bias
    before = layer.weight.detach()[:5].clone()
    for _ in range(steps):
        layer.step(0.01)
    return torch.sub(layer.weight.detach()[:5], before)


@function("activation.inactive_means_dead", Kind.MEASURED, example={"inactive_for": "every example"})
def inactive_means_dead(inactive_for: Literal["every example", "60 % of the examples"] = "every example") -> Run:
    """Say whether a ReLU unit that gives 0 for so many examples gets no gradient at all."""
    return settle(
        "Size of the unit's weight gradient over the whole data set",
        Holds.IF_EQUAL,
        _unit_gradient,
        {"inactive_for": inactive_for},
        [{"inactive_for": "60 % of the examples"}, {"inactive_for": "every example"}],
    )


def _unit_gradient(generator: torch.Generator, inactive_for: str) -> Tensor:
    x = randn(generator, 50, _INPUTS)
    weight = randn(generator, _INPUTS).requires_grad_()
    z = x @ weight
    highest = z.detach().sort().values
    threshold = (highest[29] + highest[30]) / 2 if inactive_for != "every example" else highest[-1] + 1
    (gradient,) = torch.autograd.grad(torch.relu(z - threshold).sum(), weight)
    size: Tensor = torch.linalg.vector_norm(gradient)
    return size


@function("activation.first_layer_gets_gradient", Kind.MEASURED, example={"through": "step"}, shows=(straight_through,))
def first_layer_gets_gradient(
    through: Literal["step", "step, straight through", "sigmoid", "relu", "identity"] = "sigmoid",
) -> Run:
    """Say whether the weights in front of these units get any gradient; a step passes none."""
    return settle(
        "Largest gradient of the first layer's weights",
        Holds.IF_DIFFERENT,
        _first_gradient,
        {"through": through},
        [{"through": "step"}, {"through": "step, straight through"}, {"through": "sigmoid"}],
    )


def _first_gradient(
    generator: torch.Generator, through: Literal["step", "step, straight through", "sigmoid", "relu", "identity"]
) -> Tensor:
    x, weight, out = randn(generator, 16, _INPUTS), randn(generator, 8, _INPUTS).requires_grad_(), randn(generator, 8)
    f = straight_through if through == "step, straight through" else find(through).value
    loss = (f(x @ weight.T) @ out - 1).square().mean()
    if not loss.requires_grad:
        return torch.zeros(())
    (gradient,) = torch.autograd.grad(loss, weight, allow_unused=True, materialize_grads=True)
    return gradient.abs().max()


@function("activation.weight_gradients_share_sign", Kind.MEASURED, example={"inputs": "positive"})
def weight_gradients_share_sign(
    inputs: Literal["positive", "zero-centred"] = "positive", batch_size: Annotated[int, Between(1, 256)] = 1
) -> Run:
    """Say whether all weight gradients of one unit always have the same sign, for inputs and a batch of this kind.

    With only positive inputs, as from a sigmoid or ReLU layer, they do for one sample; in a batch they may differ.
    """
    return settle(
        "Share of units whose weight gradients have both signs",
        Holds.IF_EQUAL,
        _mixed_share,
        {"inputs": inputs, "batch_size": batch_size},
        [{"inputs": "zero-centred", "batch_size": batch_size}, {"inputs": "positive", "batch_size": 1}],
        Thresholds(none=0, some=0.05),
    )


def _mixed_share(generator: torch.Generator, inputs: str, batch_size: int) -> Tensor:
    x = randn(generator, batch_size, 5)
    x = x.abs() if inputs == "positive" else x
    weight = randn(generator, 64, 5).requires_grad_()
    loss = (torch.tanh(x @ weight.T) - randn(generator, batch_size, 64)).square().sum()
    (gradient,) = torch.autograd.grad(loss, weight)
    return ((gradient > 0).any(1) & (gradient < 0).any(1)).double().mean()

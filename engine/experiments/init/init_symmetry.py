"""Symmetry: units that start equal get equal gradients and stay equal; what breaks the tie, and what does not."""

from typing import Annotated, Literal, NamedTuple

import torch
from torch import Tensor

from engine.arguments import Between
from engine.evidence import Heatmap, Run
from engine.experiments._settle import Holds, randn, settle
from engine.init import moments
from engine.init.moments import Activation
from engine.registry import Kind, function

Start = Literal["constant", "random"]
Steps = Annotated[int, Between(1, 100)]
_SAMPLES, _IN, _UNITS = 16, 3, 4
_LEARNING_RATE, _KEPT = 0.2, 0.5


class Net(NamedTuple):
    """A net with one hidden layer of four tanh units and one output, as its tensors."""

    hidden: Tensor
    hidden_bias: Tensor
    outgoing: Tensor
    outgoing_bias: Tensor

    def forward(self, x: Tensor, mask: Tensor | float = 1.0) -> Tensor:
        """Return the output for ``(N, 3)`` inputs; ``mask`` multiplies the hidden units, as dropout does."""
        return (mask * (x @ self.hidden.T + self.hidden_bias).tanh()) @ self.outgoing + self.outgoing_bias


@function(
    "init.units_stay_equal",
    Kind.MEASURED,
    example={"hidden": "constant", "outgoing": "constant"},
)
def units_stay_equal(
    hidden: Start = "constant",
    outgoing: Start = "constant",
    biases: Literal["zero", "random"] = "zero",
    dropout: bool = False,
    steps: Steps = 8,
) -> Run:
    """Say whether all units of a hidden layer have equal incoming weights after ``steps`` of gradient descent.

    ``hidden`` and ``outgoing`` say how the weights into and out of the layer start, ``biases`` how its biases do;
    ``dropout`` drops half of the units.
    """
    chosen = {"hidden": hidden, "outgoing": outgoing, "biases": biases, "dropout": dropout, "steps": steps}
    equal = {"hidden": "constant", "outgoing": "constant", "biases": "zero", "dropout": False, "steps": steps}
    changes: list[dict[str, object]] = [{}, {"hidden": "random"}, {"outgoing": "random"}, {"dropout": True}]
    return settle(
        "Incoming weights of each hidden unit after training less those of the first unit",
        Holds.IF_EQUAL,
        _spread_of_units,
        chosen,
        [equal | change for change in changes],
    )


def _spread_of_units(
    generator: torch.Generator, hidden: Start, outgoing: Start, biases: str, dropout: bool, steps: int
) -> Tensor:
    rows = _trained(generator, hidden, outgoing, biases, dropout, steps).hidden
    return rows - rows[0]


@function("init.rank_after_training", Kind.MEASURED, example={"hidden": "constant", "outgoing": "constant"})
def rank_after_training(
    hidden: Start = "constant", outgoing: Start = "constant", dropout: bool = False, steps: Steps = 60
) -> Run:
    """Return the rank of the weight matrix (4 hidden units, 3 inputs) after ``steps`` of gradient descent.

    Rank 1 is a layer as good as one unit. Singular values below 10⁻⁶ of the largest count as zero.
    """
    net = _trained(torch.Generator().manual_seed(0), hidden, outgoing, "zero", dropout, steps)
    weight = net.hidden.detach()
    heatmap = Heatmap("Weights of the hidden layer after training", weight.tolist(), "input", "unit")
    return Run(int(torch.linalg.matrix_rank(weight, rtol=1e-6)), lambda: [heatmap])


@function("init.weights_get_gradient", Kind.MEASURED, example={"weights": "zero", "activation": "tanh"})
def weights_get_gradient(
    weights: Literal["zero", "random"] = "random",
    biases: Literal["zero", "random"] = "zero",
    activation: Activation = "tanh",
) -> Run:
    """Say whether any weight of a net with two hidden layers gets a gradient in the first step."""
    return settle(
        "Gradients of the three weight matrices, each by its norm",
        Holds.IF_DIFFERENT,
        _gradient_norms,
        {"weights": weights, "biases": biases, "activation": activation},
        [
            {"weights": "zero", "biases": "zero", "activation": "tanh"},
            {"weights": "random", "biases": "zero", "activation": "tanh"},
            {"weights": "zero", "biases": "random", "activation": "tanh"},
        ],
    )


def _gradient_norms(generator: torch.Generator, weights: str, biases: str, activation: Activation) -> Tensor:
    f = moments.function(activation)
    widths = [_IN, _UNITS, _UNITS, 1]
    matrices = [randn(generator, *shape) for shape in zip(widths[1:], widths[:-1], strict=True)]
    matrices = [(matrix if weights == "random" else 0 * matrix).requires_grad_() for matrix in matrices]
    offsets = [randn(generator, width) * (biases == "random") for width in widths[1:]]
    y, target = randn(generator, _SAMPLES, _IN), randn(generator, _SAMPLES)
    for layer, (matrix, offset) in enumerate(zip(matrices, offsets, strict=True)):
        y = (f(y) if layer else y) @ matrix.T + offset
    gradients = torch.autograd.grad((y[:, 0] - target).square().mean(), matrices)
    return torch.stack([gradient.norm() for gradient in gradients])


def _trained(generator: torch.Generator, hidden: Start, outgoing: Start, biases: str, dropout: bool, steps: int) -> Net:
    """Return the net after full-batch gradient descent on a squared error."""
    net = Net(
        _first(generator, hidden, _UNITS, _IN),
        randn(generator, _UNITS) * (biases == "random"),
        _first(generator, outgoing, _UNITS),
        randn(generator, 1) * 0,
    )
    x = randn(generator, _SAMPLES, _IN)
    target = (x[:, 0] * x[:, 1]).sin() + x[:, 2]
    for _ in range(steps):
        mask = (randn(generator, _SAMPLES, _UNITS) > 0) / _KEPT if dropout else 1.0
        net = _step(net, x, target, mask)
    return net


def _step(net: Net, x: Tensor, target: Tensor, mask: Tensor | float) -> Net:
    net = Net(*(tensor.detach().requires_grad_() for tensor in net))
    gradients = torch.autograd.grad((net.forward(x, mask) - target).square().mean(), net)
    return Net(*(tensor - _LEARNING_RATE * slope for tensor, slope in zip(net, gradients, strict=True)))


def _first(generator: torch.Generator, start: Start, *shape: int) -> Tensor:
    drawn = 0.5 * randn(generator, *shape)
    return drawn if start == "random" else torch.full_like(drawn, 0.5)

"""``training.*``: how many steps there are, what a loop leaves in gradients, what the shortest program learns."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import nn
from torch.utils.data import BatchSampler

from engine.arguments import Between, Count, Length
from engine.device import current
from engine.evidence import Curve, Run, Series, Table
from engine.optim import SGD
from engine.registry import Kind, function
from engine.training.graphs import polynomial_eager, polynomial_graph
from engine.training.linear_program import LINES, X, Y, learn_double, outcome
from engine.training.loop import num_steps as steps_by_formula
from engine.training.loop import train

Epochs = Annotated[int, Between(1, 10_000)]
Value = Annotated[float, Between(-1000, 1000)]


@function("training.num_steps", Kind.MODULE, example={"samples": 1000, "batch_size": 32}, shows=(steps_by_formula,))
def num_steps(samples: Count, batch_size: Count, epochs: Epochs = 1, drop_last: bool = False) -> Run:
    """Return how many updates the optimizer makes, by going through torch's batches of one epoch."""
    sizes = [len(batch) for batch in BatchSampler(range(samples), batch_size, drop_last)]
    table = Table("Batches of one epoch", ["size", "how many"], [(n, sizes.count(n)) for n in sorted(set(sizes))])
    return Run(epochs * len(sizes), lambda: [table])


@function(
    "training.num_steps_formula",
    Kind.CLOSED_FORM,
    example={"samples": 1000, "batch_size": 32},
    shows=(steps_by_formula,),
)
def num_steps_formula(samples: Count, batch_size: Count, epochs: Epochs = 1, drop_last: bool = False) -> Run:
    """Return how many updates the optimizer makes: ⌈n/B⌉ an epoch, or ⌊n/B⌋ where the short batch is dropped."""
    return Run(steps_by_formula(samples, batch_size, epochs, drop_last))


@function("training.gradient_after", Kind.MEASURED, example={"steps": 3, "zero_grad": False}, shows=(train,))
def gradient_after(steps: Annotated[int, Between(1, 100)], zero_grad: bool = True, target: Value = 1.0) -> Run:
    """Return what stands in the gradient of w after some steps of a loop on the loss (w − target)²/2, from w = 0, lr 0.

    Convention: the learning rate is 0, so that each step adds the same gradient, −target.
    """
    w = nn.Parameter(torch.zeros((), dtype=torch.float64, device=current()))
    network = _Constant(w)
    goal = torch.tensor(target, dtype=torch.float64, device=current())
    seen: list[float] = []
    for _ in range(steps):
        train(network, _half_square, SGD([w], lr=0.0), [(goal, goal)], zero_grad=zero_grad)
        seen.append(float(w.grad) if w.grad is not None else 0.0)
    curve = Curve("w.grad after each backward", [Series("w.grad", list(range(1, steps + 1)), seen)], "step", "gradient")
    return Run(seen[-1], lambda: [curve])


class _Constant(nn.Module):
    """A network that gives its one parameter, whatever it is asked."""

    def __init__(self, w: nn.Parameter) -> None:
        super().__init__()
        self.w = w

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.w


def _half_square(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return (output - target).square() / 2


@function("training.double_learned", Kind.MEASURED, example={"x": 4, "steps": 200}, shows=(learn_double, train))
def double_learned(x: Value = 4.0, steps: Annotated[int, Between(0, 2000)] = 1000) -> Run:
    """Return what a linear layer says to x after it has learned y = 2x from the points 1, 2 and 3 (lr 0.01, seed 0)."""
    layer = learn_double(steps, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        predicted = layer(torch.tensor([x])).item()
    rows = [(xs[0], ys[0], layer(torch.tensor(xs)).item()) for xs, ys in zip(X, Y, strict=True)]
    return Run(predicted, lambda: [Table("The points learned from", ["x", "y", "prediction"], rows)], device="cpu")


@function("training.line_runs", Kind.MEASURED, example={"line": "paramters"}, shows=(outcome,))
def line_runs(
    line: Literal[
        "linear",
        "Linear",
        "paramters",
        "parameters",
        "tensor_of_rows",
        "tensor_of_list",
        "loss_data_0",
        "loss_item",
        "variable",
    ],
) -> Run:
    """Say whether a line of an old PyTorch program runs today; the evidence has torch's error and the line to write."""
    rows = [(one.written, outcome(name) or "runs", one.right) for name, one in LINES.items()]
    return Run(not outcome(line), lambda: [Table("Lines of the program", ["line", "outcome", "write"], rows)])


@function("training.polynomial", Kind.MEASURED, example={"coefficients": [1, 0, 2], "x": 3}, shows=(polynomial_graph,))
def polynomial(
    coefficients: Annotated[Sequence[Value], Length(1, 16)], x: Value, mode: Literal["static", "eager"] = "static"
) -> Run:
    """Return Σ cᵢ·xⁱ, lowest first, by a graph that is built and then run, or by eager code."""
    graph = polynomial_graph(coefficients)
    rows = [
        (index, node.operation, node.value if node.operation == "constant" else "")
        for index, node in enumerate(graph.order())
    ]
    value = graph.run({"x": x}) if mode == "static" else polynomial_eager(coefficients, x)
    return Run(value, lambda: [Table("The graph, in the order of its run", ["node", "operation", "constant"], rows)])

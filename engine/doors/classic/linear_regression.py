"""``linear_regression.*``: a line or plane, trained by gradient descent, beside its closed form."""

from typing import Annotated

import torch
from torch import nn

from engine.arguments import Between
from engine.classic.linear.least_squares import by_pseudo_inverse, with_intercept
from engine.classic.linear.linear_regression import LinearRegression, train
from engine.doors.regularization._arguments import Matrix, Positive, Vector, samples
from engine.errors import Refused
from engine.evidence import Block, Curve, Run, Series
from engine.registry import Kind, function

_DATA = {"x": [[1], [2], [3]], "y": [2, 4, 6]}
Epochs = Annotated[int, Between(0, 2000)]
BatchSize = Annotated[int, Between(1, 64)]


@function("linear_regression.prediction", Kind.MODULE, example={**_DATA, "at": [4]}, shows=(LinearRegression, train))
def prediction(x: Matrix, y: Vector, at: Vector, lr: Positive = 0.1, epochs: Epochs = 1000) -> Run:
    """Return what ``nn.Linear``, all 0 at first, predicts at a point after ``epochs`` of full-batch ``optim.SGD``."""
    x, y = samples(x, y)
    with torch.device("meta"):
        layer = nn.Linear(x.shape[1], 1)
    layer = layer.to_empty(device=x.device).to(x)
    for parameter in layer.parameters():
        nn.init.zeros_(parameter)
    optimizer = torch.optim.SGD(layer.parameters(), lr=lr)
    for _ in range(epochs):
        optimizer.zero_grad()
        torch.autograd.backward(nn.functional.mse_loss(layer(x)[:, 0], y))
        optimizer.step()
    if len(at) != x.shape[1]:
        raise Refused(f"'at' needs one entry for each of the {x.shape[1]} columns of 'x', not {len(at)}")
    value = float(layer(at.to(x)).detach())
    if not torch.isfinite(torch.tensor(value)):
        raise Refused(f"the steps with lr {lr:g} grow without bound: give a smaller 'lr'")

    def evidence() -> list[Block]:
        model = LinearRegression(x.shape[1]).to(x)
        losses = train(model, x, y, lr, epochs, len(x))
        blocks: list[Block] = [
            Curve("Loss over training", [Series("mse", list(range(1, epochs + 1)), losses)], "epoch", "mse", log_y=True)
        ]
        if x.shape[1] == 1:
            places = [*x[:, 0].tolist(), float(at)]
            line = model(x.new_tensor(places)[:, None]).tolist()
            given = Series("data", x[:, 0].tolist(), y.tolist())
            blocks.append(Curve("The fitted line", [given, Series("fit", places, line)], "x", "y"))
        return blocks

    return Run(value, evidence)


@function("linear_regression.prediction_formula", Kind.CLOSED_FORM, example={**_DATA, "at": [4]})
def prediction_formula(x: Matrix, y: Vector, at: Vector) -> Run:
    """Return what the best plane predicts at a point: w·at + b with the w and b of X⁺·y."""
    x, y = samples(x, y)
    if len(at) != x.shape[1]:
        raise Refused(f"'at' needs one entry for each of the {x.shape[1]} columns of 'x', not {len(at)}")
    w = by_pseudo_inverse(with_intercept(x), y)
    return Run(float(w[:-1] @ at.to(x) + w[-1]))


@function(
    "linear_regression.loss_after", Kind.MEASURED, example={**_DATA, "epochs": 1}, shows=(LinearRegression, train)
)
def loss_after(x: Matrix, y: Vector, epochs: Epochs, lr: Positive = 0.1, batch_size: BatchSize = 64) -> Run:
    """Return the mean squared error on all data after ``epochs`` of SGD from 0, on batches in the data's order."""
    x, y = samples(x, y)
    if epochs == 0:
        return Run(float(y.square().mean()))
    losses = train(LinearRegression(x.shape[1]).to(x), x, y, lr, epochs, batch_size)
    if not torch.isfinite(torch.tensor(losses[-1])):
        raise Refused(f"the steps with lr {lr:g} grow without bound: give a smaller 'lr'")
    curve = Curve("Loss over training", [Series("mse", list(range(1, epochs + 1)), losses)], "epoch", "mse", log_y=True)
    return Run(losses[-1], lambda: [curve])

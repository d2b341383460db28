"""Linear regression as a network: one layer, the mean squared error, and stochastic gradient descent.

Source: Zhang, Lipton, Li & Smola 2023, "Dive into Deep Learning", chapter 3; the model is Legendre's (1805) and
Gauss's (1809), whose solution in closed form is in :mod:`engine.classic.linear.least_squares`.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn


class LinearRegression(nn.Module):
    """ŷ = x·w + b, all parameters 0 at first; ``(n, d)`` to ``(n,)``.

    >>> model = LinearRegression(1)
    >>> model(torch.tensor([[4.0]])).tolist()
    [0.0]
    """

    def __init__(self, in_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(in_features))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Return the predictions."""
        return x @ self.weight + self.bias


def mse(prediction: Tensor, y: Tensor) -> Tensor:
    """Return the mean of the squared errors, as ``nn.MSELoss``: no factor ½.

    >>> mse(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 1.0])).item()
    2.0
    """
    return (prediction - y).square().mean()


def train(model: LinearRegression, x: Tensor, y: Tensor, lr: float, epochs: int, batch_size: int) -> list[float]:
    """Descend on mini-batches, taken in the order of the data, and return the loss on all data after each epoch.

    A step is w ← w - lr·∂mse/∂w on one batch, with gradients (2/m)·Xᵀ(ŷ - y) and (2/m)·Σ(ŷ - y) for m samples. Where a
    line fits exactly, the steps end there with any batch size; otherwise a constant rate with small batches ends near
    the best line only. A rate over 2/L, with L the largest curvature of the loss, makes the loss grow.

    >>> model = LinearRegression(1).double()
    >>> x, y = torch.tensor([[1.0], [2.0], [3.0]]).double(), torch.tensor([2.0, 4.0, 6.0]).double()
    >>> losses = train(model, x, y, lr=0.05, epochs=1000, batch_size=1)
    >>> round(model(torch.tensor([[4.0]]).double()).item(), 6)
    8.0
    """
    losses = []
    with torch.no_grad():
        for _ in range(epochs):
            for x_batch, y_batch in _batches(x, y, batch_size):
                error = model(x_batch) - y_batch
                model.weight.sub_(x_batch.T @ error, alpha=lr * 2 / len(error))
                model.bias.sub_(error.sum(), alpha=lr * 2 / len(error))
            losses.append(float(mse(model(x), y)))
    return losses


def _batches(x: Tensor, y: Tensor, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
    for start in range(0, len(x), batch_size):
        yield x[start : start + batch_size], y[start : start + batch_size]

"""Capacity: how well models of one family fit as they get larger, by degree, width or depth.

Every model here is linear in what is trained and is fitted by least squares in closed form, so that an error says
something about the family and nothing about an optimizer. Source: Goodfellow, Bengio & Courville 2016, section 5.2;
networks of fixed random hidden layers: Rahimi & Recht 2008, "Weighted Sums of Random Kitchen Sinks".
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor

from engine.device import for_float64

Vary = Literal["degree", "width", "depth"]
_DEPTH_WIDTH = 12
"""The width of networks whose depth is varied."""


class FitErrors(NamedTuple):
    """Mean squared errors of one fitted model."""

    train: Tensor
    """On the noisy targets that it was fitted to."""
    test: Tensor
    """On other inputs."""


def polynomial_features(x: Tensor, degree: int) -> Tensor:
    """Return 1, x, x², ..., x^degree as columns, ``(n,)`` to ``(n, degree + 1)``.

    >>> polynomial_features(torch.tensor([2.0, 3.0]), 2)
    tensor([[1., 2., 4.],
            [1., 3., 9.]])
    """
    return x[:, None] ** torch.arange(degree + 1).to(x)


def random_relu_features(x: Tensor, width: int, depth: int, generator: torch.Generator) -> Tensor:
    """Return the last hidden layer, with a column of ones, of a ReLU network with random weights: ``(n, width + 1)``.

    Weights are normal with variance 2/fan_in, biases normal with variance 1. Only an output layer on these features is
    ever fitted, so the network's capacity is that of ``width`` fixed functions, whose shape depends on ``depth``.
    """
    hidden = x[:, None]
    for _ in range(depth):
        weight = _normal(generator, hidden.shape[1], width).to(x) * (2 / hidden.shape[1]) ** 0.5
        hidden = (hidden @ weight + _normal(generator, width).to(x)).clamp(min=0)
    return torch.cat([hidden, torch.ones_like(x)[:, None]], dim=1)


def least_squares_errors(features: Tensor, y: Tensor, test_features: Tensor, test_y: Tensor) -> FitErrors:
    """Return the errors of the least-squares weights; of several that fit equally well, the shortest are taken.

    Shapes: features ``(n, d)`` and ``(m, d)``, targets ``(n,)`` and ``(m,)``.
    """
    w = torch.linalg.pinv(features) @ y
    return FitErrors((features @ w - y).square().mean(), (test_features @ w - test_y).square().mean())


def _normal(generator: torch.Generator, *shape: int) -> Tensor:
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def fitted(vary: Vary, size: int, samples: int, noise: float, seed: int) -> FitErrors:
    """Return the errors of a model of this degree, width or depth on ``samples`` of sin(3x) with noise.

    Training inputs are evenly spread over [-1, 1]; the test error is against sin(3x) itself, at 101 places. Of networks
    whose depth varies every hidden layer has 12 units. ``seed`` draws the noise and the random layers.
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.linspace(-1, 1, samples, dtype=torch.float64)
    y = (3 * x).sin() + noise * _normal(generator, samples)
    between = torch.linspace(-1, 1, 101, dtype=torch.float64)
    features = _features(torch.cat([x, between]), vary, size, generator).to(for_float64())
    train, test = (values.to(for_float64()) for values in (y, (3 * between).sin()))
    return least_squares_errors(features[:samples], train, features[samples:], test)


def _features(x: Tensor, vary: Vary, size: int, generator: torch.Generator) -> Tensor:
    if vary == "degree":
        return polynomial_features(x, size)
    width, depth = (size, 1) if vary == "width" else (_DEPTH_WIDTH, size)
    return random_relu_features(x, width, depth, generator)

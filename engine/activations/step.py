"""The step (threshold) unit, which no gradient can train; and a gradient that passes straight through it.

Sources: McCulloch & Pitts 1943, Rosenblatt 1958 (the threshold unit); Bengio, Léonard & Courville 2013, "Estimating or
Propagating Gradients Through Stochastic Neurons" (the straight-through estimator).
"""

import torch
from torch import Tensor


def step(z: Tensor) -> Tensor:
    """Return 1 where z ≥ 0, 0 elsewhere. Convention: the threshold itself counts as reached, step(0) = 1.

    >>> step(torch.tensor([-0.1, 0.0, 7.0])).tolist()
    [0.0, 1.0, 1.0]
    """
    return (z >= 0).to(z)


def step_slope(z: Tensor) -> Tensor:
    """Return 0: the derivative wherever there is one, so that no weight in front of a step ever learns."""
    return torch.zeros_like(z)


def straight_through(z: Tensor) -> Tensor:
    """Return ``step(z)`` with the gradient of the identity: the estimator pretends that the step was not there.

    >>> z = torch.tensor([-0.5, 2.0], requires_grad=True)
    >>> straight_through(z).sum().backward()
    >>> z.grad.tolist()
    [1.0, 1.0]
    """
    return z + (step(z) - z).detach()

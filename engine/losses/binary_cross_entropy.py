"""Binary cross-entropy, from a probability or from a logit; and the focal loss, which plays down easy examples.

Sources: Cox 1958 (logistic regression); Lin et al. 2017, "Focal Loss for Dense Object Detection".
"""

import torch
from torch import Tensor

from engine.activations.sigmoid import sigmoid
from engine.activations.smooth import softplus


def binary_cross_entropy(prediction: Tensor, target: Tensor) -> Tensor:
    """Return -(y·log p + (1 - y)·log(1 - p)) in nats; p = ``prediction`` lies in [0, 1], y = ``target`` too.

    A certain wrong prediction costs infinity; torch stops at 100.

    >>> round(binary_cross_entropy(torch.tensor(0.8), torch.tensor(1.0)).item(), 4)
    0.2231
    """
    return -torch.xlogy(target, prediction) - torch.xlogy(1 - target, 1 - prediction)


def binary_cross_entropy_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return ∂/∂p = (p - y)/(p·(1 - p)): what the slope p·(1 - p) of a sigmoid before it cancels."""
    return (prediction - target) / (prediction * (1 - prediction))


def binary_cross_entropy_with_logits(prediction: Tensor, target: Tensor) -> Tensor:
    """Return the same from the logit z = ``prediction``: log(1 + eᶻ) - y·z, with no probability that rounds to 0 or 1.

    >>> binary_cross_entropy_with_logits(torch.tensor(-800.0), torch.tensor(1.0)).item()
    800.0
    """
    return softplus(prediction) - target * prediction


def binary_cross_entropy_with_logits_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return ∂/∂z = σ(z) - y: the error itself, however far the sigmoid has saturated."""
    return sigmoid(prediction) - target


def focal(prediction: Tensor, target: Tensor, gamma: float = 2.0) -> Tensor:
    """Return -(1 - p)^γ·log p, p being what the logit gives to the true class (y = 0 or 1); γ = 0 is cross-entropy.

    The paper's class weight α is left out (1).

    >>> round(focal(torch.tensor(0.0), torch.tensor(1.0)).item(), 4)  # ¼·log 2
    0.1733
    """
    margin = (2 * target - 1) * prediction
    return sigmoid(-margin) ** gamma * softplus(-margin)


def focal_slope(prediction: Tensor, target: Tensor, gamma: float = 2.0) -> Tensor:
    """Return ∂/∂z, which is ∓(1 - p)^γ·(1 - p - γ·p·log p), minus where y = 1."""
    side = 2 * target - 1
    missing = sigmoid(-side * prediction)
    return -side * missing**gamma * (missing + gamma * (1 - missing) * softplus(-side * prediction))

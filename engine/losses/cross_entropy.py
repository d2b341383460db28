"""Cross-entropy of a classifier: the surprise at the true class, from logits, with smoothed labels if wanted.

Sources: Good 1952 (the logarithmic score); Szegedy et al. 2016, "Rethinking the Inception Architecture", section 7
(label smoothing).
"""

import math
from typing import Literal

import torch
from torch import Tensor

from engine.activations.softmax import log_softmax, softmax

Base = Literal["e", "2"]
"""Of the logarithm: e gives nats, 2 gives bits; 1 nat is 1.4427 bits."""


def smoothed(targets: Tensor, classes: int, label_smoothing: float = 0.0) -> Tensor:
    """Return the target distributions (1 - ε)·one-hot + ε/K: the true class gets 1 - ε + ε/K, each other ε/K.

    Shape: class indices ``(N,)`` to ``(N, K)``, in float64.

    >>> smoothed(torch.tensor([1]), 4, label_smoothing=0.2).tolist()
    [[0.05, 0.8500000000000001, 0.05, 0.05]]
    """
    one_hot = torch.zeros(len(targets), classes, dtype=torch.float64, device=targets.device)
    one_hot[torch.arange(len(targets), device=targets.device), targets] = 1
    return (1 - label_smoothing) * one_hot + label_smoothing / classes


def cross_entropy(logits: Tensor, targets: Tensor, label_smoothing: float = 0.0, base: Base = "e") -> Tensor:
    """Return -Σ y·log p of each sample, with log p = z - log Σ exp z taken from the logits in one go.

    Shapes: logits ``(N, K)`` and class indices ``(N,)`` to ``(N,)``.

    >>> round(cross_entropy(torch.zeros(1, 8), torch.tensor([3]), base="2").item(), 6)
    3.0
    """
    losses = -(smoothed(targets, logits.shape[-1], label_smoothing) * log_softmax(logits)).sum(-1)
    return losses if base == "e" else losses / math.log(2)


def cross_entropy_slope(logits: Tensor, targets: Tensor, label_smoothing: float = 0.0, base: Base = "e") -> Tensor:
    """Return ∂/∂z = p - y of each sample, p = softmax(z): every row sums to 0. Shape ``(N, K)``."""
    slope = softmax(logits) - smoothed(targets, logits.shape[-1], label_smoothing)
    return slope if base == "e" else slope / math.log(2)

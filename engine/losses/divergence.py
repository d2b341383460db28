"""Entropy, cross-entropy and Kullback-Leibler divergence of two distributions: H(p, q) = H(p) + KL(p, q).

The first argument is the true distribution. None of the two-place ones is a distance: they are not symmetric.

Sources: Shannon 1948; Kullback & Leibler 1951, "On Information and Sufficiency".
"""

import math

import torch
from torch import Tensor

from engine.losses.cross_entropy import Base


def entropy(p: Tensor, base: Base = "e") -> Tensor:
    """Return H(p) = -Σ p·log p, with 0·log 0 = 0: 0 for a certain outcome, log K for K equally likely ones.

    >>> round(entropy(torch.full((8,), 0.125), base="2").item(), 6)
    3.0
    """
    return cross_entropy_of(p, p, base)


def cross_entropy_of(p: Tensor, q: Tensor, base: Base = "e") -> Tensor:
    """Return H(p, q) = -Σ p·log q; over all q it is smallest at q = p, where it is H(p) and not 0.

    It is infinite where q excludes what p allows.

    >>> cross_entropy_of(torch.tensor([0.5, 0.5]), torch.tensor([0.25, 0.75]), base="2").item() > 1
    True
    """
    nats = -torch.xlogy(p, q).sum(-1)
    return nats if base == "e" else nats / math.log(2)


def kl_divergence(p: Tensor, q: Tensor, base: Base = "e") -> Tensor:
    """Return KL(p, q) = Σ p·log(p/q) = H(p, q) - H(p): never negative, and 0 only for p = q.

    >>> kl_divergence(torch.tensor([0.5, 0.5]), torch.tensor([0.5, 0.5])).item()
    0.0
    """
    return cross_entropy_of(p, q, base) - entropy(p, base)

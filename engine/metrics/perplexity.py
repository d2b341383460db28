"""Perplexity: between how many equally likely tokens a language model hesitates."""

import math
from typing import Literal

import torch
from torch import Tensor

Base = Literal["e", "2"]


def cross_entropy(logits: Tensor, targets: Tensor, base: Base = "e") -> Tensor:
    """Return the mean surprise of the true tokens, -(1/n) Σ log q(true token), in nats (base e) or bits (base 2).

    Shapes: logits ``(n, V)`` and targets ``(n,)`` to ``()``. Written out: log q = z - log Σ exp z.

    >>> round(float(cross_entropy(torch.zeros(3, 8), torch.tensor([0, 5, 7]), base="2")), 6)
    3.0
    """
    log_probs = logits - torch.logsumexp(logits, -1, keepdim=True)
    surprise = -log_probs.gather(-1, targets[:, None]).mean()
    return surprise if base == "e" else surprise / math.log(2)


def perplexity(logits: Tensor, targets: Tensor) -> Tensor:
    """Return exp of the mean cross entropy in nats, which is 2 to the power of the one in bits.

    It is 1 where every true token gets probability 1, V where all tokens are equally likely, and has no upper bound.

    Shapes: logits ``(n, V)`` and targets ``(n,)`` to ``()``. Source: Jelinek, Mercer, Bahl & Baker 1977, "Perplexity: a
    measure of the difficulty of speech recognition tasks".

    >>> round(float(perplexity(torch.zeros(3, 8), torch.tensor([0, 5, 7]))), 5)
    8.0
    """
    return cross_entropy(logits, targets).exp()


def perplexity_of_probabilities(probabilities: Tensor) -> Tensor:
    """Return the perplexity from the true tokens' probabilities: one over their geometric mean.

    Shape: ``(n,)`` to ``()``. A probability of 0 gives infinity.

    >>> float(perplexity_of_probabilities(torch.tensor([0.5, 0.125], dtype=torch.float64)))
    4.0
    """
    return probabilities.log().mean().neg().exp()

"""Ensembles: what becomes of several classifiers' answers when they are averaged or counted.

Source: Hansen & Salamon 1990, "Neural Network Ensembles". Averaging softmax outputs of several networks is what
Krizhevsky et al. 2012 and Simonyan & Zisserman 2015 (VGG, section 4.4) report as their best results; that a majority of
independent voters beats one of them only if each is right more often than not is Condorcet's theorem, 1785.
"""

import math
from collections.abc import Sequence
from itertools import product

from torch import Tensor
from torch.nn import functional as F


def mean_posterior(logits: Tensor) -> Tensor:
    """Return the mean of the members' class probabilities: ``(members, ..., classes)`` to ``(..., classes)``.

    The cross-entropy of the mean is never more than the mean of the members' cross-entropies, by Jensen's inequality:
    -log is convex. It can be more than that of the best member.

    >>> import torch
    >>> mean_posterior(torch.tensor([[0.0, 0.0], [100.0, 0.0]]))
    tensor([0.7500, 0.2500])
    """
    return logits.softmax(-1).mean(0)


def geometric_posterior(logits: Tensor) -> Tensor:
    """Return the normalised geometric mean of the members' class probabilities, the softmax of their mean logits.

    Dividing a product of probabilities by its sum undoes every constant that softmax divided by.

    >>> import torch
    >>> geometric_posterior(torch.tensor([[0.0, 0.0], [2.0, 0.0]])).equal(torch.tensor([1.0, 0.0]).softmax(0))
    True
    """
    return logits.mean(0).softmax(-1)


def log_mean_posterior(logits: Tensor) -> Tensor:
    """Return the logarithm of :func:`mean_posterior`, finite even where the probability itself is rounded to 0.

    It is logsumexp over the members of their log-softmax, less log of their number.

    >>> import torch
    >>> log_mean_posterior(torch.tensor([[800.0, 0.0]]))
    tensor([   0., -800.])
    """
    return logits.log_softmax(-1).logsumexp(0) - math.log(len(logits))


def cross_entropy(log_probabilities: Tensor, target: int) -> Tensor:
    """Return -log of the probability of class ``target``, in nats; classes lie on the last axis."""
    return -log_probabilities[..., target]


def majority(votes: Tensor) -> Tensor:
    """Return the class with most votes along the first axis; of several with equally many, the smallest.

    >>> import torch
    >>> majority(torch.tensor([[1, 0], [1, 2], [0, 1]]))
    tensor([1, 0])
    """
    return F.one_hot(votes).sum(0).argmax(-1)


def vote_accuracy(accuracies: Sequence[float]) -> float:
    """Return how often the majority of independent voters is right, each being right this often.

    Every combination of right and wrong voters is listed with its probability. A tie counts as wrong.

    >>> round(vote_accuracy([0.7, 0.7, 0.7]), 3), round(vote_accuracy([0.4, 0.4, 0.4]), 3)
    (0.784, 0.352)
    """
    outcomes = product((True, False), repeat=len(accuracies))
    return math.fsum(_chance(right, accuracies) for right in outcomes if 2 * sum(right) > len(right))


def _chance(right: Sequence[bool], accuracies: Sequence[float]) -> float:
    return math.prod(p if won else 1 - p for won, p in zip(right, accuracies, strict=True))

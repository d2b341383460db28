"""Accuracy: how often the true class is the model's first choice, or among its first k."""

import torch
from torch import Tensor


def ranks(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the place of the true class among all classes by their logits, from 0 for the first choice.

    Convention: of equal logits the class with the smaller index comes first.

    Shapes: logits ``(N, C)`` and targets ``(N,)`` to ``(N,)``.

    >>> ranks(torch.tensor([[3.0, 1.0, 3.0]]), torch.tensor([2])).tolist()
    [1]
    """
    true = logits.gather(1, targets[:, None])
    before = torch.arange(logits.shape[1], device=logits.device) < targets[:, None]
    return ((logits > true) | ((logits == true) & before)).sum(1)


def accuracy(logits: Tensor, targets: Tensor, k: int = 1) -> float:
    """Return the share of samples whose true class is among the k largest logits.

    With k = 1 that is the share of samples where the argmax is right; with k = C it is 1.

    >>> accuracy(torch.tensor([[3.0, 1.0, 0.0], [0.0, 1.0, 2.0]]), torch.tensor([0, 1]))
    0.5
    """
    return float((ranks(logits, targets) < k).double().mean())


def confusion_matrix(logits: Tensor, targets: Tensor) -> Tensor:
    """Return how often each class (row) was taken for each class (column); the right answers are on the diagonal.

    Shapes: logits ``(N, C)`` and targets ``(N,)`` to ``(C, C)``.

    >>> confusion_matrix(torch.tensor([[3.0, 1.0], [2.0, 1.0]]), torch.tensor([0, 1])).tolist()
    [[1, 0], [1, 0]]
    """
    classes = logits.shape[1]
    predicted = logits.argmax(1)  # the first of equal ones, by torch's contract
    return torch.bincount(targets * classes + predicted, minlength=classes**2).reshape(classes, classes)

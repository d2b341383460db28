"""k nearest neighbours: the class that most of the nearest training samples have; nothing is learned but the data.

Distances add up features as they are, so one with a large range decides alone until all are scaled.
Source: Cover & Hart 1967, "Nearest Neighbor Pattern Classification".
"""

import torch
from torch import Tensor


def nearest(train: Tensor, x: Tensor, k: int) -> Tensor:
    """Return the numbers of the ``k`` nearest training samples of each query, nearest first, ``(m, k)``.

    Distance is Euclidean; of samples equally far the first comes first. Shapes: ``train`` (n, d), ``x`` (m, d).

    >>> nearest(torch.tensor([[0.0], [10.0], [4.0]]), torch.tensor([[5.0]]), k=2)
    tensor([[2, 0]])
    """
    squares = (x[:, None, :] - train).square().sum(-1)
    return squares.argsort(dim=1, stable=True)[:, :k]


def classify(train: Tensor, labels: Tensor, x: Tensor, k: int) -> Tensor:
    """Return the most frequent class among the ``k`` nearest, ``(m,)``; of equally frequent ones the smallest number.

    >>> classify(torch.tensor([[0.0], [1.0], [9.0]]), torch.tensor([1, 1, 0]), torch.tensor([[4.0]]), k=3)
    tensor([1])
    """
    votes = torch.nn.functional.one_hot(labels[nearest(train, x, k)]).sum(1)
    return votes.argmax(1)

"""Data parallelism: each device holds the whole network and a shard of the batch; their gradients are averaged.

With the mean as its reduction, the loss of a batch of n is Σᵢ (nᵢ/n)·Lᵢ over shards of nᵢ, and so is its gradient. The
plain mean of the shards' gradients equals it where all shards have one size. A BatchNorm breaks even that: each shard
is normalised by statistics of its own.

Source: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".
"""

from collections.abc import Callable, Sequence
from typing import Literal

import torch
from torch import Tensor, nn

Averaging = Literal["plain", "weighted"]
Loss = Callable[[Tensor, Tensor], Tensor]
"""Of outputs and targets, reduced by the mean over samples."""


def gradient(network: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> Tensor:
    """Return the gradient of the loss of one batch as one flat vector, as a single device computes it."""
    parameters = list(network.parameters())
    found = torch.autograd.grad(loss(network(x), y), parameters)
    return torch.cat([part.flatten() for part in found])


def averaged_gradient(
    network: nn.Module, loss: Loss, x: Tensor, y: Tensor, shards: Sequence[int], averaging: Averaging = "plain"
) -> Tensor:
    """Return the mean of the shards' gradients; ``shards`` are their sizes, and add up to the batch.

    ``plain`` gives every shard one vote, ``weighted`` a vote for each of its samples.

    >>> network = nn.Linear(1, 1, bias=False)
    >>> x = torch.tensor([[1.0], [2.0], [3.0]])
    >>> def loss(outputs, targets): return (outputs - targets).mean()
    >>> averaged_gradient(network, loss, x, 0 * x, [1, 2], "weighted").item()
    2.0
    >>> averaged_gradient(network, loss, x, 0 * x, [1, 2], "plain").item()
    1.75
    """
    sizes = list(shards)
    parts = zip(torch.split(x, sizes), torch.split(y, sizes), strict=True)
    gradients = torch.stack([gradient(network, loss, *part) for part in parts])
    samples = torch.tensor(shards, dtype=gradients.dtype, device=gradients.device)
    votes = samples / samples.sum() if averaging == "weighted" else torch.full_like(samples, 1 / len(shards))
    return votes @ gradients

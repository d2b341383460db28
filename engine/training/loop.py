"""The training loop, written out: forward, loss, zero_grad, backward, step.

``backward`` *adds* to the gradients that are there. Who forgets ``zero_grad`` steps along the sum of all gradients so
far, which is momentum with the factor 1: the velocity never fades.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from engine.optim.optimizer import Optimizer

Loss = Callable[[Tensor, Tensor], Tensor]
Batch = tuple[Tensor, Tensor]


def train(
    network: nn.Module, loss: Loss, optimizer: Optimizer, batches: Iterable[Batch], zero_grad: bool = True
) -> list[float]:
    """Step once for each batch and return the loss of each batch before its step.

    >>> import torch; from engine.optim import SGD
    >>> network = nn.Linear(1, 1, bias=False); _ = nn.init.zeros_(network.weight)
    >>> batch = torch.tensor([[1.0]]), torch.tensor([[1.0]])
    >>> train(network, nn.MSELoss(), SGD(network.parameters(), lr=0.25), [batch, batch])
    [1.0, 0.25]
    """
    losses = []
    for x, y in batches:
        value = loss(network(x), y)
        if zero_grad:
            optimizer.zero_grad()
        torch.autograd.backward(value)
        optimizer.step()
        losses.append(value.item())
    return losses


def num_steps(samples: int, batch_size: int, epochs: int = 1, drop_last: bool = False) -> int:
    """Return how many steps ``epochs`` passes over the samples take: ⌈n/B⌉ each, or ⌊n/B⌋ without the short batch.

    >>> num_steps(1000, 32, epochs=2), num_steps(1000, 32, epochs=2, drop_last=True)
    (64, 62)
    """
    full, rest = divmod(samples, batch_size)
    return epochs * (full + (rest > 0 and not drop_last))

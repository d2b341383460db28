"""A deep network that trains in a tenth of a second: fully connected, plain or residual, five seeds side by side.

Blocks hold two layers, as a residual network's basic blocks do: y = W₂ ReLU(W₁ x), each product normalised over the
samples (BatchNorm without γ and β); then ReLU(y), or ReLU(y + x) with a shortcut. Plain and residual networks start
from the same weights.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.experiments.models._together import generators, randn_each
from engine.optim.adam import Adam

WIDTH, SAMPLES, FEATURES = 12, 48, 4
STEPS, RATE = 30, 1e-2


def losses(skip: bool, layers: int) -> Tensor:
    """Return the training loss before each step of Adam, ``(STEPS, seeds)``; 1 is the variance of the targets."""
    drawn_from = generators()
    x, target = _task(drawn_from)
    first = randn_each(drawn_from, WIDTH, FEATURES) / FEATURES**0.5
    last = randn_each(drawn_from, 1, WIDTH) / WIDTH**0.5
    hidden = torch.stack([randn_each(drawn_from, WIDTH, WIDTH) * (2 / WIDTH) ** 0.5 for _ in range(layers)])
    optimizer = Adam([weight.requires_grad_() for weight in (first, hidden, last)], lr=RATE)
    seen = []
    for _ in range(STEPS):
        error = last @ _features(first @ x, hidden, skip) - target
        loss = error.square().mean((1, 2))
        optimizer.zero_grad()
        loss.sum().backward()  # the seeds share no weights, so each gets the gradient of its own loss
        optimizer.step()
        seen.append(loss.detach())
    return torch.stack(seen)


def _task(drawn_from: list[torch.Generator]) -> tuple[Tensor, Tensor]:
    """Return inputs ``(seeds, FEATURES, SAMPLES)`` and standardised targets sin(2a) + bc."""
    x = randn_each(drawn_from, FEATURES, SAMPLES)
    target = (2 * x[:, :1]).sin() + x[:, 1:2] * x[:, 2:3]
    return x, F.layer_norm(target, (SAMPLES,))


def _features(x: Tensor, hidden: Tensor, skip: bool) -> Tensor:
    for lower, upper in zip(*(half.unbind() for half in (hidden[::2], hidden[1::2])), strict=True):
        y = _normalised(upper @ _normalised(lower @ x).relu())
        x = (y + x).relu() if skip else y.relu()
    return x


def _normalised(x: Tensor) -> Tensor:
    """Return each unit with mean 0 and variance 1 over the samples, which are the last axis here."""
    return F.layer_norm(x, (SAMPLES,))

"""Schedules: how a learning rate falls with the epochs, and how a momentum grows, as functions of the epoch.

Epochs count from 0; the first one runs at the first rate. Names and arguments of the first four are torch's.

Sources: ``torch.optim.lr_scheduler``; Robbins & Monro 1951 for 1/t; Loshchilov & Hutter 2017, "SGDR", for the cosine;
Sutskever, Martens, Dahl & Hinton 2013 for the momentum.
"""

import math
from collections.abc import Sequence


def step_decay(lr: float, epoch: int, step_size: int, gamma: float = 0.1) -> float:
    """Return lr·γ^⌊epoch/step_size⌋: a staircase (torch: StepLR).

    >>> [step_decay(0.8, epoch, step_size=30, gamma=0.5) for epoch in (0, 29, 30, 60)]
    [0.8, 0.8, 0.4, 0.2]
    """
    return lr * gamma ** (epoch // step_size)


def multi_step_decay(lr: float, epoch: int, milestones: Sequence[int], gamma: float = 0.1) -> float:
    """Return lr·γ^(number of milestones reached): a staircase with chosen edges (torch: MultiStepLR)."""
    return lr * gamma ** sum(epoch >= milestone for milestone in milestones)


def exponential_decay(lr: float, epoch: int, gamma: float) -> float:
    """Return lr·γ^epoch (torch: ExponentialLR)."""
    return lr * gamma**epoch


def cosine_annealing(lr: float, epoch: int, t_max: int, eta_min: float = 0.0) -> float:
    """Return η_min + ½(lr - η_min)(1 + cos(π·epoch/T_max)): half a cosine, down to η_min (torch: CosineAnnealingLR).

    >>> cosine_annealing(1.0, 5, t_max=10)
    0.5
    """
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * epoch / t_max)) / 2


def inverse_time_decay(lr: float, epoch: int, decay: float) -> float:
    """Return lr/(1 + decay·epoch), which falls slowly enough that its sum grows without bound.

    >>> inverse_time_decay(1.0, 3, decay=1.0)
    0.25
    """
    return lr / (1 + decay * epoch)


def linear_warmup(lr: float, epoch: int, warmup: int) -> float:
    """Return lr·min(1, (epoch + 1)/warmup): small rates first, while running means are young.

    >>> [linear_warmup(1.0, epoch, warmup=4) for epoch in (0, 1, 3, 9)]
    [0.25, 0.5, 1.0, 1.0]
    """
    return lr * min(1.0, (epoch + 1) / warmup)


def momentum_growth(step: int, every: int = 250, largest: float = 0.99) -> float:
    """Return min(1 - 1/(2·(⌊step/every⌋ + 1)), largest): a momentum that grows from ½ (Sutskever et al. 2013).

    The memory 1/(1 - momentum) grows by 2 steps each time, from 2 to 100 for the usual largest momentum.

    >>> [momentum_growth(step) for step in (0, 250, 100_000)]
    [0.5, 0.75, 0.99]
    """
    return min(1 - 1 / (2 * (step // every + 1)), largest)

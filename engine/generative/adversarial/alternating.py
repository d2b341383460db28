"""Alternating training: k steps of the discriminator, then one of the generator, again and again.

A step moves one player while the other is frozen: the discriminator's step sees detached fakes, so that no gradient
reaches G; the generator's step asks for gradients of G's parameters only, so that D gets none.

Source: Goodfellow et al. 2014, "Generative Adversarial Nets", algorithm 1. The paper steps with momentum; Adam with
β₁ = 0.5 is the usage since Radford, Metz & Chintala 2016.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.generative.adversarial.objective import Form, discriminator_loss, generator_loss
from engine.optim.adam import Adam
from engine.optim.optimizer import Optimizer

Draw = Callable[[int], Tensor]
"""Draws so many samples: of the data, or of the noise."""


class Pair(NamedTuple):
    """The two players. G maps noise to samples, D maps samples to logits."""

    generator: nn.Module
    discriminator: nn.Module


class Round(NamedTuple):
    """What one round left behind."""

    discriminator_loss: float
    """Of the round's last discriminator step, before it."""
    generator_loss: float
    fakes: Tensor
    """What the generator made of the noise of its own step, before it."""


def discriminator_step(pair: Pair, optimizer: Optimizer, real: Tensor, noise: Tensor) -> Tensor:
    """Step D on a batch of each kind, and return its loss before the step; G gets no gradient."""
    fakes = pair.generator(noise).detach()
    loss = discriminator_loss(pair.discriminator(real), pair.discriminator(fakes))
    return _step(optimizer, loss)


def generator_step(pair: Pair, optimizer: Optimizer, noise: Tensor, form: Form) -> tuple[Tensor, Tensor]:
    """Step G through a frozen D; return G's loss before the step, and the fakes that it was taken on."""
    fakes = pair.generator(noise)
    loss = generator_loss(pair.discriminator(fakes), form)
    return _step(optimizer, loss), fakes.detach()


def _step(optimizer: Optimizer, loss: Tensor) -> Tensor:
    """Step the optimizer's own parameters; no other one gets a gradient."""
    gradients = torch.autograd.grad(loss, optimizer.params)
    for parameter, gradient in zip(optimizer.params, gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()
    optimizer.zero_grad()
    return loss.detach()


def alternate(
    pair: Pair,
    data: Draw,
    noise: Draw,
    rounds: int,
    k: int = 1,
    batch: int = 64,
    lr: float = 0.02,
    discriminator_lr: float | None = None,
    form: Form = "non_saturating",
    betas: tuple[float, float] = (0.5, 0.999),
) -> list[Round]:
    """Train both players in place for so many rounds of ``k`` discriminator steps and one generator step.

    k = 0 leaves D as it is, so that G only learns what this one D accepts. A ``discriminator_lr`` above G's ``lr``
    keeps D near its best reply with k = 1, too (the two time-scale rule of Heusel et al. 2017); a D that lags behind
    lets G shrink to the one point that this D likes best.
    """
    of_generator = Adam(pair.generator.parameters(), lr, betas)
    of_discriminator = Adam(pair.discriminator.parameters(), discriminator_lr or lr, betas)
    history = []
    for _ in range(rounds):
        loss = torch.tensor(float("nan"))
        for _ in range(k):
            loss = discriminator_step(pair, of_discriminator, data(batch), noise(batch))
        fooled, fakes = generator_step(pair, of_generator, noise(batch), form)
        history.append(Round(loss.item(), fooled.item(), fakes))
    return history

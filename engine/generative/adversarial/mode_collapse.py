"""Mode collapse: a generator that trains too long against one discriminator puts everything on that one's favourite.

The data is a mixture whose modes lie so far apart that a sample belongs to one of them beyond doubt. All that is left
of the generator are then its masses on the modes, q = softmax(θ), and of the discriminator its answer at each mode.
In each round D takes its best reply p/(p + q), then G takes ``generator_steps`` gradient steps against it.

Against a frozen D the expected loss Σ q·log(1 - D) is *linear* in q: its minimum is all mass on the mode where D is
largest, whatever z says. Only D's next reply makes that mode unattractive, and then G moves on to another.

Source: Metz et al. 2017, "Unrolled Generative Adversarial Networks", section 1 and figure 2.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.generative.adversarial.objective import Form
from engine.generative.adversarial.optimal_discriminator import optimal_discriminator


class Collapse(NamedTuple):
    """The course of a training."""

    masses: Tensor
    """What G gives to each mode at the start and after each round: ``(rounds + 1, modes)``."""
    answers: Tensor
    """D's answer at each mode in each round: ``(rounds, modes)``."""


def train(
    p: Tensor, start: Tensor, rounds: int, generator_steps: int, lr: float = 1.0, form: Form = "saturating"
) -> Collapse:
    """Train the masses q = softmax(θ), from θ = ``start``, against the best reply to them, renewed in each round.

    ``p`` are the data's masses; both have shape ``(modes,)``.
    """
    scores, masses, answers = start, [start.softmax(-1)], []
    for _ in range(rounds):
        answers.append(optimal_discriminator(p, masses[-1]))
        scores = best_response(scores, answers[-1], generator_steps, lr, form)
        masses.append(scores.softmax(-1))
    return Collapse(torch.stack(masses), torch.stack(answers))


def best_response(scores: Tensor, answers: Tensor, steps: int, lr: float, form: Form = "saturating") -> Tensor:
    """Return G's scores after gradient steps on Σ q·cost, where a mode costs log(1 - D), or -log D.

    The gradient by θ_i is q_i·(cost_i - Σ q·cost).
    """
    cost = torch.log1p(-answers) if form == "saturating" else -answers.log()
    for _ in range(steps):
        q = scores.softmax(-1)
        scores = scores - lr * q * (cost - (q * cost).sum(-1, keepdim=True))
    return scores


def modes_covered(masses: Tensor, share: float = 0.1) -> int:
    """Return how many modes have at least ``share`` of their fair mass, which is 1/modes.

    >>> modes_covered(torch.tensor([0.5, 0.49, 0.01, 0.0]))
    2
    """
    return int((masses >= share / masses.shape[-1]).sum())

"""An agent that takes one look: it draws a place, is rewarded for what it sees there, and learns where to look.

The smallest part of the recurrent attention model that still needs REINFORCE. The choice of a place cannot be
differentiated, so the reward alone teaches. With a few places, the exact gradient can be had by trying each of them.

Source: Mnih et al. 2014, "Recurrent Models of Visual Attention", section 3.2; here with one step, and places on a grid.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.attention.glimpse_sensor import crop
from engine.reinforcement.score_function import estimates, expected_reward


class Look(NamedTuple):
    """One step of learning."""

    place: int
    """The place that was drawn."""
    reward: float
    expected: float
    """The expected reward under the policy, before the step."""


def places(per_side: int) -> Tensor:
    """Return the middles of a grid of ``per_side``² places, row by row: ``(per_side², 2)`` of (x, y) in -1 to 1.

    >>> places(2).tolist()
    [[-0.5, -0.5], [0.5, -0.5], [-0.5, 0.5], [0.5, 0.5]]
    """
    middles = (2 * torch.arange(per_side, dtype=torch.float64) + 1) / per_side - 1
    y, x = torch.meshgrid(middles, middles, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=-1)


def rewards(image: Tensor, per_side: int, side: int) -> Tensor:
    """Return the reward of each place: the brightest pixel in the square of ``side`` pixels there. ``(per_side²,)``."""
    return torch.stack([crop(image, place, side).max() for place in places(per_side)])


def learn(
    logits: Tensor, reward_of: Tensor, steps: int, lr: float, generator: torch.Generator, baseline: bool = True
) -> tuple[Tensor, list[Look]]:
    """Return the logits after ``steps`` looks, and what happened at each.

    Each step draws a place, gets its reward and goes up the one estimate: logits += lr·(R - b)·∇log π(place). The
    baseline b is the mean of the rewards so far; without ``baseline`` it is 0.
    """
    looks: list[Look] = []
    for _ in range(steps):
        place = int(torch.multinomial(logits.softmax(-1).cpu(), 1, generator=generator))
        reward = float(reward_of[place])
        mean = sum(look.reward for look in looks) / len(looks) if looks and baseline else 0.0
        looks.append(Look(place, reward, float(expected_reward(logits, reward_of))))
        logits = logits + lr * estimates(logits, reward_of, mean)[place]
    return logits, looks

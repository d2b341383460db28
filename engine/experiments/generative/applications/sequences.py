"""Token sequences from a generator: what stops the gradient, and what goes around."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional

from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.generative.applications import sequence_gan
from engine.registry import Kind, function

Through = Literal["argmax", "drawing", "gumbel straight-through", "softmax"]
_TOKENS, _LENGTH = 3, 2


@function(
    "sequence_gan.gradient_passes",
    Kind.MEASURED,
    example={"through": "gumbel straight-through"},
    shows=(sequence_gan.straight_through,),
)
def gradient_passes(through: Through = "drawing") -> Run:
    """Say whether a loss of embedded tokens has a gradient by the scores from which the tokens were chosen."""
    return settle(
        "Gradient of the loss by the scores",
        Holds.IF_DIFFERENT,
        _through_choice,
        {"through": through},
        [{"through": other} for other in ("argmax", "drawing", "gumbel straight-through", "softmax")],
    )


def _through_choice(generator: torch.Generator, through: Through) -> Tensor:
    scores, embedding = randn(generator, 4, 6).requires_grad_(), randn(generator, 6, 3)
    uniform = torch.rand(4, 6, generator=generator, dtype=torch.float64).to(embedding)
    gumbel = -(-uniform.log()).log()
    chosen = {
        "argmax": lambda: functional.one_hot(scores.argmax(-1), 6).to(embedding),
        "drawing": lambda: functional.one_hot((scores + gumbel).argmax(-1), 6).to(embedding),
        "gumbel straight-through": lambda: sequence_gan.straight_through(scores, gumbel),
        "softmax": lambda: scores.softmax(-1),
    }[through]()
    loss = (chosen @ embedding).square().sum()
    (gradient,) = torch.autograd.grad(loss + 0 * scores.sum(), scores)
    return gradient


@function(
    "sequence_gan.reinforce_is_unbiased",
    Kind.MEASURED,
    example={"baseline": "constant"},
    shows=(sequence_gan.reinforce_gradient, sequence_gan.expected_reward),
)
def reinforce_is_unbiased(baseline: Literal["none", "constant", "half of the reward"] = "none") -> Run:
    """Say whether REINFORCE's estimate, averaged over all nine sequences, is the gradient of the expected reward.

    A ``baseline`` is subtracted from the reward: nothing, a constant, or a part of the same sequence's reward.
    """
    return settle(
        "Mean estimate less the exact gradient",
        Holds.IF_EQUAL,
        _bias,
        {"baseline": baseline},
        [{"baseline": other} for other in ("none", "constant", "half of the reward")],
    )


def _bias(generator: torch.Generator, baseline: str) -> Tensor:
    scores = randn(generator, _TOKENS + 1, _TOKENS)
    rewards = randn(generator, _TOKENS, _TOKENS)
    subtracted = 1.5 if baseline == "constant" else 0.0
    kept = 0.5 if baseline == "half of the reward" else 1.0
    every = sequence_gan.all_sequences(_TOKENS, _LENGTH).to(scores.device)
    chances = sequence_gan.recurrent_log_probability(scores, every).exp()
    estimates = [
        sequence_gan.reinforce_gradient(scores, row[None], lambda t: kept * rewards[t[:, 0], t[:, 1]], subtracted)
        for row in every
    ]
    asked = scores.clone().requires_grad_()
    exact = sequence_gan.expected_reward(asked, lambda t: rewards[t[:, 0], t[:, 1]], _LENGTH)
    mean = sum(
        (chance * estimate for chance, estimate in zip(chances, estimates, strict=True)), torch.zeros_like(scores)
    )
    return mean - torch.autograd.grad(exact, asked)[0]

"""``sequence_gan.*``: the gradient of an expected reward over token sequences, and its REINFORCE estimate."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.doors.generative._generative import Number, numbers
from engine.errors import Refused
from engine.evidence import Blocks, Run, Table
from engine.generative.applications import sequence_gan
from engine.registry import Kind, function

Scores = Annotated[tuple[Annotated[float, Between(-50, 50)], ...], Length(2, 16)]
Rewards = Annotated[tuple[Number, ...], Length(2, 16)]
Token = Annotated[int, Between(0, 15)]
_ONE = {"scores": [0, 0.5, -1], "rewards": [1, 0, 2], "token": 2}


@function("sequence_gan.reward_gradient", Kind.MEASURED, example=_ONE, shows=(sequence_gan.expected_reward,))
def reward_gradient(scores: Scores, rewards: Rewards, token: Token) -> Run:
    """Return the derivative of a drawn token's expected reward by one token's score, by autograd over all tokens.

    >>> reward_gradient((0.0, 0.0), (1.0, 0.0), 0).value
    0.25
    """
    table, earned = _policy(scores, rewards, token)
    asked = table.requires_grad_()
    expected = sequence_gan.expected_reward(asked, lambda tokens: earned[tokens[:, 0]], length=1)
    (gradient,) = torch.autograd.grad(expected, asked)
    return Run(gradient[-1, token].item(), lambda: _tokens(table[-1], earned), str(earned.device))


@function("sequence_gan.reward_gradient_formula", Kind.CLOSED_FORM, example=_ONE)
def reward_gradient_formula(scores: Scores, rewards: Rewards, token: Token) -> Run:
    """Return the same as p_k·(R_k - E[R]): up for tokens with more than the mean reward."""
    table, earned = _policy(scores, rewards, token)
    chances = table[-1].softmax(-1)
    gradient = chances * (earned - (chances * earned).sum())
    return Run(gradient[token].item(), lambda: _tokens(table[-1], earned), str(earned.device))


@function(
    "sequence_gan.reinforce_gradient",
    Kind.MEASURED,
    example={**_ONE, "drawn": [0, 2, 2, 1]},
    shows=(sequence_gan.reinforce_gradient,),
)
def reinforce_gradient(
    scores: Scores,
    rewards: Rewards,
    token: Token,
    drawn: Annotated[tuple[Token, ...], Length(1, 256)],
    baseline: Number = 0.0,
) -> Run:
    """Return REINFORCE's estimate of the same from ``drawn`` tokens: the mean of (R - baseline)·∂log p/∂score.

    >>> reinforce_gradient((0.0, 0.0), (1.0, 0.0), 0, (0, 1)).value
    0.25
    """
    table, earned = _policy(scores, rewards, token)
    if max(drawn) >= len(scores):
        raise Refused(f"there are {len(scores)} tokens, numbered from 0, so {max(drawn)} cannot be drawn")
    tokens = torch.tensor(drawn, device=earned.device)[:, None]
    gradient = sequence_gan.reinforce_gradient(table, tokens, lambda seen: earned[seen[:, 0]], baseline)
    return Run(gradient[-1, token].item(), lambda: _tokens(table[-1], earned), str(earned.device))


def _policy(scores: Scores, rewards: Rewards, token: int) -> tuple[Tensor, Tensor]:
    """Return the table of a policy that draws one token, whose last row is the start, and the tokens' rewards."""
    if len(scores) != len(rewards):
        raise Refused(f"scores and rewards need one length, not {len(scores)} and {len(rewards)}")
    if token >= len(scores):
        raise Refused(f"there are {len(scores)} tokens, numbered from 0, so none is {token}")
    start = numbers(scores)
    return torch.cat([torch.zeros(len(scores), len(scores)).to(start), start[None]]), numbers(rewards)


def _tokens(scores: Tensor, rewards: Tensor) -> Blocks:
    chances = scores.detach().softmax(-1)
    slopes = chances * (rewards - (chances * rewards).sum())
    rows = list(zip(range(len(rewards)), chances.tolist(), rewards.tolist(), slopes.tolist(), strict=True))
    return [Table("Tokens", ["token", "probability", "reward", "gradient by its score"], rows)]

"""``reinforce.*``: the gradient of an expected reward, its estimates and their noise, all actions enumerated."""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.registry import Kind, function
from engine.reinforcement import score_function

Logits = Annotated[Sequence[Annotated[float, Between(-10, 10)]], Length(2, 32)]
Rewards = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(2, 32)]
Number = Annotated[float, Between(-1e6, 1e6)]
_TWO = {"logits": [0, 0], "rewards": [1, 0]}


@function("reinforce.gradient", Kind.MEASURED, example=_TWO, shows=(score_function.exact_gradient,))
def gradient(logits: Logits, rewards: Rewards) -> Run:
    """Return the gradient of the expected reward at the logits of a softmax policy, by autograd over all actions.

    >>> gradient([0, 0], [1, 0]).value
    [0.25, -0.25]
    """
    theta, reward = _tensors(logits, rewards)
    theta.requires_grad_()
    (found,) = torch.autograd.grad(theta.softmax(-1) @ reward, theta)
    return Run(found.tolist(), lambda: [_table(theta.detach(), reward, found)], str(theta.device))


@function("reinforce.estimate", Kind.MODULE, example={**_TWO, "action": 0}, shows=(score_function.estimates,))
def estimate(logits: Logits, rewards: Rewards, action: Annotated[int, Between(0, 31)], baseline: Number = 0.0) -> Run:
    """Return REINFORCE's estimate after this action: (R - baseline)·∇log π(action), by torch's log_softmax.

    >>> estimate([0, 0], [1, 0], action=0).value
    [0.5, -0.5]
    """
    theta, reward = _tensors(logits, rewards)
    if action >= len(logits):
        raise Refused(f"'action' is {action}, and {len(logits)} actions are numbered 0 to {len(logits) - 1}")
    theta.requires_grad_()
    (score,) = torch.autograd.grad(theta.log_softmax(-1)[action], theta)
    found = (reward[action] - baseline) * score
    return Run(found.tolist(), lambda: [_estimates(theta.detach(), reward, baseline)], str(theta.device))


@function("reinforce.mean_estimate", Kind.MEASURED, example=_TWO, shows=(score_function.mean_estimate,))
def mean_estimate(logits: Logits, rewards: Rewards, baseline: Number = 0.0) -> Run:
    """Return the mean of REINFORCE's estimates over all actions, each by its probability: the exact gradient.

    >>> mean_estimate([0, 0], [1, 0], baseline=7).value
    [0.25, -0.25]
    """
    theta, reward = _tensors(logits, rewards)
    found = sum(
        p * row for p, row in zip(theta.softmax(-1), _scores(theta) * (reward - baseline)[:, None], strict=True)
    )
    assert isinstance(found, Tensor)
    return Run(found.tolist(), lambda: [_estimates(theta, reward, baseline)], str(theta.device))


@function("reinforce.variance", Kind.MEASURED, example=_TWO, shows=(score_function.variance,))
def variance(logits: Logits, rewards: Rewards, baseline: Number = 0.0) -> Run:
    """Return the variance of one estimate, summed over the logits: what a baseline is for.

    >>> variance([0, 0], [1, 0]).value, variance([0, 0], [1, 0], baseline=0.5).value
    (0.125, 0.0)
    """
    theta, reward = _tensors(logits, rewards)

    def evidence() -> list[Curve | Table]:
        low, high = float(reward.min()), float(reward.max())
        spread = max(high - low, 1.0)
        line = [low - spread / 2 + step * (high - low + spread) / 40 for step in range(41)]
        series = [Series("variance", line, [_variance(theta, reward, b) for b in line])]
        return [_estimates(theta, reward, baseline), Curve("Variance of one estimate", series, "baseline", "variance")]

    return Run(_variance(theta, reward, baseline), evidence, str(theta.device))


@function("reinforce.best_baseline", Kind.MEASURED, example=_TWO, shows=(score_function.best_baseline,))
def best_baseline(logits: Logits, rewards: Rewards) -> Run:
    """Return the baseline of least variance: the lowest point of the parabola through three measured variances.

    >>> best_baseline([0, 0], [1, 0]).value
    0.5
    """
    theta, reward = _tensors(logits, rewards)
    middle, width = float(reward.mean()), max(float(reward.max() - reward.min()), 1.0)
    below, centre, above = (_variance(theta, reward, middle + step * width) for step in (-1, 0, 1))
    bend = above - 2 * centre + below
    found = middle - width * (above - below) / (2 * bend)

    def evidence() -> list[Table]:
        baselines = {"best": found, "none": 0.0, "expected reward": float(theta.softmax(-1) @ reward)}
        rows = [(name, b, _variance(theta, reward, b)) for name, b in baselines.items()]
        return [Table("Baselines", ["which", "value", "variance"], rows)]

    return Run(found, evidence, str(theta.device))


def _tensors(logits: Sequence[float], rewards: Sequence[float]) -> tuple[Tensor, Tensor]:
    if len(logits) != len(rewards):
        raise Refused(f"every action needs a logit and a reward: there are {len(logits)} and {len(rewards)}")
    theta, reward = torch.tensor([logits, rewards], dtype=torch.float64, device=for_float64())
    return theta.clone(), reward


def _scores(theta: Tensor) -> Tensor:
    """Return ∂ log π(a)/∂ logits for each action, by autograd: ``(A, A)``."""
    given = theta.detach().requires_grad_()
    logs = given.log_softmax(-1)
    return torch.stack([torch.autograd.grad(log, given, retain_graph=True)[0] for log in logs])


def _variance(theta: Tensor, reward: Tensor, baseline: float) -> float:
    policy, given = theta.softmax(-1), _scores(theta) * (reward - baseline)[:, None]
    return float(policy @ (given - policy @ given).square().sum(-1))


def _table(theta: Tensor, reward: Tensor, found: Tensor) -> Table:
    rows = list(zip(range(len(reward)), theta.softmax(-1).tolist(), reward.tolist(), found.tolist(), strict=True))
    return Table("Actions", ["action", "probability", "reward", "gradient at its logit"], rows)


def _estimates(theta: Tensor, reward: Tensor, baseline: float) -> Table:
    policy = theta.softmax(-1).tolist()
    given = (_scores(theta) * (reward - baseline)[:, None]).tolist()
    shown = [" ".join(f"{entry:.4g}" for entry in row[:8]) for row in given]
    rows = list(zip(range(len(given)), policy, reward.tolist(), shown, strict=True))
    return Table(f"After each action, baseline {baseline:g}", ["action", "probability", "reward", "estimate"], rows)

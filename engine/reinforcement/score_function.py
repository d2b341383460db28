"""REINFORCE: the gradient of an expected reward, though neither the draw nor the reward can be differentiated.

∇ Σₐ π(a)·R(a) = Σₐ π(a)·∇log π(a)·R(a), so the mean of ∇log π(a)·R(a) over drawn actions is the gradient. With few
actions all of this can be enumerated, and nothing here needs a sample.

Source: Williams 1992, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning".
"""

import torch
from torch import Tensor


def expected_reward(logits: Tensor, rewards: Tensor) -> Tensor:
    """Return J = Σₐ π(a)·R(a) for the policy π = softmax(logits); both ``(A,)``."""
    return logits.softmax(-1) @ rewards


def exact_gradient(logits: Tensor, rewards: Tensor) -> Tensor:
    """Return ∂J/∂logits = π·(R - J), entry by entry.

    >>> exact_gradient(torch.zeros(2), torch.tensor([1.0, 0.0]))
    tensor([ 0.2500, -0.2500])
    """
    policy = logits.softmax(-1)
    return policy * (rewards - policy @ rewards)


def estimates(logits: Tensor, rewards: Tensor, baseline: float | Tensor = 0.0) -> Tensor:
    """Return (R(a) - b)·∇log π(a) for each action a: row a is what REINFORCE takes a step along after drawing a.

    Shape ``(A, A)``. ∇log π(a) is eₐ - π: the drawn action's logit goes up, all others down. ``baseline`` may be one
    number, or one for each action, ``(A,)``: but a baseline that looks at the action makes the estimate biased.

    >>> estimates(torch.zeros(2), torch.tensor([1.0, 0.0]))
    tensor([[ 0.5000, -0.5000],
            [-0.0000,  0.0000]])
    """
    score = torch.eye(len(logits)).to(logits) - logits.softmax(-1)
    return (rewards - baseline)[:, None] * score


def mean_estimate(logits: Tensor, rewards: Tensor, baseline: float | Tensor = 0.0) -> Tensor:
    """Return the mean of the estimates over all actions: the exact gradient, for every baseline that is one number."""
    return logits.softmax(-1) @ estimates(logits, rewards, baseline)


def variance(logits: Tensor, rewards: Tensor, baseline: float | Tensor = 0.0) -> Tensor:
    """Return E‖g - E g‖² of the estimate g, summed over the logits: what one sample's noise is."""
    deviations = estimates(logits, rewards, baseline) - mean_estimate(logits, rewards, baseline)
    return logits.softmax(-1) @ deviations.square().sum(-1)


def best_baseline(logits: Tensor, rewards: Tensor) -> Tensor:
    """Return the baseline of least variance, b = E[‖s‖²·R]/E[‖s‖²] with s = ∇log π(a).

    Actions of long scores count more, so it is not quite the expected reward, which is what most use and is close.
    """
    policy = logits.softmax(-1)
    lengths = policy * (torch.eye(len(logits)).to(logits) - policy).square().sum(-1)
    return lengths @ rewards / lengths.sum()

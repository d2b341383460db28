"""REINFORCE: which estimates are right in the mean, what a baseline changes, and whether an agent learns by it."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function
from engine.reinforcement.location_bandit import learn, rewards
from engine.reinforcement.score_function import (
    best_baseline,
    estimates,
    exact_gradient,
    expected_reward,
    mean_estimate,
    variance,
)

Estimate = Literal["reinforce", "with_baseline", "baseline_of_the_action", "without_log"]
Baseline = Literal["expected_reward", "best", "far_off"]
_ACTIONS = 5


@function("reinforce.is_unbiased", Kind.MEASURED, example={"estimate": "reinforce"}, shows=(estimates, exact_gradient))
def is_unbiased(estimate: Estimate = "reinforce") -> Run:
    """Say whether the mean of an estimate over all actions is the exact gradient of the expected reward.

    ``with_baseline`` takes one number off every reward; ``baseline_of_the_action`` takes off half of the action's own
    reward; ``without_log`` is R(a)·∇π(a) in place of R(a)·∇log π(a).
    """
    return settle(
        "Mean estimate less exact gradient",
        Holds.IF_EQUAL,
        _bias,
        {"estimate": estimate},
        [
            {"estimate": "baseline_of_the_action"},
            {"estimate": "without_log"},
            {"estimate": "with_baseline"},
            {"estimate": "reinforce"},
        ],
    )


def _bias(generator: torch.Generator, estimate: Estimate) -> Tensor:
    logits, reward = randn(generator, _ACTIONS), randn(generator, _ACTIONS)
    exact, policy = exact_gradient(logits, reward), logits.softmax(-1)
    if estimate == "without_log":
        return policy @ (policy[:, None] * estimates(logits, reward)) - exact
    baseline: Tensor | float = {"reinforce": 0.0, "with_baseline": 3.0}.get(estimate, 0.0)
    if estimate == "baseline_of_the_action":
        baseline = reward / 2
    return mean_estimate(logits, reward, baseline) - exact


@function(
    "reinforce.baseline_lowers_variance",
    Kind.MEASURED,
    example={"baseline": "expected_reward"},
    shows=(variance, best_baseline),
)
def baseline_lowers_variance(baseline: Baseline = "expected_reward") -> Run:
    """Say whether this baseline makes an estimate's variance less than half of what it is without one.

    Rewards are between 5 and 6; ``far_off`` is the baseline 20. The variance is exact, over all actions.
    """
    return settle(
        "Variance with the baseline over variance without it",
        Holds.IF_EQUAL,
        _variance_left,
        {"baseline": baseline},
        [{"baseline": "far_off"}, {"baseline": "best"}],
        Thresholds(none=0.5, some=1.0),
    )


def _variance_left(generator: torch.Generator, baseline: Baseline) -> Tensor:
    logits = randn(generator, _ACTIONS)
    reward = 5 + torch.rand(_ACTIONS, generator=generator, dtype=torch.float64).to(logits)
    chosen = {
        "expected_reward": expected_reward(logits, reward),
        "best": best_baseline(logits, reward),
        "far_off": torch.tensor(20.0).to(logits),
    }[baseline]
    return (variance(logits, reward, chosen) / variance(logits, reward)).reshape(1)


@function("reinforce.learns_location", Kind.MEASURED, example={"steps": 40}, shows=(learn,))
def learns_location(reward: Literal["target", "never"] = "target", steps: Annotated[int, Between(0, 200)] = 40) -> Run:
    """Say whether an agent that looks once at one of four places comes to look at the target: probability over 0.8.

    It starts at 1/4. The reward is 1 for seeing the target and 0 elsewhere; with ``never`` it is 0 everywhere, and
    there is nothing to learn. Under 0.6 the claim does not hold.
    """
    return settle(
        "Probability of looking at the target",
        Holds.IF_DIFFERENT,
        _probability_of_target,
        {"reward": reward, "steps": steps},
        [{"reward": "never", "steps": 40}, {"reward": "target", "steps": 0}, {"reward": "target", "steps": 40}],
        Thresholds(none=0.6, some=0.8),
    )


def _probability_of_target(generator: torch.Generator, reward: str, steps: int) -> Tensor:
    target = int(torch.randint(4, (1,), generator=generator))
    image = torch.zeros(1, 8, 8, dtype=torch.float64)
    image[0, 2 + 4 * (target // 2), 2 + 4 * (target % 2)] = 1
    worth = rewards(image, per_side=2, side=4)
    worth = worth if reward == "target" else torch.zeros_like(worth)
    logits, _ = learn(torch.zeros(4, dtype=torch.float64), worth, steps, lr=3.0, generator=generator)
    return logits.softmax(-1)[target].reshape(1).to(current())

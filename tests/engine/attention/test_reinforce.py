"""REINFORCE beside autograd, beside all actions tried, and beside rational numbers."""

from fractions import Fraction

import pytest
import torch
from door_runs import run
from torch.testing import assert_close

from engine.errors import Refused
from engine.reinforcement.score_function import (
    best_baseline,
    estimates,
    exact_gradient,
    expected_reward,
    mean_estimate,
    variance,
)

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def by_autograd(logits, reward):
    theta = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(theta.softmax(-1) @ reward, theta)
    return gradient


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_gradient_is_autograds(seed):
    logits, reward = randn(seed, 4), randn(seed + 9, 4)
    expected = by_autograd(logits, reward)
    assert_close(exact_gradient(logits, reward), expected, **EXACT)
    assert_close(expected_reward(logits, reward), logits.softmax(-1) @ reward, **EXACT)
    found = run("reinforce.gradient", logits=logits.tolist(), rewards=reward.tolist()).value
    assert found == pytest.approx(expected.tolist(), rel=1e-9)


@pytest.mark.parametrize("baseline", [0.0, 2.5, -7.0])
def test_estimates_after_each_action_and_their_mean(baseline):
    logits, reward = randn(1, 4), randn(2, 4)
    rows, asked = estimates(logits, reward, baseline), {"logits": logits.tolist(), "rewards": reward.tolist()}
    for action in range(4):
        theta = logits.clone().requires_grad_()
        (score,) = torch.autograd.grad(theta.log_softmax(-1)[action], theta)
        expected = (reward[action] - baseline) * score
        assert_close(rows[action], expected, **EXACT)
        found = run("reinforce.estimate", **asked, action=action, baseline=baseline).value
        assert found == pytest.approx(expected.tolist(), rel=1e-9)
    assert_close(mean_estimate(logits, reward, baseline), by_autograd(logits, reward), **EXACT)
    mean = run("reinforce.mean_estimate", **asked, baseline=baseline).value
    assert mean == pytest.approx(by_autograd(logits, reward).tolist(), rel=1e-9)


def test_a_baseline_that_sees_the_action_makes_the_estimate_biased():
    logits, reward = randn(1, 4), randn(2, 4)
    biased = mean_estimate(logits, reward, reward / 2)
    assert_close(biased, by_autograd(logits, reward) / 2, **EXACT)


def test_variance_and_best_baseline_in_rational_numbers():
    """Two logits that are equal, a third far below: probabilities 1/2 and 1/2 (and 0), all by hand."""
    logits, reward = torch.zeros(2, dtype=torch.float64), torch.tensor([3.0, 1.0], dtype=torch.float64)
    half = Fraction(1, 2)
    scores = [(half, -half), (-half, half)]
    for baseline in (Fraction(0), Fraction(2), Fraction(1, 2)):
        given = [[(r - baseline) * s for s in score] for r, score in zip((3, 1), scores, strict=True)]
        mean = [sum(column) * half for column in zip(*given, strict=True)]
        expected = sum(half * (entry - m) ** 2 for row in given for entry, m in zip(row, mean, strict=True))
        assert float(variance(logits, reward, float(baseline))) == pytest.approx(float(expected), abs=1e-12)
        found = run("reinforce.variance", logits=[0, 0], rewards=[3, 1], baseline=float(baseline)).value
        assert found == pytest.approx(float(expected), abs=1e-12)
    assert float(best_baseline(logits, reward)) == pytest.approx(2, rel=1e-12)
    assert run("reinforce.best_baseline", logits=[0, 0], rewards=[3, 1]).value == pytest.approx(2, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_no_other_baseline_has_less_variance_than_the_best(seed):
    logits, reward = randn(seed, 5), randn(seed + 9, 5)
    best = run("reinforce.best_baseline", logits=logits.tolist(), rewards=reward.tolist()).value
    assert float(best_baseline(logits, reward)) == pytest.approx(best, rel=1e-6)
    b = torch.tensor(best, dtype=torch.float64, requires_grad=True)
    policy = logits.softmax(-1)
    given = (reward - b)[:, None] * (torch.eye(5, dtype=torch.float64) - policy)
    spread = policy @ (given - policy @ given).square().sum(-1)
    assert float(torch.autograd.grad(spread, b)[0]) == pytest.approx(0, abs=1e-9)


def test_a_sample_mean_comes_close_to_the_exact_gradient():
    logits, reward = randn(1, 3), randn(2, 3)
    drawn = torch.multinomial(logits.softmax(-1), 20_000, replacement=True, generator=torch.Generator().manual_seed(0))
    mean = estimates(logits, reward, 0.0)[drawn].mean(0)
    assert_close(mean, by_autograd(logits, reward), rtol=0, atol=0.02)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("reinforce.gradient", {"logits": [0, 0], "rewards": [1, 2, 3]}, "every action needs a logit and a reward"),
        ("reinforce.estimate", {"logits": [0, 0], "rewards": [1, 2], "action": 2}, "'action' is 2, and 2 actions are"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(name, **arguments)

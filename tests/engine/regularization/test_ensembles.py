"""Averages and votes of classifiers, beside plain arithmetic and the binomial distribution."""

import math

import numpy as np
import pytest
import torch
from door_runs import run
from scipy.stats import binom

from engine.errors import Refused
from engine.regularization.ensemble import geometric_posterior, majority, mean_posterior, vote_accuracy

LOGITS = np.random.default_rng(0).standard_normal((4, 3)) * 2
TWO_MEMBERS = 800 + math.log(2) - math.log1p(math.exp(-2))  # -log of (e⁻⁸⁰⁰ + e⁻⁸⁰²)/2


def softmax(rows):
    powers = np.exp(rows)
    return powers / powers.sum(-1, keepdims=True)


@pytest.mark.parametrize("position", range(3))
def test_posterior_is_the_mean_of_the_softmaxes(position):
    expected = softmax(LOGITS).mean(0)
    np.testing.assert_allclose(mean_posterior(torch.from_numpy(LOGITS)).numpy(), expected, rtol=1e-9)
    found = run("ensemble.posterior", logits=LOGITS.tolist(), position=position).value
    assert found == pytest.approx(expected[position], rel=1e-9)


def test_geometric_mean_of_probabilities():
    products = softmax(LOGITS).prod(0) ** 0.25
    expected = products / products.sum()
    np.testing.assert_allclose(geometric_posterior(torch.from_numpy(LOGITS)).numpy(), expected, rtol=1e-9)
    found = run("ensemble.posterior", logits=LOGITS.tolist(), position=1, mean="geometric").value
    assert found == pytest.approx(expected[1], rel=1e-9)


@pytest.mark.parametrize("target", range(3))
def test_cross_entropies_and_jensens_inequality(target):
    each = -np.log(softmax(LOGITS)[:, target])
    expected = {
        "ensemble": -math.log(softmax(LOGITS).mean(0)[target]), "mean member": each.mean(),
        "best member": each.min(), "worst member": each.max(),
    }  # fmt: skip
    arguments = {"logits": LOGITS.tolist(), "target": target}
    found = {of: run("ensemble.cross_entropy", **arguments, of=of).value for of in expected}
    assert found == pytest.approx(expected, rel=1e-9)
    assert found["ensemble"] <= found["mean member"]


@pytest.mark.parametrize(("logits", "expected"), [([[800, 0]], 800.0), ([[800, 0], [802, 0]], TWO_MEMBERS)])
def test_cross_entropy_of_a_probability_too_small_for_a_float(logits, expected):
    arguments = {"logits": logits, "target": 1}
    assert run("ensemble.cross_entropy", **arguments).value == pytest.approx(expected, rel=1e-12)
    mean = sum(row[0] for row in logits) / len(logits)
    assert run("ensemble.cross_entropy", **arguments, of="mean member").value == pytest.approx(mean)


def test_the_curve_of_votes_goes_as_far_as_was_asked():
    (curve,) = run("ensemble.vote_accuracy", members=13, p=0.7).evidence()
    assert curve.series[0].x[-1] == 13


@pytest.mark.parametrize("members", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("p", [0.0, 0.4, 0.7, 1.0])
def test_majority_of_independent_voters_is_binomial(members, p):
    expected = binom.sf(members // 2, members, p)
    assert vote_accuracy([p] * members) == pytest.approx(expected, rel=1e-9, abs=1e-15)
    found = run("ensemble.vote_accuracy", members=members, p=p).value
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-15)


def test_published_accuracies_of_three_voters():
    for p, expected in ((0.7, 0.784), (0.4, 0.352), (0.5, 0.5)):
        assert run("ensemble.vote_accuracy", members=3, p=p).value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("votes", "expected"), [([1, 0, 1, 2], 1), ([2, 2, 0], 2), ([3, 1], 1), ([0], 0), ([5, 4, 5, 4, 4], 4)]
)
def test_the_class_with_most_votes_wins(votes, expected):
    assert run("ensemble.vote", votes=votes).value == expected
    assert int(majority(torch.tensor(votes))) == expected


def test_classes_that_there_are_not_are_refused():
    with pytest.raises(Refused, match="'target' is 3"):
        run("ensemble.cross_entropy", logits=LOGITS.tolist(), target=3)
    with pytest.raises(Refused, match="'position' is 3"):
        run("ensemble.posterior", logits=LOGITS.tolist(), position=3)

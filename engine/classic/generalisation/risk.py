"""Empirical and expected risk: the mean loss on a sample, and the mean loss on everything that can be drawn.

Exact for the simplest learner, a constant under the squared error, on a finite distribution: all samples are listed.
Source: Vapnik 1991, "Principles of Risk Minimization for Learning Theory".
"""

from itertools import product
from math import prod
from typing import NamedTuple

import torch
from torch import Tensor


class Risks(NamedTuple):
    """Mean over samples of what the learned constant costs."""

    empirical: Tensor
    """On the sample that it was learned from."""
    expected: Tensor
    """On the whole distribution."""

    @property
    def gap(self) -> Tensor:
        """Expected less empirical risk."""
        return self.expected - self.empirical


def expected_risk(prediction: Tensor, values: Tensor, probabilities: Tensor) -> Tensor:
    """Return E[(y - prediction)²] = Σ p·(y - prediction)² over all values.

    >>> expected_risk(torch.tensor(1.0), torch.tensor([0.0, 4.0]), torch.tensor([0.75, 0.25])).item()
    3.0
    """
    return (probabilities * (values - prediction).square()).sum()


def empirical_risk(prediction: Tensor, sample: Tensor) -> Tensor:
    """Return the mean of (y - prediction)² over a sample."""
    return (sample - prediction).square().mean()


def mean_risks(values: Tensor, probabilities: Tensor, n: int) -> Risks:
    """Return both risks of the sample mean, averaged over every sample of ``n`` independent draws.

    By theory they are σ²·(1 - 1/n) and σ²·(1 + 1/n) with the variance σ² of the distribution: learning from the sample
    makes it look better than the world, by 2σ²/n on average.

    >>> risks = mean_risks(torch.tensor([-1.0, 1.0]), torch.tensor([0.5, 0.5]), n=2)
    >>> risks.empirical.item(), risks.expected.item()
    (0.5, 1.5)
    """
    empirical, expected = torch.zeros(()).to(values), torch.zeros(()).to(values)
    for drawn in product(range(len(values)), repeat=n):
        weight = prod(float(probabilities[i]) for i in drawn)
        sample = values[list(drawn)]
        learned = sample.mean()
        empirical = empirical + weight * empirical_risk(learned, sample)
        expected = expected + weight * expected_risk(learned, values, probabilities)
    return Risks(empirical, expected)

"""Bagging: train members on resamplings of the data with replacement, and average or vote.

Source: Breiman 1996, "Bagging Predictors"; the error of an average of k members is Goodfellow, Bengio & Courville 2016,
section 7.11.
"""

from collections.abc import Callable
from fractions import Fraction

import torch
from torch import Tensor

Predictor = Callable[[Tensor], Tensor]
"""Takes inputs ``(n, d)`` and gives predictions ``(n,)``."""
Fit = Callable[[Tensor, Tensor], Predictor]
"""Trains on inputs ``(n, d)`` and targets ``(n,)``."""


def bootstrap(n: int, generator: torch.Generator, draws: int | None = None) -> Tensor:
    """Return the indices of ``draws`` (n unless given) of n samples, drawn with replacement.

    Some samples come more than once, and others not at all: those are out of the bag.
    """
    return torch.randint(n, (n if draws is None else draws,), generator=generator)


def unique_share(n: int, draws: int | None = None) -> Fraction:
    """Return 1 - (1 - 1/n)^draws, the expected share of n samples that come at least once in ``draws`` (default n).

    A sample is missed by one draw with probability 1 - 1/n, and draws are independent. For draws = n the share falls
    to 1 - 1/e = 0.632 as n grows, not to 2/3, which it passes between n = 5 and n = 6.

    >>> unique_share(2), unique_share(3), round(float(unique_share(1000)), 4)
    (Fraction(3, 4), Fraction(19, 27), 0.6323)
    """
    return 1 - (1 - Fraction(1, n)) ** (n if draws is None else draws)


def distinct_distribution(n: int, draws: int) -> Tensor:
    """Return the probability of having 0, 1, ..., n different samples after ``draws`` draws with replacement.

    With k different ones so far, the next draw repeats one of them with probability k/n.

    >>> distinct_distribution(3, draws=2)
    tensor([0.0000, 0.3333, 0.6667, 0.0000], dtype=torch.float64)
    """
    share = torch.arange(n + 1, dtype=torch.float64) / n
    found = torch.zeros(n + 1, dtype=torch.float64)
    found[0] = 1
    for _ in range(draws):
        fresh = found * (1 - share)
        found = found * share
        found[1:] += fresh[:-1]
    return found


def mean_error(variance: float, covariance: float, members: int) -> float:
    """Return the expected squared error of a mean of k members: (v + (k - 1)·c)/k.

    v is each member's expected squared error and c the expected product of two members' errors. With c = 0 it is v/k;
    with c = v, members that all err alike, nothing is gained.

    >>> mean_error(1.0, 0.0, 4), mean_error(1.0, 0.5, 4), mean_error(1.0, 1.0, 4)
    (0.25, 0.625, 1.0)
    """
    return (variance + (members - 1) * covariance) / members


def bagged(fit: Fit, x: Tensor, y: Tensor, members: int, generator: torch.Generator) -> Predictor:
    """Return the mean of ``members`` predictors, each trained on a bootstrap as large as the data.

    >>> constant = lambda x, y: lambda points: y.mean().expand(len(points))
    >>> predict = bagged(constant, torch.zeros(4, 1), torch.full((4,), 3.0), 5, torch.Generator().manual_seed(0))
    >>> predict(torch.zeros(2, 1))
    tensor([3., 3.])
    """
    bags = [bootstrap(len(x), generator) for _ in range(members)]
    predictors = [fit(x[bag.to(x.device)], y[bag.to(y.device)]) for bag in bags]
    return lambda points: torch.stack([predict(points) for predict in predictors]).mean(0)

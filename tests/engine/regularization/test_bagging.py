"""Bagging beside exact fractions, and beside every bootstrap of a few samples, listed."""

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import pytest
import torch
from door_runs import run

from engine.errors import Refused
from engine.regularization.bagging import bagged, bootstrap, distinct_distribution, mean_error, unique_share


@pytest.mark.parametrize(("n", "draws"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (3, 6), (4, 2)])
def test_unique_share_of_every_bootstrap_listed(n, draws):
    counts = Counter(len(set(drawn)) for drawn in product(range(n), repeat=draws))
    expected = Fraction(sum(distinct * times for distinct, times in counts.items()), n * n**draws)
    assert unique_share(n, draws) == expected
    assert run("bagging.unique_share", n=n, draws=draws).value == pytest.approx(float(expected), rel=1e-12)
    for distinct in range(n + 1):
        found = run("bagging.distinct_probability", n=n, distinct=distinct, draws=draws).value
        assert found == pytest.approx(counts[distinct] / n**draws, rel=1e-12)
    assert distinct_distribution(n, draws).tolist() == pytest.approx([counts[k] / n**draws for k in range(n + 1)])


@pytest.mark.parametrize(("n", "expected"), [(2, 0.75), (5, 0.672), (10, 0.651), (100, 0.634), (1000, 0.6323)])
def test_published_shares_fall_to_1_less_1_over_e(n, expected):
    found = run("bagging.unique_share", n=n).value
    assert found == pytest.approx(1 - (1 - 1 / n) ** n, rel=1e-9)
    assert found == pytest.approx(expected, abs=5e-4)
    assert found > 1 - math.exp(-1)


def test_twice_as_many_draws():
    assert run("bagging.unique_share", n=2000, draws=4000).value == pytest.approx(1 - math.exp(-2), abs=1e-3)
    assert run("bagging.unique_share", n=7, draws=0).value == 0


@pytest.mark.parametrize(("covariance", "expected"), [(0.0, 0.1), (0.5, 0.55), (1.0, 1.0), (-0.1, 0.01)])
def test_error_of_a_mean_of_ten(covariance, expected):
    """ρ·s² + (1 - ρ)·s²/M, and the double sum of all covariances over M²."""
    matrix = [[1.0 if i == j else covariance for j in range(10)] for i in range(10)]
    assert sum(map(sum, matrix)) / 100 == pytest.approx(expected, rel=1e-12)
    assert mean_error(1.0, covariance, 10) == pytest.approx(expected, rel=1e-12)
    found = run("bagging.mean_error", variance=1, covariance=covariance, members=10).value
    assert found == pytest.approx(expected, rel=1e-9)


def test_bagged_is_the_mean_of_what_each_bag_predicts():
    drawn = torch.randint(6, (6,), generator=torch.Generator().manual_seed(5))
    assert bootstrap(6, torch.Generator().manual_seed(5)).tolist() == drawn.tolist()
    x, y = torch.arange(6.0, dtype=torch.float64)[:, None], torch.tensor([1.0, 4, 9, 16, 25, 36], dtype=torch.float64)

    def slope(x, y):
        return lambda points: points[:, 0] * (x[:, 0] @ y) / (x[:, 0] @ x[:, 0])

    predicted = bagged(slope, x, y, 4, torch.Generator().manual_seed(5))(torch.tensor([[2.0]], dtype=torch.float64))
    again = torch.Generator().manual_seed(5)
    slopes = []
    for _ in range(4):
        bag = torch.randint(6, (6,), generator=again)
        slopes.append(sum(float(x[i, 0] * y[i]) for i in bag) / sum(float(x[i, 0] ** 2) for i in bag))
    assert float(predicted) == pytest.approx(2 * sum(slopes) / 4, rel=1e-12)


def test_a_bootstrap_is_as_large_as_the_data_and_repeats():
    drawn = bootstrap(200, torch.Generator().manual_seed(0))
    assert drawn.shape == (200,)
    assert 0 <= int(drawn.min()) <= int(drawn.max()) < 200
    assert 100 < len(set(drawn.tolist())) < 150
    assert bootstrap(5, torch.Generator().manual_seed(0), draws=9).shape == (9,)


def test_errors_that_cannot_be_are_refused():
    for covariance in (-0.2, 1.1):
        with pytest.raises(Refused, match="cannot all have covariance"):
            run("bagging.mean_error", variance=1, covariance=covariance, members=10)
    with pytest.raises(Refused, match="there are only 3 samples"):
        run("bagging.distinct_probability", n=3, distinct=4)

"""The scatter of mini-batch gradients, by listing batches in plain Python and by Cochran's formula."""

from fractions import Fraction
from itertools import combinations, product

import pytest
import torch
from door_runs import run

from engine.errors import Refused
from engine.regularization.batch_noise import batch_mean_variance, batch_mean_variance_formula

GRADIENTS = [1, 2, 3, 6, -4]


def exact(batch_size, replacement):
    drawn = product(GRADIENTS, repeat=batch_size) if replacement else combinations(GRADIENTS, batch_size)
    means = [Fraction(sum(batch), batch_size) for batch in drawn]
    centre = sum(means) / len(means)
    return float(sum((mean - centre) ** 2 for mean in means) / len(means))


@pytest.mark.parametrize("replacement", [True, False])
@pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
def test_variance_over_every_batch(batch_size, replacement):
    expected = exact(batch_size, replacement)
    numbers = torch.tensor(GRADIENTS, dtype=torch.float64)
    for measured in (batch_mean_variance, batch_mean_variance_formula):
        assert float(measured(numbers, batch_size, replacement)) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    arguments = {"gradients": GRADIENTS, "batch_size": batch_size, "replacement": replacement}
    for name in ("minibatch.gradient_variance", "minibatch.gradient_variance_formula"):
        assert run(name, **arguments).value == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_one_sample_does_not_scatter():
    assert run("minibatch.gradient_variance_formula", gradients=[3], batch_size=1).value == 0
    assert run("minibatch.gradient_variance", gradients=[3], batch_size=1).value == 0


def test_batches_that_there_are_not_or_are_too_many_are_refused():
    for name in ("minibatch.gradient_variance", "minibatch.gradient_variance_formula"):
        with pytest.raises(Refused, match="at most all 2 samples"):
            run(name, gradients=[1, 2], batch_size=3)
    with pytest.raises(Refused, match="there are 10,000,000,000,000,000 batches"):
        run("minibatch.gradient_variance", gradients=list(range(10)), batch_size=16, replacement=True)
    with pytest.raises(Refused, match="there are 488,526,937,079,580 batches"):
        run("minibatch.gradient_variance", gradients=list(range(64)), batch_size=16)

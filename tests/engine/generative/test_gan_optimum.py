"""The best discriminator by sympy and on a grid; the value of the game beside SciPy's Jensen-Shannon distance."""

import math

import numpy as np
import pytest
import sympy
import torch
from door_runs import run
from scipy.spatial.distance import jensenshannon

from engine.errors import Refused
from engine.generative.adversarial.optimal_discriminator import (
    jensen_shannon,
    optimal_discriminator,
    searched_discriminator,
    value_at_optimum,
    value_of,
)

torch.set_num_threads(1)


def pair(seed, outcomes=6):
    p, q = torch.randn(2, outcomes, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).softmax(-1)
    return p, q


def test_the_formula_is_where_the_derivative_vanishes():
    answer, share = sympy.symbols("D pi", positive=True)
    p, q = sympy.symbols("p q", positive=True)
    shown = share * p * sympy.log(answer) + (1 - share) * q * sympy.log(1 - answer)
    (best,) = sympy.solve(sympy.diff(shown, answer), answer)
    for values in ((0.3, 0.1, 0.5), (0.2, 0.7, 0.5), (0.4, 0.4, 0.25)):
        at = dict(zip((p, q, share), map(sympy.Rational, map(str, values)), strict=True))
        density, other = (torch.tensor([x], dtype=torch.float64) for x in values[:2])
        expected = float(best.subs(at))
        assert optimal_discriminator(density, other, values[2]).item() == pytest.approx(expected, rel=1e-12)
        assert searched_discriminator(density, other, values[2]).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_no_answer_on_a_grid_is_better(seed):
    p, q = pair(seed)
    grid = np.linspace(0, 1, 100_001)[1:-1]
    values = [a * np.log(grid) + b * np.log(1 - grid) for a, b in zip(p.tolist(), q.tolist(), strict=True)]
    best = torch.tensor([grid[value.argmax()] for value in values])
    assert (optimal_discriminator(p, q) - best).abs().max() < 1e-5
    assert value_at_optimum(p, q).item() == pytest.approx(sum(value.max() for value in values), abs=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_value_and_divergence_by_scipy(seed):
    p, q = pair(seed)
    divergence = jensenshannon(p.numpy(), q.numpy()) ** 2
    assert jensen_shannon(p, q).item() == pytest.approx(divergence, rel=1e-9)
    assert value_at_optimum(p, q).item() == pytest.approx(2 * divergence - math.log(4), rel=1e-9)
    found = value_of(searched_discriminator(p, q), p, q).item()
    assert found == pytest.approx(2 * divergence - math.log(4), rel=1e-9)


def test_at_equal_distributions_the_value_is_minus_log_four():
    p, _ = pair(0)
    assert optimal_discriminator(p, p).tolist() == [0.5] * 6
    assert value_at_optimum(p, p).item() == pytest.approx(-1.3862943611198906, rel=1e-12)
    assert value_of(torch.full_like(p, 0.5), p, p).item() == pytest.approx(-1.3862943611198906, rel=1e-12)


def test_distributions_apart_have_the_value_zero_and_the_divergence_log_two():
    p, q = torch.tensor([[0.5, 0.5, 0, 0], [0, 0, 0.2, 0.8]], dtype=torch.float64)
    assert optimal_discriminator(p, q).tolist() == [1.0, 1.0, 0.0, 0.0]
    assert searched_discriminator(p, q).tolist() == pytest.approx([1, 1, 0, 0], abs=1e-9)
    assert value_at_optimum(p, q).item() == pytest.approx(0.0, abs=1e-12)
    assert jensen_shannon(p, q).item() == pytest.approx(math.log(2), rel=1e-12)


def test_normal_densities_three_apart_have_the_known_value():
    """N(0, 1) beside N(3, 1): V = -0.333, and D* is right in 93.3 % of the cases, the share below 1.5."""
    x = torch.linspace(-9, 12, 4201, dtype=torch.float64)
    p, q = (torch.exp(-0.5 * (x - mean) ** 2) for mean in (0, 3))
    p, q = p / p.sum(), q / q.sum()
    assert value_at_optimum(p, q).item() == pytest.approx(-0.333, abs=1e-3)
    answers = optimal_discriminator(p, q)
    assert ((p * (answers > 0.5)).sum() + (q * (answers < 0.5)).sum()).item() / 2 == pytest.approx(0.9332, abs=1e-3)


@pytest.mark.parametrize("suffix", ["", "_formula"])
def test_doors_by_plain_arithmetic(suffix):
    assert run(f"gan.optimal_discriminator{suffix}", p=0.3, q=0.1).value == pytest.approx(0.75, rel=1e-9)
    shifted = run(f"gan.optimal_discriminator{suffix}", p=0.3, q=0.1, real_share=0.25).value
    assert shifted == pytest.approx(0.5, rel=1e-9)
    p, q = [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]
    assert run(f"gan.jensen_shannon{suffix}", p=p, q=q).value == pytest.approx(math.log(2) / 2, rel=1e-9)
    expected = 0.5 * math.log(0.5) * 2  # only the shared outcome is in doubt
    assert run(f"gan.value_at_optimum{suffix}", p=p, q=q).value == pytest.approx(expected, rel=1e-9)


def test_refusals_are_sentences():
    with pytest.raises(Refused, match="every answer of D is as good"):
        run("gan.optimal_discriminator", p=0, q=0)
    with pytest.raises(Refused, match="'q' must sum to 1"):
        run("gan.value_at_optimum", p=[0.5, 0.5], q=[0.5, 0.6])
    with pytest.raises(Refused, match="need one length, not 2 and 1"):
        run("gan.jensen_shannon", p=[0.5, 0.5], q=[1.0])

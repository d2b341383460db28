"""Batch normalisation in training, at inference and backward: beside torch, NumPy, sympy and exact fractions."""

from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
import sympy
import torch
from door_runs import run
from torch import nn
from torch.nn import functional

from engine.errors import Refused
from engine.layers.batch_norm import BatchNorm
from engine.layers.batch_norm_backward import batch_norm_backward
from engine.layers.batch_norm_inference import (
    PopulationStatistics,
    batch_norm_inference,
    moving_statistics,
    population_statistics,
)

BATCHES = [[1.0, 3.0, 5.0], [2.0, 2.0, 8.0], [-1.0, 0.5, 0.0]]


def picture(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2 + 1


def by_numpy(x, gamma, beta, eps=1e-5):
    """The snippet of the D2L book, over the axes of a convolution or of a fully connected layer."""
    axes = (0, 2, 3) if x.ndim == 4 else (0,)
    mean = x.mean(axes, keepdims=True)
    var = ((x - mean) ** 2).mean(axes, keepdims=True)
    shape = (1, -1, 1, 1) if x.ndim == 4 else (1, -1)
    return gamma.reshape(shape) * (x - mean) / np.sqrt(var + eps) + beta.reshape(shape)


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 5, 2)])
def test_training_equals_torch_and_numpy(shape):
    x, gamma, beta = picture(*shape), picture(3, seed=1), picture(3, seed=2)
    layer = BatchNorm(3).double()
    layer.load_state_dict({"weight": gamma, "bias": beta}, strict=False)
    found = layer(x).detach()
    expected = functional.batch_norm(x, None, None, gamma, beta, training=True)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.numpy(), by_numpy(x.numpy(), gamma.numpy(), beta.numpy()), rtol=1e-9, atol=1e-12)
    door = run("norm.forward", layer="batch", x=x.tolist(), weight=gamma.tolist(), bias=beta.tolist()).value
    np.testing.assert_allclose(np.array(door), expected.numpy(), rtol=1e-9, atol=1e-12)


def test_moving_statistics_of_one_batch_are_torchs():
    twin = nn.BatchNorm1d(1).double()
    twin(torch.tensor([[1.0], [3.0], [5.0]], dtype=torch.float64))
    mean, var = float(twin.running_mean), float(twin.running_var)
    assert (round(mean, 12), round(var, 12)) == (0.3, 1.3)
    one = {"batches": [[1, 3, 5]], "rule": "torch"}
    assert run("norm.inference_mean", **one).value == pytest.approx(mean, rel=1e-9)
    assert run("norm.inference_var", **one).value == pytest.approx(var, rel=1e-9)


@pytest.mark.parametrize("momentum", [0.1, 0.9])
def test_moving_statistics_are_torchs_buffers_or_of_biased_variances(momentum):
    twin, mean, var = nn.BatchNorm1d(1, momentum=momentum).double(), 0.0, 1.0
    for batch in BATCHES:
        twin(torch.tensor(batch, dtype=torch.float64)[:, None])
        mean = (1 - momentum) * mean + momentum * np.mean(batch)
        var = (1 - momentum) * var + momentum * np.var(batch)
    columns = [torch.tensor(batch, dtype=torch.float64)[:, None] for batch in BATCHES]
    torchs, d2l = (moving_statistics(columns, momentum, unbiased) for unbiased in (True, False))
    assert float(torchs.mean) == pytest.approx(float(twin.running_mean), rel=1e-9)
    assert float(torchs.var) == pytest.approx(float(twin.running_var), rel=1e-9)
    assert (float(d2l.mean), float(d2l.var)) == pytest.approx((mean, var), rel=1e-9)
    arguments = {"batches": BATCHES, "momentum": momentum}
    for rule, expected in (("torch", float(twin.running_var)), ("d2l", var)):
        assert run("norm.inference_mean", **arguments, rule=rule).value == pytest.approx(mean, rel=1e-9)
        assert run("norm.inference_var", **arguments, rule=rule).value == pytest.approx(expected, rel=1e-9)


def test_population_statistics_are_the_papers():
    mean = Fraction(sum(Fraction(value) for batch in BATCHES for value in batch), 9)
    biased = []
    for batch in BATCHES:
        centre = sum(map(Fraction, batch)) / 3
        biased.append(sum((Fraction(value) - centre) ** 2 for value in batch) / 3)
    var = Fraction(3, 2) * sum(biased) / 3
    found = population_statistics([torch.tensor(batch, dtype=torch.float64)[:, None] for batch in BATCHES])
    assert (float(found.mean), float(found.var)) == pytest.approx((float(mean), float(var)), rel=1e-12)
    assert run("norm.inference_mean", batches=BATCHES).value == pytest.approx(float(mean), rel=1e-12)
    assert run("norm.inference_var", batches=BATCHES).value == pytest.approx(float(var), rel=1e-12)
    expected = 2.0 * (4.0 - float(mean)) / (float(var) + 1e-5) ** 0.5 + 3.0
    assert run("norm.inferred", x=4, batches=BATCHES, weight=2, bias=3).value == pytest.approx(expected, rel=1e-9)


def test_inference_is_torchs_evaluation_mode():
    x, mean, gamma, beta = picture(4, 3, 2, 2), picture(3, seed=1), picture(3, seed=2), picture(3, seed=3)
    var = picture(3, seed=4).exp()
    found = batch_norm_inference(x, PopulationStatistics(mean, var), gamma, beta)
    expected = functional.batch_norm(x, mean, var, gamma, beta, training=False)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 3), (2, 3, 2, 2)])
def test_backward_equals_autograd_for_x_gamma_and_beta(shape):
    x, gamma, upstream = picture(*shape), picture(3, seed=1), picture(*shape, seed=2)
    leaves = [tensor.clone().requires_grad_() for tensor in (x, gamma, torch.zeros(3, dtype=torch.float64))]
    functional.batch_norm(leaves[0], None, None, leaves[1], leaves[2], training=True).backward(upstream)
    found = batch_norm_backward(upstream, x, gamma)
    arguments = {"x": x.tolist(), "upstream": upstream.tolist(), "weight": gamma.tolist()}
    for of, mine, leaf in zip(("x", "weight", "bias"), found, leaves, strict=True):
        torch.testing.assert_close(mine, leaf.grad, rtol=1e-9, atol=1e-11)
        for name in ("norm.gradient", "norm.gradient_formula"):
            door = torch.tensor(run(name, **arguments, of=of).value, dtype=torch.float64)
            torch.testing.assert_close(door, leaf.grad, rtol=1e-9, atol=1e-11)


def test_backward_equals_finite_differences():
    x, gamma, upstream, step = picture(4, 2), picture(2, seed=1), picture(4, 2, seed=2), 1e-6
    found = batch_norm_backward(upstream, x, gamma, eps=0.1).x
    zero = np.zeros(2)
    for place in np.ndindex(4, 2):
        sides = []
        for sign in (1, -1):
            moved = x.numpy().copy()
            moved[place] += sign * step
            sides.append(float((upstream.numpy() * by_numpy(moved, gamma.numpy(), zero, 0.1)).sum()))
        assert float(found[place]) == pytest.approx((sides[0] - sides[1]) / (2 * step), rel=1e-5, abs=1e-7)


def test_sympy_proves_that_gamma_and_beta_undo_the_layer():
    x = sympy.symbols("x1:4", real=True)
    eps = sympy.Symbol("eps", positive=True)
    mean = sum(x) / 3
    var = sum((value - mean) ** 2 for value in x) / 3
    gamma, beta = sympy.sqrt(var + eps), mean
    assert all(sympy.simplify(gamma * (value - mean) / sympy.sqrt(var + eps) + beta - value) == 0 for value in x)
    numbers = dict(zip((*x, eps), (1, 4, -2, sympy.Rational(1, 100)), strict=True))
    layer = BatchNorm(1, eps=0.01).double()
    state = {"weight": float(gamma.subs(numbers)), "bias": float(beta.subs(numbers))}
    layer.load_state_dict({name: torch.tensor([value]) for name, value in state.items()}, strict=False)
    for name, value in state.items():
        getattr(layer, name).data.fill_(value)
    column = torch.tensor([[1.0], [4.0], [-2.0]], dtype=torch.float64)
    torch.testing.assert_close(layer(column).detach(), column, rtol=1e-12, atol=1e-12)


def test_undoing_needs_the_root_and_the_same_batch():
    assert run("norm.undone_by", weight="sqrt(var + eps)", bias="mean").value is True
    assert run("norm.undone_by", weight="var", bias="mean").value is False
    assert run("norm.undone_by", weight="sqrt(var + eps)", bias="mean", batch="other").value is False
    assert run("norm.bias_before_is_redundant", layer="batch").value is True
    assert run("norm.bias_before_is_redundant", layer="none").value is False


@pytest.mark.parametrize("batch_size", [2, 3, 4, 6])
def test_noise_over_every_batch(batch_size):
    values = [0.5, 1.0, 2.0, 3.0, 4.0, 9.0]
    outputs = []
    for company in combinations(values[:2] + values[3:], batch_size - 1):
        batch = np.array([2.0, *company])
        outputs.append((2.0 - batch.mean()) / np.sqrt(batch.var() + 1e-5))
    arguments = {"values": values, "sample": 2, "batch_size": batch_size}
    found = run("norm.output_variance_over_batches", **arguments).value
    assert found == pytest.approx(np.var(outputs), rel=1e-9, abs=1e-15)
    assert run("norm.output_variance_over_batches", **arguments, training=False).value == pytest.approx(0, abs=1e-15)


def test_noise_falls_as_one_over_the_batch_size():
    """At the mean of N(0, 1) values the output is -(mean of the batch)/σ, so its variance is about 1/m."""
    assert run("norm.noise_variance_falls_as", law="1/m").value is True
    assert run("norm.noise_variance_falls_as", law="1/sqrt(m)").value is False


def test_batches_without_common_statistics_are_refused():
    with pytest.raises(Refused, match="all of one shape"):
        run("norm.inference_mean", batches=[[1, 2], [1, 2, 3]])
    with pytest.raises(Refused, match="two values per channel"):
        population_statistics([torch.ones(1, 3)])
    with pytest.raises(Refused, match="'sample' is 5"):
        run("norm.output_variance_over_batches", values=[1, 2, 3], batch_size=2, sample=5)
    with pytest.raises(Refused, match="at most all 3 values"):
        run("norm.output_variance_over_batches", values=[1, 2, 3], batch_size=4)
    with pytest.raises(Refused, match="'weight' needs 2 values"):
        run("norm.gradient_formula", x=[[1, 2], [3, 4]], upstream=[[1, 0], [0, 1]], weight=[1])
    with pytest.raises(Refused, match="'weight' needs 2 values"):
        run("norm.gradient", x=[[1, 2], [3, 4]], upstream=[[1, 0], [0, 1]], weight=[1])

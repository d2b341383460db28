"""The mean of all sub-networks, tried one by one with plain numbers, beside the network with scaled units."""

from itertools import product

import numpy as np
import pytest
import torch
from door_runs import run

from engine.errors import Refused
from engine.regularization.dropout_ensemble import ensemble, scaled_network

RNG = np.random.default_rng(0)
X, HIDDEN, OUTPUT, BIAS = (RNG.standard_normal(shape) for shape in ((4,), (5, 4), (3, 5), (3,)))
DIRECT = RNG.standard_normal((3, 4))


def softmax(z):
    powers = np.exp(z - z.max())
    return powers / powers.sum()


NETWORKS = {
    "linear": (lambda h: DIRECT @ h + BIAS, lambda h: h @ torch.from_numpy(DIRECT).T + torch.from_numpy(BIAS)),
    "softmax": (
        lambda h: softmax(DIRECT @ h + BIAS),
        lambda h: (h @ torch.from_numpy(DIRECT).T + torch.from_numpy(BIAS)).softmax(-1),
    ),
    "hidden": (
        lambda h: softmax(OUTPUT @ np.tanh(HIDDEN @ h) + BIAS),
        lambda h: (
            torch.tanh(h @ torch.from_numpy(HIDDEN).T) @ torch.from_numpy(OUTPUT).T + torch.from_numpy(BIAS)
        ).softmax(-1),
    ),
}


def by_masks(network, p, geometric):
    total = np.zeros(3)
    for mask in product((0, 1), repeat=4):
        chance = p ** (4 - sum(mask)) * (1 - p) ** sum(mask)
        answer = network(X * np.array(mask))
        total += chance * (np.log(answer) if geometric else answer)
    return np.exp(total) / np.exp(total).sum() if geometric else total


@pytest.mark.parametrize(
    ("name", "mean", "exact"),
    [
        ("linear", "arithmetic", True), ("softmax", "geometric", True),
        ("softmax", "arithmetic", False), ("hidden", "geometric", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("p", [0.3, 0.5])
def test_ensemble_and_scaled_network(name, mean, exact, p):
    plain, tensors = NETWORKS[name]
    expected = by_masks(plain, p, mean == "geometric")
    found = ensemble(tensors, torch.from_numpy(X), p, mean).numpy()
    scaled = scaled_network(tensors, torch.from_numpy(X), p).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_allclose(scaled, plain((1 - p) * X), rtol=1e-9)
    assert bool(np.abs(found - scaled).max() < 1e-12) is exact


@pytest.mark.parametrize("units", [[1], [4], [3, 2], [10]])
def test_every_subset_of_units_is_a_subnetwork(units):
    subsets = {tuple(mask) for mask in product((False, True), repeat=sum(units))}
    assert run("dropout.num_subnetworks", units=units).value == len(subsets)


def test_published_count():
    assert run("dropout.num_subnetworks", units=[10]).value == 1024


def test_too_many_units_are_refused():
    with pytest.raises(Refused, match="at most 16 units"):
        run("dropout.num_subnetworks", units=[16, 1])

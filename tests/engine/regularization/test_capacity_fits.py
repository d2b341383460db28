"""Errors by degree, width and depth beside NumPy's least squares on the same draws."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from door_runs import run

from engine.regularization.capacity import fitted, least_squares_errors, polynomial_features, random_relu_features

SAMPLES, NOISE, SEED = 15, 0.2, 3


def normal(generator, *shape):
    return torch.randn(*shape, generator=generator, dtype=torch.float64).numpy()


def relu_layers(x, width, depth, generator):
    hidden = x[:, None]
    for _ in range(depth):
        weight = normal(generator, hidden.shape[1], width) * np.sqrt(2 / hidden.shape[1])
        hidden = np.maximum(hidden @ weight + normal(generator, width), 0)
    return np.concatenate([hidden, np.ones((len(x), 1))], axis=1)


def errors(vary, size):
    generator = torch.Generator().manual_seed(SEED)
    x, between = np.linspace(-1, 1, SAMPLES), np.linspace(-1, 1, 101)
    y = np.sin(3 * x) + NOISE * normal(generator, SAMPLES)
    everything = np.concatenate([x, between])
    if vary == "degree":
        features = np.vander(everything, size + 1, increasing=True)
    else:
        features = relu_layers(everything, *((size, 1) if vary == "width" else (12, size)), generator)
    w = np.linalg.lstsq(features[:SAMPLES], y, rcond=None)[0]
    train = np.mean((features[:SAMPLES] @ w - y) ** 2)
    return train, np.mean((features[SAMPLES:] @ w - np.sin(3 * between)) ** 2)


@pytest.mark.parametrize(
    ("vary", "size"),
    [("degree", 1), ("degree", 3), ("degree", 9), ("width", 1), ("width", 6), ("depth", 1), ("depth", 3)],
)
def test_both_errors_equal_numpys(vary, size):
    train, test = errors(vary, size)
    arguments = {"vary": vary, "size": size, "samples": SAMPLES, "noise": NOISE, "seed": SEED}
    assert run("capacity.error", **arguments, on="train").value == pytest.approx(train, rel=1e-7)
    assert run("capacity.error", **arguments, on="test").value == pytest.approx(test, rel=1e-7)
    found = fitted(vary, size, SAMPLES, NOISE, SEED)
    assert [float(error) for error in found] == pytest.approx([train, test], rel=1e-7)


def test_features_are_powers_and_layers():
    x = np.linspace(-1, 1, 6)
    found = polynomial_features(torch.from_numpy(x), 4)
    np.testing.assert_allclose(found.numpy(), np.vander(x, 5, increasing=True), rtol=1e-12)
    found = random_relu_features(torch.from_numpy(x), 5, 2, torch.Generator().manual_seed(1))
    np.testing.assert_allclose(found.numpy(), relu_layers(x, 5, 2, torch.Generator().manual_seed(1)), rtol=1e-12)


def test_of_many_perfect_fits_the_shortest_is_taken():
    features, y = torch.tensor([[1.0, 1.0]], dtype=torch.float64), torch.tensor([2.0], dtype=torch.float64)
    other = torch.tensor([[2.0, 0.0]], dtype=torch.float64)
    assert [float(e) for e in least_squares_errors(features, y, other, y * 0)] == pytest.approx([0.0, 4.0], abs=1e-12)


def test_training_errors_fall_as_the_degree_grows():
    found = [run("capacity.error", vary="degree", size=size, on="train").value for size in range(1, 10)]
    assert all(later <= earlier + 1e-9 for earlier, later in pairwise(found))

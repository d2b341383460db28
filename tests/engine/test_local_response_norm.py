"""Our LocalResponseNorm beside torch's and beside the paper's formula in plain loops."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.local_response_norm import LocalResponseNorm

ARGUMENTS = {
    "size": st.integers(1, 9),
    "alpha": st.floats(0.0, 2.0),
    "beta": st.floats(0.1, 2.0),
    "k": st.floats(0.5, 3.0),
    "seed": st.integers(0, 2**31),
}


@settings(max_examples=40)
@given(shape=st.sampled_from([(2, 7, 3), (1, 12, 2, 3), (1, 1, 2), (2, 3, 2, 2, 2)]), **ARGUMENTS)
def test_torchs_convention_equals_torch(shape, size, alpha, beta, k, seed):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ours = LocalResponseNorm(size, alpha, beta, k, convention="torch")
    assert_close(ours(x), nn.LocalResponseNorm(size, alpha, beta, k)(x), rtol=1e-11, atol=1e-12)


@settings(max_examples=40)
@given(channels=st.integers(1, 12), **ARGUMENTS)
def test_the_papers_convention_equals_its_formula(channels, size, alpha, beta, k, seed):
    x = torch.randn(channels, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    found = LocalResponseNorm(size, alpha, beta, k)(x[None, :, None]).flatten()
    for i in range(channels):
        window = range(max(0, i - size // 2), min(channels - 1, i + size // 2) + 1)
        energy = math.fsum(float(x[j]) ** 2 for j in window)
        assert math.isclose(float(found[i]), float(x[i]) / (k + alpha * energy) ** beta, rel_tol=1e-11)


def test_alexnets_figures_are_the_defaults():
    layer = LocalResponseNorm()
    assert (layer.size, layer.alpha, layer.beta, layer.k) == (5, 1e-4, 0.75, 2.0)
    assert not list(layer.parameters())


def test_zeros_without_k_are_not_a_number():
    assert LocalResponseNorm(k=0.0)(torch.zeros(1, 3, 1)).isnan().all()


def test_a_matrix_is_refused():
    with pytest.raises(Refused, match="at least three axes"):
        LocalResponseNorm()(torch.ones(2, 3))

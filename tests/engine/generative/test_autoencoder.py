"""Autoencoders: the linear one beside NumPy's singular values and eigenvectors, the deep one in plain code."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from claim_runs import run as run_with
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.variational.principal_subspace import (
    least_error,
    principal_projector,
    reconstruction_error,
    row_projector,
    train_linear_autoencoder,
)
from engine.models.autoencoder import Autoencoder

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def data():
    return noise(30, 5) @ torch.diag(torch.tensor([5.0, 3.0, 1.0, 0.7, 0.4], dtype=torch.float64)) @ noise(5, 5, seed=1)


@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_least_error_is_what_the_singular_values_leave_out(code):
    rows = data()
    singular = np.linalg.svd(rows.numpy(), compute_uv=False)
    assert least_error(rows, code).item() == pytest.approx((singular[code:] ** 2).sum(), rel=1e-9)
    encoder, decoder = train_linear_autoencoder(rows, noise(code, 5, seed=2), rounds=300)
    assert reconstruction_error(rows, encoder, decoder).item() == pytest.approx((singular[code:] ** 2).sum(), rel=1e-9)
    for name in ("autoencoder.least_error", "autoencoder.least_error_formula"):
        found = run(name, data=rows.tolist(), code_features=code).value
        assert found == pytest.approx((singular[code:] ** 2).sum(), rel=1e-9)


def test_the_decoder_spans_the_eigenvectors_of_the_second_moments():
    rows = data()
    _, vectors = np.linalg.eigh(rows.numpy().T @ rows.numpy())
    projector = torch.tensor(vectors[:, -2:] @ vectors[:, -2:].T)
    assert_close(principal_projector(rows, 2), projector, rtol=1e-9, atol=1e-9)
    _, decoder = train_linear_autoencoder(rows, noise(2, 5, seed=2), rounds=300)
    assert_close(row_projector(decoder), projector, rtol=1e-6, atol=1e-9)


def test_a_projector_by_orthogonalising_the_rows():
    rows = noise(2, 5)
    basis, _ = torch.linalg.qr(rows.mT)
    assert_close(row_projector(rows), basis @ basis.mT, rtol=1e-9, atol=1e-9)


def test_an_error_is_a_sum_of_squares():
    rows, encoder, decoder = noise(4, 3), noise(3, 1, seed=1), noise(1, 3, seed=2)
    expected = functional.mse_loss(rows @ (encoder @ decoder), rows, reduction="sum")
    assert_close(reconstruction_error(rows, encoder, decoder), expected, rtol=1e-9, atol=0)


def test_each_round_is_two_least_squares():
    rows, start = data(), noise(2, 5, seed=2)
    encoder = np.linalg.pinv(start.numpy())
    decoder, *_ = np.linalg.lstsq(rows.numpy() @ encoder, rows.numpy(), rcond=None)
    found_encoder, found = train_linear_autoencoder(rows, start, rounds=1)
    assert_close(found, torch.tensor(decoder), rtol=1e-9, atol=1e-9)
    assert_close(found_encoder, torch.tensor(np.linalg.pinv(decoder)), rtol=1e-9, atol=1e-9)


def test_a_small_network_equals_plain_code():
    network = Autoencoder([6, 4, 2])
    for seed, parameter in enumerate(network.parameters()):
        parameter.data = noise(*parameter.shape, seed=seed)
    state = network.state_dict()

    def linear(x, name):
        return functional.linear(x, state[f"{name}.weight"], state[f"{name}.bias"])

    x = noise(3, 1, 2, 3)
    code = linear(linear(x.flatten(1), "encoder.0").sigmoid(), "encoder.2")
    expected = linear(linear(code, "decoder.0").sigmoid(), "decoder.2")
    assert_close(network.encode(x), code, rtol=1e-9, atol=1e-12)
    assert_close(network(x), expected.reshape(x.shape), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("widths", "bias"), [((784, 1000, 500, 250, 30), True), ((7, 3), False), ((9, 5, 2), True)])
def test_counts_by_arithmetic(widths, bias):
    expected = sum(2 * a * b + bias * (a + b) for a, b in pairwise(widths))
    assert run("autoencoder.num_params", widths=list(widths), bias=bias).value == expected
    if widths[0] == 784:
        assert expected == 2_837_314
        assert run_with("model.num_params", {"name": "autoencoder_mnist"}).value == expected


def test_data_without_a_clear_cut_are_refused():
    with pytest.raises(Refused, match="lie too close together"):
        run("autoencoder.least_error", data=[[1, 0, 0], [0, 1, 0], [0, 0, 1]], code_features=2)
    with pytest.raises(Refused, match="keeps all of"):
        run("autoencoder.least_error", data=[[1, 0], [0, 2]], code_features=2)
    with pytest.raises(Refused, match="spans fewer than 2 directions"):
        run("autoencoder.least_error_formula", data=[[1, 0, 0], [2, 0, 0], [3, 0, 0]], code_features=2)

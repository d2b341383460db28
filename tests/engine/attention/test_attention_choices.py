"""Soft and hard attention, focus and saliency, gates and frequencies, beside enumeration and torch."""

import math

import pytest
import torch
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.attention.channel_frequencies import dct_matrix, dft_matrix, reweight
from engine.attention.hard_attention import expected, hard, soft
from engine.attention.saliency import focus, saliency
from engine.errors import Refused
from engine.layers.attention import masked_softmax
from engine.layers.lstm import LSTMCell

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def shares(scores):
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


@pytest.mark.parametrize(
    ("after", "f"), [("identity", lambda v: v), ("square", lambda v: v * v), ("relu", lambda v: max(v, 0))]
)
def test_means_of_what_can_be_drawn(after, f):
    scores, values = [0.5, -1.0, 2.0], [3.0, -4.0, 1.0]
    weights = shares(scores)
    mean = sum(w * v for w, v in zip(weights, values, strict=True))
    asked = {"scores": scores, "values": values, "after": after}
    assert run("attention.soft_output", **asked).value == pytest.approx(f(mean), rel=1e-12)
    enumerated = sum(w * f(v) for w, v in zip(weights, values, strict=True))
    assert run("attention.expected_hard_output", **asked).value == pytest.approx(enumerated, rel=1e-12)


def test_soft_attention_is_the_expectation_of_hard_attention():
    scores, value = randn(0, 4), randn(1, 4, 3)
    enumerated = sum(w * v for w, v in zip(shares(scores.tolist()), value, strict=True))
    assert_close(soft(scores, value), enumerated, **EXACT)
    assert_close(expected(scores, value), enumerated, **EXACT)
    squares = sum(w * v**2 for w, v in zip(shares(scores.tolist()), value, strict=True))
    assert_close(expected(scores, value, torch.square), squares, **EXACT)


def test_draws_are_values_and_come_as_often_as_their_weights_say():
    scores, value = torch.tensor([0.0, 1.0, -1.0], dtype=torch.float64), torch.eye(3, dtype=torch.float64)
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([hard(scores, value, generator) for _ in range(2000)])
    assert bool(((drawn == 0) | (drawn == 1)).all())
    assert drawn.mean(0).tolist() == pytest.approx(shares([0, 1, -1]), abs=0.04)
    counts = run("attention.hard_counts", scores=[0, 1, -1], draws=2000, seed=0).value
    assert counts == drawn.sum(0).int().tolist()


def test_only_the_mean_passes_a_gradient():
    scores, value = randn(0, 4).requires_grad_(), randn(1, 4, 3)
    assert torch.autograd.gradcheck(lambda s: soft(s, value), scores)
    assert not hard(scores, value, torch.Generator().manual_seed(0)).requires_grad


def test_focus_is_softmax_of_products_and_saliency_what_max_pooling_lets_through():
    query, features = randn(0, 3), randn(1, 5, 3)
    assert focus(query, features).tolist() == pytest.approx(shares((features @ query).tolist()), rel=1e-12)
    loudest = features.abs().requires_grad_()
    (passed,) = torch.autograd.grad(functional.max_pool2d(loudest[None, None], (5, 3)).sum(), loudest)
    assert saliency(features).tolist() == passed.sum(1).tolist()
    best = max(range(5), key=lambda place: float(features[place] @ query))
    assert run("attention.selected_place", features=features.tolist(), query=query.tolist()).value == best
    assert run("attention.selected_place", features=features.tolist()).value == int(passed.sum(1).argmax())


def test_places_share_one_sum_and_gates_each_have_their_own():
    scores = randn(0, 5)
    assert float(masked_softmax(scores).sum()) == pytest.approx(1, rel=1e-12)
    with torch.random.fork_rng():
        cell = LSTMCell(2, 5).double().requires_grad_(False)
    for seed, parameter in enumerate(cell.parameters()):
        parameter.data = randn(seed, *parameter.shape)
    x, h = randn(8, 1, 2), randn(9, 1, 5)
    z = x @ cell.weight_ih.mT + cell.bias_ih + h @ cell.weight_hh.mT + cell.bias_hh
    for gate, block in zip(cell.gates(x, h)[:2], (z[:, :5], z[:, 5:10]), strict=True):
        assert_close(gate, 1 / (1 + (-block).exp()), **EXACT)
        assert abs(float(gate.sum()) - 1) > 0.1


@pytest.mark.parametrize("length", [1, 2, 7, 8])
def test_frequencies_are_torchs(length):
    signal, gains = randn(0, length), randn(1, length // 2 + 1)
    assert_close(dft_matrix(length) @ signal.to(torch.complex128), torch.fft.fft(signal, norm="ortho"), **EXACT)
    by_torch = torch.fft.irfft(torch.fft.rfft(signal) * gains, n=length)
    assert_close(reweight(signal, gains), by_torch, **EXACT)
    found = run("fourier.reweighted", signal=signal.tolist(), gains=gains.tolist()).value
    n = range(length)  # the explicit sum, without any transform of torch's
    angle = 2 * math.pi / length
    gain = [float(gains[min(k, length - k)]) for k in n]
    kernel = [sum(gain[k] * math.cos(angle * k * d) for k in n) / length for d in n]
    by_hand = [sum(kernel[(t - s) % length] * float(signal[s]) for s in n) for t in n]
    assert found == pytest.approx(by_hand, abs=1e-12)
    assert run("fourier.num_frequencies", length=length).value == length // 2 + 1


def test_the_cosine_basis_by_its_formula():
    matrix = dct_matrix(5)
    for k in range(5):
        scale = math.sqrt((1 if k == 0 else 2) / 5)
        expected_row = [scale * math.cos(math.pi * k * (2 * n + 1) / 10) for n in range(5)]
        assert matrix[k].tolist() == pytest.approx(expected_row, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("attention.soft_output", {"scores": [1], "values": [1, 2]}, "every score needs one value: there are 1 scores"),
        (
            "attention.selected_place",
            {"features": [[1, 0]], "query": [1]},
            "'query' needs 2 numbers, one for each feature",
        ),
        (
            "attention.selected_place",
            {"features": [[1], [1]]},
            "two places win together here; make one of them stronger",
        ),
        ("fourier.reweighted", {"signal": [1, 2], "gains": [1]}, "'gains' needs 2 numbers for a signal of 2, not 1"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(name, **arguments)

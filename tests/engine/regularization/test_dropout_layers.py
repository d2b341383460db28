"""Dropout in both conventions and on attention: beside torch, and beside every mask tried in turn."""

from itertools import product

import pytest
import torch
from door_runs import run
from torch import nn
from torch.nn import functional

from engine.errors import Refused
from engine.layers.dropout import Dropout
from engine.layers.dropout_attention import attention_under_mask, attention_with_dropout
from engine.layers.dropout_classic import ClassicDropout
from engine.layers.dropout_masks import all_masks, mask_probabilities

VALUES, WEIGHTS = [1.5, -2.0, 0.5], [2.0, 1.0, -3.0]


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=seeded(seed))


def by_masks(p, scale):
    """Return mean and variance of Σ weight·value·mask·scale over all masks, by definition."""
    mean = square = 0.0
    for mask in product((0, 1), repeat=3):
        chance = 1.0
        for kept in mask:
            chance *= 1 - p if kept else p
        output = sum(w * v * kept * scale for w, v, kept in zip(WEIGHTS, VALUES, mask, strict=True))
        mean, square = mean + chance * output, square + chance * output**2
    return mean, square - mean**2


@pytest.mark.parametrize("p", [0.0, 0.2, 0.5, 0.9])
def test_inverted_dropout_gives_0_or_the_value_over_1_less_p(p):
    x = normal(20_000) + 3
    y = Dropout(p, seeded())(x)
    kept = y != 0
    torch.testing.assert_close(y[kept], x[kept] / (1 - p), rtol=1e-12, atol=0)
    assert float(kept.double().mean()) == pytest.approx(1 - p, abs=0.015)


def test_the_outputs_are_those_of_torch():
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(seeded().get_state())
        twin = functional.dropout(torch.ones(1000, dtype=torch.float64), 0.2)
    ours = Dropout(0.2, seeded())(torch.ones(1000, dtype=torch.float64))
    assert {round(value, 12) for value in ours.tolist()} == {round(value, 12) for value in twin.tolist()} == {0.0, 1.25}
    assert float((twin == 0).double().mean()) == pytest.approx(float((ours == 0).double().mean()), abs=0.05)


def test_evaluation_is_the_identity_and_everything_can_be_dropped():
    x = normal(50)
    torch.testing.assert_close(Dropout(0.7).eval()(x), x, rtol=0, atol=0)
    torch.testing.assert_close(Dropout(0.7).eval()(x), nn.Dropout(0.7).eval()(x), rtol=0, atol=0)
    assert Dropout(1.0)(x).abs().sum() == 0


@pytest.mark.parametrize("keep", [0.2, 0.8, 1.0])
def test_classic_dropout_keeps_values_and_scales_at_test_time(keep):
    x = normal(20_000) + 3
    y = ClassicDropout(keep, seeded())(x)
    kept = y != 0
    torch.testing.assert_close(y[kept], x[kept], rtol=1e-12, atol=0)
    assert float(kept.double().mean()) == pytest.approx(keep, abs=0.015)
    torch.testing.assert_close(ClassicDropout(keep).eval()(x), keep * x, rtol=1e-12, atol=0)


def test_both_conventions_differ_by_the_probability_of_keeping():
    x = normal(500, seed=1)
    classic, inverted = ClassicDropout(0.8, seeded(3)), Dropout(0.2, seeded(3))
    torch.testing.assert_close(classic(x), 0.8 * inverted(x), rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(classic.eval()(x), 0.8 * inverted.eval()(x), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("p", [0.2, 0.5])
def test_mean_and_variance_of_the_doors(p):
    for convention, scale in (("inverted", 1 / (1 - p)), ("classic", 1.0)):
        arguments = {"values": VALUES, "weights": WEIGHTS, "p": p, "convention": convention}
        mean, variance = by_masks(p, scale)
        assert run("dropout.output_mean", **arguments).value == pytest.approx(mean, rel=1e-9)
        assert run("dropout.output_variance", **arguments).value == pytest.approx(variance, rel=1e-9)


def test_published_arithmetic():
    assert run("dropout.kept_value", value=1, p=0.2).value == pytest.approx(1.25, rel=1e-12)
    assert run("dropout.kept_value", value=-3, p=0.4, convention="classic").value == pytest.approx(-3, rel=1e-12)
    assert run("dropout.evaluated", value=5, p=0.2).value == pytest.approx(5, rel=1e-12)
    assert run("dropout.evaluated", value=5, p=0.2, convention="classic").value == pytest.approx(4, rel=1e-12)
    for p, variance in ((0.2, 1.0), (0.5, 4.0)):  # p/(1 - p)·h² for h = 2
        assert run("dropout.output_variance", values=[2], p=p).value == pytest.approx(variance, rel=1e-12)
        assert run("dropout.output_mean", values=[2], p=p).value == pytest.approx(2, rel=1e-12)


@pytest.mark.parametrize(("units", "p"), [(1, 0.3), (10, 0.5), (1000, 0.2), (7, 0.0)])
def test_active_units_are_binomial(units, p):
    mean, std = units * (1 - p), (units * p * (1 - p)) ** 0.5
    assert run("dropout.active_units", units=units, p=p).value == pytest.approx(mean, rel=1e-9)
    assert run("dropout.active_units", units=units, p=p, of="std").value == pytest.approx(std, rel=1e-9, abs=1e-12)


def test_masks_are_all_there_with_their_chances():
    masks = all_masks(4)
    assert sorted(masks.int().tolist()) == sorted(map(list, product((0, 1), repeat=4)))
    expected = [0.3 ** (4 - sum(mask)) * 0.7 ** sum(mask) for mask in masks.int().tolist()]
    torch.testing.assert_close(mask_probabilities(masks, 0.3), torch.tensor(expected, dtype=torch.float64))


def test_attention_in_evaluation_equals_torchs():
    query, key, value = normal(3, 4), normal(5, 4, seed=1), normal(5, 2, seed=2)
    attended = attention_with_dropout(query, key, value, Dropout(0.4).eval())
    expected = functional.scaled_dot_product_attention(query, key, value, dropout_p=0.0)
    torch.testing.assert_close(attended.output, expected, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(attended.weights.sum(-1), torch.ones(3, dtype=torch.float64), rtol=1e-9, atol=0)


def test_attention_under_each_mask_and_on_average():
    query, key, value, p = normal(1, 4), normal(3, 4, seed=1), normal(3, 2, seed=2), 0.25
    weights = ((query @ key.T) / 2).softmax(-1)
    total = torch.zeros(1, 2, dtype=torch.float64)
    for mask in product((0.0, 1.0), repeat=3):
        kept = torch.tensor([mask], dtype=torch.float64)
        expected = (weights * kept / (1 - p)) @ value
        torch.testing.assert_close(attention_under_mask(query, key, value, kept.bool(), p), expected)
        total += p ** (3 - sum(mask)) * (1 - p) ** sum(mask) * attention_under_mask(query, key, value, kept.bool(), p)
    torch.testing.assert_close(total, functional.scaled_dot_product_attention(query, key, value), rtol=1e-9, atol=1e-12)


def test_dropped_attention_weights_are_the_softmaxs_over_1_less_p():
    layer = Dropout(0.5, seeded(4))
    query, key = normal(6, 4), normal(5, 4, seed=1)
    weights = attention_with_dropout(query, key, key, layer).weights
    softmax = (query @ key.T / 2).softmax(-1)
    kept = weights != 0
    assert 5 < int(kept.sum()) < 25
    torch.testing.assert_close(weights[kept], 2 * softmax[kept], rtol=1e-9, atol=0)


def test_sums_and_weights_of_a_row():
    scores, kept = [0.0, 1.0, 2.0], [True, False, True]
    softmax = torch.tensor(scores, dtype=torch.float64).softmax(0)
    expected = (softmax[0] + softmax[2]) / 0.8
    assert run("dropout.attention_row_sum", scores=scores, kept=kept, p=0.2).value == pytest.approx(float(expected))
    found = run("dropout.attention_weight", scores=scores, kept=kept, p=0.2, position=2).value
    assert found == pytest.approx(float(softmax[2] / 0.8), rel=1e-12)
    assert run("dropout.attention_row_sum", scores=[0] * 4, kept=[True] * 3 + [False], p=0.5).value == pytest.approx(
        1.5
    )


def test_what_is_no_probability_or_has_no_partner_is_refused():
    for build in (Dropout, ClassicDropout):
        with pytest.raises(Refused, match=r"from 0 to 1, and not 1\.5"):
            build(1.5)
    with pytest.raises(Refused, match="every value needs one weight"):
        run("dropout.output_mean", values=[1, 2], weights=[1], p=0.5)
    with pytest.raises(Refused, match="a value of 0 stays 0"):
        run("dropout.kept_value", value=0, p=0.5)
    with pytest.raises(Refused, match="'kept' needs true or false for each of the 2 scores"):
        run("dropout.attention_row_sum", scores=[0, 0], kept=[True], p=0.5)
    with pytest.raises(Refused, match="drop fewer units"):
        all_masks(17)

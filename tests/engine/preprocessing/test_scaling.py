"""Standardising and min-max scaling beside SciPy, NumPy and arithmetic by hand."""

import numpy as np
import pytest
import torch
from door_runs import run
from scipy.stats import zscore

from engine.errors import Refused
from engine.preprocessing.min_max import min_max
from engine.preprocessing.standardise import filled_first, standardisation

VALUES = [1.0, 2.0, None, 6.0]


def table(seed=0, holes=True):
    x = np.random.default_rng(seed).standard_normal((12, 3)) * [1, 10, 0.1] + [0, 5, -1]
    if holes:
        x[[1, 5, 7], [0, 0, 2]] = np.nan
    return x


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("holes", [True, False])
def test_standardising_equals_scipys_zscore_with_zeros_for_holes(ddof, holes):
    x = table(holes=holes)
    expected = np.nan_to_num(zscore(x, ddof=ddof, nan_policy="omit"))
    found = standardisation(torch.from_numpy(x), ddof).transform(torch.from_numpy(x))
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-9, atol=1e-12)
    column = [None if np.isnan(value) else value for value in x[:, 0]]
    for position in (0, 1, 4):
        door = run("preprocessing.standardised", values=column, position=position, ddof=ddof).value
        assert door == pytest.approx(expected[position, 0], rel=1e-9, abs=1e-12)


def test_statistics_are_those_of_the_training_data():
    train, test = table(1), table(2)
    mean, std = np.nanmean(train, 0), np.nanstd(train, 0)
    fitted = standardisation(torch.from_numpy(train))
    expected = np.nan_to_num((test - mean) / std)
    np.testing.assert_allclose(fitted.transform(torch.from_numpy(test)).numpy(), expected, rtol=1e-9, atol=1e-12)
    restored = np.where(np.isnan(test), mean, test)
    found = fitted.restore(fitted.transform(torch.from_numpy(test)))
    np.testing.assert_allclose(found.numpy(), restored, rtol=1e-9)
    door = run("preprocessing.standardised", values=[7], position=0, train=[1, 2, 6]).value
    assert door == pytest.approx((7 - 3) / np.std([1, 2, 6]), rel=1e-9)


def test_the_notes_example_of_a_missing_value():
    assert run("preprocessing.standardised", values=VALUES, position=2).value == 0
    for missing, known in (("left out", [1, 2, 6]), ("filled with 0 first", [1, 2, 0, 6])):
        arguments = {"values": VALUES, "missing": missing}
        assert run("preprocessing.statistic", **arguments).value == pytest.approx(np.mean(known), rel=1e-12)
        std = run("preprocessing.statistic", **arguments, of="std", ddof=1).value
        assert std == pytest.approx(np.std(known, ddof=1), rel=1e-12)
    assert np.mean([1, 2, 6]) == 3
    assert np.mean([1, 2, 0, 6]) == 2.25
    found = filled_first(torch.tensor([[1.0], [2.0], [float("nan")], [6.0]], dtype=torch.float64))
    np.testing.assert_allclose(found[:, 0].numpy(), zscore([1, 2, 0, 6]), rtol=1e-9)


def test_a_constant_column_becomes_zeros():
    x = torch.tensor([[4.0], [4.0], [4.0]], dtype=torch.float64)
    assert standardisation(x).transform(x).flatten().tolist() == [0, 0, 0]


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 5.0)])
def test_min_max_puts_the_training_range_on_the_range_asked_for(low, high):
    train, test = table(3, holes=False), table(4, holes=False)
    smallest, largest = train.min(0), train.max(0)
    expected = (test - smallest) / (largest - smallest) * (high - low) + low
    fitted = min_max(torch.from_numpy(train), low, high)
    np.testing.assert_allclose(fitted.transform(torch.from_numpy(test)).numpy(), expected, rtol=1e-9, atol=1e-12)
    ends = fitted.transform(torch.from_numpy(train))
    np.testing.assert_allclose(ends.amin(0), low, atol=1e-12)
    np.testing.assert_allclose(ends.amax(0), high, rtol=1e-12)
    arguments = {"values": test[:, 1].tolist(), "train": train[:, 1].tolist(), "low": low, "high": high}
    assert run("preprocessing.min_max", **arguments, position=5).value == pytest.approx(expected[5, 1], rel=1e-9)


def test_a_range_of_zero_goes_to_the_low_end():
    assert run("preprocessing.min_max", values=[3, 3], position=1, low=-1).value == pytest.approx(-1, rel=1e-12)
    assert run("preprocessing.min_max", values=[2, 3, 6], position=1).value == pytest.approx(0.25, rel=1e-12)
    beyond = run("preprocessing.min_max", values=[5], train=[3, 3], position=0, low=1, high=2).value
    assert beyond == pytest.approx(3, rel=1e-12)


@pytest.mark.parametrize("values", [[0.1] * 3, [0.1, None, 0.1, 0.1], [1e5 / 3] * 7])
def test_equal_values_have_no_spread_though_their_mean_is_rounded(values):
    arguments = {"train": values, "position": 0}
    assert run("preprocessing.standardised", values=[values[0]], **arguments).value == 0
    assert run("preprocessing.standardised", values=[values[0] + 0.5], **arguments).value == pytest.approx(0.5)


def test_what_cannot_be_scaled_is_refused():
    with pytest.raises(Refused, match="more than 1 known values"):
        run("preprocessing.standardised", values=[1, None], position=0, ddof=1)
    with pytest.raises(Refused, match="more than 0 known values"):
        run("preprocessing.statistic", values=[None])
    with pytest.raises(Refused, match="'low' must be below 'high'"):
        run("preprocessing.min_max", values=[1, 2], position=0, low=1, high=1)
    with pytest.raises(Refused, match="'position' is 2"):
        run("preprocessing.min_max", values=[1, 2], position=2)

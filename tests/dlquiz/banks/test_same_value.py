"""When two runs gave the same."""

from fractions import Fraction
from typing import Any

import pytest

from dlquiz.banks.proving.same_value import same_value

SAME = [
    (1 / 3, 1 / 3 * (1 + 1e-7)),
    (0.0, 1e-13),
    (2, 2.0),
    (Fraction(1, 3), 1 / 3),
    ([1, [0.5]], [1, [0.5 + 1e-9]]),
    ({"rows": 0.5}, {"rows": 0.5 + 1e-9}),
    (10**400, 10**400),
    (float("inf"), float("inf")),
    ("nan", "nan"),
    (None, None),
]
OTHER = [
    (1 / 3, 1 / 3 * (1 + 1e-5)),
    (0.0, 1e-9),
    (10**9, 10**9 + 1),
    (10**400, 1.0),
    (float("inf"), 1e308),
    (True, 1),
    (False, 0.0),
    ([0.5], [0.5, 0.5]),
    ([0.5, 1.0], [0.5, 2.0]),
    ({"rows": 0.5}, {"columns": 0.5}),
    ({"rows": 0.5}, {"rows": 0.6}),
    ("max", "avg"),
    (None, 0),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same(one: Any, other: Any) -> None:
    assert same_value(one, other)
    assert same_value(other, one)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_not_the_same(one: Any, other: Any) -> None:
    assert not same_value(one, other)
    assert not same_value(other, one)

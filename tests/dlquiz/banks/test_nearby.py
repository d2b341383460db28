"""Values that may be the same: none is lost, and each is compared with few others."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlquiz.banks.proving.nearby import nearby
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.kinds.number import is_number, same_numbers

HUGE = st.sampled_from([10**40, 10**400, Fraction(10**700, 3)])
NUMBERS = st.integers(-20, 20) | st.fractions(-3, 3, max_denominator=4) | st.floats(-1e6, 1e6) | HUGE
TOLERANCES = [None, Tolerance(abs=Fraction(1, 2)), Tolerance(rel=Fraction(1, 10))]


@pytest.mark.parametrize("tolerance", TOLERANCES)
@settings(max_examples=100, deadline=None)
@given(values=st.lists(NUMBERS | st.sampled_from([None, float("nan"), float("inf"), "a"]), max_size=12))
def test_no_value_that_is_the_same_is_lost(tolerance: Tolerance | None, values: list[Any]) -> None:
    found = nearby(values, tolerance)
    assert len(found) == len(values)
    for one, places in zip(values, found, strict=True):
        assert list(places) == sorted(set(places))
        for place, other in enumerate(values):
            if is_number(one) and is_number(other) and same_numbers(one, other, tolerance):
                assert place in places


def test_what_rounding_puts_beyond_the_tolerance_is_near() -> None:
    one, other = 0.2, 0.2 + 0.1
    assert other - 0.1 > one
    assert same_numbers(one, other, Tolerance(abs=Fraction(1, 10)))
    assert nearby([one, other], Tolerance(abs=Fraction(1, 10))) == [[0, 1], [0, 1]]


def test_the_widest_tolerance_reaches() -> None:
    found = nearby([10, 1000, 1090, 1300], Tolerance(rel=Fraction(1, 10)))
    assert [list(places) for places in found] == [[0], [1, 2], [1, 2], [3]]


@pytest.mark.parametrize("tolerance", TOLERANCES)
def test_few_are_compared(tolerance: Tolerance | None) -> None:
    found = nearby([1000 + 400 * number for number in range(30)], tolerance)
    assert sum(map(len, found)) < (31 if tolerance is None or tolerance.abs else 300)


def test_what_is_no_number_is_compared_with_everything() -> None:
    assert [list(places) for places in nearby([[1, 2], [1, 3]], None)] == [[0, 1], [0, 1]]

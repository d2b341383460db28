"""The fuzz: its draw against numbers worked out with sha256sum, its ranges against FSRS's own table."""

import random
from collections import Counter

import fsrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlquiz.core.fuzz import draw, fuzz_range, fuzzed


@pytest.mark.parametrize(("days", "least", "greatest"), [(1, 1, 1), (2, 2, 2), (3, 2, 4), (7, 5, 9), (20, 17, 23)])
def test_ranges_worked_out_by_hand(days: int, least: int, greatest: int) -> None:
    assert fuzz_range(days) == (least, greatest)


def test_the_longest_interval_is_never_passed() -> None:
    assert fuzz_range(36_500)[1] == 36_500
    assert fuzzed(36_500, 0.9999999) == 36_500


@pytest.mark.parametrize("days", [3, 8, 30, 400])
def test_ranges_are_those_that_fsrs_draws_from(days: int) -> None:
    """fsrs draws real numbers from [least, greatest + 1) and rounds, so it can reach one day more than its range."""
    random.seed(3)
    drawn = {
        fsrs.Scheduler()._get_fuzzed_interval(interval=fsrs.scheduler.timedelta(days=days)).days for _ in range(4000)
    }
    least, greatest = fuzz_range(days)
    assert drawn - {greatest + 1} == set(range(least, greatest + 1))


def test_the_draw_is_the_same_on_every_machine() -> None:
    # printf 'conv-output-size#0' | sha256sum
    assert draw("conv-output-size", 0) == (int(DIGEST[:16], 16) >> 11) / 2**53


DIGEST = "6c6b49f1788fad16efd7f1c55cffc95a94570a8ff50c12fe8f169c39a2880194"


def test_each_day_is_as_likely() -> None:
    days = Counter(fuzzed(8, draw(f"card-{n}", 0)) for n in range(5000))
    assert set(days) == {6, 7, 8, 9, 10}
    assert min(days.values()) > 900


@given(st.integers(1, 36_500), st.integers(0, 400), st.floats(0, 1, exclude_max=True))
def test_a_longer_interval_stays_longer(days: int, more: int, place: float) -> None:
    assert fuzzed(days, place) <= fuzzed(min(36_500, days + more), place)


def test_reviews_of_one_card_are_drawn_anew() -> None:
    assert len({draw("a", reps) for reps in range(100)}) == 100

"""Study days against the calendar: the datetime module says what the learner's wall clock shows."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlquiz.core.study_days import StudyClock
from dlquiz.errors import DlquizError

SHANGHAI, LOS_ANGELES = 480, -480


def at(year: int, month: int, day: int, hour: int, minute: int = 0, offset_minutes: int = 0) -> int:
    zone = timezone(timedelta(minutes=offset_minutes))
    return round(datetime(year, month, day, hour, minute, tzinfo=zone).timestamp() * 1000)


def wall_day(ms: int, offset_minutes: int, rollover_hour: int) -> int:
    """The date on the learner's wall, `rollover_hour` hours ago, as days since 1970-01-01."""
    wall = datetime.fromtimestamp(ms / 1000, UTC) + timedelta(minutes=offset_minutes, hours=-rollover_hour)
    return wall.date().toordinal() - datetime(1970, 1, 1).toordinal()


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ((21, 0), (32, 0), 1),  # 21:00 and 08:00 the next morning, only 11 hours
        ((23, 50), (24, 10), 0),  # midnight is not the boundary
        ((27, 59), (28, 0), 1),  # 03:59 and 04:00
        ((28, 0), (51, 59), 0),  # 04:00 and 03:59 the next morning, nearly 24 hours
        ((28, 0), (52, 0), 1),
        ((8, 0), (20, 0), 0),
    ],
)
@pytest.mark.parametrize("offset", [0, SHANGHAI, LOS_ANGELES, 345])
def test_days_roll_over_at_four(first: tuple[int, int], second: tuple[int, int], days: int, offset: int) -> None:
    midnight = at(2026, 3, 2, 0, offset_minutes=offset)
    earlier, later = (midnight + (60 * hour + minute) * 60_000 for hour, minute in (first, second))
    assert StudyClock(offset).days_between(earlier, later) == days


@given(
    ms=st.integers(0, 4_000_000_000).map(lambda s: s * 1000),
    offset=st.integers(-840, 840),
    hour=st.integers(0, 23),
)
def test_study_day_is_the_date_on_the_wall(ms: int, offset: int, hour: int) -> None:
    clock = StudyClock(offset, hour)
    day = clock.study_day(ms)
    assert day == wall_day(ms, offset, hour)
    assert clock.study_day(clock.day_start(day)) == day
    assert clock.study_day(clock.day_start(day) - 1) == day - 1


def test_a_journey_never_goes_back_a_day() -> None:
    in_shanghai = at(2026, 3, 2, 8, offset_minutes=SHANGHAI)
    landed = at(2026, 3, 1, 20, offset_minutes=LOS_ANGELES)  # 4 hours later, a calendar day earlier
    assert StudyClock(LOS_ANGELES).days_between(in_shanghai, landed) == 0
    next_day = at(2026, 3, 2, 9, offset_minutes=LOS_ANGELES)
    assert StudyClock(LOS_ANGELES).days_between(in_shanghai, next_day) == 1


def test_a_clock_set_back_counts_no_days() -> None:
    now = at(2026, 3, 2, 12)
    assert StudyClock(0).days_between(now, now - 10 * 86_400_000) == 0


@pytest.mark.parametrize(("offset", "hour", "word"), [(1440, 4, "zone"), (-1440, 4, "zone"), (0, 24, "rollover")])
def test_impossible_clocks_are_refused(offset: int, hour: int, word: str) -> None:
    with pytest.raises(DlquizError, match=word):
        StudyClock(offset, hour)

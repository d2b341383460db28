"""Study days: days that begin at the learner's rollover hour, not at midnight UTC.

Times are milliseconds since 1970-01-01T00:00Z; a study day is the number of days since the one that began on that date.
"""

from dataclasses import dataclass

from dlquiz.errors import DlquizError

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


@dataclass(frozen=True, repr=False)
class StudyClock:
    """The learner's zone offset at a review, in minutes east of UTC, and the hour at which a study day begins.

    Offsets reach from -24 h to 24 h, both excluded; the rollover hour is 0 to 23; anything else is a DlquizError.

    >>> nine_pm, eight_am = 21 * HOUR_MS, 32 * HOUR_MS
    >>> clock = StudyClock(offset_minutes=0)
    >>> clock.study_day(nine_pm), clock.study_day(eight_am)
    (0, 1)
    """

    offset_minutes: int
    rollover_hour: int = 4

    def __post_init__(self) -> None:
        if not -24 * 60 < self.offset_minutes < 24 * 60:
            raise DlquizError(
                f"the zone offset {self.offset_minutes} min is not within 24 hours of UTC; set the computer's time zone"
            )
        if not 0 <= self.rollover_hour <= 23:
            raise DlquizError(f"the rollover hour {self.rollover_hour} is not one of 0 to 23; 4 is usual")

    def study_day(self, ms: int) -> int:
        """Return the number of the study day that holds the instant ``ms``."""
        return (ms - self._shift_ms) // DAY_MS

    def day_start(self, day: int) -> int:
        """Return the instant at which the study day ``day`` begins; ``study_day(day_start(d)) == d``."""
        return day * DAY_MS + self._shift_ms

    def days_between(self, earlier_ms: int, later_ms: int) -> int:
        """Return how many times the day rolled over between two instants; 0 where a clock was set back.

        Both are read on this clock, that of the later review, so a journey never makes the number negative.
        """
        return max(0, self.study_day(later_ms) - self.study_day(earlier_ms))

    @property
    def _shift_ms(self) -> int:
        return self.rollover_hour * HOUR_MS - self.offset_minutes * MINUTE_MS

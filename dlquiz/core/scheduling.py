"""Scheduling by FSRS-6: when a card is due again, counted in study days and the same on every machine.

The arithmetic is that of the `fsrs` package. It counts whole 24 hours on the dates it is given, so it is given dates
that lie as many days apart as the study days do. Its fuzz, which draws from the global generator, is off; ours is
`dlquiz.core.fuzz`. Source: Ye, "The FSRS Algorithm", version 6.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from functools import cached_property
from typing import Literal, NamedTuple

import fsrs
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS

from dlquiz.core.fuzz import MAXIMUM_DAYS, draw, fuzzed
from dlquiz.core.study_days import DAY_MS, HOUR_MS, MINUTE_MS, StudyClock
from dlquiz.errors import DlquizError

__all__ = ["CardState", "Rating", "Scheduled", "Scheduler", "StudyClock", "interval_text", "new_card"]

_LAST_REVIEW = datetime(1, 1, 1, tzinfo=UTC)
_ADAPTER = 1  # part of `Scheduler.settings`: raise it when the same reviews would give other states


class Rating(IntEnum):
    """How well an answer went, as FSRS numbers it."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class CardState(NamedTuple):
    """What is known of one card.

    ``stability`` is in days, ``difficulty`` from 1 to 10, both None while new; ``step`` counts the (re)learning steps
    and is None in review; ``lapses`` counts the times it was forgotten in review. Times are UTC milliseconds.
    """

    key: str
    stability: float | None
    difficulty: float | None
    state: Literal["new", "learning", "review", "relearning"]
    step: int | None
    due_ms: int
    last_ms: int | None
    reps: int
    lapses: int


class Scheduled(NamedTuple):
    """A card after a review, and its interval: real milliseconds of a step, or whole days of 24 h."""

    card: CardState
    interval_ms: int


def new_card(key: str) -> CardState:
    """Return a card never reviewed: due at any time.

    >>> new_card("cnn/conv-output-size").state
    'new'
    """
    return CardState(key, None, None, "new", None, due_ms=0, last_ms=None, reps=0, lapses=0)


class Scheduler:
    """FSRS-6 with steps of 1 and 10 minutes to learn, of 10 minutes to relearn, and whole study days in review.

    ``desired_retention`` is the chance of recall at which a card is due, 0.70 to 0.99; ``parameters`` are the 21
    weights of FSRS-6, its defaults if None. Values outside their bounds raise a DlquizError.

    >>> clock = StudyClock(offset_minutes=480)
    >>> shown = Scheduler().preview(new_card("conv-output-size"), 0, clock)
    >>> " · ".join(f"{rating.name.lower()} {interval_text(ms)}" for rating, ms in shown.items())
    'again 1 m · hard 6 m · good 10 m · easy 8 d'
    """

    def __init__(self, desired_retention: float = 0.9, parameters: Sequence[float] | None = None) -> None:
        if not 0.70 <= desired_retention <= 0.99:
            raise DlquizError(f"the desired retention {desired_retention} is not between 0.70 and 0.99; 0.9 is usual")
        weights = DEFAULT_PARAMETERS if parameters is None else tuple(float(weight) for weight in parameters)
        _check_parameters(weights)
        self._fsrs = fsrs.Scheduler(
            weights, desired_retention=desired_retention, maximum_interval=MAXIMUM_DAYS, enable_fuzzing=False
        )

    @cached_property
    def settings(self) -> str:
        """All that the states depend on besides the reviews, as one JSON text: equal texts give equal states."""
        values = {"desired_retention": self._fsrs.desired_retention, "parameters": self._fsrs.parameters}
        return json.dumps({"adapter": _ADAPTER, **values})

    def review(self, card: CardState, rating: Rating, now_ms: int, clock: StudyClock) -> CardState:
        """Return the card after a review at ``now_ms``; a whole-day interval is due when its study day begins."""
        return self.schedule(card, rating, now_ms, clock).card

    def preview(self, card: CardState, now_ms: int, clock: StudyClock) -> dict[Rating, int]:
        """Return, for each rating, the interval in ms that ``schedule`` would give."""
        return {rating: self.schedule(card, rating, now_ms, clock).interval_ms for rating in Rating}

    def retrievability(self, card: CardState, now_ms: int, clock: StudyClock) -> float:
        """Return the predicted chance of recall, (1 + F·t/S)^-w20 after t study days; 0 for a new card."""
        return self._fsrs.get_card_retrievability(_to_fsrs(card), _review_date(card, now_ms, clock))

    def schedule(self, card: CardState, rating: Rating, now_ms: int, clock: StudyClock) -> Scheduled:
        """Return the card after a review at ``now_ms`` and its interval."""
        date = _review_date(card, now_ms, clock)
        after, _ = self._fsrs.review_card(_to_fsrs(card), fsrs.Rating(rating), date)
        if after.state is fsrs.State.Review:
            days = fuzzed((after.due - date).days, draw(card.key, card.reps))
            interval_ms = days * DAY_MS
            due_ms = clock.day_start(clock.study_day(now_ms) + days)
        else:
            interval_ms = (after.due - date) // timedelta(milliseconds=1)
            due_ms = now_ms + interval_ms
        return Scheduled(_from_fsrs(after, card, rating, now_ms, due_ms), interval_ms)


def interval_text(ms: int) -> str:
    """Return an interval as a learner reads it, rounded to the unit that fits.

    >>> [interval_text(n * DAY_MS) for n in (8, 91, 500)]
    ['8 d', '3 mo', '1.4 y']
    >>> [interval_text(ms) for ms in (60_000, 330_000, 7_200_000)]
    ['1 m', '6 m', '2 h']
    """
    for unit_ms, limit, name in ((MINUTE_MS, 60, "m"), (HOUR_MS, 24, "h"), (DAY_MS, 31, "d")):
        count = (2 * ms + unit_ms) // (2 * unit_ms)
        if count < limit:
            return f"{count} {name}"
    years = ms / DAY_MS / 365.25
    months = round(12 * years)
    return f"{months} mo" if months < 12 else f"{years:.1f} y"


def _check_parameters(parameters: Sequence[float]) -> None:
    if len(parameters) != len(DEFAULT_PARAMETERS):
        raise DlquizError(
            f"FSRS-6 has {len(DEFAULT_PARAMETERS)} parameters, and {len(parameters)} were given; "
            "leave them out to use its defaults"
        )
    bounds = zip(parameters, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS, strict=True)
    for index, (value, low, high) in enumerate(bounds):
        if not low <= value <= high:
            raise DlquizError(
                f"FSRS parameter w{index} = {value} is not between {low} and {high}; leave them out to use the defaults"
            )


def _review_date(card: CardState, now_ms: int, clock: StudyClock) -> datetime:
    days = 0 if card.last_ms is None else clock.days_between(card.last_ms, now_ms)
    return _LAST_REVIEW + timedelta(days=days)


def _to_fsrs(card: CardState) -> fsrs.Card:
    # An id and a due date are passed because fsrs would read the clock, and sleep, to make them; neither is used.
    return fsrs.Card(
        card_id=0,
        state=fsrs.State.Learning if card.state == "new" else fsrs.State[card.state.capitalize()],
        step=card.step,
        stability=card.stability,
        difficulty=card.difficulty,
        due=_LAST_REVIEW,
        last_review=None if card.last_ms is None else _LAST_REVIEW,
    )


_STATES: dict[fsrs.State, Literal["learning", "review", "relearning"]] = {
    fsrs.State.Learning: "learning",
    fsrs.State.Review: "review",
    fsrs.State.Relearning: "relearning",
}


def _from_fsrs(after: fsrs.Card, before: CardState, rating: Rating, now_ms: int, due_ms: int) -> CardState:
    return CardState(
        key=before.key,
        stability=after.stability,
        difficulty=after.difficulty,
        state=_STATES[after.state],
        step=after.step,
        due_ms=due_ms,
        last_ms=now_ms,
        reps=before.reps + 1,
        lapses=before.lapses + (before.state == "review" and rating is Rating.AGAIN),
    )

"""Scheduling against FSRS-6's formulas written out here, against fsrs itself, and at the edges of study days."""

import hashlib
import math
import random
import time
from datetime import UTC, datetime, timedelta

import fsrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlquiz.core.scheduling import CardState, Rating, Scheduler, StudyClock, interval_text, new_card
from dlquiz.errors import DlquizError

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
UTC_CLOCK = StudyClock(offset_minutes=0)
MIDNIGHT = round(datetime(2026, 3, 2, tzinfo=UTC).timestamp() * 1000)
NOON = MIDNIGHT + 12 * HOUR

# The default weights of FSRS-6, as published with the algorithm.
W = [
    *(0.212, 1.2931, 2.3065, 8.2956, 6.4133, 0.8334, 3.0194, 0.001, 1.8722, 0.1666, 0.796),
    *(1.4835, 0.0614, 0.2629, 1.6483, 0.6014, 1.8729, 0.5425, 0.0912, 0.0658, 0.1542),
]


def recall(days: float, stability: float) -> float:
    """R(t, S) = (1 + F t/S)^-w20 with F such that R(S, S) = 0.9."""
    return (1 + (0.9 ** (-1 / W[20]) - 1) * days / stability) ** -W[20]


def after_recall(stability: float, difficulty: float, days: int, bonus: float = 1.0) -> float:
    """S' = S (1 + e^w8 (11 - D) S^-w9 (e^(w10 (1 - R)) - 1) · bonus)."""
    growth = math.exp(W[10] * (1 - recall(days, stability))) - 1
    return stability * (1 + math.exp(W[8]) * (11 - difficulty) * stability ** -W[9] * growth * bonus)


def after_lapse(stability: float, difficulty: float, days: int) -> float:
    """S' = min(w11 D^-w12 ((S + 1)^w13 - 1) e^(w14 (1 - R)), S / e^(w17 w18))."""
    forgotten = W[11] * difficulty ** -W[12] * ((stability + 1) ** W[13] - 1)
    return min(forgotten * math.exp(W[14] * (1 - recall(days, stability))), stability / math.exp(W[17] * W[18]))


def same_day(stability: float, rating: int) -> float:
    """S' = S e^(w17 (G - 3 + w18)) S^-w19; at least S unless it was forgotten."""
    factor = math.exp(W[17] * (rating - 3 + W[18])) * stability ** -W[19]
    return stability * (factor if rating == 1 else max(1.0, factor))


def in_review(stability: float = 10.0, difficulty: float = 5.0, last_ms: int = NOON) -> CardState:
    return CardState("k", stability, difficulty, "review", None, last_ms + 10 * DAY, last_ms, reps=4, lapses=0)


def study(ratings_at: list[tuple[Rating, int]], clock: StudyClock = UTC_CLOCK) -> CardState:
    card = new_card("k")
    for rating, at_ms in ratings_at:
        card = Scheduler().review(card, rating, at_ms, clock)
    return card


@pytest.mark.parametrize(
    ("rating", "state", "step"),
    [
        (Rating.AGAIN, "learning", 0),
        (Rating.HARD, "learning", 0),
        (Rating.GOOD, "learning", 1),
        (Rating.EASY, "review", None),
    ],
)
def test_first_review(rating: Rating, state: str, step: int | None) -> None:
    card = Scheduler().review(new_card("k"), rating, NOON, UTC_CLOCK)
    assert card.stability == W[rating - 1]
    assert card.difficulty == pytest.approx(min(10, max(1, W[4] - math.exp(W[5] * (rating - 1)) + 1)), rel=1e-12)
    assert (card.state, card.step, card.reps, card.lapses, card.last_ms) == (state, step, 1, 0, NOON)


@pytest.mark.parametrize(("rating", "bonus"), [(Rating.HARD, W[15]), (Rating.GOOD, 1.0), (Rating.EASY, W[16])])
def test_recall_after_days(rating: Rating, bonus: float) -> None:
    card = Scheduler().review(in_review(), rating, NOON + 7 * DAY, UTC_CLOCK)
    assert card.stability == pytest.approx(after_recall(10.0, 5.0, 7, bonus), rel=1e-12)
    assert (card.state, card.reps, card.lapses) == ("review", 5, 0)


def test_lapse_after_days() -> None:
    card = Scheduler().review(in_review(), Rating.AGAIN, NOON + 7 * DAY, UTC_CLOCK)
    assert card.stability == pytest.approx(after_lapse(10.0, 5.0, 7), rel=1e-12)
    assert (card.state, card.step, card.lapses) == ("relearning", 0, 1)
    assert card.due_ms == NOON + 7 * DAY + 10 * MINUTE
    again = Scheduler().review(card, Rating.AGAIN, card.due_ms, UTC_CLOCK)
    assert again.lapses == 1  # forgetting while relearning is the same lapse


@pytest.mark.parametrize("rating", list(Rating))
def test_second_review_of_a_study_day(rating: Rating) -> None:
    card = Scheduler().review(in_review(), rating, NOON + 15 * HOUR, UTC_CLOCK)  # 03:00, before the rollover
    assert card.stability == pytest.approx(same_day(10.0, rating), rel=1e-12)


def test_the_next_morning_is_another_day_though_fsrs_alone_says_not() -> None:
    evening, morning = MIDNIGHT + 21 * HOUR, MIDNIGHT + 32 * HOUR
    card = Scheduler().review(in_review(last_ms=evening), Rating.GOOD, morning, UTC_CLOCK)
    assert card.stability == pytest.approx(after_recall(10.0, 5.0, 1), rel=1e-12)
    raw = fsrs.Card(1, fsrs.State.Review, None, 10.0, 5.0, due=date(morning), last_review=date(evening))
    alone, _ = fsrs.Scheduler(enable_fuzzing=False).review_card(raw, fsrs.Rating.Good, date(morning))
    assert alone.stability == pytest.approx(same_day(10.0, 3), rel=1e-12)


@pytest.mark.parametrize("offset", [0, 480, -480, 345])
@pytest.mark.parametrize("hour", [5, 21, 27])  # 27: three in the night, still the same study day
def test_whole_days_are_due_when_the_study_day_begins(offset: int, hour: int) -> None:
    clock = StudyClock(offset)
    local_midnight = MIDNIGHT - offset * MINUTE
    scheduled = Scheduler().schedule(new_card("k"), Rating.EASY, local_midnight + hour * HOUR, clock)
    days, rest = divmod(scheduled.interval_ms, DAY)
    assert rest == 0
    assert days in range(6, 11)
    assert scheduled.card.due_ms == local_midnight + days * DAY + 4 * HOUR


def test_steps_are_minutes_of_real_time() -> None:
    shown = Scheduler().preview(new_card("k"), NOON, UTC_CLOCK)
    assert [shown[rating] for rating in list(Rating)[:3]] == [MINUTE, 5.5 * MINUTE, 10 * MINUTE]
    assert Scheduler().review(new_card("k"), Rating.GOOD, NOON, UTC_CLOCK).due_ms == NOON + 10 * MINUTE


def test_a_step_across_the_rollover_counts_a_day() -> None:
    before = MIDNIGHT + 4 * HOUR - 1
    card = study([(Rating.AGAIN, before), (Rating.GOOD, before + MINUTE)])
    assert card.stability == pytest.approx(after_recall(W[0], W[4], 1), rel=1e-12)


def test_travel_and_a_clock_set_back_never_give_negative_days() -> None:
    shanghai, los_angeles = StudyClock(480), StudyClock(-480)
    first = Scheduler().review(in_review(last_ms=MIDNIGHT - 9 * DAY), Rating.GOOD, MIDNIGHT, shanghai)
    assert first.stability is not None
    landed = Scheduler().review(first, Rating.GOOD, MIDNIGHT + 4 * HOUR, los_angeles)
    assert landed.stability == pytest.approx(same_day(first.stability, 3), rel=1e-12)
    back = Scheduler().review(first, Rating.GOOD, MIDNIGHT - 30 * DAY, shanghai)
    assert back.stability == landed.stability
    assert back.last_ms == MIDNIGHT - 30 * DAY


def test_retrievability() -> None:
    scheduler = Scheduler()
    assert scheduler.retrievability(new_card("k"), NOON, UTC_CLOCK) == 0
    assert scheduler.retrievability(in_review(), NOON + HOUR, UTC_CLOCK) == 1
    assert scheduler.retrievability(in_review(), NOON + 10 * DAY, UTC_CLOCK) == pytest.approx(0.9, rel=1e-12)
    assert scheduler.retrievability(in_review(), NOON + 25 * DAY, UTC_CLOCK) == pytest.approx(recall(25, 10), rel=1e-12)


@pytest.mark.parametrize("retention", [0.70, 0.8, 0.95, 0.99])
def test_an_interval_is_where_recall_falls_to_the_desired_retention(retention: float) -> None:
    card = in_review(stability=300.0)
    after = Scheduler(retention).schedule(card, Rating.HARD, NOON + 50 * DAY, UTC_CLOCK)
    assert after.card.stability is not None
    exact = after.card.stability * (retention ** (-1 / W[20]) - 1) / (0.9 ** (-1 / W[20]) - 1)
    assert after.interval_ms == oracle_fuzz(round(exact), "k", 4) * DAY


def date(ms: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


def oracle_fuzz(days: int, key: str, reps: int) -> int:
    """The documented fuzz, written a second time: widths in thousandths of a day, the draw by a shift."""
    if days < 3:
        return days
    thousandths = 1000 + 150 * (min(days, 7) - 2.5) + 100 * max(min(days, 20) - 7, 0) + 50 * max(days - 20, 0)
    least = max(2, round(days - thousandths / 1000))
    greatest = min(36_500, round(days + thousandths / 1000))
    bits = int(hashlib.sha256(f"{key}#{reps}".encode()).hexdigest()[:16], 16) >> 11
    return least + (bits * (greatest - least + 1) >> 53)


HISTORIES = st.lists(st.tuples(st.sampled_from(list(Rating)), st.integers(0, 60)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_same_as_fsrs_where_a_day_is_24_hours(history: list[tuple[Rating, int]]) -> None:
    """At the same hour each time, whole 24 h and study days agree: every number must."""
    theirs = fsrs.Card(card_id=1, due=date(NOON))
    reference = fsrs.Scheduler(enable_fuzzing=False)
    ours, now = new_card("k"), NOON
    for rating, gap in history:
        now += gap * DAY
        theirs, _ = reference.review_card(theirs, fsrs.Rating(rating), date(now))
        scheduled = Scheduler().schedule(ours, rating, now, UTC_CLOCK)
        interval = (theirs.due - date(now)) // timedelta(milliseconds=1)
        if theirs.state == fsrs.State.Review:
            interval = oracle_fuzz(interval // DAY, "k", ours.reps) * DAY
        assert scheduled.interval_ms == interval
        ours = scheduled.card
        assert (ours.stability, ours.difficulty, ours.step) == (theirs.stability, theirs.difficulty, theirs.step)
        assert ours.state == theirs.state.name.lower()


@settings(max_examples=30, deadline=None)
@given(HISTORIES, st.integers(-720, 840))
def test_preview_is_what_a_review_gives(history: list[tuple[Rating, int]], offset: int) -> None:
    clock, now = StudyClock(offset), NOON
    card = new_card("k")
    for rating, gap in history:
        now += gap * 7 * HOUR
        shown = Scheduler().preview(card, now, clock)
        assert list(shown) == list(Rating)
        assert shown[rating] == Scheduler().schedule(card, rating, now, clock).interval_ms
        card = Scheduler().review(card, rating, now, clock)


def test_a_list_of_reviews_replayed() -> None:
    """Good, good, then good when due: stabilities by the formulas above, due days by the fuzz."""
    card = study([(Rating.GOOD, NOON), (Rating.GOOD, NOON + 10 * MINUTE)])
    stability = same_day(W[2], 3)
    assert card.stability == pytest.approx(stability, rel=1e-12)
    assert card.due_ms == MIDNIGHT + 4 * HOUR + oracle_fuzz(round(stability), "k", 1) * DAY
    assert card.difficulty is not None
    due, days = card.due_ms + 3 * HOUR, (card.due_ms - MIDNIGHT) // DAY
    after = Scheduler().review(card, Rating.GOOD, due, UTC_CLOCK)
    assert after.stability == pytest.approx(after_recall(stability, card.difficulty, days), rel=1e-12)
    assert (after.state, after.reps, after.lapses) == ("review", 3, 0)


def test_neither_the_clock_nor_the_global_generator_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "sleep", lambda seconds: pytest.fail("slept"))
    random.seed(1)
    before = random.getstate()
    first = Scheduler().preview(in_review(), NOON + 9 * DAY, UTC_CLOCK)
    assert random.getstate() == before
    random.seed(2)
    assert Scheduler().preview(in_review(), NOON + 9 * DAY, UTC_CLOCK) == first


@pytest.mark.parametrize("retention", [0.69, 0.991, 0, 1, 90, math.nan])
def test_desired_retention_is_checked(retention: float) -> None:
    with pytest.raises(DlquizError, match=r"not between 0\.70 and 0\.99"):
        Scheduler(retention)


def test_parameters_are_checked() -> None:
    with pytest.raises(DlquizError, match="has 21 parameters, and 19 were given"):
        Scheduler(parameters=W[:19])
    with pytest.raises(DlquizError, match=r"w4 = 11\.0 is not between 1\.0 and 10\.0"):
        Scheduler(parameters=[*W[:4], 11, *W[5:]])
    with pytest.raises(DlquizError, match="w0 = nan"):
        Scheduler(parameters=[math.nan, *W[1:]])
    assert Scheduler(parameters=W).settings == Scheduler().settings
    assert Scheduler(0.8).settings != Scheduler().settings


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (MINUTE, "1 m"),
        (5.5 * MINUTE, "6 m"),
        (59.4 * MINUTE, "59 m"),
        (59.6 * MINUTE, "1 h"),
        (23.6 * HOUR, "1 d"),
        (8 * DAY, "8 d"),
        (30 * DAY, "30 d"),
        (31 * DAY, "1 mo"),
        (91 * DAY, "3 mo"),
        (364 * DAY, "1.0 y"),
        (36_500 * DAY, "99.9 y"),
    ],
)
def test_interval_text(ms: float, text: str) -> None:
    assert interval_text(round(ms)) == text

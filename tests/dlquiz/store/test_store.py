"""The store: what goes in comes out, undo and override add rows, and the cards always equal a replay of the log."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlquiz.core.scheduling import CardState, Rating, Scheduler, StudyClock, new_card
from dlquiz.store import Counts, Entry, Review, Store, StoreError

MINUTE, DAY = 60_000, 86_400_000
Make = Callable[..., Review]


def expected(scheduler: Scheduler, *reviews: Review) -> CardState:
    """The state that the scheduler gives, without any store."""
    card = new_card(reviews[0].key)
    for one in reviews:
        clock = StudyClock(one.offset_minutes, one.rollover_hour)
        card = scheduler.review(card, one.rating, one.at_ms, clock)
    return card


def log_sizes(path: Path) -> dict[str, int]:
    """Row counts of the log, read by a connection of the test's own."""
    connection = sqlite3.connect(path)
    tables = ("reviews", "overrides", "undos")
    sizes = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}
    connection.close()
    return sizes


def test_a_review_comes_back_as_it_went_in(store: Store, review: Make) -> None:
    odd = review(answer='４hd² "x"; DROP\n\0\U0001f600', seed=-(2**63), misconceptions=("a", "乙"), rollover_hour=0)
    number = store.add_review(odd)
    assert store.reviews() == [Entry(number, odd, Rating.AGAIN, undone=False)]


def test_bytes_that_are_no_text_are_kept_escaped(store: Store, review: Make) -> None:
    store.add_review(review(answer="29\udcff"))
    assert store.reviews()[0].review.answer == "29\\udcff"


def test_a_review_schedules_its_card(store: Store, review: Make, now: int) -> None:
    first, second = review(rating=Rating.GOOD), review(rating=Rating.GOOD, at_ms=now + 10 * MINUTE)
    store.add_review(first)
    assert store.card(first.key) == expected(Scheduler(), first)
    store.add_review(second)
    assert store.card(first.key) == expected(Scheduler(), first, second)
    assert store.cards() == {first.key: expected(Scheduler(), first, second)}


def test_the_preview_shown_is_what_is_stored(store: Store, review: Make, now: int) -> None:
    store.add_review(review(rating=Rating.GOOD))
    later = now + 10 * MINUTE
    shown = Scheduler().schedule(store.card(review().key), Rating.EASY, later, review().clock)
    store.add_review(review(rating=Rating.EASY, at_ms=later))
    assert store.card(review().key) == shown.card


def test_the_rollover_hour_of_the_review_is_used(store: Store, review: Make, now: int) -> None:
    late = review(rating=Rating.EASY, offset_minutes=0, rollover_hour=13, at_ms=now)
    store.add_review(late)
    assert store.card(late.key).due_ms % DAY == 13 * 3_600_000


def test_what_does_not_count_is_kept_and_not_scheduled(store: Store, review: Make) -> None:
    store.add_review(review(counts=False))
    assert store.card(review().key) == new_card(review().key)
    assert store.cards() == store.replay() == {}
    assert len(store.reviews()) == 1


def test_an_override_is_a_further_row(store: Store, path: Path, review: Make, now: int) -> None:
    number = store.add_review(review())
    card = store.override(number, Rating.HARD, now + 1)
    assert card == store.card(review().key) == expected(Scheduler(), review(rating=Rating.HARD))
    assert store.override(number, Rating.EASY, now + 2) == expected(Scheduler(), review(rating=Rating.EASY))
    (entry,) = store.reviews()
    assert (entry.rating, entry.review.rating) == (Rating.EASY, Rating.AGAIN)
    assert log_sizes(path) == {"reviews": 1, "overrides": 2, "undos": 0}
    assert store.replay() == store.cards()


def test_an_override_of_an_older_review_replays_what_followed(store: Store, review: Make, now: int) -> None:
    older = store.add_review(review(rating=Rating.AGAIN))
    newer = review(rating=Rating.GOOD, at_ms=now + DAY)
    store.add_review(newer)
    card = store.override(older, Rating.EASY, now + DAY + 1)
    assert card == expected(Scheduler(), review(rating=Rating.EASY), newer)


def test_overrides_of_nothing_are_refused(store: Store, path: Path, review: Make, now: int) -> None:
    with pytest.raises(StoreError, match="there is no review 7"):
        store.override(7, Rating.GOOD, now)
    number = store.add_review(review())
    store.undo(now)
    with pytest.raises(StoreError, match="was undone"):
        store.override(number, Rating.GOOD, now)
    assert log_sizes(path)["overrides"] == 0


def test_undo_takes_back_the_newest_and_deletes_nothing(store: Store, path: Path, review: Make, now: int) -> None:
    first = store.add_review(review(rating=Rating.GOOD))
    second = store.add_review(review(key="other", rating=Rating.GOOD, at_ms=now - DAY))
    undone = store.undo(now + 1)
    assert undone is not None
    assert (undone.id, undone.undone, undone.review.key) == (second, True, "other")
    assert store.cards() == store.replay() == {review().key: expected(Scheduler(), review(rating=Rating.GOOD))}
    assert log_sizes(path) == {"reviews": 2, "overrides": 0, "undos": 1}
    assert [(entry.id, entry.undone) for entry in store.reviews()] == [(second, True), (first, False)]


def test_undo_of_one_review_leaves_newer_ones(store: Store, path: Path, review: Make, now: int) -> None:
    first = store.add_review(review(rating=Rating.GOOD))
    second = store.add_review(review(key="other", rating=Rating.GOOD))
    for _ in range(2):  # a second time it is as undone as before
        undone = store.undo(now + 1, first)
        assert undone is not None
        assert (undone.id, undone.undone) == (first, True)
        assert log_sizes(path)["undos"] == 1
    assert store.cards().keys() == store.replay().keys() == {"other"}
    newest = store.undo(now + 2)
    assert newest is not None
    assert newest.id == second
    with pytest.raises(StoreError, match="there is no review 7"):
        store.undo(now, 7)


def test_undo_goes_on_after_a_restart(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now) as store:
        numbers = [store.add_review(review(rating=Rating.GOOD, at_ms=now + n * DAY)) for n in range(3)]
        store.override(numbers[1], Rating.EASY, now + 3 * DAY)
        assert store.undo(now + 4 * DAY) is not None
    with Store.open(path, Scheduler(), now) as store:
        again = [store.undo(now + 5 * DAY), store.undo(now + 5 * DAY)]
        assert [entry.id for entry in again if entry] == [numbers[1], numbers[0]]
        assert store.undo(now + 5 * DAY) is None
        assert store.cards() == store.replay() == {}
        store.add_review(review(rating=Rating.HARD))
        assert store.card(review().key) == expected(Scheduler(), review(rating=Rating.HARD))
    assert log_sizes(path) == {"reviews": 4, "overrides": 1, "undos": 3}


def test_the_log_is_read_newest_first(store: Store, review: Make, now: int) -> None:
    numbers = [store.add_review(review(key=key, params=f"[{n}]")) for n, key in enumerate("abaab")]
    store.undo(now)
    store.add_review(review(key="a", params="[5]", counts=False))
    assert [entry.id for entry in store.reviews("a")] == [numbers[-1] + 1, *(numbers[n] for n in (3, 2, 0))]
    assert [entry.id for entry in store.reviews(limit=2)] == [numbers[-1] + 1, numbers[-1]]
    assert store.recent_params("a", 3) == ["[5]", "[3]", "[2]"]
    assert store.recent_params("b") == ["[4]", "[1]"]  # an undone instance was seen all the same


def test_misconceptions_are_counted_without_undone_ones(store: Store, review: Make, now: int) -> None:
    for names in (("padding-once",), (), ("padding-once", "no-plus-one"), ("no-plus-one",)):
        store.add_review(review(misconceptions=names))
    store.undo(now)
    store.add_review(review(key="other"))
    assert store.misconception_counts(review().key) == Counter({"padding-once": 2, "no-plus-one": 1})
    assert store.misconception_counts()["padding-once"] == 3


def test_counts(store: Store, review: Make, now: int) -> None:
    clock = StudyClock(480)
    start = clock.day_start(clock.study_day(now))
    store.add_review(review(key="yesterday", at_ms=start - 1))
    store.add_review(review(key="today", at_ms=start, rating=Rating.EASY))
    store.add_review(review(key="practice", at_ms=start, counts=False))
    store.add_review(review(key="undone", at_ms=start))
    store.undo(start)
    assert store.counts(now, clock) == Counts(due=1, done=1)
    assert store.counts(now + 30 * DAY, clock) == Counts(due=2, done=0)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["review", "practice", "override", "undo"]), st.integers(0, 3), st.sampled_from(Rating)),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ACTIONS)
def test_cards_equal_a_model_that_keeps_lists(
    tmp_path_factory: pytest.TempPathFactory, review: Make, now: int, actions: list[tuple[str, int, Rating]]
) -> None:
    """The model keeps [id, review, undone] and replays it by hand; reopening with other settings changes nothing."""
    path = tmp_path_factory.mktemp("model") / "dlquiz.db"
    model: list[tuple[int, Review]] = []
    with Store.open(path, Scheduler(), now) as store:
        for step, (action, place, rating) in enumerate(actions):
            at_ms = now + step * 7 * 3_600_000
            if action in ("review", "practice"):
                one = review(key=f"card-{place}", rating=rating, at_ms=at_ms, counts=action == "review")
                model.append((store.add_review(one), one))
            elif action == "undo" and model:
                assert store.undo(at_ms) is not None
                model.pop()
            elif action == "override" and model:
                number, one = model[place % len(model)]
                store.override(number, rating, at_ms)
                changed = review(key=one.key, rating=rating, at_ms=one.at_ms, counts=one.counts)
                model[place % len(model)] = (number, changed)
        by_key: dict[str, list[Review]] = {}
        for _, one in model:
            if one.counts:
                by_key.setdefault(one.key, []).append(one)
        wanted = {key: expected(Scheduler(), *ones) for key, ones in by_key.items()}
        assert store.cards() == wanted
        assert store.replay() == wanted
        assert store.verify() == []
    with Store.open(path, Scheduler(0.8), now, backup=False) as other:
        assert other.cards() == {key: expected(Scheduler(0.8), *ones) for key, ones in by_key.items()}

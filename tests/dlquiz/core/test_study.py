"""From a typed answer to a stored review: the order of things, and that faults lose nothing."""

import random
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass

import pytest
from samples import conv_size, ran

from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.oracle import Call, Failed
from dlquiz.core.remembering import Review
from dlquiz.core.scheduling import Rating, Scheduler, StudyClock, new_card
from dlquiz.core.session import Attempt, Session
from dlquiz.core.study import Engine, Study, failure
from dlquiz.core.verdicts import Unsettled

CLOCK = StudyClock(60)


@dataclass(frozen=True)
class Entry:
    id: int
    review: Review


class Log:
    """A store in memory that does what the protocol says."""

    def __init__(self):
        self.entries: list[Entry] = []
        self.overridden: list[tuple[int, Rating]] = []
        self.scheduler = Scheduler()

    def cards(self):
        return {entry.review.key: self.card(entry.review.key) for entry in self.entries}

    def card(self, key):
        card = new_card(key)
        for entry in self.entries:
            if entry.review.key == key and entry.review.counts:
                card = self.scheduler.review(card, entry.review.rating, entry.review.at_ms, CLOCK)
        return card

    def recent_params(self, key, n=5):
        return [entry.review.params for entry in reversed(self.entries) if entry.review.key == key][:n]

    def add_review(self, review):
        self.entries.append(Entry(1 + max((entry.id for entry in self.entries), default=0), review))
        return self.entries[-1].id

    def override(self, review_id, rating, at_ms):
        self.overridden.append((review_id, rating))
        return self.card(self.entries[review_id - 1].review.key)

    def undo(self, at_ms, review_id=None):
        wanted = [entry for entry in self.entries if review_id in (None, entry.id)]
        if wanted:
            self.entries.remove(wanted[-1])
        return wanted[-1] if wanted else None

    def misconception_counts(self, key=None):
        return Counter(name for entry in self.entries for name in entry.review.misconceptions)


class Oracle:
    def __init__(self, value=None):
        self.value = value
        self.asked = []

    def submit(self, calls, *, evidence=False):
        self.asked.append(calls)
        future = Future()
        future.set_result([ran(self.value)])
        return future


def study(log=None):
    session = Session([conv_size(), conv_size(id="other")], log or Log(), random.Random(3))
    return Study(session, session.memory, Oracle(), Scheduler(), CLOCK, engine=Engine("f00d", "2.13"))


def truth_of(values):
    return (values["n"] + 2 * values["p"] - values["k"]) // values["s"] + 1


def answer(desk, attempt, text, now=5_000):
    instance = attempt.instance
    desk.oracle.value = truth_of(instance.values)
    reading = instance.question.read(text, instance.values)
    verdict = desk.judge(attempt, reading, desk.run(instance).result())
    return desk.store(attempt, text, verdict, now)


def test_a_right_answer_is_good_and_everything_of_it_is_stored():
    desk = study()
    attempt = desk.show(1_000)
    right = str(truth_of(attempt.instance.values))
    stored = answer(desk, attempt, right)
    review = desk.log.entries[0].review
    assert (stored.rating, review.rating, review.outcome) == (Rating.GOOD, Rating.GOOD, "right")
    assert (review.key, review.rev, review.seed) == ("convolution/conv-output-size", 1, attempt.instance.seed)
    assert (review.duration_ms, review.offset_minutes) == (4_000, 60)
    assert (review.answer, review.device, review.engine, review.torch) == (right, "cpu", "f00d", "2.13")
    assert review.counts
    assert stored.intervals[Rating.AGAIN] == 60_000
    assert desk.session.done == 1


def test_a_right_answer_after_a_hint_is_hard_and_a_wrong_one_again():
    desk = study()
    attempt = desk.show(0)
    attempt.hints = 1
    assert answer(desk, attempt, str(truth_of(attempt.instance.values))).rating is Rating.HARD
    attempt = desk.show(0)
    assert answer(desk, attempt, "0").rating is Rating.AGAIN


def test_what_cannot_be_read_stores_nothing():
    desk = study()
    attempt = desk.show(0)
    with pytest.raises(Unreadable):
        answer(desk, attempt, "2 +")
    assert desk.log.entries == []
    assert desk.show(0).instance is attempt.instance


def test_an_engine_that_fails_stores_nothing():
    desk = study()
    attempt = desk.show(0)
    outcomes = [failed()]
    with pytest.raises(Unsettled, match="hangs"):
        desk.judge(attempt, attempt.instance.question.read("1", {}), outcomes)
    assert failure(outcomes) is outcomes[0]
    assert desk.log.entries == []


def failed():
    return Failed(Call("conv.output_size", {}), "timeout", "it hangs")


def test_a_call_that_cannot_be_filled_fails_in_a_sentence():
    class Broken:
        question = conv_size()

        @property
        def calls(self):
            raise Undefined("'x' has no value")

        def __str__(self):
            return "convolution/x@1#5"

    (outcome,) = study().run(Broken()).result()
    assert "'x' has no value" in outcome.message


def test_misconceptions_are_counted_over_time():
    desk = study()
    for count in (1, 2):
        attempt = desk.session.aimed(conv_size(), ["no-plus-one"])
        stored = answer(desk, Attempt(attempt, 0), str(truth_of(attempt.values) - 1))
        assert stored.times_met["no-plus-one"] == count


def test_practice_is_stored_and_schedules_nothing():
    desk = study()
    stored = answer(desk, desk.show(0), "0")
    before, done = desk.log.card(stored.attempt.instance.question.key), desk.session.done
    practice = desk.practise(stored, 0)
    answer(desk, practice, "0")
    assert not desk.log.entries[-1].review.counts
    assert desk.log.card(stored.attempt.instance.question.key) == before
    assert desk.session.done == done


def test_regrading_is_a_further_row():
    desk = study()
    stored = answer(desk, desk.show(0), "0")
    assert desk.regrade(stored, Rating.EASY, 9).rating is Rating.EASY
    assert desk.log.overridden == [(stored.id, Rating.EASY)]
    assert desk.history[-1].rating is Rating.EASY


def test_undo_returns_to_the_instance_and_then_to_older_reviews():
    log = Log()
    log.add_review(study_review())
    desk = study(log)
    attempt = desk.show(0)
    answer(desk, attempt, "0")
    again = desk.undo(7)
    assert again.instance is attempt.instance
    assert desk.show(8).instance is attempt.instance
    older = desk.undo(9)
    assert older.review.key == "old/card"
    assert desk.undo(10) is None


def test_undo_takes_back_what_this_session_shows_though_another_program_stored_since():
    desk = study()
    attempt = desk.show(0)
    answer(desk, attempt, "0")
    desk.log.add_review(study_review())
    assert desk.undo(9).instance is attempt.instance
    assert [entry.review.key for entry in desk.log.entries] == ["old/card"]
    assert desk.undo(10).review.key == "old/card"


@pytest.mark.parametrize("method", ["card", "misconception_counts", "add_review"])
def test_a_log_that_fails_on_the_way_stores_nothing_and_the_answer_may_be_given_again(method, monkeypatch):
    desk = study()
    attempt = desk.show(0)

    def locked(*_):
        raise OSError("locked")

    with monkeypatch.context() as patch:
        patch.setattr(desk.log, method, locked)
        with pytest.raises(OSError, match="locked"):
            answer(desk, attempt, "0")
    assert not desk.log.entries
    assert answer(desk, attempt, "0").id == 1


def test_an_idea_is_counted_with_the_review_that_showed_it():
    desk = study()
    attempt = desk.show(0)
    values = attempt.instance.values
    once = (values["n"] + values["p"] - values["k"]) // values["s"] + 1
    for times in (1, 2):
        assert answer(desk, Attempt(attempt.instance, 0), str(once)).times_met == {"padding-once": times}


def study_review():
    return Review(
        key="old/card", rev=1, seed=1, params="{}", prompt_hash="", answer="", outcome="right",
        rating=Rating.GOOD, at_ms=1, offset_minutes=0,
    )  # fmt: skip


def test_a_conflict_between_bank_and_engine_does_not_count():
    desk = study()
    attempt = desk.show(0)
    desk.oracle.value = truth_of(attempt.instance.values) + 1
    outcomes = desk.run(attempt.instance).result()
    reading = attempt.instance.question.read("1", attempt.instance.values)
    desk.store(attempt, "1", desk.judge(attempt, reading, outcomes), 1)
    assert not desk.log.entries[0].review.counts

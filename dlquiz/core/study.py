"""Studying: what lies between a learner's key and a stored review. The app and the plain mode both stand on it.

The order is fixed: a typed answer is read, the engine's run is awaited, the answer is marked, the review is stored,
and only then does anybody see the verdict. A fault on the way stores nothing and loses nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from dlquiz.core.expressions import Undefined
from dlquiz.core.oracle import Call, Failed, Oracle, Outcome
from dlquiz.core.questions import Instance
from dlquiz.core.remembering import Review, params_text, shown_text, text_hash
from dlquiz.core.scheduling import CardState, Rating, StudyClock
from dlquiz.core.session import Attempt, Memory, Session
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Reading, Truth, Verdict


class Entry(Protocol):
    """A stored review, as the log hands it back."""

    @property
    def id(self) -> int:
        """Its number in the log."""
        ...

    @property
    def review(self) -> Review:
        """What was stored."""
        ...


class Log(Memory, Protocol):
    """What studying asks of the store. Every method returns once its row is on disk."""

    def add_review(self, review: Review) -> int:
        """Store a review and return its id."""
        ...

    def override(self, review_id: int, rating: Rating, at_ms: int) -> CardState:
        """Grade a stored review anew."""
        ...

    def undo(self, at_ms: int, review_id: int | None = None) -> Entry | None:
        """Take back a review; without an id the newest that was not taken back yet."""
        ...

    def card(self, key: str) -> CardState:
        """Return a card, a new one where there was no review."""
        ...

    def misconception_counts(self, key: str | None = None) -> Counter[str]:
        """Return how often each misconception was met."""
        ...


class Grader(Protocol):
    """What studying asks of the scheduler."""

    def preview(self, card: CardState, now_ms: int, clock: StudyClock) -> dict[Rating, int]:
        """Return the interval in milliseconds that each rating would give."""
        ...


class Engine(NamedTuple):
    """Which engine marked an answer: the fingerprint of its source, and torch's version."""

    fingerprint: str = ""
    torch: str = ""


class Stored(NamedTuple):
    """A review on disk: its attempt and verdict, the grade, and what each grade would mean."""

    id: int
    attempt: Attempt
    verdict: Verdict
    rating: Rating
    intervals: dict[Rating, int]
    times_met: Mapping[str, int]


@dataclass(eq=False, repr=False)
class Study:
    """One learner, one session."""

    session: Session
    log: Log
    oracle: Oracle
    grader: Grader
    clock: StudyClock
    language: Language = "en"
    engine: Engine = field(default_factory=Engine)
    history: list[Stored] = field(default_factory=list)

    def show(self, now_ms: int) -> Attempt | None:
        """Return the next attempt, or None at the end of the session."""
        instance = self.session.next(now_ms)
        return None if instance is None else Attempt(instance, now_ms)

    def practise(self, stored: Stored, now_ms: int) -> Attempt:
        """Return a practice attempt: aimed where the wrong ideas of that review show, and not scheduled."""
        ideas = [diagnosis.id for diagnosis in stored.verdict.diagnoses]
        instance = self.session.aimed(stored.attempt.instance.question, ideas)
        return Attempt(instance, now_ms, practice=True)

    def run(self, instance: Instance) -> "Future[Sequence[Outcome]]":
        """Start every engine call that settles the instance; with evidence, so that it is there when asked for."""
        try:
            calls = instance.calls
        except Undefined as error:
            call = Call(instance.question.key, {})
            impossible: Future[Sequence[Outcome]] = Future()
            impossible.set_result([Failed(call, "error", f"{instance} cannot be run: {error}")])
            return impossible
        return self.oracle.submit(calls, evidence=True)

    def trial(self, attempt: Attempt, reading: Reading) -> "Future[Sequence[Outcome]]":
        """Start the runs of what the answer builds; done at once where it builds nothing."""
        return trial(attempt.instance, reading, self.oracle)

    def reveal(self, attempt: Attempt, outcomes: Sequence[Outcome]) -> Truth:
        """Return what the runs establish, to be shown before learners grade themselves; raises Unsettled."""
        truth = attempt.instance.question.settle(attempt.instance.values, outcomes)
        attempt.revealed = True
        return truth

    def judge(
        self, attempt: Attempt, reading: Reading, outcomes: Sequence[Outcome], tried: Sequence[Outcome] = ()
    ) -> Verdict:
        """Mark a reading, after ``tried``, the outcomes of its trial.

        Raises Unsettled when the engine gave no value, and Unreadable when nothing could be built of the answer.
        """
        instance = attempt.instance
        truth = instance.question.settle(instance.values, outcomes)
        return instance.question.mark(instance.question.tried(reading, tried), truth, instance.values)

    def store(self, attempt: Attempt, answer: str, verdict: Verdict, now_ms: int) -> Stored:
        """Store the review; returns when it is on disk."""
        instance = attempt.instance
        key = instance.question.key
        ideas = Counter(diagnosis.id for diagnosis in verdict.diagnoses)
        counted = self.log.misconception_counts(key) + ideas
        intervals = self.grader.preview(self.log.card(key), now_ms, self.clock)
        rating = attempt.rating(verdict)
        # Last of all that can fail: what fails before it stores nothing, and the answer may be given again.
        number = self.log.add_review(self._review(attempt, answer, verdict, rating, now_ms))
        if not attempt.practice:
            self.session.answered(instance)
        stored = Stored(number, attempt, verdict, rating, intervals, {idea: counted[idea] for idea in ideas})
        self.history.append(stored)
        return stored

    def _review(self, attempt: Attempt, answer: str, verdict: Verdict, rating: Rating, now_ms: int) -> Review:
        instance = attempt.instance
        run = verdict.truth.run
        return Review(
            key=instance.question.key,
            rev=instance.question.rev,
            seed=instance.seed,
            params=params_text(instance.values),
            prompt_hash=text_hash(shown_text(instance, self.language)),
            answer=answer,
            outcome=verdict.result.value,
            rating=rating,
            at_ms=now_ms,
            offset_minutes=self.clock.offset_minutes,
            misconceptions=tuple(diagnosis.id for diagnosis in verdict.diagnoses),
            hints=attempt.hints,
            duration_ms=max(0, now_ms - attempt.shown_ms),
            counts=verdict.counts and not attempt.practice,
            score=verdict.score,
            engine=self.engine.fingerprint,
            torch=self.engine.torch,
            device=(run.device or "") if run else "",
            lang=self.language,
            rollover_hour=self.clock.rollover_hour,
        )

    def regrade(self, stored: Stored, rating: Rating, now_ms: int) -> Stored:
        """Grade a stored review anew, as one further row of the log."""
        self.log.override(stored.id, rating, now_ms)
        self.session.regraded()
        graded = stored._replace(verdict=stored.verdict.regraded(rating.value), rating=rating)
        self.history = [graded if item.id == stored.id else item for item in self.history]
        return graded

    def undo(self, now_ms: int) -> Attempt | Entry | None:
        """Take back the newest review of this session, whatever another dlquiz has stored since; else of the log.

        Returns a fresh attempt at the same instance when it was of this session, the stored entry when it was not,
        and None when there is nothing to take back.
        """
        if not self.history:
            return self.log.undo(now_ms)
        self.log.undo(now_ms, self.history[-1].id)
        attempt = self.history.pop().attempt
        if not attempt.practice:
            self.session.taken_back(attempt.instance)
        return Attempt(attempt.instance, now_ms, attempt.hints, attempt.practice)


def trial(instance: Instance, reading: Reading, oracle: Oracle) -> "Future[Sequence[Outcome]]":
    """Start the runs of what an answer builds; done at once where it builds nothing."""
    calls = instance.question.trial(reading, instance.values)
    if calls:
        return oracle.submit(calls, evidence=True)
    nothing: Future[Sequence[Outcome]] = Future()
    nothing.set_result(())
    return nothing


def failure(outcomes: Sequence[Outcome]) -> Failed | None:
    """Return the first outcome that gave no value."""
    return next((outcome for outcome in outcomes if isinstance(outcome, Failed)), None)

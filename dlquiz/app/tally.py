"""What a session came to: how it went, which wrong ideas were met, and when the cards come back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from dlquiz.app.sitting import Sitting
from dlquiz.core.study import Stored
from dlquiz.core.verdicts import Diagnosis, Result


@dataclass(frozen=True)
class Idea:
    """A wrong idea that was met: how often, and the last review that showed it."""

    diagnosis: Diagnosis
    count: int
    last: Stored


@dataclass(frozen=True)
class Tally:
    """The figures of a session; a right answer after a hint counts in ``right`` and in ``hinted``.

    ``returns`` has each card's key and interval in ms, the soonest first; ``next_due_ms`` is the time until a card of
    this session's topics is due, None if none was ever reviewed.
    """

    right: int
    wrong: int
    hinted: int
    practice: int
    ideas: tuple[Idea, ...]
    returns: tuple[tuple[str, int], ...]
    spent_ms: int
    next_due_ms: int | None


def tally(sitting: Sitting) -> Tally:
    """Return what the session came to until this moment. Raises DlquizError."""
    history = sitting.study.history
    scheduled = [stored for stored in history if not stored.attempt.practice]
    right = [stored for stored in scheduled if stored.verdict.result is Result.RIGHT]
    return Tally(
        right=len(right),
        wrong=len(scheduled) - len(right),
        hinted=sum(1 for stored in right if stored.attempt.hints),
        practice=len(history) - len(scheduled),
        ideas=_ideas(history),
        returns=_returns(scheduled),
        spent_ms=sitting.now() - sitting.started_ms,
        next_due_ms=_next_due(sitting),
    )


def _ideas(history: Sequence[Stored]) -> tuple[Idea, ...]:
    counts: Counter[str] = Counter()
    last: dict[str, tuple[Diagnosis, Stored]] = {}
    for stored in history:
        for diagnosis in stored.verdict.diagnoses:
            counts[diagnosis.id] += 1
            last[diagnosis.id] = (diagnosis, stored)
    return tuple(Idea(last[name][0], count, last[name][1]) for name, count in counts.most_common())


def _returns(scheduled: Sequence[Stored]) -> tuple[tuple[str, int], ...]:
    found = {
        stored.attempt.instance.question.key: stored.intervals[stored.rating]
        for stored in scheduled
        if stored.verdict.counts
    }
    return tuple(sorted(found.items(), key=lambda item: item[1]))


def _next_due(sitting: Sitting) -> int | None:
    cards = sitting.study.log.cards()
    due = [cards[question.key].due_ms for question in sitting.study.session.questions if question.key in cards]
    return max(0, min(due) - sitting.now()) if due else None

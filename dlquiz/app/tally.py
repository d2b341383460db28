"""What a session came to: how it went, which wrong ideas were met, and when the cards come back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dlquiz.app.sitting import Sitting
from dlquiz.core.study import Stored
from dlquiz.core.texts import Text
from dlquiz.core.verdicts import Diagnosis, Result


@dataclass(frozen=True)
class Idea:
    """A wrong idea that was met: how often, and the last review that showed it.

    Where it was the misjudging of a claim, ``claim`` is that claim and ``holds`` says whether it is true.
    """

    diagnosis: Diagnosis
    count: int
    last: Stored
    claim: Text | None = None
    holds: bool = False


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
    found: dict[tuple[str, Text | None], Idea] = {}
    for stored in history:
        for diagnosis, claim, holds in _met(stored):
            name = diagnosis.id, None if diagnosis.id else claim or diagnosis.says
            count = found[name].count + 1 if name in found else 1
            found[name] = Idea(diagnosis, count, stored, claim, holds)
    return tuple(sorted(found.values(), key=lambda idea: -idea.count))


def _met(stored: Stored) -> Iterator[tuple[Diagnosis, Text | None, bool]]:
    """Yield the wrong ideas of a review; those of a question with claims are the claims misjudged, in their order."""
    verdict, instance = stored.verdict, stored.attempt.instance
    if instance.question.form != "pick_many":
        yield from ((diagnosis, None, False) for diagnosis in verdict.diagnoses)
        return
    options = instance.question.options(instance.values)
    judged = zip(options, verdict.reading.value, verdict.truth.value, strict=True)
    misjudged = [(option, holds) for option, said, holds in judged if said != holds]
    yield from ((diagnosis, *claim) for diagnosis, claim in zip(verdict.diagnoses, misjudged, strict=True))


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

"""Past answers marked again by the questions as they are: which verdicts would be others, and which cannot be told.

An answer is only marked where its question still asks what it asked: the same parameters, the same texts.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.oracle import Call, Outcome
from dlquiz.core.questions import Instance, Question
from dlquiz.core.remembering import Review, shown_text, text_hash
from dlquiz.core.restoring import Unfit, restored
from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Attempt
from dlquiz.core.texts import Language
from dlquiz.core.verdicts import Reading, Unsettled, Verdict


class Entry(Protocol):
    """A stored review, its rating after overrides, and whether it was undone."""

    @property
    def id(self) -> int:
        """Its number in the log."""
        ...

    @property
    def review(self) -> Review:
        """What was stored."""
        ...

    @property
    def rating(self) -> Rating:
        """The grade that counts: the learner's own, where there is one."""
        ...

    @property
    def undone(self) -> bool:
        """Whether it was taken back."""
        ...


class Runs(Protocol):
    """Runs engine calls; what was started before is not run again."""

    def start(self, calls: Iterable[Call]) -> None:
        """Begin to run calls."""
        ...

    def outcomes(self, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Return what came of calls, in their order; waits for it."""
        ...


Progress = Callable[[int, int], None]
"""Told how many of how many reviews are done."""

_AT_ONCE = 256
"""Reviews whose runs are started together."""


class Why(StrEnum):
    """Why an answer was not marked again."""

    UNDONE = "undone"
    SELF_GRADED = "self_graded"
    GONE = "gone"
    BROKEN = "broken"
    PARAMETERS = "parameters"
    REWORDED = "reworded"
    UNREADABLE = "unreadable"
    UNSETTLED = "unsettled"
    CONFLICT = "conflict"


class Marked(NamedTuple):
    """A review whose answer was marked again."""

    entry: Entry
    instance: Instance
    verdict: Verdict

    @property
    def changed(self) -> bool:
        """Whether the result is another one than was stored."""
        return self.verdict.result.value != self.entry.review.outcome

    @property
    def grade(self) -> Rating:
        """The grade that the verdict would have given."""
        review = self.entry.review
        return Attempt(self.instance, review.at_ms, review.hints).rating(self.verdict)

    @property
    def own_grade(self) -> Rating | None:
        """The grade that the learner gave instead of the verdict's, if they did."""
        return None if self.entry.rating is self.entry.review.rating else self.entry.rating


class Unmarked(NamedTuple):
    """A review whose answer could not be marked again, or need not be; ``said`` tells more where there is more."""

    entry: Entry
    why: Why
    said: str = ""


class _Ready(NamedTuple):
    """An answer that was read; ``calls`` settle its instance, ``trial`` runs what it builds."""

    entry: Entry
    instance: Instance
    reading: Reading
    calls: tuple[Call, ...]
    trial: tuple[Call, ...]


def mark_again(
    entries: Sequence[Entry],
    questions: Mapping[str, Question],
    broken: Collection[str],
    runs: Runs,
    progress: Progress | None = None,
) -> list[Marked | Unmarked]:
    """Return what becomes of every review, in their order.

    Args:
        entries: The reviews.
        questions: The questions as they are, by their keys.
        broken: The keys of questions that are there and cannot be read.
        runs: Runs the engine calls, each (function, arguments) once.
        progress: Told after each review.
    """
    found: list[Marked | Unmarked] = []
    for one in _started(entries, questions, broken, runs):
        found.append(_marked(one, runs) if isinstance(one, _Ready) else one)
        if progress is not None:
            progress(len(found), len(entries))
    return found


def _started(
    entries: Sequence[Entry], questions: Mapping[str, Question], broken: Collection[str], runs: Runs
) -> Iterator[_Ready | Unmarked]:
    """Yield the reviews with their runs started, and those of the next ones, so that the engine never has to wait."""
    ahead: list[_Ready | Unmarked] = []
    for first in range(0, len(entries), _AT_ONCE):
        behind, ahead = ahead, [_prepared(entry, questions, broken) for entry in entries[first : first + _AT_ONCE]]
        runs.start(call for one in ahead if isinstance(one, _Ready) for call in (*one.calls, *one.trial))
        yield from behind
    yield from ahead


def _prepared(entry: Entry, questions: Mapping[str, Question], broken: Collection[str]) -> _Ready | Unmarked:
    review = entry.review
    question = questions.get(review.key)
    if entry.undone:
        return Unmarked(entry, Why.UNDONE)
    if question is None:
        return Unmarked(entry, Why.BROKEN if review.key in broken else Why.GONE)
    if question.form == "reveal":
        return Unmarked(entry, Why.SELF_GRADED)
    try:
        return _ready(entry, restored(question, review.seed, review.params))
    except Unfit as error:
        return Unmarked(entry, Why.PARAMETERS, str(error))


def _ready(entry: Entry, instance: Instance) -> _Ready | Unmarked:
    question, review, values = instance.question, entry.review, instance.values
    language: Language = "zh" if review.lang == "zh" else "en"
    try:
        if text_hash(shown_text(instance, language)) != review.prompt_hash:
            return Unmarked(entry, Why.REWORDED)
        reading = question.read(review.answer, values)
        return _Ready(entry, instance, reading, question.calls(values), question.trial(reading, values))
    except Unreadable as error:
        return Unmarked(entry, Why.UNREADABLE, str(error))
    except Undefined as error:
        return Unmarked(entry, Why.UNSETTLED, str(error))


def _marked(ready: _Ready, runs: Runs) -> Marked | Unmarked:
    entry, instance = ready.entry, ready.instance
    question, values = instance.question, instance.values
    try:
        truth = question.settle(values, runs.outcomes(ready.calls))
        if truth.conflict is not None:
            return Unmarked(entry, Why.CONFLICT, truth.conflict)
        tried = question.tried(ready.reading, runs.outcomes(ready.trial))
        return Marked(entry, instance, question.mark(tried, truth, values))
    except Unreadable as error:
        return Unmarked(entry, Why.UNREADABLE, str(error))
    except (Undefined, Unsettled) as error:
        return Unmarked(entry, Why.UNSETTLED, str(error))

"""Past answers marked again by the questions as they are: which verdicts would be others, and which cannot be told.

An answer is only marked where its question still asks what it asked: the same parameters, the same texts.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.oracle import Call, Oracle, Outcome
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
    entries: Iterable[Entry], questions: Mapping[str, Question], broken: Collection[str], oracle: Oracle
) -> list[Marked | Unmarked]:
    """Return what becomes of every review, in their order.

    Each (function, arguments) runs once. ``broken`` are the keys of questions that are there and cannot be read.
    """
    prepared = [_prepared(entry, questions, broken) for entry in entries]
    ready = [one for one in prepared if isinstance(one, _Ready)]
    ran = _run([call for one in ready for call in (*one.calls, *one.trial)], oracle)
    return [_marked(one, ran) if isinstance(one, _Ready) else one for one in prepared]


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


def _marked(ready: _Ready, ran: Mapping[str, Outcome]) -> Marked | Unmarked:
    entry, instance = ready.entry, ready.instance
    question, values = instance.question, instance.values
    try:
        truth = question.settle(values, _outcomes(ready.calls, ran))
        if truth.conflict is not None:
            return Unmarked(entry, Why.CONFLICT, truth.conflict)
        tried = question.tried(ready.reading, _outcomes(ready.trial, ran))
        return Marked(entry, instance, question.mark(tried, truth, values))
    except Unreadable as error:
        return Unmarked(entry, Why.UNREADABLE, str(error))
    except (Undefined, Unsettled) as error:
        return Unmarked(entry, Why.UNSETTLED, str(error))


def _run(calls: Sequence[Call], oracle: Oracle) -> dict[str, Outcome]:
    named = {_name(call): call for call in calls}
    return dict(zip(named, oracle.submit(list(named.values())).result(), strict=True)) if named else {}


def _outcomes(calls: Iterable[Call], ran: Mapping[str, Outcome]) -> list[Outcome]:
    return [ran[_name(call)] for call in calls]


def _name(call: Call) -> str:
    return f"{call.function} {json.dumps(call.arguments, sort_keys=True)}"

"""What a run established, and what marking an answer against it says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, NamedTuple

from dlquiz.core.oracle import Block, Failed, LegKind, Outcome, Ran
from dlquiz.core.texts import Text


class Level(StrEnum):
    """How well an answer is backed; learners see it."""

    PROVED = "proved"
    """Two legs of different kinds agree, or a run agrees with a published figure, or a claim and its control do."""
    COMPUTED = "computed"
    """One leg."""
    ASSERTED = "asserted"
    """No leg."""
    CITED = "cited"
    """A reported fact that no run can settle, with its source."""


class Leg(NamedTuple):
    """One way of arriving at the answer: what was evaluated or run, and what came out."""

    kind: LegKind
    what: str
    value: Any
    function: str | None = None
    device: str | None = None
    ms: float | None = None
    evidence: Sequence[Block] = ()


_WORST_LAST = (Level.CITED, Level.PROVED, Level.COMPUTED, Level.ASSERTED)


def lowest(levels: Iterable[Level]) -> Level:
    """Return the level that backs an answer least; asserted where there is none.

    >>> lowest([Level.PROVED, Level.COMPUTED]).value
    'computed'
    """
    return max(levels, key=_WORST_LAST.index, default=Level.ASSERTED)


@dataclass(frozen=True, eq=False, repr=False)
class Truth:
    """What the runs established for one instance.

    ``wrong`` holds the value of each misconception by its id, ``elsewhere`` the value under each other convention.
    ``conflict`` says where bank and engine disagree; such a review does not count. ``options`` holds what each option
    stands for, in the order of the instance.
    """

    value: Any
    legs: tuple[Leg, ...]
    level: Level
    wrong: Mapping[str, Any] = field(default_factory=dict)
    elsewhere: tuple[Any, ...] = ()
    conflict: str | None = None
    options: tuple[Any, ...] = ()

    @property
    def run(self) -> Leg | None:
        """The leg on which the verdict rests: the first that the engine ran."""
        return next((leg for leg in self.legs if leg.function is not None), None)


class Unsettled(Exception):  # noqa: N818 - it names a state of the question
    """Nothing can be marked, for there is no right answer; the text is one sentence.

    ``fix`` says what the author of the question can do, where that is known.
    """

    def __init__(self, sentence: str, fix: str | None = None) -> None:
        super().__init__(sentence)
        self.fix = fix


def values_of(outcomes: Sequence[Outcome]) -> list[Ran]:
    """Return the outcomes when all of them ran; raises Unsettled with the first that did not."""
    ran: list[Ran] = []
    for outcome in outcomes:
        if isinstance(outcome, Failed):
            raise Unsettled(outcome.message)
        ran.append(outcome)
    return ran


class Reading(NamedTuple):
    """A typed answer as it was understood: its value, and how it reads."""

    value: Any
    text: str


class Result(StrEnum):
    """What becomes of a readable answer."""

    RIGHT = "right"
    WRONG = "wrong"
    ELSEWHERE = "elsewhere"


class Diagnosis(NamedTuple):
    """A wrong idea that gives exactly what was answered, and what its author says to it."""

    id: str
    says: Text


@dataclass(frozen=True, eq=False, repr=False)
class Verdict:
    """What marking says: the result, the share that was right, why, and what it rests on.

    ``grade`` is what the learner gave themselves, from 1 (Again) to 4 (Easy), where a question asks for that.
    """

    result: Result
    score: float
    reading: Reading
    truth: Truth
    diagnoses: tuple[Diagnosis, ...] = ()
    grade: int | None = None

    @property
    def counts(self) -> bool:
        """Whether the review is scheduled: not when bank and engine disagree."""
        return self.truth.conflict is None

    def regraded(self, grade: int) -> "Verdict":
        """Return the verdict under another grade; where learners judge themselves, that is another result."""
        if self.grade is None:
            return self
        known = grade > 1
        return replace(self, result=Result.RIGHT if known else Result.WRONG, score=float(known), grade=grade)

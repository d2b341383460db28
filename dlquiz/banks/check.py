"""The checker: every instance of every question is run, and what does not hold becomes a complaint with its place.

A question is proved when, on all instances checked, two legs of different kinds agree, or a run meets a published
figure, or every experiment gives what its claim says and its control the opposite.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from dlquiz.banks.complaints import Complaint, complaint, ordered
from dlquiz.banks.examination import Examination
from dlquiz.banks.examine_claims import ClaimsExamination
from dlquiz.banks.examine_computed import ComputedExamination
from dlquiz.banks.examine_construct import ConstructExamination
from dlquiz.banks.examine_expression import ExpressionExamination
from dlquiz.banks.runs import Runs
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.oracle import Call, Failed, Oracle, Outcome
from dlquiz.core.questions import Question
from dlquiz.core.verdicts import Level

LIMIT = 20_000
"""A domain of at most so many settings is gone through; a larger one is sampled, with its corners."""
PROBED = 16
"""How many instances are tried first; a question of which none ran is not tried further."""
CHUNK = 512

Progress = Callable[[int, int], None]
"""Told how many of how many questions are done."""

_Asked: TypeAlias = tuple[dict[str, Any], tuple[Call, ...]]

_EXAMINATIONS: tuple[tuple[type[Question], Callable[[Any, int, Runs], Examination]], ...] = (
    (Symbolic, ExpressionExamination),
    (Computed, ComputedExamination),
    (Claims, ClaimsExamination),
    (Construct, ConstructExamination),
)
"""Kinds with more to be asked than every question; the others need no line here."""


@dataclass(frozen=True)
class Checked:
    """What was found out of one question: its level, on how many instances, and whether these are all there are."""

    key: str
    level: Level
    instances: int
    complete: bool
    sound: bool

    @property
    def proved(self) -> bool:
        """Whether nothing is wrong with it and every instance is proved."""
        return self.sound and self.level is Level.PROVED


@dataclass(frozen=True)
class Report:
    """What a check found out; complaints stand in the order of their places."""

    questions: tuple[Checked, ...]
    complaints: tuple[Complaint, ...]
    calls: int = 0

    @property
    def proved(self) -> int:
        """How many questions are proved."""
        return sum(question.proved for question in self.questions)

    def to_json(self) -> dict[str, Any]:
        """Return what ``check --format json`` prints."""
        findings = [item.to_json() for item in self.complaints]
        return {"questions": len(self.questions), "proved": self.proved, "findings": findings}


def check(
    questions: Iterable[Question],
    oracle: Oracle,
    *,
    limit: int = LIMIT,
    complaints: Iterable[Complaint] = (),
    progress: Progress | None = None,
) -> Report:
    """Return what running every question shows, together with the complaints of their reading."""
    asked, runs = list(questions), Runs(oracle)
    found, checked = list(complaints), []
    for number, question in enumerate(asked):
        one, noted = _examine(question, runs, limit)
        checked.append(one)
        found += noted
        if progress is not None:
            progress(number + 1, len(asked))
    return Report(tuple(checked), tuple(ordered(found)), runs.count)


def _examine(question: Question, runs: Runs, limit: int) -> tuple[Checked, list[Complaint]]:
    instances, complete = question.sample(limit)
    examination = _examination(question, len(instances), runs)
    _run(examination, instances, runs)
    examination.finish()
    noted = examination.complaints()
    if not instances:
        message = "no setting of the parameters satisfies the conditions"
        noted.append(complaint(question.at, "DQ307", message, "widen the parameters or the conditions"))
    sound = not any(item.severity == "error" for item in noted)
    whole = complete and examination.seen == len(instances)
    return Checked(question.key, examination.level, examination.seen, whole, sound), noted


def _examination(question: Question, instances: int, runs: Runs) -> Examination:
    make = next((make for kind, make in _EXAMINATIONS if isinstance(question, kind)), Examination)
    return make(question, instances, runs)


def _run(examination: Examination, instances: Sequence[dict[str, Any]], runs: Runs) -> None:
    """Run a few instances; then, unless none of them ran, the others, with the next chunk always under way."""
    if _none_ran(_see(examination, _started(examination, instances[:PROBED], runs), runs)):
        return
    chunks = (instances[first : first + CHUNK] for first in range(PROBED, len(instances), CHUNK))
    under_way: list[_Asked] = []
    for chunk in chunks:
        following = _started(examination, chunk, runs)
        _see(examination, under_way, runs)
        under_way = following
    _see(examination, under_way, runs)


def _started(examination: Examination, instances: Sequence[dict[str, Any]], runs: Runs) -> list[_Asked]:
    """Return instances with their calls, which are started."""
    asked = [(values, calls) for values in instances if (calls := examination.calls(values)) is not None]
    runs.start(call for _, calls in asked for call in calls)
    return asked


def _see(examination: Examination, asked: Sequence[_Asked], runs: Runs) -> list[Outcome]:
    """Show instances and what came of their calls; return the outcomes."""
    seen: list[Outcome] = []
    for values, calls in asked:
        outcomes = runs.outcomes(calls)
        examination.see(values, outcomes)
        seen += outcomes
    return seen


def _none_ran(outcomes: Sequence[Outcome]) -> bool:
    return bool(outcomes) and all(isinstance(outcome, Failed) for outcome in outcomes)

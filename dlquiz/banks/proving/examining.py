"""What the examination of one question found, and how it is run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from dlquiz.banks.complaints import Complaint, complaint
from dlquiz.banks.proving.answers import Case, cases
from dlquiz.banks.proving.conventions import unstated
from dlquiz.banks.proving.examination import Examination
from dlquiz.banks.proving.examine_choice import ChoiceExamination
from dlquiz.banks.proving.examine_claims import ClaimsExamination
from dlquiz.banks.proving.examine_computed import ComputedExamination
from dlquiz.banks.proving.examine_construct import ConstructExamination
from dlquiz.banks.proving.examine_expression import ExpressionExamination
from dlquiz.banks.proving.examine_order import OrderExamination
from dlquiz.banks.proving.extents import Proof
from dlquiz.banks.proving.revisions import Entry, changes
from dlquiz.banks.proving.runs import Noticing, Runs
from dlquiz.banks.proving.waiving import parted
from dlquiz.banks.signatures import Signatures
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.kinds.order import Order
from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.core.questions import Question
from dlquiz.core.verdicts import Level

PROBED = 16
"""How many instances are tried first; a question of which none ran is not tried further."""
CHUNK = 512

_Asked: TypeAlias = tuple[dict[str, Any], tuple[Call, ...]]

_EXAMINATIONS: tuple[tuple[type[Question], Callable[[Any, int, Runs, Signatures], Examination]], ...] = (
    (Symbolic, ExpressionExamination),
    (Choice, ChoiceExamination),
    (Computed, ComputedExamination),
    (Claims, ClaimsExamination),
    (Order, OrderExamination),
    (Construct, ConstructExamination),
)
"""Kinds with more to be asked than every question; the others need no line here."""


@dataclass(frozen=True)
class Checked:
    """What was found out of one question: its level, and whether nothing is wrong.

    ``instances`` were gone through, ``complete`` says whether these are all, and ``proof`` how far the proof reaches.
    """

    key: str
    level: Level
    instances: int
    complete: bool
    sound: bool
    proof: Proof

    @property
    def proved(self) -> bool:
        """Whether nothing is wrong with it and every instance is proved."""
        return self.sound and self.level is Level.PROVED

    def to_json(self) -> dict[str, Any]:
        """Return the fields of a report."""
        level = self.level.value if self.sound else "wrong"
        return {"question": self.key, "level": level, "proved": self.proved, **self.proof.to_json()}


@dataclass(frozen=True)
class Found:
    """A question that was examined: what was found out, the complaints, and its answers on a few settings.

    ``lasting``: whether another run would find the same, for nothing failed by chance. ``waived``: the codes of what
    the question waives.
    """

    checked: Checked
    complaints: tuple[Complaint, ...]
    cases: tuple[Case, ...] = ()
    lasting: bool = True
    waived: tuple[str, ...] = ()

    def noting(self, more: Sequence[Complaint]) -> "Found":
        """Return the same with further complaints; with an error the question is not sound."""
        sound = self.checked.sound and not any(item.severity == "error" for item in more)
        return replace(self, checked=replace(self.checked, sound=sound), complaints=(*self.complaints, *more))


def examine(question: Question, shared: Runs, limit: int, entry: Entry | None, signatures: Signatures) -> Found:
    """Run a question on its instances.

    ``entry`` is what the record says of it, ``signatures`` what is known of the functions that it calls.
    """
    runs = Noticing.of(shared)
    instances, complete = question.sample(limit)
    examination = _examination(question, len(instances), runs, signatures)
    tried = _run(examination, instances, runs)
    examination.finish()
    if not instances:
        message = "no setting of the parameters satisfies the conditions"
        examination.tally.note(question.at, "DQ307", message, "widen the parameters or the conditions")
    proof = examination.proof(complete)
    noted, waived = parted(question, _told(examination, len(instances)))
    sound = not any(item.severity == "error" for item in noted)
    if sound and entry is not None:
        noted += [complaint(question.at, *change) for change in changes(question, entry, runs)]
        sound = not any(item.severity == "error" for item in noted)
    answers = tuple(cases(question, runs)) if sound else ()
    whole = complete and examination.seen == len(instances)
    checked = Checked(question.key, examination.level, examination.seen, whole, sound, proof)
    unclear = list(unstated(question, signatures, tried, runs))
    return Found(checked, tuple(noted), answers, not runs.by_chance, tuple(sorted(waived))).noting(unclear)


def _examination(question: Question, instances: int, runs: Runs, signatures: Signatures) -> Examination:
    make = next((make for kind, make in _EXAMINATIONS if isinstance(question, kind)), Examination)
    return make(question, instances, runs, signatures)


def _run(examination: Examination, instances: Sequence[dict[str, Any]], runs: Runs) -> Sequence[dict[str, Any]]:
    """Run a few instances; then, unless none of them ran, the others, with the next chunk always under way.

    Returns those that were tried.
    Where all of the few are in conflict the first chunk is waited for: what is as wrong there is wrong everywhere.
    """
    if _none_ran(_see(examination, _started(examination, instances[:PROBED], runs), runs)):
        return instances[:PROBED]
    begun = PROBED
    if _all_in_conflict(examination):
        begun += CHUNK
        _see(examination, _started(examination, instances[PROBED:begun], runs), runs)
        if _all_in_conflict(examination):
            return instances[:begun]
    chunks = (instances[first : first + CHUNK] for first in range(begun, len(instances), CHUNK))
    under_way: list[_Asked] = []
    for chunk in chunks:
        following = _started(examination, chunk, runs)
        _see(examination, under_way, runs)
        under_way = following
    _see(examination, under_way, runs)
    return instances


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


def _all_in_conflict(examination: Examination) -> bool:
    """Whether the ways to the answer disagree on each instance that was seen."""
    share = _share(examination.seen)
    return any(one.code == "DQ401" and one.message.endswith(share) for one in examination.complaints())


def _told(examination: Examination, instances: int) -> list[Complaint]:
    """Return what is wrong; of instances that were not gone through to the end, how many were tried."""
    found, seen = examination.complaints(), examination.seen
    if not PROBED < seen < instances:
        return found
    tried = f"(so on all of {seen:,} instances that were tried)"
    return [one._replace(message=one.message.replace(_share(seen), tried)) for one in found]


def _share(seen: int) -> str:
    """Return what a complaint ends with that holds on every instance that was seen."""
    return f"(so on {seen:,} of {seen:,} instances)"


def _none_ran(outcomes: Sequence[Outcome]) -> bool:
    return bool(outcomes) and all(isinstance(outcome, Failed) for outcome in outcomes)

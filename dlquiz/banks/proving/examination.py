"""What is asked of every question: its instances are settled, its texts filled, its sample answers marked."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.complaints import Complaint
from dlquiz.banks.proving import parts
from dlquiz.banks.proving.brief import LONGEST_SETTING, brief, clipped, setting
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.proving.tally import Tally
from dlquiz.banks.proving.texts import Texts
from dlquiz.banks.proving.whole import Whole
from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import CallTemplate, Place
from dlquiz.core.chance import drawn
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.core.questions import Question, Samples
from dlquiz.core.verdicts import Level, Result, Truth, Unsettled, lowest

MARKED = 100
"""On how many instances the typed answers that a question makes for its own tests are marked."""

_CORRECT_ENGINE = "correct the call, or narrow the parameters to what the engine takes"


class Examination:
    """One question under examination. Kinds of answer with more to be asked have a class of their own."""

    def __init__(self, question: Question, instances: int, runs: Runs, signatures: Signatures):
        self.question = question
        self.instances = instances
        self.runs = runs
        self.tally = Tally()
        self.seen = 0
        self.settled = 0
        self.levels: set[Level] = set()
        self.templates = parts.templates(question)
        self.texts = Texts(question, self.tally, signatures)
        self._whole = _whole(question)
        self._marked_ones = some(question, instances, MARKED)

    @property
    def conflict_at(self) -> Place:
        """Where a conflict between legs is reported."""
        return self.question.at

    @property
    def level(self) -> Level:
        """The lowest level that an instance reached."""
        return lowest(self.levels)

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...] | None:
        """Return the calls of an instance; None, and a complaint, where an argument has no value."""
        try:
            return self.question.calls(values)
        except Undefined as error:
            message = f"{_sentence(error)}{setting(values)}"
            self.tally.note(self.question.at, "DQ403", message, "correct the arguments, or narrow the parameters")
            return None

    def see(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> None:
        """Take in what came of the calls of an instance."""
        self.seen += 1
        self.tally.next_instance()
        try:
            truth = self.question.settle(values, outcomes)
        except Unsettled as error:
            self.unsettled(values, outcomes, error)
            return
        self.settle(values, outcomes, truth)

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer."""
        self.settled += 1
        self.levels.add(truth.level)
        self.texts.fill(values, truth)
        if self._whole is not None:
            self._whole.see(truth, values)
        if truth.conflict is not None:
            self.conflict(values, truth.conflict)
        elif self.seen - 1 in self._marked_ones:
            self.mark(values, truth)
            self.texts.read(values, truth)

    def proof(self, complete: bool) -> Proof:
        """Return how far what was found out reaches; ``complete`` says that there are no other instances."""
        return Proof(Extent.EVERY if complete and self.seen == self.instances else Extent.SAMPLE, self.seen)

    def finish(self) -> None:
        """Take in what is not asked of single instances."""
        self.texts.finish()
        if self._whole is not None and self._whole.problem is not None:
            fix = "leave the tolerance out: whole numbers are then exact"
            self.tally.note(self.conflict_at, "DQ432", self._whole.problem, fix)
        if self.settled and self.level in (Level.COMPUTED, Level.ASSERTED):
            message = f"the answer is {self.level.value}, not proved: no two legs of different kinds agree on it"
            self.tally.note(self.question.at, "DQ405", message, self._fix_unproved())

    def _fix_unproved(self) -> str:
        """Return what to add; another formula is no help to one, for both are closed forms."""
        if isinstance(self.question, Computed) and self.question.answer.formula is not None:
            call = "an engine call of another kind than closed_form, which a formula is (dlquiz functions says which)"
        else:
            call = "a formula, an engine call of another kind"
        return f"add {call}, or for a fixed fact a golden figure"

    def complaints(self) -> list[Complaint]:
        """Return everything that is wrong with the question."""
        return self.tally.complaints(self.seen)

    def unsettled(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], reason: Unsettled) -> None:
        """Note that an instance has no answer."""
        failed = next((outcome for outcome in outcomes if isinstance(outcome, Failed)), None)
        if failed is None:
            fix = reason.fix or "correct the formula, or narrow the parameters"
            self.tally.note(self.conflict_at, "DQ403", f"{_sentence(reason)}{setting(values)}", fix)
        else:
            self.failed(self.place(failed.call, values), failed, values)

    def failed(self, at: Place, failed: Failed, values: Mapping[str, Any]) -> None:
        """Note that a call gave no value."""
        message = f"{failed.call} gives no value: {_sentence(failed.message)}{setting(values)}"
        self.tally.note(at, "DQ402", message, _CORRECT_ENGINE)

    def conflict(self, values: Mapping[str, Any], conflict: str) -> None:
        """Note that the legs of an instance disagree."""
        fix = "correct the formula or the call, whichever is wrong"
        self.tally.note(self.conflict_at, "DQ401", f"{conflict}{setting(values)}", fix)

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """Return the typed answers that are marked."""
        return self.question.samples(values, truth)

    def mark(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Note typed answers that are not marked as they should be."""
        samples = self.samples(values, truth)
        kinds = (("right", samples.correct), ("wrong", samples.wrong), ("unreadable", samples.unreadable))
        for wanted, texts in kinds:
            for text in texts:
                found = self._marked(text, values, truth)
                if found != wanted:
                    shown = clipped(text, LONGEST_SETTING)
                    message = f"the answer '{shown}' is {found} and should be {wanted}{setting(values)}"
                    self.tally.note(self.question.at, "DQ431", message, self.fix_marking(truth))

    def fix_marking(self, truth: Truth) -> str:
        """Return what to do where an answer is not marked as it should be."""
        return f"the answer there is {brief(truth.value)}; look at the tolerance and at the parameters"

    def _marked(self, text: str, values: Mapping[str, Any], truth: Truth) -> str:
        try:
            read = self.question.read(text, values)
            reading = self.question.tried(read, self.runs.outcomes(self.question.trial(read, values)))
        except Unreadable:
            return "unreadable"
        try:
            verdict = self.question.mark(reading, truth, values)
        except Unsettled:
            return "not settled"
        return "right" if verdict.result is Result.RIGHT else "wrong"

    def place(self, call: Call, values: Mapping[str, Any]) -> Place:
        """Return where a call is written."""
        return next((one.at for one in self.templates if _writes(one, call, values)), self.question.at)


def some(question: Question, instances: int, count: int) -> set[int]:
    """Return the places of the first, the last and some drawn instances; a stride might meet one combination only."""
    if instances <= count:
        return set(range(instances))
    among = (drawn(question.key, question.rev, place, "marked") % instances for place in range(count))
    return {0, instances - 1, *among}


def _whole(question: Question) -> Whole | None:
    """Return what looks at a tolerance, None where there is none that marks typed answers."""
    if not isinstance(question, Computed) or isinstance(question, Choice) or question.answer.tolerance is None:
        return None
    return Whole(question.answer.tolerance)


def _writes(template: CallTemplate, call: Call, values: Mapping[str, Any]) -> bool:
    try:
        return template.fill(values) == call
    except Undefined:
        return False


def _sentence(error: object) -> str:
    return str(error).rstrip(".")

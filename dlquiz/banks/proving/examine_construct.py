"""What is asked of questions that are built: what the bank accepts is right, near misses are refused, nothing is idle.

Each answer that a bank lists is read, built and run on every instance, as a learner's would be. A condition that none
of the near misses fails, nor the trivial answer, has never been seen to refuse anything, so it proves nothing.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from dlquiz.banks.proving.bounds import untold
from dlquiz.banks.proving.brief import LONGEST_SETTING, brief, clipped, setting
from dlquiz.banks.proving.examination import Examination
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.signatures import Signatures
from dlquiz.core.building.goal import Finding, found, told
from dlquiz.core.building.typed import Typed
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.core.questions import Samples
from dlquiz.core.verdicts import Level, Reading, Truth, Unsettled


class Listed(NamedTuple):
    """An answer that the bank lists, on an instance: its text, and the reading, or why it cannot be read."""

    typed: Typed
    text: str
    reading: Reading | None
    trouble: str = ""

    @property
    def shown(self) -> str:
        """Its text, short enough for a complaint."""
        return clipped(self.text, LONGEST_SETTING)


class ConstructExamination(Examination):
    """A question whose answers are built, under examination."""

    question: Construct

    def __init__(self, question: Construct, instances: int, runs: Runs, signatures: Signatures):
        super().__init__(question, instances, runs, signatures)
        self._answers = (*question.accept, *question.reject, question.trivial)
        self._seen_to_refuse: set[int] = set()
        self._judged = False

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...] | None:
        """Return the calls of the first accepted answer, then those of every listed answer that can be read."""
        first = self._listed(self.question.accept[0], values)
        if first.reading is None:
            self._not_right(first, values)
            return None
        own = super().calls(values)
        if own is None:
            return None
        read = (self._listed(typed, values).reading for typed in self._answers)
        return (*own, *(call for reading in read if reading for call in self.question.trial(reading, values)))

    def see(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> None:
        """Take in the first accepted answer as an instance, then every listed answer by itself."""
        count = len(self.question.goal)
        super().see(values, outcomes[:count])
        try:
            self._judge(values, outcomes[count:])
        except Undefined as error:
            message = f"a bound has no value: {str(error).rstrip('.')}{setting(values)}"
            self.tally.note(self.question.at, "DQ403", message, "correct the bound, or narrow the parameters")

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and the bounds that its prompt leaves out."""
        super().settle(values, outcomes, truth)
        for condition in self.question.goal:
            for one in untold(self.question, condition, values):
                message = f"the goal has {one.key}: {brief(one.bound)} for {condition.call.function}, and {one.text} "
                message += "does not say that number" if one.instead is None else f"says '{clipped(one.instead, 60)}'"
                fix = "let the prompt and the goal ask for the same"
                if one.instead is None:
                    fix = "say it there, in digits, or correct the bound: what the goal asks for has to be told"
                self.tally.note(condition.at, "DQ457", f"{message}{setting(values)}", fix)

    def finish(self) -> None:
        """Take in how well it is proved, what holds of its texts, and the conditions that refused nothing."""
        self.texts.finish()
        if self.settled and self.level is Level.COMPUTED:
            message = "the goal is judged by a formula alone, so the answer is computed, not proved"
            self.tally.note(self.question.at, "DQ405", message, "call a function that builds and runs the answer")
        for number, condition in enumerate(self.question.goal):
            if self._judged and number not in self._seen_to_refuse:
                message = f"{condition.call.function} refuses neither a near miss nor the trivial answer"
                fix = "add a near miss that fails this condition alone, or leave the condition out"
                self.tally.note(condition.at, "DQ456", message, fix)

    def unsettled(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], reason: Unsettled) -> None:
        """What failed is noted answer by answer."""

    def conflict(self, values: Mapping[str, Any], conflict: str) -> None:
        """What is not right is noted answer by answer."""

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """Only what cannot be read: all other answers are judged one by one."""
        return super().samples(values, truth)._replace(correct=(), wrong=())

    def _listed(self, typed: Typed, values: Mapping[str, Any]) -> Listed:
        text = typed.template.parts[0] if typed.template.parts else ""
        shown = text if isinstance(text, str) else text.text
        try:
            shown = typed.fill(values)
            return Listed(typed, shown, self.question.read(shown, values))
        except (Unreadable, Undefined) as error:
            return Listed(typed, shown, None, str(error).rstrip("."))

    def _judge(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> None:
        """Judge every listed answer; none where an accepted one meets a call that does not run."""
        answers = [self._listed(typed, values) for typed in self._answers]
        waiting = iter(outcomes)
        came = [[next(waiting) for _ in self.question.goal] if answer.reading else [] for answer in answers]
        accepted = len(self.question.accept)
        if self._note_failures(answers, came, accepted, values):
            return
        self._judged = True
        findings = [[found(*each, values) for each in zip(self.question.goal, one, strict=False)] for one in came]
        for answer, one in zip(answers[:accepted], findings, strict=False):
            self._accepted(answer, one, values)
        self._compare(answers[:accepted], values)
        for answer, one in zip(answers[accepted:-1], findings[accepted:-1], strict=True):
            self._near_miss(answer, one, values)
        self._trivial(answers[-1], findings[-1], values)

    def _note_failures(
        self, answers: Sequence[Listed], came: Sequence[Sequence[Outcome]], accepted: int, values: Mapping[str, Any]
    ) -> bool:
        """Note calls that give no value on what is accepted, or that end in any other way than by a refusal."""
        broken = False
        for number, outcomes in enumerate(came):
            for condition, outcome in zip(self.question.goal, outcomes, strict=False):
                if isinstance(outcome, Failed) and (number < accepted or outcome.code != "refused"):
                    message = f"{condition.call.function} gives no value for '{answers[number].shown}': "
                    message += f"{outcome.message.rstrip('.')}{setting(values)}"
                    self.tally.note(condition.call.at, "DQ402", message, "correct the call, or the answer")
                    broken = True
        return broken

    def _accepted(self, answer: Listed, findings: Sequence[Finding], values: Mapping[str, Any]) -> None:
        if answer.reading is None or not all(finding.holds for finding in findings):
            self._not_right(answer, values, findings)

    def _not_right(self, answer: Listed, values: Mapping[str, Any], findings: Sequence[Finding] = ()) -> None:
        missed = told([finding for finding in findings if not finding.holds], "en").rstrip(".")
        why = f"cannot be read: {answer.trouble}" if answer.reading is None else f"is not right: {missed}"
        message = f"the accepted answer '{answer.shown}' {why}{setting(values)}"
        self.tally.note(answer.typed.at, "DQ451", message, "correct it, or the goal")

    def _compare(self, answers: Sequence[Listed], values: Mapping[str, Any]) -> None:
        """Note accepted answers of which every one has the form of the first."""
        forms: set[Hashable] = {self.question.allow.form(one.text, values) for one in answers if one.reading}
        if len(forms) == 1 and all(answer.reading for answer in answers):
            message = f"every accepted answer is of the form of '{answers[0].shown}'{setting(values)}"
            fix = "add one with other layers or other arguments (a number or a mask: with another value)"
            self.tally.note(answers[-1].typed.at, "DQ453", message, fix)

    def _near_miss(self, answer: Listed, findings: Sequence[Finding], values: Mapping[str, Any]) -> None:
        missed = self._missed(findings)
        fix = "write one that is read and built, and fails one condition"
        refusal = next((finding.refusal for finding in findings if finding.refusal is not None), None)
        if answer.reading is None:
            message = f"the near miss '{answer.shown}' cannot be read: {answer.trouble}{setting(values)}"
        elif refusal is not None:
            message = f"the near miss '{answer.shown}' is not built: {refusal.rstrip('.')}{setting(values)}"
        elif not missed:
            message = f"the near miss '{answer.shown}' is right: {told(findings, 'en')}{setting(values)}"
        else:
            self._far(answer, missed, values)
            return
        self.tally.note(answer.typed.at, "DQ452", message, fix)

    def _far(self, answer: Listed, missed: Sequence[Finding], values: Mapping[str, Any]) -> None:
        if len(missed) == len(self.question.goal):
            text = told(missed, "en").rstrip(".")
            message = f"the near miss '{answer.shown}' meets no condition: {text}{setting(values)}"
            self.tally.note(answer.typed.at, "DQ455", message, "let it fail one condition and meet the others")

    def _trivial(self, answer: Listed, findings: Sequence[Finding], values: Mapping[str, Any]) -> None:
        missed = self._missed(findings)
        if answer.reading is not None and len(missed) == 1:
            return
        if answer.reading is None:
            why = f"cannot be read: {answer.trouble}"
        elif missed:
            why = f"fails {len(missed)} conditions: {told(missed, 'en').rstrip('.')}"
        else:
            why = "is right"
        message = f"the trivial answer '{answer.shown}' {why}{setting(values)}"
        fix = "let one condition alone rule it out: all others hold for it"
        self.tally.note(answer.typed.at, "DQ454", message, fix)

    def _missed(self, findings: Sequence[Finding]) -> list[Finding]:
        """Return the conditions that an answer fails, and remember that they were seen to refuse something."""
        missed = [number for number, finding in enumerate(findings) if not finding.holds]
        self._seen_to_refuse |= set(missed)
        return [findings[number] for number in missed]

"""Kind ``construct``: an answer is built and run, and every answer is right whose run reaches the goal.

The bank lists answers that it accepts and near misses that it refuses; nothing is compared with them. Before there is
an answer, an accepted one is run, so that a goal which cannot be reached is told before it counts. What a learner
built is then run in the same way, and the verdict rests on that run alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from dlquiz.core.building.goal import BUILT, Condition, Finding, found, judged, told
from dlquiz.core.building.typed import Typed
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.kinds.construct_allow import Allow
from dlquiz.core.oracle import Call, Failed, Outcome, Ran
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Part, Question, Samples, described, repeated_ids
from dlquiz.core.texts import LANGUAGES, Language, Template, Text
from dlquiz.core.values import from_json
from dlquiz.core.verdicts import Diagnosis, Leg, Level, Reading, Result, Truth, Unsettled, Verdict, values_of

FEWEST_CONDITIONS = 2
"""What is to be reached, and what rules out the trivial answer."""
FEWEST_ACCEPTED = 2
FEWEST_MISSES = 3


class Tried(NamedTuple):
    """What was built, with what came of asking each condition of it."""

    built: Any
    outcomes: tuple[Outcome, ...]


class Judged(NamedTuple):
    """What was built, with what each condition came to."""

    built: Any
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Construct(Question):
    """A question that is answered by something to be built, of which there are many right ones."""

    kind: ClassVar[str] = "construct"

    allow: Allow = described("What may be written: layers, a number or a mask.")
    goal: tuple[Condition, ...] = described("What it has to reach; every condition has to hold.")
    accept: tuple[Typed, ...] = described("Answers that are right, at least two and of different form.")
    reject: tuple[Typed, ...] = described("Near misses, at least three; each is read, built and refused.")
    trivial: Typed = described("What anybody would write; one condition alone rules it out.")

    def faults(self) -> Iterable[Fault]:
        """Too few conditions, accepted answers or near misses; and what the parts say of themselves."""
        yield from self.allow.faults()
        for condition in self.goal:
            yield from condition.faults()
        yield from repeated_ids(self.goal)
        if BUILT in self.domain.parameters:
            yield Fault(self.at, f"'{BUILT}' names what was built, not a parameter", "give the parameter another name")
        if len(self.goal) < FEWEST_CONDITIONS:
            message = f"a goal has at least {FEWEST_CONDITIONS} conditions"
            yield Fault(self.at, message, "say what is to be reached, and what rules out the trivial answer")
        if len(self.accept) < FEWEST_ACCEPTED:
            message = f"at least {FEWEST_ACCEPTED} answers are to be accepted, and here is {len(self.accept)}"
            yield Fault(self.at, message, "add one of another form; with one right answer, ask for a number or a shape")
        if len(self.reject) < FEWEST_MISSES:
            message = f"at least {FEWEST_MISSES} near misses are to be refused, and here are {len(self.reject)}"
            yield Fault(self.at, message, "add some that miss one condition each")

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return what runs the first accepted answer."""
        try:
            reading = self.read(self.accept[0].fill(values), values)
        except Unreadable as error:
            raise Undefined(error.sentence) from error
        return self.trial(reading, values)

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return the first accepted answer with its run; in conflict where that does not reach the goal.

        Proved: every condition looks at a run, which the near misses show to be one that can fail.
        """
        ran = values_of(outcomes)
        example = self.accept[0].fill(values)
        try:
            findings = [found(*each, values) for each in zip(self.goal, ran, strict=True)]
        except Undefined as error:
            raise Unsettled(f"a bound of {self.key} has no value: {error}") from error
        missed = [finding for finding in findings if not finding.holds]
        conflict = f"the bank accepts {example}; {told(missed, 'en').rstrip('.')}" if missed else None
        legs = self._legs(self.read(example, values), ran, values)
        return Truth(example, legs, self._level(legs), conflict=conflict)

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read what is to be built."""
        return self.allow.read(text, values)

    def trial(self, reading: Reading, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the call of each condition on what was built."""
        return tuple(condition.call.fill({**values, BUILT: reading.value}) for condition in self.goal)

    def tried(self, reading: Reading, outcomes: Sequence[Outcome]) -> Reading:
        """Return the reading with what came of its trial."""
        return Reading(Tried(reading.value, tuple(outcomes)), reading.text)

    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """Right when every condition holds; the share of those that do is the score. The legs are those of its run.

        What the engine refuses to build misses its condition and earns nothing, whatever else holds of it. Raises
        Unsettled where the engine ran out of time or ended: it has then said nothing about the answer.
        """
        tried = reading.value
        if not isinstance(tried, Tried) or len(tried.outcomes) != len(self.goal):
            raise Unsettled(f"{reading.text} was not run")
        failed = next((one for one in tried.outcomes if isinstance(one, Failed) and one.code != "refused"), None)
        if failed is not None:
            raise Unsettled(failed.message)
        findings = tuple(found(*each, values) for each in zip(self.goal, tried.outcomes, strict=True))
        if legs := self._legs(Reading(tried.built, reading.text), tried.outcomes, values):
            truth = replace(truth, legs=legs, level=self._level(legs))
        missed = [finding.condition for finding in findings if not finding.holds]
        named = tuple(Diagnosis(condition.id, condition.says) for condition in missed if condition.says is not None)
        judged = Reading(Judged(tried.built, findings), reading.text)
        unbuilt = any(isinstance(one, Failed) for one in tried.outcomes)
        score = 0.0 if unbuilt else 1 - len(missed) / len(self.goal)
        return Verdict(Result.WRONG if missed else Result.RIGHT, score, judged, truth, named)

    def _legs(self, reading: Reading, outcomes: Sequence[Outcome], values: Mapping[str, Any]) -> tuple[Leg, ...]:
        """Return a leg for each run, which tells what was built as the reading tells it."""
        asked = zip(self.goal, outcomes, strict=True)
        return tuple(_leg(one, _told(condition, reading, values)) for condition, one in asked if isinstance(one, Ran))

    def _level(self, legs: Sequence[Leg]) -> Level:
        if self.cited is not None:
            return Level.CITED
        return Level.COMPUTED if any(leg.kind == "closed_form" for leg in legs) else Level.PROVED

    def parts(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Part]:
        """Return every condition with what the run behind the truth gives for it; none where one has no value."""
        if len(truth.legs) != len(self.goal):
            return ()
        findings = [judged(one, leg.value, values) for one, leg in zip(self.goal, truth.legs, strict=True)]
        return [
            Part(number, finding.condition.id, _as_text(finding), finding.value, finding.holds)
            for number, finding in enumerate(findings, start=1)
        ]

    def expected(self, truth: Truth, language: Language) -> str:
        """Return one of the right answers."""
        return say(language, "for_instance", example=truth.value)

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Say what the built thing really gives, condition by condition; after a miss also a right answer."""
        text = told(verdict.reading.value.findings, language)
        return text if verdict.result is Result.RIGHT else f"{text} {self._instance(verdict.truth, language)}"

    def _instance(self, truth: Truth, language: Language) -> str:
        example = self.expected(truth, language)
        return say(language, "missed", missed=example[0].upper() + example[1:])

    def answer_note(self, language: Language) -> str:
        """Say what may be written."""
        return self.allow.note(language)

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The accepted answers; the near misses and the trivial answer; and what cannot be read."""
        wrong = (*self.reject, self.trivial)
        return Samples(
            correct=tuple(answer.fill(values) for answer in self.accept),
            wrong=tuple(answer.fill(values) for answer in wrong),
            unreadable=self.allow.unreadable(values),
        )


def _told(condition: Condition, reading: Reading, values: Mapping[str, Any]) -> str:
    """Return a call as a person would write it: layers in torch's words, not as the engine's records."""
    text = reading.text if isinstance(reading.value, list) else reading.value
    return str(condition.call.fill({**values, BUILT: text}))


def _as_text(finding: Finding) -> Text:
    return Text(*(Template((finding.told(language),)) for language in LANGUAGES))


def _leg(ran: Ran, what: str) -> Leg:
    return Leg(ran.kind, what, from_json(ran.value), ran.call.function, ran.device, ran.ms, ran.evidence)

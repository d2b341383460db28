"""Everything there is to say about one instance, and about an answer to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dlquiz.app import stumbling
from dlquiz.app.filling import filled, with_answer
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.oracle import Call, Oracle
from dlquiz.core.questions import Instance, Question
from dlquiz.core.study import trial
from dlquiz.core.texts import Language
from dlquiz.core.values import show, to_json
from dlquiz.core.verdicts import Leg, Truth, Unsettled
from dlquiz.errors import DlquizError

_IS_ANSWER = {True: "right", False: "not right", None: ""}
_HOLDS = {True: "holds", False: "does not hold", None: ""}


@dataclass(frozen=True)
class Idea:
    """A misconception: what it gives on this instance, and what its author says to it."""

    id: str
    value: Any
    says: str
    right: bool
    """Whether it gives the right answer on this instance, too, so that nobody who has it is told."""

    def to_json(self) -> dict[str, Any]:
        """Return its fields as JSON."""
        return {"id": self.id, "value": to_json(self.value), "says": self.says, "right": self.right}


@dataclass(frozen=True)
class Element:
    """An option, item, claim, condition or point of the question: its text, and what it came to on this instance.

    ``right``: whether it is the answer, or is kept; None where that is not asked of it.
    """

    number: int
    id: str
    text: str
    value: Any
    right: bool | None

    def to_json(self) -> dict[str, Any]:
        """Return its fields as JSON."""
        return {**vars(self), "value": to_json(self.value)}


@dataclass(frozen=True)
class Explanation:
    """An instance that was run, and what marking says of an answer; without an answer the last four are None or empty.

    ``verdict`` is right, wrong, elsewhere, or refused for an answer that could not be read.
    """

    instance: Instance
    asked: tuple[str, ...]
    truth: Truth
    right: str
    ideas: tuple[Idea, ...]
    elements: tuple[Element, ...]
    answer: str | None = None
    verdict: str | None = None
    reason: str | None = None
    misconceptions: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what ``why --json`` promises."""
        return {
            "instance": str(self.instance),
            "params": to_json(dict(self.instance.values)),
            "prompt": self.asked[0],
            "answer": self.answer,
            "verdict": self.verdict,
            "reason": self.reason,
            "misconceptions": list(self.misconceptions),
            "level": self.truth.level.value,
            "legs": [_leg(leg) for leg in self.truth.legs],
            "right": to_json(self.truth.value),
            "ideas": [idea.to_json() for idea in self.ideas],
            "conflict": self.truth.conflict,
            "parts": [element.to_json() for element in self.elements],
        }

    def leg_rows(self) -> list[list[Any]]:
        """Return value, kind, device, milliseconds and text of each leg."""
        return [
            [show(leg.value), leg.kind, leg.device or "", "" if leg.ms is None else f"{leg.ms:.1f}", leg.what]
            for leg in self.truth.legs
        ]

    def idea_rows(self) -> list[list[Any]]:
        """Return value, name and remark of each misconception, and beside the value where it is right here."""
        return [[_idea_value(idea), idea.id, idea.says] for idea in self.ideas]

    def element_rows(self) -> list[list[Any]]:
        """Return number, value, whether it is right or holds, name and text of each element of the question."""
        said = _HOLDS if self.instance.question.form == "line" else _IS_ANSWER
        return [[str(one.number), show(one.value), said[one.right], one.id, one.text] for one in self.elements]


def explain(instance: Instance, answer: str | None, oracle: Oracle, language: Language) -> Explanation:
    """Run an instance and mark an answer to it, if there is one; raises DlquizError when it cannot be settled."""
    with stumbling.marking(language):
        truth = _settled(instance, oracle)
    question = instance.question
    known = with_answer(instance, truth)
    explanation = Explanation(
        instance=instance,
        asked=_asked(instance, language),
        truth=truth,
        right=question.expected(truth, language),
        ideas=_ideas(question, truth, known, language),
        elements=tuple(
            Element(part.number, part.id, filled(part.text, language, known), part.value, part.right)
            for part in question.parts(truth, instance.values)
        ),
    )
    return explanation if answer is None else _marked(explanation, answer, oracle, language)


def _ideas(question: Question, truth: Truth, known: Mapping[str, Any], language: Language) -> tuple[Idea, ...]:
    if not isinstance(question, Computed):
        return ()
    within, found = question.answer.tolerance, []
    for idea in question.misconceptions:
        value = truth.wrong[idea.id]
        right = value is not None and question.same(value, truth.value, within)
        found.append(Idea(idea.id, value, filled(idea.says, language, known), right))
    return tuple(found)


def _idea_value(idea: Idea) -> str:
    if idea.value is None:
        return "none"
    return f"{show(idea.value)} (right here, too)" if idea.right else show(idea.value)


def _settled(instance: Instance, oracle: Oracle) -> Truth:
    try:
        calls: Sequence[Call] = instance.calls
        return instance.question.settle(instance.values, oracle.submit(calls).result())
    except (Undefined, Unsettled) as error:
        raise DlquizError(f"{instance} cannot be settled: {error}") from error


def _asked(instance: Instance, language: Language) -> tuple[str, ...]:
    """Return the prompt, then what is shown under it."""
    question, values = instance.question, instance.values
    options = enumerate(question.options(values), start=1)
    convention = [filled(question.convention, language, values)] if question.convention else []
    return (
        filled(question.prompt, language, values),
        *convention,
        *(f"{number}. {filled(option, language, values)}" for number, option in options),
        f"({question.answer_note(language)})",
    )


def _marked(explanation: Explanation, answer: str, oracle: Oracle, language: Language) -> Explanation:
    question, values = explanation.instance.question, explanation.instance.values
    try:
        reading = stumbling.read(question, answer, values)
        with stumbling.marking(language):
            tried = question.tried(reading, trial(explanation.instance, reading, oracle).result())
            verdict = question.mark(tried, explanation.truth, values)
    except (Undefined, Unsettled) as error:
        raise DlquizError(f"the answer '{answer}' cannot be marked: {error}") from error
    except Unreadable as error:
        return replace(explanation, answer=answer, verdict="refused", reason=str(error))
    known = with_answer(explanation.instance, explanation.truth)
    says = (filled(diagnosis.says, language, known) for diagnosis in verdict.diagnoses)
    return replace(
        explanation,
        truth=verdict.truth,
        answer=answer,
        verdict=verdict.result.value,
        reason=" ".join([question.reason(verdict, language), *says]),
        misconceptions=tuple(diagnosis.id for diagnosis in verdict.diagnoses if diagnosis.id),
    )


def _leg(leg: Leg) -> dict[str, Any]:
    names = ("kind", "what", "function", "device", "ms")
    return {**{name: getattr(leg, name) for name in names}, "value": to_json(leg.value)}

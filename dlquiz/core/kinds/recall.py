"""Kind ``recall``: an interview question. Think, reveal what proved claims and questions say to it, grade yourself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.picking import ASKED
from dlquiz.core.oracle import Call, Outcome
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Form, Part, Question, Samples, Shown, described
from dlquiz.core.texts import LANGUAGES, Language, Template, Text
from dlquiz.core.verdicts import Level, Reading, Result, Truth, Verdict, lowest

_GRADES = {
    "1": 1, "again": 1, "重来": 1,
    "2": 2, "hard": 2, "困难": 2,
    "3": 3, "good": 3, "良好": 3,
    "4": 4, "easy": 4, "容易": 4,
}  # fmt: skip
_FULL_WIDTH = str.maketrans("１２３４", "1234")
_NAMES = ("again", "hard", "good", "easy")


class Point(NamedTuple):
    """Something that is revealed: a question, or one claim of it by its index."""

    name: str
    question: Question
    claim: int | None = None

    def draw(self, seed: int) -> dict[str, Any]:
        """Return the values of its instance with that seed."""
        values = self.question.draw(seed)
        return values if self.claim is None else {**values, ASKED: [self.claim]}

    def text(self, truth: Truth, values: Mapping[str, Any], language: Language) -> str:
        """Return the statement of the claim, with why; or the question, its answer, and why."""
        known = {**values, "answer": truth.value}
        if isinstance(self.question, Claims) and self.claim is not None:
            claim = self.question.claims[self.claim]
            return " ".join(part.fill(language, known) for part in (claim.say, claim.why) if part is not None)
        answer = say(language, "revealed", answer=self.question.told(truth, values, language))
        why = self.question.explain
        return " ".join(
            filter(None, (self.question.prompt.fill(language, known), answer, why and why.fill(language, known)))
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Recall(Question):
    """A question that learners answer for themselves; what is revealed is run all the same.

    ``points`` are what the names in ``reveals`` stand for, put in by :meth:`linked` once all banks are read.
    """

    kind: ClassVar[str] = "recall"
    form: ClassVar[Form] = "reveal"

    reveals: tuple[str, ...] = described(
        "What is revealed: questions as id or bank/id, claims as id#claim or bank/id#claim; of the same topic."
    )
    points: tuple[Point, ...] = ()

    def linked(self, questions: Mapping[str, Question]) -> "Recall":
        """Return the question with its points, found among ``questions`` by key; raises KeyError with a lost name."""
        return replace(self, points=tuple(self._point(name, questions) for name in self.reveals))

    def _point(self, name: str, questions: Mapping[str, Question]) -> Point:
        key, _, claim = name.partition("#")
        question = questions.get(key if "/" in key else f"{self.bank}/{key}")
        if question is None or question.topic != self.topic or isinstance(question, Recall):
            raise KeyError(name)
        if not claim and not isinstance(question, Claims):
            return Point(name, question)
        ids = [one.id for one in question.claims] if isinstance(question, Claims) else []
        if claim not in ids:
            raise KeyError(name)
        return Point(name, question, ids.index(claim))

    def faults(self) -> Iterable[Fault]:
        """Nothing to reveal, or one thing twice."""
        if not self.reveals:
            yield Fault(self.at, "nothing is revealed", "name questions and claims of this topic")
        for name in {name for name in self.reveals if self.reveals.count(name) > 1}:
            yield Fault(self.at, f"'{name}' is revealed twice", "name it once")

    def draw(self, seed: int) -> dict[str, Any]:
        """Return the parameters, and the values of every point under its name."""
        return {**super().draw(seed), **{point.name: point.draw(seed) for point in self.points}}

    def sample(self, limit: int) -> tuple[list[dict[str, Any]], bool]:
        """Return the instances of a few seeds: what is revealed is proved where it is asked."""
        return [self.draw(seed) for seed in range(min(limit, 20))], False

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the calls of every point."""
        return tuple(call for point in self.points for call in point.question.calls(values[point.name]))

    def truths(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> list[Truth]:
        """Return what the runs establish for each point."""
        left, found = list(outcomes), []
        for point in self.points:
            own = values[point.name]
            count = len(point.question.calls(own))
            found.append(point.question.settle(own, left[:count]))
            left = left[count:]
        return found

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return all points together: their legs, and the lowest of their levels."""
        found = self.truths(values, outcomes)
        legs = tuple(leg for truth in found for leg in truth.legs)
        conflict = next((truth.conflict for truth in found if truth.conflict is not None), None)
        level = lowest(truth.level for truth in found) if found else Level.ASSERTED
        return Truth([truth.value for truth in found], legs, level, conflict=conflict, options=tuple(found))

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read the grade that learners give themselves: 1 to 4, or its name."""
        word = text.strip().lower().translate(_FULL_WIDTH)
        if word not in _GRADES:
            raise Unreadable("grade yourself from 1 (again) to 4 (easy)", 0, max(len(text), 1))
        return Reading(_GRADES[word], word)

    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """Take the learner's word for it."""
        known = reading.value > 1
        result = Result.RIGHT if known else Result.WRONG
        return Verdict(result, float(known), reading, truth, grade=reading.value)

    def revealed(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Shown]:
        """Return every point as it is shown: a claim with whether it holds, a question with its answer."""
        return [
            Shown(part.number, part.text, part.value if point.claim is not None else None, "")
            for point, part in zip(self.points, self.parts(truth, values), strict=True)
        ]

    def parts(self, truth: Truth, values: Mapping[str, Any]) -> Sequence[Part]:
        """Return every point with its answer, or with whether its claim holds."""
        found = []
        for number, (point, one) in enumerate(zip(self.points, truth.options, strict=True), start=1):
            texts = [Template((_filled(point, one, values, language),)) for language in LANGUAGES]
            found.append(Part(number, point.name, Text(*texts), one.value if point.claim is None else one.value[0]))
        return found

    def shown(self, verdict: Verdict, values: Mapping[str, Any]) -> Sequence[Shown]:
        """Return the points."""
        return self.revealed(verdict.truth, values)

    def expected(self, truth: Truth, language: Language) -> str:
        """Return that the learner decides."""
        return say(language, "self_graded")

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Say which grade the learner gave."""
        return say(language, f"graded_{_NAMES[verdict.reading.value - 1]}")

    def answer_note(self, language: Language) -> str:
        """Say what to do."""
        return say(language, "recall")

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """Every grade by its number and its name."""
        return Samples(
            correct=("2", "3", "4", " Good ", "容易"),
            wrong=("1", "again", "重来"),
            unreadable=("", "0", "5", "perfect", "1 2"),
        )


def _filled(point: Point, truth: Truth, values: Mapping[str, Any], language: Any) -> str:
    try:
        return point.text(truth, values[point.name], language)
    except Undefined as error:
        return f"{point.name}: {error.said(language)}"

"""What questions share whose answer is one computed value: a number, or a shape."""

from abc import abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlquiz.core.calls import NOWHERE, CallTemplate, Place
from dlquiz.core.domains import Derived
from dlquiz.core.expressions import Undefined
from dlquiz.core.figures import is_rounded_to
from dlquiz.core.formulas import Formula
from dlquiz.core.oracle import Call, Outcome, Ran
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Question, described, repeated_ids
from dlquiz.core.texts import Language, Text
from dlquiz.core.values import fits_a_float, from_json, show
from dlquiz.core.verdicts import Diagnosis, Leg, Level, Reading, Result, Truth, Unsettled, Verdict, values_of


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Tolerance:
    """How far from the truth an answer may lie: absolutely, or as a share of the truth."""

    abs: Fraction | None = described("Largest absolute difference.", None)
    rel: Fraction | None = described("Largest difference as a share of the right answer.", None)

    @property
    def is_sound(self) -> bool:
        """Whether it has one size, above 0."""
        sizes = [size for size in (self.abs, self.rel) if size is not None]
        return len(sizes) == 1 and sizes[0] > 0

    def width(self, truth: float | Fraction) -> float:
        """Return the largest difference allowed around ``truth``."""
        return float(self.abs) if self.abs is not None else float(self.rel or 0) * abs(float(truth))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Answer:
    """What the author believes, and what really happens."""

    formula: Formula | None = described("What the author believes, in the question's parameters.", None, symbols=True)
    engine: tuple[CallTemplate, ...] = described("What really happens: an engine call, or several.", (), symbols=True)
    tolerance: Tolerance | None = described("How exact a float has to be; whole numbers are exact.", None)
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Misconception:
    """A named wrong idea that computes a wrong value."""

    id: str = described("Name of the wrong idea; it is shown and counted.")
    formula: Formula | None = described("What somebody with this idea computes.", None, symbols=True)
    engine: CallTemplate | None = described(
        "The same as an engine call, where a formula cannot say it.", None, symbols=True
    )
    says: Text = described("What to tell somebody who has this idea.", names=("answer",))
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class OtherConvention:
    """A definition under which another answer is right."""

    formula: Formula | None = described("The answer under that convention.", None, symbols=True)
    engine: CallTemplate | None = described("The same as an engine call.", None, symbols=True)
    says: Text = described("Where that answer is right.", names=("answer",))
    at: Place = NOWHERE


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Golden:
    """A published figure, with its source; it may lie outside the domain."""

    given: Mapping[str, Any] | None = described("The parameters it was published for; a fixed question has none.", None)
    value: Any = described("The figure.", key="is")
    source: str = described("Where it was published, exactly.")
    at: Place = NOWHERE


Idea = Misconception | OtherConvention


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Computed(Question):
    """A question whose answer is one value that a formula and the engine both give."""

    answer: Answer = described("The right answer, in two ways.")
    misconceptions: tuple[Misconception, ...] = described("Wrong ideas that are diagnosed by name.", ())
    other_conventions: tuple[OtherConvention, ...] = described("Answers that are right elsewhere.", ())
    golden: tuple[Golden, ...] = described("Published figures that the answer must meet.", ())
    separable: Fraction = described(
        "Share of the instances on which each wrong idea must stand alone.", Fraction(3, 10)
    )

    @abstractmethod
    def same(self, one: Any, other: Any, tolerance: Tolerance | None) -> bool:
        """Whether two values are the same within a tolerance; None asks for equality."""

    @abstractmethod
    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value as an answer of this kind, or None."""

    def faults(self) -> Iterable[Fault]:
        """No answer, an idea without a value, a tolerance without a size, two ideas of one id."""
        if self.answer.formula is None and not self.answer.engine:
            yield Fault(self.answer.at, "nothing gives the answer", "add formula: and engine:")
        for idea in self.ideas:
            if (idea.formula is None) == (idea.engine is None):
                yield Fault(idea.at, "an idea has either a formula or an engine call", "write one of them")
        tolerance = self.answer.tolerance
        if tolerance is not None and not tolerance.is_sound:
            message = "a tolerance is either absolute or relative, and above 0"
            yield Fault(self.answer.at, message, "write tolerance: {abs: 0.001} or {rel: 0.01}")
        if not 0 < self.separable <= 1:
            yield Fault(self.at, f"separable is a share above 0 and at most 1, not {show(self.separable)}", "write 0.3")
        yield from self._strange_figures()
        yield from repeated_ids(self.misconceptions)

    def _strange_figures(self) -> Iterable[Fault]:
        asked = {name for name, kind in self.domain.parameters.items() if not isinstance(kind, Derived)}
        for golden in self.golden:
            differing = asked ^ set(golden.given or {})
            if differing:
                name = min(differing)
                message = f"'{name}' is not given" if name in asked else f"'{name}' is not a parameter to be given"
                yield Fault(golden.at, message, "give a value to each parameter that is not derived, and to no other")

    @property
    def ideas(self) -> tuple[Idea, ...]:
        """Misconceptions, then other conventions: everything that computes another value."""
        return (*self.misconceptions, *self.other_conventions)

    def shows(self, ideas: Collection[str], values: Mapping[str, Any]) -> bool:
        """Whether each of these misconceptions, by formula, differs from the truth and from every other one."""
        given = {idea.id: self._formula_value(idea, values) for idea in self.misconceptions}
        believed = self._formula_leg(values)
        if believed is None:  # the truth is not known without a run
            return False
        others = {"": believed.value, **given}
        return all(
            given.get(idea) is not None
            and not any(
                self.same(given[idea], value, self.answer.tolerance) for name, value in others.items() if name != idea
            )
            for idea in ideas
        )

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the calls of the answer, then those of the ideas that are engine calls."""
        asked = (*self.answer.engine, *(idea.engine for idea in self.ideas if idea.engine is not None))
        return tuple(call.fill(values) for call in asked)

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return the engine's value, beside what the formula and every wrong idea give."""
        own = len(self.answer.engine)
        legs = [_engine_leg(ran) for ran in values_of(outcomes[:own])]
        believed = self._formula_leg(values)
        if believed is not None:
            legs.append(believed)
        if not legs:
            raise Unsettled(f"{self.key} has neither a formula nor an engine call, so nothing settles it")
        truth = legs[0].value
        trouble = self.problem(truth)
        if trouble is not None:
            raise Unsettled(f"{legs[0].what} gave {show(truth)}: {trouble}", self.remedy(truth))
        found = self._ideas(values, outcomes[own:])
        split = len(self.misconceptions)
        wrong = {idea.id: value for idea, value in zip(self.misconceptions, found, strict=False)}
        level = self._level(legs, self._published(values))
        conflict = self._disagreement(legs) or self.unmet(legs, values)
        return Truth(truth, tuple(legs), level, wrong, tuple(found[split:]), conflict)

    def remedy(self, value: Any) -> str | None:
        """Return what to write in the bank so that a value with a problem can be the answer; None where nothing can."""
        return None

    def _formula_leg(self, values: Mapping[str, Any]) -> Leg | None:
        formula = self.answer.formula
        if formula is None:
            return None
        try:
            return Leg("closed_form", str(formula), self.worth(formula, values))
        except Undefined as error:
            raise Unsettled(f"the formula {formula} has no value here: {error}") from error

    def _ideas(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> list[Any]:
        """Return each idea's value in order; None where an idea has none on this instance."""
        ran = iter(outcomes)
        return [
            self._formula_value(idea, values) if idea.engine is None else self._run_value(ran) for idea in self.ideas
        ]

    def _run_value(self, outcomes: Iterator[Outcome]) -> Any:
        """Return what the engine gave for an idea, None where it gave nothing."""
        outcome = next(outcomes)
        return from_json(outcome.value) if isinstance(outcome, Ran) else None

    def _formula_value(self, idea: Idea, values: Mapping[str, Any]) -> Any:
        """Return what an idea's formula gives, None where it has none or that has no value."""
        try:
            return None if idea.formula is None else self.worth(idea.formula, values)
        except Undefined:
            return None

    def worth(self, formula: Formula, values: Mapping[str, Any]) -> Any:
        """Return what a formula is on an instance; raises Undefined."""
        return formula.evaluate(values)

    def _disagreement(self, legs: Sequence[Leg]) -> str | None:
        first = legs[0]
        for leg in legs[1:]:
            if not self.agree(first.value, leg.value):
                return f"{first.what} gives {show(first.value)}, {leg.what} gives {show(leg.value)}"
        return None

    def _published(self, values: Mapping[str, Any]) -> list[Golden]:
        return [golden for golden in self.golden if (golden.given or {}) == dict(values)]

    def unmet(self, legs: Sequence[Leg], values: Mapping[str, Any]) -> str | None:
        """Return how the first leg misses a figure that was published for an instance, None where it meets them all."""
        first = legs[0]
        for golden in self._published(values):
            if not self.meets(first.value, golden.value):
                return f"{first.what} gives {show(first.value)}, {golden.source} says {show(golden.value)}"
        return None

    def agree(self, one: Any, other: Any) -> bool:
        """Whether two legs agree: exactly where both are exact numbers, within a tenth of the tolerance otherwise."""
        given = self.answer.tolerance
        if given is None or (isinstance(one, int | Fraction) and isinstance(other, int | Fraction)):
            return self.same(one, other, None)
        tenth = Tolerance(abs=given.abs and given.abs / 10, rel=given.rel and given.rel / 10)
        return self.same(one, other, tenth)

    def meets(self, value: Any, figure: Any) -> bool:
        """Whether a value is the published figure: exactly where that is written as a whole number.

        A figure with decimals or an exponent was rounded by its source: the value has to be rounded to it.
        """
        is_number = isinstance(value, int | float | Fraction) and fits_a_float(value)
        if self.answer.tolerance is not None and isinstance(figure, Fraction) and is_number:
            return is_rounded_to(value, figure)
        return self.agree(value, figure)

    def _level(self, legs: Sequence[Leg], published: Sequence[Golden]) -> Level:
        if self.cited is not None:
            return Level.CITED
        ran = any(leg.kind != "closed_form" for leg in legs)
        if len({leg.kind for leg in legs}) > 1 or (ran and published):
            return Level.PROVED
        return Level.COMPUTED

    def mark(self, reading: Reading, truth: Truth, values: Mapping[str, Any]) -> Verdict:
        """Compare with the truth, then with other conventions, then with every wrong idea."""
        within = self.answer.tolerance
        if self.same(reading.value, truth.value, within):
            return Verdict(Result.RIGHT, 1.0, reading, truth)
        for convention, value in zip(self.other_conventions, truth.elsewhere, strict=True):
            if value is not None and self.same(reading.value, value, within):
                return Verdict(Result.ELSEWHERE, 0.0, reading, truth, (Diagnosis("other-convention", convention.says),))
        met = (idea for idea in self.misconceptions if truth.wrong[idea.id] is not None)
        named = [
            Diagnosis(idea.id, idea.says) for idea in met if self.same(reading.value, truth.wrong[idea.id], within)
        ]
        return Verdict(Result.WRONG, 0.0, reading, truth, tuple(named))

    def expected(self, truth: Truth, language: Language) -> str:
        """Return the right answer as text."""
        return show(truth.value)

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Return "31, not 29." or what fits the result."""
        right, given = self.expected(verdict.truth, language), verdict.reading.text
        if given == right and verdict.result is Result.WRONG:
            return say(language, "nearly", right=right)
        return say(language, verdict.result.value, right=right, given=given)


def _engine_leg(ran: Ran) -> Leg:
    return Leg(ran.kind, str(ran.call), from_json(ran.value), ran.call.function, ran.device, ran.ms, ran.evidence)

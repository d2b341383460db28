"""Kind ``expression``: a formula in the question's symbols; any equal form of it is right.

The engine runs at several points of the symbols' domains, and the formula must give the same there. Answers are
compared with the formula by :mod:`dlquiz.core.expressions.identity`. A value of this kind is an Expression in the
symbols, with the parameters put in, or, where only the engine gives it, the list of its values at these points.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

from dlquiz.core import symbols as places
from dlquiz.core.calls import CallTemplate
from dlquiz.core.domains import Domain
from dlquiz.core.expressions import Expression, Undefined, Unreadable, identity, parse, printing, substituted
from dlquiz.core.expressions.characters import unassigned
from dlquiz.core.expressions.functions import number
from dlquiz.core.expressions.identity import Places
from dlquiz.core.expressions.tree import walk
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds import expression_answers as answers
from dlquiz.core.kinds.computed import Computed, Golden, Tolerance
from dlquiz.core.kinds.expression_legs import all_alike, at_points, conflict_at, engine_leg, is_number
from dlquiz.core.oracle import Call, Outcome, Ran
from dlquiz.core.phrases import say
from dlquiz.core.questions import Fault, Samples, described
from dlquiz.core.texts import Language
from dlquiz.core.values import from_json
from dlquiz.core.verdicts import Leg, Reading, Result, Truth, Unsettled, Verdict, values_of

_SMALL = {ord(first) + at: chr(ord(first) + at).lower() for first in ("A", "Ａ") for at in range(26)}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Symbolic(Computed):
    """A question that is answered by an expression in symbols, such as ``4hd²`` in h and d."""

    kind: ClassVar[str] = "expression"

    symbols: Domain = described("The names in which the answer is written, each with the numbers that it stands for.")

    # Not described, so no field of a bank: figures are published for numbers, and expressions are the same or are not.
    golden: tuple[Golden, ...] = ()
    separable: Fraction = Fraction(1)

    @property
    def symbol_names(self) -> tuple[str, ...]:
        """The symbols, in the order of their declaration."""
        return tuple(self.symbols.parameters)

    @cached_property
    def places(self) -> Places:
        """Where answers are compared."""
        found = places.points(self.symbols, self.key, self.rev)
        return Places(found, places.residue_points(self.symbol_names, self.key, self.rev))

    @cached_property
    def run_at(self) -> Sequence[Mapping[str, Any]]:
        """The points at which the engine runs."""
        assert self.answer.formula is not None, "a question without a formula has a fault"
        return places.run_points(self.answer.formula.parts[0].tree, self.places.points)

    def faults(self) -> Iterable[Fault]:
        """What is wrong with the symbols, and what a formula may not be, beside what every computed answer may have."""
        yield from super().faults()
        yield from answers.symbol_faults(self.at, self.symbols, self.domain)
        yield from answers.formula_faults(self.answer, self.ideas, self.symbol_names)

    def calls(self, values: Mapping[str, Any]) -> tuple[Call, ...]:
        """Return the calls of the answer at every point, then those of the ideas that are engine calls."""
        asked = (*self.answer.engine, *(idea.engine for idea in self.ideas if idea.engine is not None))
        return tuple(call for template in asked for call in self.runs_of(template, values))

    def runs_of(self, template: CallTemplate, values: Mapping[str, Any]) -> list[Call]:
        """Return the calls of one template at every point."""
        return [template.fill({**values, **point}) for point in self.run_at]

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> Truth:
        """Return the formula, which each engine call must give at every point; where one does not, what that gave."""
        believed = self._formula_leg(values)
        assert believed is not None, "a question without a formula has a fault"
        count = len(self.run_at)
        own = count * len(self.answer.engine)
        ran = values_of(outcomes[:own])
        given = list(at_points(believed.value, self.run_at))
        if None in given:
            raise Unsettled(f"{believed.what} has no value at {places.told(self.run_at[given.index(None)])}")
        legs = [
            engine_leg(template, ran[count * place : count * (place + 1)], self.run_at, given, values)
            for place, template in enumerate(self.answer.engine)
        ]
        conflicts = (conflict_at(leg, believed.what, self.run_at, given) for leg in legs)
        conflict = next((text for text in conflicts if text is not None), None)
        found = self._ideas(values, outcomes[own:])
        split = len(self.misconceptions)
        wrong = {idea.id: value for idea, value in zip(self.misconceptions, found, strict=False)}
        truth = believed.value if conflict is None else legs[0].value
        every: list[Leg] = [*legs, believed]
        return Truth(truth, tuple(every), self._level(every, ()), wrong, tuple(found[split:]), conflict)

    def _run_value(self, outcomes: Iterator[Outcome]) -> Any:
        """Return what the engine gave for an idea at every point, None where it gave nothing at one of them."""
        ran = [next(outcomes) for _ in self.run_at]
        found = [from_json(one.value) for one in ran if isinstance(one, Ran)]
        return found if len(found) == len(ran) and all(map(is_number, found)) else None

    def worth(self, formula: Formula, values: Mapping[str, Any]) -> Any:
        """Return a formula in the symbols alone, with the parameters put in; raises Undefined."""
        tree = substituted(formula.parts[0].tree, values)
        for node, _ in walk(tree):  # what is left of the parameters is no number, and says so
            if isinstance(node, tuple) and node[0] == "name" and node[1] in values:
                number(values[node[1]])
        return Expression(printing.written(tree), tree)

    def read(self, text: str, values: Mapping[str, Any]) -> Reading:
        """Read an expression in the symbols; one that has a value at none of the points is refused."""
        expression = parse(self._cased(unassigned(text)), self.symbol_names)
        answers.check_form(text, expression, self.symbol_names)
        try:
            answers.check_value(expression, self.places.points)
        except Undefined as error:
            raise Unreadable("this has no value: {why}", 0, max(len(text), 1), why=error.sentence) from error
        return Reading(expression, expression.written())

    def _cased(self, text: str) -> str:
        """Return the text in small letters where all symbols are: ``4HD^2`` names no others."""
        return text if any(name != name.lower() for name in self.symbol_names) else text.translate(_SMALL)

    def same(self, one: Any, other: Any, tolerance: Tolerance | None) -> bool:
        """Whether two expressions are the same, or an expression and what the engine gave, at every point."""
        if isinstance(one, Expression) and isinstance(other, Expression):
            return identity.same(one.tree, other.tree, self.places)
        if self.problem(one) is not None or self.problem(other) is not None:
            return False
        return all_alike(at_points(one, self.run_at), at_points(other, self.run_at))

    def problem(self, value: Any) -> str | None:
        """An expression, or values that the engine gave."""
        return None if isinstance(value, Expression | list) else "an expression is asked for"

    def reason(self, verdict: Verdict, language: Language) -> str:
        """Return how the answer compares; a wrong one that is not diagnosed is told with a point where it differs."""
        sentence = super().reason(verdict, language)
        if verdict.result is not Result.WRONG or verdict.diagnoses:
            return sentence
        example = answers.counter_example(verdict, self.run_at, self.places.points, language)
        return sentence if example is None else say(language, "wrong_at", sentence=sentence.rstrip(".。"), **example)

    def answer_note(self, language: Language) -> str:
        """Say in which symbols, and what an expression looks like; the example is no answer and no wrong idea."""
        return say(language, "expression", names=self._listed(language), example=self._example)

    def _listed(self, language: Language) -> str:
        *first, last = self.symbol_names
        return say(language, "names_and", first=", ".join(first), last=last) if first else last

    @cached_property
    def _example(self) -> str:
        told = [part.formula for part in (self.answer, *self.ideas) if part.formula is not None]
        taken = [self.worth(formula, values) for values in self.sample(20)[0] for formula in told]
        made = (answers.example(self.symbol_names, factor) for factor in range(2, 24))
        return next(
            text for text in made if not any(self.same(parse(text, self.symbol_names), one, None) for one in taken)
        )

    def samples(self, values: Mapping[str, Any], truth: Truth) -> Samples:
        """The formula in several forms and characters; next to it, and twice it; and what is no expression."""
        return answers.samples(truth.value, self.symbol_names)

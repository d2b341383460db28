"""The laboratory: an instance whose parameters are changed one by one, with all that is computed from them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from dlquiz.core.expressions import Undefined
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.computed import Computed
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.oracle import Call, Outcome, Ran
from dlquiz.core.parameters import Choice, Derived, FloatRange, IntRange, Parameter, identity
from dlquiz.core.questions import Question
from dlquiz.core.values import from_json


class Result(NamedTuple):
    """One value of the bench: ``idea`` is the misconception behind it, None for the answer.

    ``value`` is None where there is none, and ``trouble`` says why. ``ran`` is the run that gave it, if it was a run.
    """

    idea: str | None
    what: str
    value: Any
    trouble: str = ""
    ran: Ran | None = None


def suits(question: Question) -> TypeGuard[Computed]:
    """Whether there is something to change, and something that follows."""
    return isinstance(question, Computed) and bool(_knobs(_parameters(question)))


class Laboratory:
    """A question with one answer, its parameters set as in an instance, then as the learner likes."""

    def __init__(self, question: Computed, values: Mapping[str, Any]) -> None:
        self.question = question
        self._parameters = _parameters(question)
        self._start = {**_first(self._parameters, values), **values}
        self.values: dict[str, Any] = dict(self._start)

    @property
    def knobs(self) -> dict[str, IntRange | FloatRange | Choice]:
        """The parameters that can be changed, in the order of their declaration."""
        return _knobs(self._parameters)

    def place(self, name: str) -> int:
        """Return where the present value stands among those of its parameter, counted from 0."""
        knob = self.knobs[name]
        wanted = identity(self.values[name])
        return next((at for at in range(knob.size) if identity(knob.value(at)) == wanted), 0)

    def turn(self, name: str, by: int) -> None:
        """Move a parameter by so many of its values, as far as they go; what is derived from it follows."""
        knob = self.knobs[name]
        self.values[name] = knob.value(min(max(self.place(name) + by, 0), knob.size - 1))
        for other, parameter in self._parameters.items():
            if isinstance(parameter, Derived):
                self.values[other] = _evaluated(Formula((parameter.expression,)), self.values)

    def reset(self) -> None:
        """Set everything as it was in the instance."""
        self.values = dict(self._start)

    def unasked(self) -> list[str]:
        """Return the conditions of the bank that the setting does not satisfy."""
        return [
            where.text for where in self.question.domain.where if _evaluated(Formula((where,)), self.values) is not True
        ]

    def calls(self) -> tuple[Call, ...]:
        """Return the engine calls of the answer and of the ideas; raises Undefined."""
        asked = [*self.question.answer.engine, *(idea.engine for idea in self.question.misconceptions if idea.engine)]
        return tuple(template.fill(self.values) for template in asked)

    def results(self, outcomes: Sequence[Outcome]) -> list[Result]:
        """Return what the engine and the formula give for the answer, then what every wrong idea gives."""
        left = iter(outcomes)
        answer = self.question.answer
        found = [_of_run(None, next(left)) for _ in answer.engine]
        if answer.formula is not None:
            found.append(_of_formula(None, answer.formula, self.values))
        for idea in self.question.misconceptions:
            if idea.formula is not None:
                found.append(_of_formula(idea.id, idea.formula, self.values))
            else:
                found.append(_of_run(idea.id, next(left)))
        return found


def _parameters(question: Question) -> dict[str, Parameter]:
    """Return the parameters of a question, and the symbols that its answer is written in."""
    symbols = question.symbols.parameters if isinstance(question, Symbolic) else {}
    return {**question.domain.parameters, **symbols}


def _knobs(parameters: Mapping[str, Parameter]) -> dict[str, IntRange | FloatRange | Choice]:
    return {
        name: parameter
        for name, parameter in parameters.items()
        if isinstance(parameter, IntRange | FloatRange | Choice) and parameter.size > 1
    }


def _first(parameters: Mapping[str, Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value from the middle for everything that the instance has none of: the symbols of an expression."""
    knobs = _knobs(parameters)
    return {name: knob.value(knob.size // 2) for name, knob in knobs.items() if name not in values}


def _of_run(idea: str | None, outcome: Outcome) -> Result:
    if isinstance(outcome, Ran):
        return Result(idea, str(outcome.call), from_json(outcome.value), ran=outcome)
    return Result(idea, str(outcome.call), None, outcome.message)


def _of_formula(idea: str | None, formula: Formula, values: Mapping[str, Any]) -> Result:
    try:
        return Result(idea, str(formula), formula.evaluate(values))
    except Undefined as error:
        return Result(idea, str(formula), None, str(error))


def _evaluated(formula: Formula, values: Mapping[str, Any]) -> Any:
    try:
        return formula.evaluate(values)
    except Undefined:
        return None

"""What is asked of questions with one computed answer: wrong ideas stand alone, and published figures are met."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dlquiz.banks.brief import brief, setting
from dlquiz.banks.examination import Examination
from dlquiz.banks.runs import Runs
from dlquiz.core.calls import Place
from dlquiz.core.domains import Derived
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.computed import Computed, Golden, Idea, Misconception, Tolerance
from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.core.values import from_json, show
from dlquiz.core.verdicts import Truth, Unsettled

CLEARANCE = 10
"""How many tolerances lie between the truth and a wrong idea that stands alone."""
BETWEEN = 2
"""How many tolerances lie between two ideas that are told apart: no answer is then within the tolerance of both."""


@dataclass
class Standing:
    """On how many instances an idea stands alone, and the first on which it does not."""

    alone: int = 0
    counter_example: str = ""


class ComputedExamination(Examination):
    """A question with one computed answer under examination."""

    question: Computed

    def __init__(self, question: Computed, instances: int, runs: Runs):
        super().__init__(question, instances, runs)
        self._standings = [Standing() for _ in question.ideas]
        self._clear = _times(question.answer.tolerance, CLEARANCE)
        self._apart = _times(question.answer.tolerance, BETWEEN)
        self._failures: dict[Place, Failed] = {}

    @property
    def conflict_at(self) -> Place:
        """Where the answer is written."""
        return self.question.answer.at

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and how its wrong ideas stand."""
        super().settle(values, outcomes, truth)
        for at, failed in self.failures(outcomes):
            self._failures.setdefault(at, failed)
        self._compare(values, truth)

    def finish(self) -> None:
        """Take in the ideas' shares, and the published figures."""
        super().finish()
        for idea, standing in zip(self.question.ideas, self._standings, strict=True):
            self._judge(idea, standing)
        for golden in self.question.golden:
            self._figure(golden)

    def failures(self, outcomes: Sequence[Outcome]) -> list[tuple[Place, Failed]]:
        """Return each call of an idea that gave no value, with where it is written."""
        own = len(self.question.answer.engine)
        templates = [idea.engine for idea in self.question.ideas if idea.engine is not None]
        pairs = zip(templates, outcomes[own : own + len(templates)], strict=True)
        return [(template.at, outcome) for template, outcome in pairs if isinstance(outcome, Failed)]

    def _compare(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Count the ideas that differ from the truth and from every other idea."""
        found = [*(truth.wrong[idea.id] for idea in self.question.misconceptions), *truth.elsewhere]
        for number, (value, standing) in enumerate(zip(found, self._standings, strict=True)):
            met = self._met(number, value, found, truth)
            if met is None:
                standing.alone += 1
            elif not standing.counter_example:
                standing.counter_example = (
                    f"{setting(values).removeprefix(', ')} it gives {_shown(value)}, {met}".strip()
                )

    def _met(self, number: int, value: Any, found: Sequence[Any], truth: Truth) -> str | None:
        """Return what an idea's value cannot be told from, or None where it stands alone."""
        if value is None:
            return "so nothing can be diagnosed"
        if self.question.same(value, truth.value, self._clear):
            return "which is right" if self._clear is None else f"too close to the right {brief(truth.value)}"
        for other, (idea, given) in enumerate(zip(self.question.ideas, found, strict=True)):
            if other != number and given is not None and self.question.same(value, given, self._apart):
                return f"as '{name_of(idea)}' does"
        return None

    def _judge(self, idea: Idea, standing: Standing) -> None:
        if self.settled == 0 or standing.alone >= self.question.separable * self.settled:
            return
        if idea.engine is not None and idea.engine.at in self._failures:
            self.failed(idea.engine.at, self._failures[idea.engine.at], {})
            return
        message, fix = self.standing(idea, standing)
        self.tally.note(idea.at, "DQ411", message, fix)

    def standing(self, idea: Idea, standing: Standing) -> tuple[str, str]:
        """Return the complaint about an idea that stands alone too rarely, and what to do."""
        share = f"{100 * standing.alone / self.settled:.0f} % of {self.settled:,} instances"
        wanted = show(self.question.separable * 100)
        message = f"'{name_of(idea)}' stands alone on {share}, and {wanted} % are asked; {standing.counter_example}"
        return message, "narrow the parameters with where:, or change the wrong idea"

    def _figure(self, golden: Golden) -> None:
        """Complain where formula or engine do not give a published figure."""
        problem = self.question.problem(golden.value)
        if problem is not None:
            self.tally.note(golden.at, "DQ404", f"the figure is {show(golden.value)}: {problem}", "correct the figure")
            return
        try:
            legs = self._legs(golden)
        except (Undefined, Unsettled) as error:
            message = f"the answer has no value for this figure: {error}"
            self.tally.note(golden.at, "DQ404", message, "correct the formula, the call or what is given")
            return
        for what, value in legs.items():
            if not self.question.meets(value, golden.value):
                message = f"{what} gives {show(value)}, and the figure is {show(golden.value)} ({golden.source})"
                self.tally.note(golden.at, "DQ404", message, "correct the figure, what is given, or the answer")

    def _legs(self, golden: Golden) -> dict[str, Any]:
        """Return what the formula and the engine give for the parameters of a figure."""
        values = dict(golden.given or {})
        for name, parameter in self.question.domain.parameters.items():
            if isinstance(parameter, Derived):
                values[name] = parameter.expression.evaluate(values)
        answer = self.question.answer
        legs = {} if answer.formula is None else {f"the formula {answer.formula}": answer.formula.evaluate(values)}
        calls = [template.fill(values) for template in answer.engine]
        return legs | {
            str(call): _value(call, outcome) for call, outcome in zip(calls, self.runs.outcomes(calls), strict=True)
        }


def _value(call: Call, outcome: Outcome) -> Any:
    if isinstance(outcome, Failed):
        raise Unsettled(f"{call} gives none: {outcome.message}")
    return from_json(outcome.value)


def _times(tolerance: Tolerance | None, times: int) -> Tolerance | None:
    """Return a tolerance so many times as wide; exact stays exact."""
    if tolerance is None:
        return None
    size, share = tolerance.abs, tolerance.rel
    return Tolerance(abs=size and size * times, rel=share and share * times)


def name_of(idea: Idea) -> str:
    """Return the id of a misconception, or what else an idea is."""
    return idea.id if isinstance(idea, Misconception) else "other convention"


def _shown(value: Any) -> str:
    return "no value" if value is None else brief(value)

"""What is asked of questions with one computed answer: wrong ideas stand alone, and published figures are met."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.proving.brief import brief, setting
from dlquiz.banks.proving.clearance import CLEARANCE, Clearance
from dlquiz.banks.proving.examination import Examination
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.banks.proving.for_all import for_all
from dlquiz.banks.proving.rounding import CLOSE, NARROW, WIDE, Rounding
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.proving.standing import NO_VALUE, OTHER, RIGHT, Met, Standing
from dlquiz.core.calls import Place
from dlquiz.core.domains import Derived
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.computed import Computed, Golden, Idea, Misconception, Tolerance
from dlquiz.core.kinds.number import is_number
from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.core.values import from_json, show
from dlquiz.core.verdicts import Truth, Unsettled

BETWEEN = 2
"""How many tolerances lie between two ideas that are told apart: no answer is then within the tolerance of both."""

_TOO_CLOSE = "too close to the right answer"


class ComputedExamination(Examination):
    """A question with one computed answer under examination."""

    question: Computed

    def __init__(self, question: Computed, instances: int, runs: Runs):
        super().__init__(question, instances, runs)
        self._standings = [Standing() for _ in question.ideas]
        self._clear = _times(question.answer.tolerance, CLEARANCE)
        self._apart = _times(question.answer.tolerance, BETWEEN)
        self._failures: dict[Place, Failed] = {}
        tolerance = question.answer.tolerance
        self._rounding = None if tolerance is None else Rounding(tolerance)
        self._clearances = [] if tolerance is None else [Clearance(tolerance) for _ in question.ideas]
        self._rough = ""

    @property
    def conflict_at(self) -> Place:
        """Where the answer is written."""
        return self.question.answer.at

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and how its wrong ideas stand."""
        super().settle(values, outcomes, truth)
        for at, failed in self.failures(outcomes):
            self._failures.setdefault(at, failed)
        if truth.conflict is None:  # else nobody knows what to compare with
            self._compare(values, truth)
            self._round(values, truth)

    def finish(self) -> None:
        """Take in the ideas' shares, and the published figures."""
        super().finish()
        for idea, standing in zip(self.question.ideas, self._standings, strict=True):
            self._judge(idea, standing)
        self._suit()
        for golden in self.question.golden if self.settled else ():  # else the same failure would be told twice
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
            if self._clearances:
                self._clearances[number].see(value, truth.value)
            met = self._met(number, value, found, truth)
            if met is None:
                standing.stood_alone(values)
            else:
                beside = f" beside {brief(truth.value)}" if met.text == _TOO_CLOSE else ""
                standing.stood_with(met, values, f"{_shown(value)}{beside}")

    def _met(self, number: int, value: Any, found: Sequence[Any], truth: Truth) -> Met | None:
        """Return what an idea's value cannot be told from, or None where it stands alone."""
        if value is None:
            return Met(NO_VALUE, "so nothing can be diagnosed")
        if self.question.same(value, truth.value, self._clear):
            return Met(RIGHT, "which is right" if self._clear is None else _TOO_CLOSE)
        for other, (idea, given) in enumerate(zip(self.question.ideas, found, strict=True)):
            if other != number and given is not None and self.question.same(value, given, self._apart):
                return Met(OTHER, f"as '{name_of(idea)}' does")
        return None

    def _round(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Take in how far the ways to an answer with a tolerance are apart."""
        if self._rounding is None or self._rounding.see([leg.value for leg in truth.legs], values) <= CLOSE:
            return
        if self._rough:
            return
        first, other = truth.legs[0], truth.legs[-1]
        told = f"{first.what} gives {show(first.value)}, {other.what} gives {show(other.value)}"
        self._rough = f"{told}, which are further apart than rounding{setting(values)}"

    def _suit(self) -> None:
        """Note ways that are further apart than rounding, and a tolerance that does not suit the answers."""
        rounding, at = self._rounding, self.question.answer.at
        if rounding is None or not rounding.width:
            return
        if self._rough and not rounding.is_for_a_sample:
            fix = (
                "correct the formula or the call, whichever is wrong; where the run is a sample, write a tolerance of "
            )
            fix += f"more than {100 * WIDE:.0f} %, such as {{rel: 0.05}}"
            self.tally.note(at, "DQ406", self._rough, fix)
        elif rounding.is_for_a_sample and not self._rough:
            message = f"{rounding.typical} is {100 * rounding.width:.0f} % of it, though every way gives it exactly"
            fix = f"write tolerance: {{rel: 0.01}}, or at most {100 * WIDE:.0f} % of the answer: enough for rounding"
            self.tally.note(at, "DQ432", message, fix)
        elif rounding.width < NARROW:
            message = f"{rounding.typical} is {rounding.width:.0e} of it, and nobody types so many digits"
            fix = "write tolerance: {rel: 0.01}, or no tolerance: where the answer is whole"
            self.tally.note(at, "DQ432", message, fix)

    def _judge(self, idea: Idea, standing: Standing) -> None:
        compared = len(standing.alone) + sum(map(len, standing.met.values()))
        if len(standing.alone) >= self.question.separable * compared:
            return
        if idea.engine is not None and idea.engine.at in self._failures:
            self.failed(idea.engine.at, self._failures[idea.engine.at], {})
            return
        message, fix = self.standing(idea, standing, compared)
        narrower = self._narrower(idea) if standing.worst.code == RIGHT else None
        if narrower is not None:
            fix = f"narrow the tolerance to {narrower}: ten of it lie between a wrong idea and the truth; "
            fix += "or change the wrong idea"
        self.tally.note(idea.at, standing.worst.code, message, fix)

    def _narrower(self, idea: Idea) -> str | None:
        """Return a tolerance with which an idea that is never right is not too close to the truth either."""
        place = next(number for number, one in enumerate(self.question.ideas) if one is idea)
        return self._clearances[place].narrower(self.question.separable) if self._clearances else None

    def fix_marking(self, truth: Truth) -> str:
        """Return what to do where an answer is not marked as it should be."""
        tolerance = self.question.answer.tolerance
        if tolerance is None or tolerance.rel is None or not is_number(truth.value) or truth.value != 0:
            return super().fix_marking(truth)
        return "a share of 0 is 0: write tolerance: {abs: 0.001}, or leave settings out where the answer is 0"

    def standing(self, idea: Idea, standing: Standing, compared: int) -> tuple[str, str]:
        """Return the complaint about an idea that stands alone too rarely, and what to do."""
        share = f"{100 * len(standing.alone) / compared:.0f} % of {compared:,} instances"
        wanted = show(self.question.separable * 100)
        message = f"'{name_of(idea)}' stands alone on {share}, and {wanted} % are asked; {standing.counter_example}"
        remedy = standing.remedy(float(self.question.separable))
        if remedy is not None:
            return message, f"add '{remedy}' to where:, or change the wrong idea"
        drawn = "narrow the parameters with where:" if standing.alone else "draw other values"
        return message, f"{drawn}, or change the wrong idea"

    def proof(self, complete: bool) -> Proof:
        """Return how far the proof reaches: for all values where the answer is a polynomial that was seen to agree."""
        agreed = for_all(self.question, self.runs) if self.settled and not self.tally.has_errors else None
        found = super().proof(complete)
        return found if agreed is None else Proof(Extent.ALL_VALUES, self.seen, agreed.points, agreed.variables)

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

"""What is asked of questions with one computed answer: wrong ideas stand alone, and published figures are met."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.proving.brief import brief
from dlquiz.banks.proving.clearance import CLEARANCE, Clearance
from dlquiz.banks.proving.examination import Examination, some
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.banks.proving.for_all import for_all
from dlquiz.banks.proving.nearby import nearby
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.proving.standing import NO_VALUE, OTHER, RIGHT, Met, Standing
from dlquiz.banks.proving.suiting import Suiting
from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import Place
from dlquiz.core.domains import Derived
from dlquiz.core.expressions import Undefined
from dlquiz.core.kinds.choice import Choice
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

    def __init__(self, question: Computed, instances: int, runs: Runs, signatures: Signatures):
        super().__init__(question, instances, runs, signatures)
        self._standings = [Standing() for _ in question.ideas]
        self._clear = _times(question.answer.tolerance, CLEARANCE)
        self._apart = _times(question.answer.tolerance, BETWEEN)
        self._failures: dict[Place, Failed] = {}
        tolerance = question.answer.tolerance
        self._suiting = None if tolerance is None else Suiting(question, tolerance)
        self._clearances = [] if tolerance is None else [Clearance(tolerance) for _ in question.ideas]
        self._slipped_ones = self._to_slip(instances)
        self._unmet: str | None = None

    @property
    def conflict_at(self) -> Place:
        """Where the answer is written."""
        return self.question.answer.at

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and how its wrong ideas stand."""
        self._unmet = None if truth.conflict is None else self.question.unmet(truth.legs, values)
        super().settle(values, outcomes, truth)
        for at, failed in self.failures(outcomes):
            self._failures.setdefault(at, failed)
        if truth.conflict is None:  # else nobody knows what to compare with
            self._compare(values, truth)
            self._suit(values, truth)

    def conflict(self, values: Mapping[str, Any], conflict: str) -> None:
        """Note that the legs disagree; a published figure that they do not meet is told where it stands."""
        if conflict != self._unmet:
            super().conflict(values, conflict)

    def finish(self) -> None:
        """Take in the ideas' shares, and the published figures."""
        super().finish()
        for idea, standing in zip(self.question.ideas, self._standings, strict=True):
            self._judge(idea, standing)
        if self._suiting is not None:  # what is wrong with an answer may let slips pass
            problem = self._suiting.of_width or (None if self.tally.has_errors else self._suiting.of_slips)
            if problem is not None:
                self.tally.note(self.question.answer.at, *problem)
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
        near = nearby(found, self._apart)
        for number, (value, standing) in enumerate(zip(found, self._standings, strict=True)):
            if self._clearances:
                self._clearances[number].see(value, truth.value)
            others = [(place, found[place]) for place in near[number] if place != number]
            met = self._met(value, others, truth)
            if met is None:
                standing.stood_alone(values)
            else:
                beside = f" beside {brief(truth.value)}" if met.text == _TOO_CLOSE else ""
                standing.stood_with(met, values, f"{_shown(value)}{beside}")

    def _met(self, value: Any, others: Sequence[tuple[int, Any]], truth: Truth) -> Met | None:
        """Return what an idea's value cannot be told from, or None where it stands alone."""
        if value is None:
            return Met(NO_VALUE, "so nothing can be diagnosed")
        if self.question.same(value, truth.value, self._clear):
            return Met(RIGHT, "which is right" if self._clear is None else _TOO_CLOSE)
        for place, given in others:
            if given is not None and self.question.same(value, given, self._apart):
                return Met(OTHER, f"as '{name_of(self.question.ideas[place])}' does")
        return None

    def _suit(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Take in how a tolerance suits an instance."""
        if self._suiting is None:
            return
        self._suiting.see(values, truth)
        if self.seen - 1 in self._slipped_ones and not self.tally.has_errors:
            self._suiting.try_slips(values, truth)

    def _to_slip(self, instances: int) -> set[int]:
        """Return the places of the instances on which slips are tried: they are typed, and no option of a choice is."""
        if self._suiting is None or isinstance(self.question, Choice):
            return set()
        return some(self.question, instances, self._suiting.slipped_instances)

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

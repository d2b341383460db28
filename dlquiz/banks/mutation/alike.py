"""Two readings of one question compared on every setting: what a formula gives, what a call does, what is accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from dlquiz.banks.proving import slipped
from dlquiz.banks.proving.grids import completed
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.proving.said_numbers import told
from dlquiz.banks.proving.same_value import same_value
from dlquiz.banks.signatures import Signatures
from dlquiz.core.building.goal import found
from dlquiz.core.building.typed import Typed
from dlquiz.core.calls import CallTemplate, Given
from dlquiz.core.expressions import Undefined, Unreadable
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.kinds.computed import Computed, Golden, Tolerance
from dlquiz.core.kinds.construct import Construct
from dlquiz.core.kinds.expression import Symbolic
from dlquiz.core.kinds.number import is_number
from dlquiz.core.oracle import Outcome, Ran
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Text
from dlquiz.core.values import fits_a_float, from_json
from dlquiz.core.verdicts import Truth, Unsettled

_ROUNDED_TO = 3
"""Digits to which people round."""


@dataclass(frozen=True)
class Comparison:
    """A question and its mutant, and the settings on which they are compared."""

    question: Question
    mutant: Question
    settings: Sequence[Mapping[str, Any]]
    runs: Runs
    signatures: Signatures

    def formulas(self, one: Formula, other: Formula) -> str | None:
        """Whether two formulas have the same value, also for what was published."""
        everywhere = [*self.settings, *self._published()]
        same = all(self._agree(self._worth(one, values), self._worth(other, values)) for values in everywhere)
        return "the formula has the same value" if same else None

    def calls(self, one: CallTemplate, other: CallTemplate) -> str | None:
        """Whether two calls give the same, also for what was published."""
        everywhere = [*self.settings, *self._published()]
        try:
            asked = [[self._called(call, values) for values in everywhere] for call in (one, other)]
        except Undefined:
            return None
        values = [[_values(self.runs.outcomes(calls)) for calls in each] for each in asked]
        if not all(before is not None and same_value(before, after) for before, after in zip(*values, strict=True)):
            return None
        if isinstance(self.question, Claims):
            return self._experiments(one, other)
        told = "the run gives" if one.function == other.function else f"{other.function} gives"
        return f"{told} the same"

    def _experiments(self, one: CallTemplate, other: CallTemplate) -> str | None:
        """Whether an experiment that gives the same is the same, but for its size: two truths are soon alike.

        A number that the claim says is no mere size: with another one, the experiment is about something else.
        """
        if one.function != other.function:
            return None
        said = {number for claim in self._resting_on(one) for number in told(claim.say)}
        reason = "the same arguments are passed"
        for values in self.settings:
            whole = [{**self.signatures.defaults(one.function), **call.fill(values).arguments} for call in (one, other)]
            changed = [name for name in whole[0] | whole[1] if whole[0].get(name) != whole[1].get(name)]
            numbers = [each.get(name) for each in whole for name in changed]
            if not all(is_number(number) and Fraction(str(number)) not in said for number in numbers):
                return None
            if changed:
                reason = (
                    "the experiment gives the same, and differs in nothing but a number that the claim does not say"
                )
        return reason

    def _resting_on(self, call: CallTemplate) -> list[Claim]:
        assert isinstance(self.question, Claims)
        return [claim for claim in self.question.claims if call is claim.proof or call is claim.control]

    def data(self, one: Given, other: Given) -> str | None:
        """Whether the same is asked for."""
        try:
            same = all(one.fill(values) == other.fill(values) for values in self.settings)
        except Undefined:
            return None
        return "the same is asked for" if same else None

    def texts(self, one: Text, other: Text) -> str | None:
        """Whether two texts read the same in every language."""
        for values in self.settings:
            known = self._known(values)
            try:
                if known is None or any(one.fill(each, known) != other.fill(each, known) for each in LANGUAGES):
                    return None
            except Undefined:
                return None
        return "the text reads the same"

    def figures(self, one: Golden, other: Golden) -> str | None:
        """Whether a figure holds for another setting, too; nobody is shown for which it was published."""
        if one.value != other.value or one.source != other.source or not isinstance(self.question, Computed):
            return None
        legs = [self._legs(golden) for golden in (one, other)]
        return "the figure holds for the other setting, too" if legs[0] and legs[0] == legs[1] else None

    def answers(self, one: Typed, other: Typed) -> str | None:
        """Whether a near miss is refused by the conditions that refused it; nobody is shown one."""
        if not isinstance(self.question, Construct) or one not in self.question.reject:
            return None
        for values in self.settings:
            before, after = self._kept(one, values), self._kept(other, values)
            if not after or before != after:
                return None
        return "the near miss is refused by the same conditions"

    def tolerances(self, one: Tolerance, other: Tolerance) -> str | None:
        """Whether a tolerance takes nothing wrong that another one does not, and refuses no rounding that one took."""
        if not isinstance(self.question, Computed):
            return None
        slips, tried = slipped.slips(self.question), 0
        few = slipped.Slipped(self.question, one).instances
        slipped_on = {number * len(self.settings) // few for number in range(few)}
        for place, values in enumerate(self.settings):
            truth = self._truth(values)
            if truth is None or not is_number(truth.value) or not fits_a_float(truth.value):
                return None
            wrong = [*truth.wrong.values(), *truth.elsewhere, *truth.options]
            wrong += [slipped.worth(self.question, slip, values) for slip in (slips if place in slipped_on else ())]
            for sample in (each for each in wrong if slipped.noticed(each, truth.value)):
                tried += 1
                if self._accepts(sample, truth.value, other) and not self._accepts(sample, truth.value, one):
                    return None
            rounded = float(f"{float(truth.value):.{_ROUNDED_TO}g}")
            if self._accepts(rounded, truth.value, one) and not self._accepts(rounded, truth.value, other):
                return None
        told = f"it takes no wrong idea and no slip that was refused ({tried:,} tried), and refuses no rounding to"
        return f"{told} {_ROUNDED_TO} digits" if tried else None

    def _accepts(self, value: Any, truth: Any, tolerance: Tolerance) -> bool:
        return isinstance(self.question, Computed) and self.question.same(value, truth, tolerance)

    def _truth(self, values: Mapping[str, Any]) -> Truth | None:
        try:
            return self.question.settle(values, self.runs.outcomes(self.question.calls(values)))
        except (Undefined, Unsettled):
            return None

    def _known(self, values: Mapping[str, Any]) -> dict[str, Any] | None:
        truth = self._truth(values)
        return None if truth is None else {**values, "answer": truth.value}

    def _worth(self, formula: Formula, values: Mapping[str, Any]) -> Any:
        """Return what a formula is, None where it has no value."""
        try:
            return (
                self.question.worth(formula, values)
                if isinstance(self.question, Computed)
                else formula.evaluate(values)
            )
        except Undefined:
            return None

    def _agree(self, one: Any, other: Any) -> bool:
        if one is None or other is None:
            return False
        return self.question.same(one, other, None) if isinstance(self.question, Symbolic) else same_value(one, other)

    def _called(self, call: CallTemplate, values: Mapping[str, Any]) -> Sequence[Any]:
        return self.question.runs_of(call, values) if isinstance(self.question, Symbolic) else [call.fill(values)]

    def _published(self) -> list[dict[str, Any]]:
        """Return the settings for which figures were published: formulas and calls are used there, too."""
        golden = self.question.golden if isinstance(self.question, Computed) else ()
        given = (completed(self.question.domain, one.given or {}) for one in golden)
        return [values for values in given if values is not None]

    def _legs(self, golden: Golden) -> list[Any] | None:
        """Return what the formula and the calls give where a figure was published, None where one gives nothing."""
        values = completed(self.question.domain, golden.given or {})
        if values is None or not isinstance(self.question, Computed):
            return None
        formula = self.question.answer.formula
        try:
            ran = _values(self.runs.outcomes([call.fill(values) for call in self.question.answer.engine]))
            return None if ran is None else [*ran, *([] if formula is None else [formula.evaluate(values)])]
        except Undefined:
            return None

    def _kept(self, typed: Typed, values: Mapping[str, Any]) -> list[bool]:
        """Return which conditions a listed answer keeps; nothing where it cannot be read or built."""
        assert isinstance(self.question, Construct)
        try:
            reading = self.question.read(typed.fill(values), values)
            outcomes = self.runs.outcomes(self.question.trial(reading, values))
            return [found(*each, values).holds for each in zip(self.question.goal, outcomes, strict=True)]
        except (Undefined, Unreadable):
            return []


def _values(outcomes: Sequence[Outcome]) -> list[Any] | None:
    """Return what calls gave, None where one of them gave nothing."""
    ran = [from_json(one.value) for one in outcomes if isinstance(one, Ran)]
    return ran if len(ran) == len(outcomes) else None

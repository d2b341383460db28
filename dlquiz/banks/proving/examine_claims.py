"""What is asked of claims: each experiment gives what its claim says, its control the opposite, and each tells its own.

Two claims with the same experiment and the same control hold or fail together, for one run settles both: who has
judged one has judged the other, however differently they are worded. The negation of a statement is no exception. Its
experiment must give the opposite of what the statement's gives, so it is another one, often the other's control.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.proving.brief import clipped, setting
from dlquiz.banks.proving.examination import Examination
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.signatures import Signatures
from dlquiz.core.calls import CallTemplate
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.oracle import Failed, Outcome, Ran
from dlquiz.core.verdicts import Unsettled

_LONGEST = 120
"""Characters of what an experiment asks that are told."""


class ClaimsExamination(Examination):
    """A question of claims under examination; every claim is asked at once."""

    question: Claims

    def __init__(self, question: Claims, instances: int, runs: Runs, signatures: Signatures):
        super().__init__(question, instances, runs, signatures)
        self._known = signatures.functions

    def see(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> None:
        """Take in every claim by itself, then all of them as an instance."""
        for claim, proof, control in zip(self.question.asked(values), outcomes[::2], outcomes[1::2], strict=False):
            self._settle(claim, proof, control, values)
        super().see(values, outcomes)

    def finish(self) -> None:
        """Take in claims that rest on what another one rests on."""
        super().finish()
        for claim in self.question.claims:
            first = next(one for one in self.question.claims if _grounds(one) == _grounds(claim))
            if first is not claim:
                said = clipped(first.say.en.parts[0] if isinstance(first.say.en.parts[0], str) else "", 60)
                message = f"the experiment and its control are those of the claim '{first.id or said}'"
                fix = "leave one of the claims out, or give this one an experiment or a control of its own"
                self.tally.note(claim.at, "DQ444", message, fix)

    def unsettled(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], reason: Unsettled) -> None:
        """What failed was noted claim by claim."""

    def conflict(self, values: Mapping[str, Any], conflict: str) -> None:
        """What conflicts was noted claim by claim."""

    def _settle(self, claim: Claim, proof: Outcome, control: Outcome, values: Mapping[str, Any]) -> None:
        """Note what is wrong with one claim."""
        found = [self._truth(*each, values) for each in ((claim.proof, proof), (claim.control, control))]
        if found[0] is not None and found[0] is not claim.holds:
            message = f"the claim says {_word(claim.holds)}, and {proof.call} gives {_word(found[0])}{setting(values)}"
            self.tally.note(claim.at, "DQ441", message, self._reword(claim))
        if found[1] is not None and found[1] is found[0]:
            message = f"the control {control.call} gives {_word(found[1])} as the experiment does{setting(values)}"
            fix = "set it up so that it must come out the other way; an experiment that cannot fail proves nothing"
            self.tally.note(claim.control.at, "DQ442", message, fix)

    def _reword(self, claim: Claim) -> str:
        """Return what to do about a claim that is contradicted: its sentence is read first, ``holds:`` comes last."""
        known = self._known.get(claim.proof.function)
        asks = f", '{clipped(known.asks, _LONGEST)}'," if known is not None else ""
        reword = f"read the sentence beside what the experiment asks{asks} and reword it if it says the opposite"
        return f"{reword}; only where both say the same, correct holds:, or the experiment"

    def _truth(self, template: CallTemplate, outcome: Outcome, values: Mapping[str, Any]) -> bool | None:
        """Return what an experiment found, or None and a note where it found nothing."""
        if isinstance(outcome, Failed):
            self.failed(template.at, outcome, values)
            return None
        return self._boolean(template, outcome, values)

    def _boolean(self, template: CallTemplate, ran: Ran, values: Mapping[str, Any]) -> bool | None:
        if isinstance(ran.value, bool):
            return ran.value
        message = f"{ran.call} gives {ran.value}, and a claim needs true or false{setting(values)}"
        self.tally.note(template.at, "DQ443", message, "call an experiment, such as those that dlquiz functions lists")
        return None


def _grounds(claim: Claim) -> tuple[Any, ...]:
    """Return what a claim rests on: the calls of its experiment and of its control."""
    return tuple((call.function, call.arguments) for call in (claim.proof, claim.control))


def _word(value: bool) -> str:
    return str(value).lower()

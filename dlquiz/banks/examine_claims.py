"""What is asked of claims: each experiment gives what its claim says, and its control the opposite."""

from collections.abc import Mapping, Sequence
from typing import Any

from dlquiz.banks.examination import Examination
from dlquiz.banks.tally import setting
from dlquiz.core.calls import CallTemplate
from dlquiz.core.kinds.claims import Claim, Claims
from dlquiz.core.oracle import Failed, Outcome, Ran


class ClaimsExamination(Examination):
    """A question of claims under examination; every claim is asked at once."""

    question: Claims

    def see(self, values: Mapping[str, Any], outcomes: Sequence[Outcome]) -> None:
        """Take in every claim by itself, then all of them as an instance."""
        for claim, proof, control in zip(self.question.asked(values), outcomes[::2], outcomes[1::2], strict=False):
            self._settle(claim, proof, control, values)
        super().see(values, outcomes)

    def unsettled(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], reason: str) -> None:
        """What failed was noted claim by claim."""

    def conflict(self, values: Mapping[str, Any], conflict: str) -> None:
        """What conflicts was noted claim by claim."""

    def _settle(self, claim: Claim, proof: Outcome, control: Outcome, values: Mapping[str, Any]) -> None:
        """Note what is wrong with one claim."""
        found = [self._truth(*each, values) for each in ((claim.proof, proof), (claim.control, control))]
        if found[0] is not None and found[0] is not claim.holds:
            message = f"the claim says {_word(claim.holds)}, and {proof.call} gives {_word(found[0])}{setting(values)}"
            self.tally.note(claim.at, "DQ441", message, f"write holds: {_word(found[0])}, or correct the experiment")
        if found[1] is not None and found[1] is found[0]:
            message = f"the control {control.call} gives {_word(found[1])} as the experiment does{setting(values)}"
            fix = "set it up so that it must come out the other way; an experiment that cannot fail proves nothing"
            self.tally.note(claim.control.at, "DQ442", message, fix)

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


def _word(value: bool) -> str:
    return str(value).lower()

"""What is asked of choices: no two options read the same, for the wrong ones are the wrong ideas."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from dlquiz.banks.proving.brief import LONGEST_SETTING, clipped, setting
from dlquiz.banks.proving.examine_computed import ComputedExamination
from dlquiz.banks.proving.runs import Runs
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.oracle import Outcome
from dlquiz.core.verdicts import Truth


class ChoiceExamination(ComputedExamination):
    """A choice under examination."""

    question: Choice

    def __init__(self, question: Choice, instances: int, runs: Runs):
        super().__init__(question, instances, runs)
        self._alike: dict[tuple[int, int], list[str]] = {}

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and the options that read the same."""
        super().settle(values, outcomes, truth)
        if truth.conflict is not None:
            return
        said = [option.fill("en", values) for option in self.question.options(values)]
        for one, other in combinations(range(len(said)), 2):
            if said[one] == said[other]:
                told = f"'{clipped(said[one], LONGEST_SETTING)}'{setting(values)}"
                self._alike.setdefault((one, other), []).append(told)

    def finish(self) -> None:
        """Take in options that are one on too many instances."""
        super().finish()
        for (one, other), met in self._alike.items():
            if len(met) > (1 - self.question.separable) * self.settled:
                message = f"the options {one + 1} and {other + 1} both say {met[0]}"
                message += f", and so on {len(met):,} of {self.settled:,} instances" if len(met) > 1 else ""
                fix = "give one of them the value of another wrong idea, or leave it out"
                self.tally.note(self.question.choices[other].at, "DQ412", message, fix)

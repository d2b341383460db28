"""What is asked of choices: no two options read the same, for the wrong ones are the wrong ideas."""

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import isfinite
from typing import Any

from dlquiz.banks.proving.brief import LONGEST_SETTING, clipped, setting
from dlquiz.banks.proving.examine_computed import ComputedExamination
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.signatures import Signatures
from dlquiz.core.kinds.choice import Choice
from dlquiz.core.kinds.number import is_number
from dlquiz.core.oracle import Outcome
from dlquiz.core.texts import LANGUAGES
from dlquiz.core.values import show
from dlquiz.core.verdicts import Truth

_NUMBER = re.compile(r"[-−]?(?:\d{1,3}(?:,\d{3})+|\d{1,100})(?:\.\d{1,100})?")


class ChoiceExamination(ComputedExamination):
    """A choice under examination."""

    question: Choice

    def __init__(self, question: Choice, instances: int, runs: Runs, signatures: Signatures):
        super().__init__(question, instances, runs, signatures)
        self._alike: dict[tuple[int, int], list[str]] = {}

    def settle(self, values: Mapping[str, Any], outcomes: Sequence[Outcome], truth: Truth) -> None:
        """Take in an instance that has an answer, and the options that read the same."""
        super().settle(values, outcomes, truth)
        self._say(values, truth)
        if truth.conflict is not None:
            return
        said = [option.fill("en", values) for option in self.question.options(values)]
        for one, other in combinations(range(len(said)), 2):
            if said[one] == said[other]:
                told = f"'{clipped(said[one], LONGEST_SETTING)}'{setting(values)}"
                self._alike.setdefault((one, other), []).append(told)

    def _say(self, values: Mapping[str, Any], truth: Truth) -> None:
        """Note options that say a number and nothing else, which is not what they stand for."""
        for option, value in zip(self.question.asked(values), truth.options, strict=True):
            for said in dict.fromkeys(option.text.fill(language, values) for language in LANGUAGES):
                if is_number(value) and _is_another(said, value):
                    message = f"the option says {said.strip()}, and its value is {show(value)}{setting(values)}"
                    fix = "let the option say its value, or correct the value"
                    self.tally.note(option.at, "DQ428", message, fix)

    def finish(self) -> None:
        """Take in options that are one on too many instances."""
        super().finish()
        for (one, other), met in self._alike.items():
            if len(met) > (1 - self.question.separable) * self.settled:
                message = f"the options {one + 1} and {other + 1} both say {met[0]}"
                message += f", and so on {len(met):,} of {self.settled:,} instances" if len(met) > 1 else ""
                fix = "give one of them the value of another wrong idea, or leave it out"
                self.tally.note(self.question.choices[other].at, "DQ412", message, fix)


def _is_another(said: str, value: int | float | Fraction) -> bool:
    """Whether a text is a number, and not the one that a value is when it has as many decimals.

    >>> _is_another("0.33", 1 / 3), _is_another("1,024", 1025), _is_another("1,024 of them", 1025)
    (False, True, False)
    """
    written = said.strip()
    if not _NUMBER.fullmatch(written) or (isinstance(value, float) and not isfinite(value)):
        return False
    decimals = len(written.partition(".")[2])
    exact = Fraction(written.replace(",", "").replace("−", "-"))
    return abs(exact - Fraction(value)) > Fraction(1, 10**decimals) * (Fraction(51, 100) if decimals else 0)

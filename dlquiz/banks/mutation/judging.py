"""One mutant judged: does the checker complain of it, is it the same question after all, or has it survived?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from dlquiz.banks.check import LIMIT, check
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.mutation.equivalence import why_equivalent
from dlquiz.banks.mutation.planting import Mutant
from dlquiz.banks.mutation.rereading import Rereader
from dlquiz.banks.proving.revisions import Entry
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.signatures import Signatures
from dlquiz.core.oracle import Oracle
from dlquiz.core.questions import Question

FEW = 4
"""On how many instances a mutant is tried first."""
_MORE = 16
"""How many times as many are tried next."""
_OF_SHARES = frozenset(
    {"DQ406", "DQ411", "DQ412", "DQ413", "DQ422", "DQ423", "DQ424", "DQ427", "DQ431", "DQ432", "DQ433", "DQ456"}
)
"""Codes that say something of a share of the instances, or of some drawn among them: on few it may not be so."""


class Fate(StrEnum):
    """What became of a mutant."""

    CAUGHT = "caught"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Judged:
    """A mutant with its fate: the codes that caught it, or why it is equivalent.

    ``recorded``: it survived, and only the record of earlier answers would have told.
    """

    mutant: Mutant
    fate: Fate
    codes: tuple[str, ...] = ()
    reason: str = ""
    recorded: bool = False


@dataclass
class Judge:
    """What all mutants of a run are judged with."""

    oracle: Oracle
    signatures: Signatures
    record: Mapping[str, Entry]
    limit: int = LIMIT
    _limits: dict[str, list[int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def judge(self, mutant: Mutant, question: Question, rereader: Rereader) -> Judged:
        """Return the fate of a mutant of a question that is sound."""
        read = rereader.read(mutant)
        if read.complaints:
            return _caught(mutant, read.complaints)
        assert read.question is not None, "what is left out is complained of"
        few = self._tried(question)
        for limit in few:
            decided = [item for item in self._complaints(read.question, limit) if item.code not in _OF_SHARES]
            if decided:
                return _caught(mutant, decided)
        found = self._complaints(read.question, self.limit)
        if found:
            return _caught(mutant, found)
        reason = why_equivalent(question, read.question, Runs(self.oracle), self.limit, self.signatures)
        if reason is not None:
            return Judged(mutant, Fate.EQUIVALENT, reason=reason)
        return Judged(mutant, Fate.SURVIVED, recorded=self._is_recorded(read.question, few[0]))

    def _tried(self, question: Question) -> Sequence[int]:
        """Return how many instances of a question are tried before all: numbers on which it is itself found sound."""
        with self._lock:
            known = self._limits.get(question.key)
        if known is None:
            tried = [limit for limit in (FEW, FEW * _MORE) if limit < self.limit]
            known = [limit for limit in tried if self._is_decided(question, limit)] or [self.limit]
            with self._lock:
                self._limits[question.key] = known
        return known

    def _is_decided(self, question: Question, limit: int) -> bool:
        return all(item.code in _OF_SHARES for item in self._complaints(question, limit))

    def _complaints(self, question: Question, limit: int) -> Sequence[Complaint]:
        return check([question], self.oracle, limit=limit, signatures=self.signatures).complaints

    def _is_recorded(self, question: Question, limit: int) -> bool:
        if question.key not in self.record:
            return False
        report = check([question], self.oracle, limit=limit, signatures=self.signatures, record=self.record)
        return any(item.code == "DQ461" for item in report.complaints)


def _caught(mutant: Mutant, complaints: Sequence[Complaint]) -> Judged:
    return Judged(mutant, Fate.CAUGHT, tuple(dict.fromkeys(item.code for item in complaints)))

"""Errors planted in banks, all of them judged: what share of single slips does the checker find?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dlquiz.banks import spreading
from dlquiz.banks.bank import Bank
from dlquiz.banks.check import LIMIT, Progress
from dlquiz.banks.files import load
from dlquiz.banks.mutation.judging import Fate, Judge, Judged
from dlquiz.banks.mutation.planting import Mutant, plant
from dlquiz.banks.mutation.remembering import Remembering
from dlquiz.banks.mutation.rereading import Rereader
from dlquiz.banks.proving.revisions import Entry
from dlquiz.banks.signatures import Signatures
from dlquiz.core.oracle import Oracle
from dlquiz.core.questions import Question
from dlquiz.errors import DlquizError

EACH = 2
"""How many mutants of one kind are planted in one question, at most."""


@dataclass(frozen=True)
class Campaign:
    """What became of every mutant, in the order of their places."""

    judged: tuple[Judged, ...]

    def of(self, fate: Fate) -> list[Judged]:
        """Return the mutants of one fate."""
        return [one for one in self.judged if one.fate is fate]

    @property
    def survivors(self) -> list[Judged]:
        """The mutants that nobody found."""
        return self.of(Fate.SURVIVED)

    def kinds(self) -> dict[str, Counter[Fate]]:
        """Return how many mutants of each kind had which fate, the kinds in alphabetical order."""
        found: dict[str, Counter[Fate]] = {name: Counter() for name in sorted({one.mutant.kind for one in self.judged})}
        for one in self.judged:
            found[one.mutant.kind][one.fate] += 1
        return found

    def codes(self) -> Counter[str]:
        """Return how many mutants each code was the first to catch."""
        return Counter(one.codes[0] for one in self.of(Fate.CAUGHT))

    def to_json(self) -> dict[str, Any]:
        """Return the fields that ``check --mutate --format json`` adds to those of a check."""
        caught, equivalent, survived = (self.of(fate) for fate in Fate)
        return {
            "planted": len(self.judged),
            "caught": len(caught),
            "equivalent": len(equivalent),
            "survivors": [{**one.mutant.to_json(), "recorded": one.recorded} for one in survived],
            "equivalents": [{**one.mutant.to_json(), "reason": one.reason} for one in equivalent],
            "kinds": {name: {fate.value: counts[fate] for fate in Fate} for name, counts in self.kinds().items()},
            "codes": dict(sorted(self.codes().items())),
        }


def mutants(banks: Sequence[Bank], signatures: Signatures, each: int = EACH) -> list[tuple[Bank, Mutant]]:
    """Return the mutants of banks in the order of their places: of each kind at most so many in a question."""
    found: list[tuple[Bank, Mutant]] = []
    for bank in banks:
        whole = {question.id for question in bank.questions}
        groups: dict[tuple[str, str], list[Mutant]] = {}
        for mutant in plant(_text(bank), bank.file, signatures):
            if mutant.question in whole:
                groups.setdefault((mutant.question, mutant.kind), []).append(mutant)
        chosen = [mutant for group in groups.values() for mutant in _spread(group, each)]
        found += [(bank, mutant) for mutant in sorted(chosen, key=lambda mutant: mutant.slip[1:])]
    return found


def judge(
    planted: Sequence[tuple[Bank, Mutant]],
    oracle: Oracle,
    *,
    signatures: Signatures,
    record: Mapping[str, Entry] | None = None,
    limit: int = LIMIT,
    progress: Progress | None = None,
    jobs: int = 1,
) -> Campaign:
    """Return what the checker finds of each mutant.

    Args:
        planted: Mutants of banks of which the checker has nothing to complain.
        oracle: Runs the engine calls; each (function, arguments) is run once for all mutants together.
        signatures: What is known of the engine's functions.
        record: What was proved before. It catches nothing here, for it knows every answer that was changed.
        limit: How many instances of a question are run at most.
        progress: Told after each mutant; always from the thread that called.
        jobs: How many engines the oracle has.
    """
    judging = Judge(Remembering(oracle), signatures, record or {}, limit)
    banks = {bank.file: bank for bank, _ in planted}
    texts = {file: _text(bank) for file, bank in banks.items()}
    rereaders = {file: Rereader(texts[file], bank, [*banks.values()]) for file, bank in banks.items()}
    questions: dict[tuple[str, str], Question] = {
        (file, question.id): question for file, bank in banks.items() for question in bank.questions
    }
    found: dict[int, Judged] = {}

    def one(number: int) -> tuple[int, Judged]:
        bank, mutant = planted[number]
        if not mutant.stands_in(texts[bank.file]):
            raise DlquizError(f"{bank.file} was changed while errors were planted in it; begin again")
        return number, judging.judge(mutant, questions[bank.file, mutant.question], rereaders[bank.file])

    for number, judged in spreading.each(one, len(planted), jobs):
        found[number] = judged
        if progress is not None:
            progress(len(found), len(planted))
    return Campaign(tuple(found[number] for number in range(len(planted))))


def _text(bank: Bank) -> str:
    text, complaints = load(Path(bank.file), bank.file)
    if text is None:
        raise DlquizError(f"{bank.file} cannot be read any more: {complaints[0].message}")
    return text


def _spread(group: Sequence[Mutant], each: int) -> list[Mutant]:
    """Return at most so many of a group, from all over it."""
    return [group[place * len(group) // each] for place in range(each)] if len(group) > each else list(group)

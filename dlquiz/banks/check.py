"""The checker: every instance of every question is run, and what does not hold becomes a complaint with its place.

A question is proved when, on all instances checked, two legs of different kinds agree, or a run meets a published
figure, or every experiment gives what its claim says and its control the opposite. :func:`check` is the one way in, for
the command line as for everything else that wants a bank proved.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from dlquiz.banks.complaints import Complaint, ordered
from dlquiz.banks.proving.duplicates import duplicates
from dlquiz.banks.proving.examining import Checked, Found, examine
from dlquiz.banks.proving.extents import Extent
from dlquiz.banks.proving.revisions import Entry
from dlquiz.banks.proving.runs import BATCH, Runs
from dlquiz.banks.proving.said_numbers import unsaid
from dlquiz.banks.proving.speaking import unspoken
from dlquiz.banks.proving.waiving import idle, parted
from dlquiz.banks.signatures import Signatures
from dlquiz.banks.spreading import each
from dlquiz.core.oracle import Oracle
from dlquiz.core.questions import Question

__all__ = ["LIMIT", "Checked", "Progress", "Report", "Results", "check"]

LIMIT = 20_000
"""A domain of at most so many settings is gone through; a larger one is sampled, with its corners."""
_SHARED_BATCH = 32
"""Calls of a batch where several engines share the work."""

Progress = Callable[[int, int], None]
"""Told how many of how many questions are done."""


class Results(Protocol):
    """What earlier checks found; a question whose result is kept is not run again."""

    def get(self, question: Question, limit: int, entry: Entry | None) -> Found | None:
        """Return what was found of this very question, None where it was not checked."""
        ...

    def put(self, question: Question, limit: int, entry: Entry | None, found: Found) -> None:
        """Keep what was found."""
        ...


@dataclass(frozen=True)
class Report:
    """What a check found out; complaints stand in the order of their places.

    ``calls`` is how many engine calls were run, ``kept`` how many questions were not run because their results were at
    hand, ``found`` what was found of each question, in their order.
    """

    questions: tuple[Checked, ...]
    complaints: tuple[Complaint, ...]
    calls: int = 0
    kept: int = 0
    found: tuple[Found, ...] = ()

    @property
    def proved(self) -> int:
        """How many questions are proved."""
        return sum(question.proved for question in self.questions)

    @property
    def waived(self) -> int:
        """How many complaints were not made, for their questions waive them."""
        return sum(len(one.waived) for one in self.found)

    def reaching(self, extent: Extent) -> list[Checked]:
        """Return the proved questions whose proof reaches so far."""
        return [question for question in self.questions if question.proved and question.proof.extent is extent]

    def to_json(self) -> dict[str, Any]:
        """Return what ``check --format json`` prints."""
        findings = [item.to_json() for item in self.complaints]
        proofs = [question.to_json() for question in self.questions]
        counts = {"questions": len(self.questions), "proved": self.proved}
        work = {"calls": self.calls, "kept": self.kept, "waived": self.waived}
        return {**counts, "findings": findings, "proofs": proofs, **work}


def check(
    questions: Iterable[Question],
    oracle: Oracle,
    *,
    limit: int = LIMIT,
    complaints: Iterable[Complaint] = (),
    progress: Progress | None = None,
    jobs: int = 1,
    results: Results | None = None,
    record: Mapping[str, Entry] | None = None,
    signatures: Signatures | None = None,
) -> Report:
    """Return what running every question shows, together with the ``complaints`` of their reading.

    Args:
        questions: What is proved. Whole banks together: questions that ask the same are found among these.
        oracle: Runs the engine calls; each (function, arguments) is run once.
        limit: How many instances of a question are run at most.
        complaints: What the reading of the banks complained of; it is part of the report.
        progress: Told after each question; always from the thread that called.
        jobs: How many questions are under examination at once; give an oracle that runs as many batches at once.
        results: What earlier checks found; None runs everything.
        record: What was proved before, by the keys of questions; see :mod:`dlquiz.banks.proving.revisions`.
        signatures: What is known of the engine's functions; without it nobody can tell which of them take a
            convention, nor whether a sentence speaks of the run beside it.
    """
    asked, entries, known = list(questions), record or {}, signatures or Signatures()
    runs = Runs(oracle, BATCH if jobs == 1 else _SHARED_BATCH)
    found: dict[int, Found] = {}

    def one(number: int) -> tuple[int, Found, bool]:
        question, entry = asked[number], entries.get(asked[number].key)
        earlier = None if results is None else results.get(question, limit, entry)
        if earlier is not None:
            return number, earlier, True
        fresh = examine(question, runs, limit, entry, known)
        if results is not None and fresh.lasting:
            results.put(question, limit, entry, fresh)
        return number, fresh, False

    kept = 0
    for number, result, was_kept in each(one, len(asked), jobs):
        found[number], kept = result, kept + was_kept
        if progress is not None:
            progress(len(found), len(asked))
    beside = _beside(asked, known)
    whole = tuple(_noted(question, found[number], beside[number]) for number, question in enumerate(asked))
    noted = [*complaints, *(item for result in whole for item in result.complaints)]
    return Report(tuple(result.checked for result in whole), tuple(ordered(noted)), runs.count, kept, whole)


def _noted(question: Question, found: Found, beside: Sequence[Complaint]) -> Found:
    """Return what was found with what else stands, and with waivers of nothing where everything was looked at."""
    standing, met = parted(question, beside)
    waived = {*found.waived, *met}
    more = [*standing, *(idle(question, waived) if found.checked.sound else ())]
    return replace(found.noting(more), waived=tuple(sorted(waived)))


def _beside(questions: Sequence[Question], signatures: Signatures) -> list[list[Complaint]]:
    """Return what is wrong with each question beside others, or beside what is known of the engine; nothing is run."""
    found = [[*unspoken(question, signatures), *unsaid(question, signatures)] for question in questions]
    places = {id(question): number for number, question in enumerate(questions)}
    for question, item in duplicates(questions):
        found[places[id(question)]].append(item)
    return found

"""The bank that is watched, as far as it is known: its questions, what is wrong, and which question is looked at.

A question that cannot be read any more is kept as it was, and marked as old; one that never could be is known by its
name alone. What was found of a question stands until its text changes. No widget and no thread is in here.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from dlquiz.app.watching.checking import Progress, Read
from dlquiz.app.watching.outline import Section
from dlquiz.banks.check import Checked, Report
from dlquiz.banks.complaints import Complaint, ordered
from dlquiz.banks.proving.examining import Found
from dlquiz.core.questions import Question


class Entry(NamedTuple):
    """A question of the bank: None as long as it could not be read; ``old`` where it was read in a former save."""

    id: str
    question: Question | None
    old: bool = False


class Watched:
    """What became of the newest save, and of those before it where that one says nothing."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.complaints: tuple[Complaint, ...] = ()
        self.report: Report | None = None
        self.progress: Progress | None = None
        self.trouble = ""
        self.chosen = ""
        self.changed: frozenset[str] = frozenset()
        self.checking = False
        self._reading: tuple[Complaint, ...] = ()
        self._found: dict[str, Found] = {}
        self._sections: dict[str, Section] = {}
        self._ordered: list[Section] = []
        self._starts: list[int] = []
        self._settled = False

    def begin(self) -> None:
        """Note that a save is being checked."""
        self.checking, self.progress, self.report, self.trouble = True, None, None, ""

    def take(self, read: Read) -> None:
        """Take in a save as it was read."""
        self._reading = read.complaints
        sections = {one.id: one for one in read.sections}
        if read.bank is None and not sections:
            self.entries = tuple(entry._replace(old=entry.question is not None) for entry in self.entries)
            self.changed, self._found = frozenset(), {}
        else:
            first_of_all = not self.entries
            whole = {} if read.bank is None else {question.id: question for question in read.bank.questions}
            self.entries = self._entries(whole, sections)
            self.changed = frozenset(name for name, one in sections.items() if one.text != self._text(name))
            self._found = {name: self._moved(name, found, sections) for name, found in self._lasting(whole, sections)}
            self._sections, self._ordered = sections, list(read.sections)
            self._starts = [section.first for section in read.sections]
            self._look_at_changed([] if first_of_all else [name for name in sections if name in self.changed])
        self._gather()

    def _entries(self, whole: Mapping[str, Question], sections: Mapping[str, Section]) -> tuple[Entry, ...]:
        known = {entry.id: entry.question for entry in self.entries}
        return tuple(
            Entry(name, whole[name]) if name in whole else Entry(name, known.get(name), known.get(name) is not None)
            for name in dict.fromkeys([*sections, *whole])
        )

    def _text(self, name: str) -> str:
        return self._sections[name].text if name in self._sections else ""

    def _lasting(self, whole: Collection[str], sections: Collection[str]) -> Iterable[tuple[str, Found]]:
        """Yield what was found of the questions whose text is what it was."""
        left = (set(whole) & set(sections)) - self.changed
        return ((name, found) for name, found in self._found.items() if name in left)

    def _moved(self, name: str, found: Found, sections: Mapping[str, Section]) -> Found:
        """Return what was found with its lines as far down as the question has moved."""
        by = sections[name].first - self._sections[name].first
        moved = tuple(one._replace(line=one.line + by) for one in found.complaints)
        return Found(found.checked, moved) if by else found

    def advance(self, progress: Progress) -> None:
        """Take in what was found so far."""
        self.progress = progress
        if progress.found:
            self._found |= {_id(found): found for found in progress.found}
            self._gather()

    def prove(self, report: Report) -> None:
        """Take in what the whole check found."""
        self.report, self.checking, self.progress = report, False, None
        self._found = {_id(found): found for found in report.found}
        self.complaints = report.complaints
        self._look_at_first_wrong()
        self._settled = self._settled or bool(report.complaints)

    def stop(self, sentence: str) -> None:
        """Note that the check could not be made."""
        self.trouble, self.checking, self.progress = sentence, False, None

    def _gather(self) -> None:
        """Put together what is wrong as far as it is known."""
        found = (one for result in self._found.values() for one in result.complaints)
        self.complaints = tuple(ordered([*self._reading, *found]))
        self._look_at_first_wrong()

    def _look_at_changed(self, changed: Collection[str]) -> None:
        """Go to what was changed last, unless that is looked at; else stay where one is."""
        names = [entry.id for entry in self.entries]
        if changed and self.chosen not in changed:
            self.chosen = next(iter(changed))
        elif self.chosen not in names:
            self.chosen = names[0] if names else ""
        self._settled = self._settled or bool(changed)

    def _look_at_first_wrong(self) -> None:
        """As long as nobody chose and nothing was changed, look at the first question with a complaint."""
        if not self._settled:
            wrong = (name for one in self.complaints if (name := self.question_of(one)))
            self.chosen = next(wrong, self.chosen)

    def choose(self, name: str) -> None:
        """Look at a question."""
        if any(entry.id == name for entry in self.entries):
            self.chosen, self._settled = name, True

    def step(self, by: int) -> None:
        """Look at another question, so many further on."""
        if self.entries:
            self.choose(self.entries[(self.place + by) % len(self.entries)].id)

    @property
    def place(self) -> int:
        """Where the question that is looked at stands, counted from 0."""
        return next((at for at, entry in enumerate(self.entries) if entry.id == self.chosen), 0)

    @property
    def entry(self) -> Entry | None:
        """The question that is looked at."""
        return self.entries[self.place] if self.entries else None

    @property
    def unread(self) -> list[Entry]:
        """The questions that cannot be read as they stand in the file."""
        return [entry for entry in self.entries if entry.question is None or entry.old]

    @property
    def checks(self) -> list[Checked]:
        """What was found out of each question, as far as it is known."""
        return [found.checked for found in self._found.values()]

    @property
    def checked(self) -> Checked | None:
        """What was found out of the question that is looked at; None as long as that is not known."""
        entry = self.entry
        return self._found[entry.id].checked if entry is not None and entry.id in self._found else None

    def question_of(self, complaint: Complaint) -> str | None:
        """Return the question in whose lines a complaint is, None for one about the file."""
        place = bisect_right(self._starts, complaint.line) - 1
        if place < 0:
            return None
        section = self._ordered[place]
        return section.id if complaint.line <= section.last else None

    def complaint_of(self, name: str) -> Complaint | None:
        """Return the first complaint in the lines of a question."""
        return next((one for one in self.complaints if self.question_of(one) == name), None)


def _id(found: Found) -> str:
    """Return the id of the question, without the name of its bank."""
    return found.checked.key.partition("/")[2]

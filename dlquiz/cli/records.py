"""The records beside the banks of a check: read before it, and written after it where that is asked for."""

import os
from dataclasses import dataclass
from pathlib import Path

from dlquiz.banks.check import Report
from dlquiz.banks.folders import shown
from dlquiz.banks.library import Library
from dlquiz.banks.proving.revisions import Entry, Record, entry
from dlquiz.cli.printing import tell
from dlquiz.core.verdicts import Level

_BACKED = (Level.PROVED, Level.CITED)


@dataclass(frozen=True)
class Records:
    """The record of each bank, by the bank's file."""

    of_files: dict[str, Record]

    @classmethod
    def of(cls, library: Library) -> "Records":
        """Read the records of all banks, each once; raises DlquizError for a broken one."""
        by_place: dict[Path, Record] = {}
        found = {}
        for bank in library.banks:
            record = Record.beside(Path(os.path.abspath(bank.file)))  # of a bare name no folder around is known
            found[bank.file] = by_place.setdefault(record.file, record)
        return cls(found)

    @property
    def entries(self) -> dict[str, Entry]:
        """What was proved before, by the keys of questions."""
        return {key: kept for record in self.of_files.values() for key, kept in record.entries.items()}

    def tell(self, library: Library, report: Report, write: bool) -> None:
        """Write what was proved, or say what is not in a record that there is."""
        for record, entries in self._proved(library, report):
            where = shown(record.file)
            if write:
                changed = record.write(entries)
                tell(f"{_questions(changed)} written down in {where}" if changed else f"{where} is up to date")
            elif record.entries and (missing := len(entries.keys() - record.entries.keys())):
                around = "" if self._is_beside(record) else " (the record of the folder around it)"
                tell(f"{_questions(missing)} not in {where} yet{around}; dlquiz check --record adds what is proved")

    def _is_beside(self, record: Record) -> bool:
        """Whether a bank that was read lies right beside a record."""
        files = (os.path.abspath(file) for file, its in self.of_files.items() if its is record)
        return any(Path(file).parent == record.file.parent for file in files)

    def _proved(self, library: Library, report: Report) -> list[tuple[Record, dict[str, Entry]]]:
        """Return each record with the entries of all that is sound and backed."""
        found: dict[Path, tuple[Record, dict[str, Entry]]] = {}
        for question, result in zip(library.questions, report.found, strict=False):
            record = self.of_files[question.at.file]
            entries = found.setdefault(record.file, (record, {}))[1]
            if result.checked.sound and result.checked.level in _BACKED:
                entries[question.key] = entry(question, result.cases)
        return list(found.values())


def _questions(count: int) -> str:
    return f"{count} {'question is' if count == 1 else 'questions are'}"

"""The library: the banks at hand, their questions by topic and by key, and what is wrong with them."""

import shlex
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from dlquiz.banks import folders, kept
from dlquiz.banks.bank import Bank
from dlquiz.banks.complaints import Complaint, complaint, ordered
from dlquiz.banks.files import load
from dlquiz.banks.shelves import Shelves
from dlquiz.core.questions import Question
from dlquiz.errors import DlquizError, nearest

_RENAME = "if it is a copy, remove one of them, or give this bank another name"


@dataclass(frozen=True, eq=False, repr=False)
class Library:
    """Banks that were read. ``known`` names every topic there is, also those that were not asked for."""

    banks: tuple[Bank, ...]
    complaints: tuple[Complaint, ...] = ()
    known: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    @classmethod
    def load(
        cls,
        paths: Sequence[Path] = (),
        topics: Sequence[str] | None = None,
        home: Path | None = None,
        *,
        clashing: bool = False,
    ) -> "Library":
        """Read banks: all of them, or those of some topics.

        The banks that come with dlquiz lie in folders named as their topics; only the folders asked for are read.
        ``home`` is a folder whose ``banks/`` holds the learner's own, and whose ``cache/`` keeps what was read. Further
        banks come with installed packages. With ``paths`` and no ``topics`` those paths alone are read; with both, they
        add to the rest. With ``home``, a bank that bears the name of one that is not read is left out all the same: its
        cards would be taken for the other's; with ``clashing`` it is read, for whoever keeps no cards. Raises
        DlquizError for a path that names nothing.
        """
        given, shelves = folders.named(paths), Shelves.of(home)
        alone = bool(paths) and topics is None
        files = folders.each_once([*([] if alone else shelves.files(topics)), *given])
        unread = shelves.unread(files) if home is not None else {}
        strict = {folders.shown(file) for file in files if file.parent.parent == shelves.installed}
        cache = home / "cache" / "banks" if home is not None else None
        banks, complaints = _read(files, strict, unread, cache, clashing)
        wanted = tuple(bank for bank in banks if topics is None or bank.topic in topics)
        known = sorted({*folders.topics_of(shelves.installed), *(bank.topic for bank in banks)})
        noted = complaints if alone else [*complaints, *shelves.complaints()]
        return cls(wanted, tuple(ordered(noted)), tuple(known), tuple(map(folders.shown, files)))

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every whole question, bank by bank."""
        return tuple(question for bank in self.banks for question in bank.questions)

    @cached_property
    def _by_key(self) -> dict[str, Question]:
        return {question.key: question for question in self.questions}

    def topics(self) -> list[str]:
        """Return the topics of the banks that were read, sorted."""
        return sorted({bank.topic for bank in self.banks})

    def topic(self, name: str) -> list[Question]:
        """Return the questions of a topic; raises DlquizError with the nearest topic."""
        found = [question for question in self.questions if question.topic == name]
        if not found:
            listed = f"the topics are {', '.join(self.known)}" if self.known else "there are no banks"
            raise DlquizError(f"there is no question on '{name}'{nearest(name, self.known)} ({listed})")
        return found

    def question(self, key: str) -> Question:
        """Return the question with a key ``bank/id``; raises DlquizError with the nearest key."""
        if key not in self._by_key:
            raise DlquizError(f"there is no question '{key}'{nearest(key, self._by_key)} (a question is named bank/id)")
        return self._by_key[key]

    def warnings(self) -> list[str]:
        """Return a sentence for each file of which something was left out, and each package that lacks its banks."""
        left_out = {bank.file: bank.left_out for bank in self.banks}
        first: dict[str, Complaint] = {}
        for item in self.complaints:
            if item.severity == "error":
                first.setdefault(item.file, item)
        return [
            _warning(item, left_out.get(file)) if file in self.files else f"{_place(item)}: {item.message}; {item.fix}"
            for file, item in first.items()
        ]


def _warning(first: Complaint, count: int | None) -> str:
    """Return where the first error of a file is, what it is, and what was left out because of such errors."""
    what = "the file was" if not count else "1 question was" if count == 1 else f"{count} questions were"
    return f"{_place(first)}: {first.message}; {what} left out (dlquiz check {shlex.quote(first.file)} tells all)"


def _place(item: Complaint) -> str:
    return f"{item.file}:{item.line}:{item.column}"


def _read(
    files: Iterable[Path], strict: Collection[str], unread: Mapping[str, Path], cache: Path | None, clashing: bool
) -> tuple[list[Bank], list[Complaint]]:
    """Return the banks of files, the first of each name.

    ``strict`` files lie in a folder named as their topic; ``unread`` are the files of banks elsewhere, by their names:
    whether a bank that bears one of these is among the result, ``clashing`` says.
    """
    banks: dict[str, Bank] = {}
    complaints: list[Complaint] = []
    for path in files:
        file = folders.shown(path)
        text, found = load(path, file)
        complaints += found
        if text is None:
            continue
        bank, found = kept.bank(text, file, cache)
        complaints += found
        if bank is None:
            continue
        if file in strict and bank.topic != path.parent.name:
            message = f"the topic is '{bank.topic}', and the folder is named '{path.parent.name}'"
            complaints.append(complaint(bank.topic_at, "DQ209", message, "name the topic as its folder"))
        other = banks[bank.name].file if bank.name in banks else unread.get(bank.name)
        if other is not None:
            message = f"the name '{bank.name}' of {file} is that of the bank {folders.shown(Path(other))}"
            complaints.append(complaint(bank.at, "DQ207", message, _RENAME))
        if other is None or (clashing and bank.name not in banks):
            banks[bank.name] = bank
    return _linked(list(banks.values()), complaints, cache)


def _linked(banks: list[Bank], complaints: list[Complaint], cache: Path | None) -> tuple[list[Bank], list[Complaint]]:
    """Return the banks with their cards linked to what they reveal, also to banks that lie in the same folder."""
    if not any(question.kind == "recall" for bank in banks for question in bank.questions):
        return banks, complaints
    from dlquiz.banks.linking import linked, named_by_cards

    read = {bank.name for bank in banks}
    lacking = ((bank, named_by_cards(bank) - read) for bank in banks)
    beside = [one for bank, names in lacking if names for one in _beside(bank, names, cache)]
    found, lost = linked(banks, beside)
    return found, complaints + lost


def _beside(bank: Bank, names: Collection[str], cache: Path | None) -> Iterator[Bank]:
    """Yield the banks of these names from the folder of a bank; what is wrong with them is not looked at."""
    for path in folders.beside(Path(bank.file)):
        file = folders.shown(path)
        text = load(path, file)[0]
        one = None if text is None else kept.bank(text, file, cache)[0]
        if one is not None and one.name in names:
            yield one

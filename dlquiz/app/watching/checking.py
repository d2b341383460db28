"""A bank read and proved in a thread of its own, so that the screen lives on; the next save gives it up.

The thread waits for the engine most of the time. It cannot be killed as a process can, so whatever it does asks between
two steps whether it was given up; from then on nobody hears of it.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeAlias

from dlquiz.app import stumbling
from dlquiz.app.watching.outline import Section, outline
from dlquiz.app.watching.remembered import Errand, GivenUp, Memory
from dlquiz.banks.bank import Bank
from dlquiz.banks.check import Report, Results, check
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.files import load
from dlquiz.banks.folders import shown
from dlquiz.banks.library import Library
from dlquiz.banks.proving.examining import Found
from dlquiz.banks.proving.revisions import Entry, Record
from dlquiz.banks.signatures import Signatures
from dlquiz.core.questions import Question
from dlquiz.errors import DlquizError
from dlquiz.worker import Worker

_TOLD_EVERY_S = 0.2
_GONE, _COMES_BACK = "the file is gone", "it is read again when it comes back"


class Read(NamedTuple):
    """A save as it was read: where its questions stand, its bank, None where it holds none, and the complaints."""

    sections: tuple[Section, ...]
    bank: Bank | None
    complaints: tuple[Complaint, ...]


class Progress(NamedTuple):
    """How many of how many questions are done, and what was found of those that were done since it was told last."""

    done: int
    of: int
    found: tuple[Found, ...] = ()


class Stopped(NamedTuple):
    """The check could not be made; the sentence says why."""

    sentence: str


Told: TypeAlias = Read | Progress | Report | Stopped
"""What a check tells, in this order: Read, then Progress from time to time, then Report or Stopped."""


@dataclass(frozen=True, eq=False, repr=False)
class Sources:
    """What a check works with. ``results`` opens the kept results, which takes a look at every file of the engine.

    ``signatures`` returns what is known of the engine's functions, which is kept, too; without it the engine is asked.
    """

    file: Path
    worker: Worker
    home: Path | None = None
    results: Callable[[], Results] | None = None
    signatures: Callable[[], Signatures] | None = None


class Checking:
    """The check of the newest save. ``told`` hears, from the thread, its number and what it tells."""

    def __init__(self, sources: Sources, told: Callable[[int, Told], None]) -> None:
        self._sources = sources
        self._told = told
        self._memory = Memory()
        self._errand = Errand(sources.worker, self._memory)
        self._opened: Results | None = None
        self._signatures: Signatures | None = None
        self._unheard = threading.Event()
        self.number = 0

    def begin(self) -> None:
        """Check the file as it stands, instead of what is being checked."""
        self.give_up()
        self.number += 1
        self._errand = Errand(self._sources.worker, self._memory)
        threading.Thread(target=self._run, args=(self.number, self._errand), name="check", daemon=True).start()

    def give_up(self) -> None:
        """End the check that is under way, if there is one."""
        self._errand.give_up()
        self._unheard.clear()

    def heard(self) -> None:
        """Say that the progress was taken in: until then no further one is told, so that none has to queue."""
        self._unheard.clear()

    def _run(self, number: int, errand: Errand) -> None:
        tell = partial(self._tell, number, errand)
        try:
            with stumbling.marking("en"):
                library = self._read(tell)
                tell(self._prove(library, errand, tell) if library.questions else Report((), library.complaints))
        except GivenUp:
            return
        except DlquizError as error:
            tell(Stopped(str(error)))

    def _tell(self, number: int, errand: Errand, what: Told) -> None:
        """Tell, unless it was given up; a check that ends because of that has nothing more to say."""
        try:
            errand.go_on()
        except GivenUp:
            if isinstance(what, Stopped):
                return
            raise
        self._told(number, what)

    def _read(self, tell: Callable[[Told], None]) -> Library:
        """Read the bank; a path that leads nowhere at this moment is a complaint like others."""
        file = shown(self._sources.file)
        text, complaints = load(self._sources.file, file)
        if text is None and not self._sources.file.exists():
            complaints = [one._replace(message=_GONE, fix=_COMES_BACK) for one in complaints]
        library = Library((), tuple(complaints))
        if text is not None:
            library = Library.load((self._sources.file,), None, self._sources.home, clashing=True)
        bank = library.banks[0] if library.banks else None
        tell(Read(tuple(outline(text or "")), bank, library.complaints))
        return library

    def _prove(self, library: Library, errand: Errand, tell: Callable[[Told], None]) -> Report:
        self._prepare(errand)
        passing = _Passing(self._opened, errand, tell, self._unheard)
        return check(
            library.questions,
            errand,
            complaints=library.complaints,
            progress=passing.progress,
            results=passing,
            record=Record.beside(self._sources.file).entries,
            signatures=self._signatures,
        )

    def _prepare(self, errand: Errand) -> None:
        """Find out once what every check needs. Raises EngineError where the engine is asked, and there is none."""
        if self._signatures is None:
            known = self._sources.signatures
            self._signatures = Signatures.of(self._sources.worker.functions().result()) if known is None else known()
        errand.go_on()
        if self._opened is None and self._sources.results is not None:
            self._opened = self._sources.results()
        errand.go_on()


class _Passing:
    """Results on their way past: looked up and kept as long as the check goes on, and told a few times a second."""

    def __init__(
        self, results: Results | None, errand: Errand, tell: Callable[[Told], None], unheard: threading.Event
    ) -> None:
        self._unheard = unheard
        self._results = results
        self._errand = errand
        self._tell = tell
        self._found: list[Found] = []
        self._last = time.monotonic()

    def get(self, question: Question, limit: int, entry: Entry | None) -> Found | None:
        """Return what was found of this very question; raises GivenUp."""
        self._errand.go_on()
        known = None if self._results is None else self._results.get(question, limit, entry)
        if known is not None:
            self._found.append(known)
        return known

    def put(self, question: Question, limit: int, entry: Entry | None, found: Found) -> None:
        """Keep what was found."""
        self._found.append(found)
        if self._results is not None:
            self._results.put(question, limit, entry, found)

    def progress(self, done: int, count: int) -> None:
        """Take in that a question is done; raises GivenUp."""
        self._errand.go_on()
        now = time.monotonic()
        if now - self._last >= _TOLD_EVERY_S and not self._unheard.is_set():
            self._unheard.set()
            self._last = now
            self._tell(Progress(done, count, tuple(self._found)))
            self._found = []

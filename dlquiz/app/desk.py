"""The desk: banks, store, engine and clock, brought together for whoever studies at it, in the app or in plain mode."""

import random
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dlquiz.banks.library import Library
from dlquiz.core.questions import Question
from dlquiz.core.scheduling import Scheduler, StudyClock
from dlquiz.core.session import Limits, Session
from dlquiz.core.study import Study
from dlquiz.core.texts import Language
from dlquiz.errors import DlquizError
from dlquiz.store.store import Store
from dlquiz.worker import Worker


@dataclass(frozen=True, eq=False, repr=False)
class Desk:
    """Everything that a session needs. ``now`` gives UTC milliseconds; ``clock`` the learner's zone offset."""

    store: Store
    worker: Worker
    scheduler: Scheduler
    now: Callable[[], int]
    clock: Callable[[], StudyClock]
    rng: random.Random
    language: Language = "en"
    limits: Limits = Limits()  # noqa: RUF009 - immutable
    banks: Sequence[Path] = ()
    home: Path | None = None

    def library(self, topics: Sequence[str] | None = None) -> Library:
        """Return the banks of some topics, or all of them."""
        return Library.load(self.banks, topics, self.home)

    def words(self, questions: Iterable[Question]) -> str:
        """Return what stands behind ``dlquiz study`` for the topics of these questions, and for banks named by path."""
        topics = dict.fromkeys(question.topic for question in questions)
        return " ".join([*topics, *(f"--bank {shlex.quote(str(bank))}" for bank in self.banks)])

    def study(self, library: Library, topics: Sequence[str] = ()) -> Study:
        """Return a session over the topics of a library, all of them if none is named."""
        if not topics and not library.questions:
            raise DlquizError(
                "; ".join(library.warnings()) or "there are no banks; dlquiz doctor says where they are sought"
            )
        names = list(topics) or library.topics()
        questions = [question for name in names for question in library.topic(name)]
        session = Session(questions, self.store, self.rng, self.limits)
        return Study(session, self.store, self.worker, self.scheduler, self.clock(), self.language)

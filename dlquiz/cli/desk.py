"""What commands work with: the one place where the clock, chance, the database and the engine are made."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from dlquiz.app.desk import Desk
from dlquiz.banks.library import Library
from dlquiz.cli import options, places
from dlquiz.cli.printing import tell
from dlquiz.core.scheduling import CardState, Scheduler, StudyClock
from dlquiz.core.session import Limits
from dlquiz.errors import DlquizError
from dlquiz.store.store import Store
from dlquiz.worker import Worker


def now_ms() -> int:
    """Return the time in UTC milliseconds."""
    return time.time_ns() // 1_000_000


def clock() -> StudyClock:
    """Return the learner's zone offset at this moment."""
    offset = datetime.now().astimezone().utcoffset()
    return StudyClock(0 if offset is None else round(offset.total_seconds() / 60))


def library(banks: Sequence[Path] | None) -> Library:
    """Return the banks named on the command line, or else all there are; what was left out is told."""
    found = Library.load(tuple(banks or ()), None, places.home())
    for warning in found.warnings():
        tell(warning)
    return found


@contextmanager
def engine(device: str | None) -> Iterator[Worker]:
    """Prepare the engine, which is started by whoever needs it first; end it at the end."""
    worker = Worker(options.device(device))
    try:
        yield worker
    finally:
        worker.close()


@contextmanager
def log(database: Path | None, scheduler: Scheduler | None = None, *, backup: bool = False) -> Iterator[Store]:
    """Open the database, and close it at the end; what did not stop it is told."""
    with Store.open(places.database(database), scheduler or Scheduler(), now_ms(), backup) as store:
        for warning in store.warnings:
            tell(warning)
        yield store


def cards(database: Path | None) -> dict[str, CardState]:
    """Return the cards of the database; nothing is made where there is none.

    Nobody has studied yet where the usual place is empty; a place that was named is mistyped, a DlquizError.
    """
    if exists(database):
        with log(database) as store:
            return store.cards()
    return {}


def exists(database: Path | None) -> bool:
    """Whether there is a database; an empty file is none yet, to be made by the first session.

    Raises DlquizError for a place that was named and holds nothing.
    """
    path = places.database(database)
    if database is not None and not path.exists():
        raise no_database(path)
    return path.exists() and (path.is_dir() or path.stat().st_size > 0)


def no_database(path: Path) -> DlquizError:
    """Return what to say of a place that was named and holds no database."""
    return DlquizError(f"there is no database {path}; name one with --db, or leave --db out for the usual one")


@contextmanager
def opened(
    database: Path | None,
    *,
    device: str | None = None,
    lang: options.Lang | None = None,
    banks: Sequence[Path] | None = None,
    seed: int | None = None,
    limits: Limits | None = None,
    backup: bool = False,
) -> Iterator[Desk]:
    """Bring everything together that a session needs; the app makes its backup once the first question is painted."""
    scheduler = Scheduler()
    with log(database, scheduler, backup=backup) as store, engine(device) as worker:
        yield Desk(
            store=store,
            worker=worker,
            scheduler=scheduler,
            now=now_ms,
            clock=clock,
            rng=random.Random(seed),
            language=options.language(lang).value,
            limits=limits or Limits(),
            banks=tuple(banks or ()),
            home=places.home(),
        )

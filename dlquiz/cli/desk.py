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
from dlquiz.core.scheduling import Scheduler, StudyClock
from dlquiz.core.session import Limits
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

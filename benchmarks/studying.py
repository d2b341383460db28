"""A desk with the shipped banks and a new database, and the app at it without a terminal."""

import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from textual.pilot import Pilot

from dlquiz.app.application import DlquizApp
from dlquiz.app.desk import Desk
from dlquiz.core.scheduling import Scheduler, StudyClock
from dlquiz.store import Store
from dlquiz.worker import Worker


@contextmanager
def desk() -> Iterator[Desk]:
    """Yield a desk whose engine has not been started."""
    scheduler = Scheduler()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / "dlquiz.db", scheduler, 0)
        worker = Worker("cpu")
        try:
            yield Desk(store, worker, scheduler, now_ms, lambda: StudyClock(0), random.Random(1))
        finally:
            worker.close()
            store.close()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def app(at: Desk, topics: list[str]) -> AsyncIterator[Pilot[None]]:
    """Yield a pilot of the app on an 80×24 screen."""
    async with DlquizApp(at, topics).run_test(size=(80, 24)) as pilot:
        yield pilot

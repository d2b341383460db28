"""A bank in a file of the test, an engine that is a fake, and the screen that watches both."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from reading_screens import flat, shown
from sample_desk import FakeWorker
from textual.pilot import Pilot

from dlquiz.app.screens.watch import WatchScreen
from dlquiz.app.watching.application import WatchApp
from dlquiz.app.watching.checking import Sources
from dlquiz.banks.check import Results
from dlquiz.core.oracle import Block, Call, Outcome
from dlquiz.core.texts import Language
from dlquiz.worker import FunctionInfo, Hello

BANK = (Path(__file__).parent / "watched" / "mine.yaml").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 21, 13, 5, 12)
WRONG_FORMULA = BANK.replace('formula: "n + 2*p - k + 1"', 'formula: "n + 2*p - k + 2"')
"""The formula of the first question, in line 15, gives one too many."""
HALF_TYPED = BANK.replace('"4*h*d^2"', '"4*h*d^')
"""The author has just begun to type the formula of the second question: its quotes are open."""


class BenchWorker:
    """An engine that answers at once, unless it is told otherwise; it says what it was asked."""

    def __init__(self) -> None:
        self.fake = FakeWorker()
        self.started = 0

    def start(self) -> None:
        self.started += 1

    def submit(
        self, calls: Sequence[Call], *, evidence: bool = False, urgent: bool = False
    ) -> Future[Sequence[Outcome]]:
        return self.fake.submit(calls, evidence=evidence)

    def hello(self) -> Future[Hello]:
        return self.fake.hello()

    def functions(self) -> Future[list[FunctionInfo]]:
        future: Future[list[FunctionInfo]] = Future()
        self.fake.hello().add_done_callback(
            lambda done: future.set_exception(done.exception()) if done.exception() else future.set_result([])
        )
        return future

    def source(self, name: str) -> Future[list[Block]]:
        return self.fake.source(name)

    @property
    def calls(self) -> list[Call]:
        """Every call that was submitted, one after the other."""
        return [call for batch in self.fake.submitted for call in batch]


class Bench:
    """A file and the app that watches it."""

    def __init__(self, folder: Path, text: str = BANK) -> None:
        self.file = folder / "mine.yaml"
        self.file.write_text(text, encoding="utf-8")
        self.worker = BenchWorker()
        self.home: Path | None = None
        self.results: Callable[[], Results] | None = None

    def save(self, text: str) -> None:
        """Save as most editors do: another file takes the place of the old one."""
        new = self.file.with_suffix(".new")
        new.write_text(text, encoding="utf-8")
        new.replace(self.file)

    @property
    def sources(self) -> Sources:
        return Sources(self.file, self.worker, self.home, self.results)  # type: ignore[arg-type]

    def app(self, language: Language = "en") -> WatchApp:
        return WatchApp(self.sources, lambda: NOW, language)

    @asynccontextmanager
    async def opened(
        self, size: tuple[int, int] = (80, 24), language: Language = "en", *, checked: bool = True
    ) -> AsyncIterator[Pilot[None]]:
        """Run the app until its first check is done."""
        async with self.app(language).run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            if checked:
                await until(pilot, lambda: not_busy(pilot))
            yield pilot


def not_busy(pilot: Pilot[None]) -> bool:
    """Whether the newest save was checked."""
    screen = pilot.app.screen
    return not isinstance(screen, WatchScreen) or not screen.watched.checking


async def until(pilot: Pilot[Any], holds: Callable[[], bool], tries: int = 400) -> None:
    """Wait until something holds; fail with the screen where it does not within some seconds."""
    for _ in range(tries):
        if holds():
            await pilot.pause()
            await pilot.pause()
            return
        await pilot.pause(0.025)
    raise AssertionError(shown(pilot))


async def seen(pilot: Pilot[Any], *words: str) -> str:
    """Wait until all these words are on the screen, and return it."""
    await until(pilot, lambda: all(word in flat(shown(pilot)) for word in words))
    return shown(pilot)


Doing = Callable[[Pilot[None]], Awaitable[None]]

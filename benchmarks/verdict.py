"""From ↵ to the painted verdict of a ``number``, with the real engine, beside a bare round trip of the same call."""

import asyncio
import statistics
import time
from collections.abc import Iterator

from textual.pilot import Pilot

from benchmarks.figures import Figure
from benchmarks.studying import app, desk
from dlquiz.app.desk import Desk
from dlquiz.app.screens.study import StudyScreen

QUESTIONS = 12
SETTLED_S = 0.3
PATIENCE_S = 30.0


def run() -> Iterator[Figure]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Figure]:
    verdicts: list[float] = []
    trips: list[float] = []
    with desk() as at:
        async with app(at, ["cnn"]) as pilot:
            await asyncio.wrap_future(at.worker.hello())
            for _ in range(QUESTIONS):
                await _answer(pilot, at, verdicts, trips)
    return [
        Figure("verdict after ↵", statistics.median(verdicts), "ms", statistics.median(trips), "under 30 ms"),
        Figure("the slowest of them", max(verdicts), "ms"),
    ]


async def _answer(pilot: Pilot[None], at: Desk, verdicts: list[float], trips: list[float]) -> None:
    screen = pilot.app.screen
    assert isinstance(screen, StudyScreen), "the session ended early"
    instance = screen.sitting.present.instance
    before = time.perf_counter()
    await asyncio.wrap_future(at.worker.submit(instance.calls))
    trips.append(1000 * (time.perf_counter() - before))
    await pilot.press("1", ",", "1")
    if instance.question.kind == "number":
        await pilot.press("backspace", "backspace")
    await asyncio.sleep(SETTLED_S)
    milliseconds = await _until_painted(pilot, screen)
    if instance.question.kind == "number":
        verdicts.append(milliseconds)
    await pilot.press("enter")
    await pilot.pause()


async def _until_painted(pilot: Pilot[None], screen: StudyScreen) -> float:
    painted = asyncio.Event()
    before = time.perf_counter()
    screen.action_submit()
    async with asyncio.timeout(PATIENCE_S):
        while screen.sitting.stored is None:
            await asyncio.sleep(0)
        screen.call_after_refresh(painted.set)
        await painted.wait()
    return 1000 * (time.perf_counter() - before)

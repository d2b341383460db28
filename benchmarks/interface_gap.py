"""The longest gap of the interface's event loop while the engine starts, beside the same app without an engine."""

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.figures import Figure
from benchmarks.studying import app, desk
from dlquiz.worker import Worker

ROUNDS = 3
TICK_S = 0.002
WATCHED_S = 3.0
_IDLE = [sys.executable, "-c", "import sys; sys.stdin.read()"]


def run() -> Iterator[Figure]:
    with_engine, without = [], []
    for _ in range(ROUNDS):
        with_engine.append(asyncio.run(_longest_gap(engine=True)))
        without.append(asyncio.run(_longest_gap(engine=False)))
    yield Figure(
        "longest gap while the engine starts",
        1000 * statistics.median(with_engine),
        "ms",
        1000 * statistics.median(without),
        "under 50 ms",
    )


async def _longest_gap(engine: bool) -> float:
    with desk() as real:
        at = real if engine else replace(real, worker=Worker("cpu", command=_IDLE))
        try:
            async with app(at, ["cnn"]) as pilot:
                await pilot.pause()
                gap = await _watch()
                if engine and not at.worker.hello().done():
                    await asyncio.wrap_future(at.worker.hello())
                return gap
        finally:
            at.worker.close()


async def _watch() -> float:
    """Return the longest time that a sleep of TICK_S took beyond itself."""
    longest, end = 0.0, time.perf_counter() + WATCHED_S
    while (before := time.perf_counter()) < end:
        await asyncio.sleep(TICK_S)
        longest = max(longest, time.perf_counter() - before - TICK_S)
    return longest

"""Fixtures for the app: a desk, and an app that runs without a terminal."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from sample_desk import SampleDesk, sample_desk
from textual.pilot import Pilot

from dlquiz.app.application import DlquizApp

Opened = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


@pytest.fixture
def desk(tmp_path: Path) -> SampleDesk:
    return sample_desk(tmp_path)


@pytest.fixture
def opened() -> Opened:
    """Return a way to run the app at a desk: ``async with opened(desk, ["cnn"]) as pilot``."""

    @asynccontextmanager
    async def run(
        desk: SampleDesk, topics: Sequence[str] | None, size: tuple[int, int] = (80, 24)
    ) -> AsyncIterator[Pilot[None]]:
        app = DlquizApp(desk, topics)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await pilot.pause()
            yield pilot

    return run

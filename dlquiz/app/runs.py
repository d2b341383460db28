"""The engine runs of a session: begun when a question comes up or is about to, awaited without blocking."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from dlquiz.core.oracle import Outcome
from dlquiz.core.questions import Instance

Started = Future[Sequence[Outcome]]


class Runs:
    """One run for each instance that matters at present."""

    def __init__(self, start: Callable[[Instance], Started]) -> None:
        self._start = start
        self._started: dict[str, Started] = {}

    def begin(self, instance: Instance) -> Started:
        """Start the run of the instance unless it was started before."""
        name = str(instance)
        if name not in self._started:
            self._started[name] = self._start(instance)
        return self._started[name]

    async def outcomes(self, instance: Instance) -> Sequence[Outcome]:
        """Return what came of the run. Whoever stops waiting leaves the run as it is."""
        return await asyncio.shield(asyncio.wrap_future(self.begin(instance)))

    def forget(self, instance: Instance) -> None:
        """Let the next ``begin`` start the instance again."""
        self._started.pop(str(instance), None)

    def keep_only(self, *instances: Instance) -> None:
        """Give up all other runs; those that still wait for their turn are taken back."""
        names = {str(instance) for instance in instances}
        for name in [name for name in self._started if name not in names]:
            self._started.pop(name).cancel()

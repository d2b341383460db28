"""The engine runs of a session: begun when a question comes up or is about to, awaited without blocking."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from dlquiz.core.oracle import Outcome
from dlquiz.core.questions import Instance
from dlquiz.core.study import failure

Started = Future[Sequence[Outcome]]


class Runs:
    """One run for each instance that matters at present.

    A run ahead that failed is made once more when its question is there: its time had not come, nobody waited for it,
    and the learner shall not pay for it. A run that began when its question was there is the learner's own.
    """

    def __init__(self, start: Callable[[Instance], Started]) -> None:
        self._start = start
        self._started: dict[str, Started] = {}
        self._ahead: set[str] = set()

    def begin(self, instance: Instance) -> Started:
        """Start the run of the instance, which is asked at present, unless one is under way or came to something."""
        name = str(instance)
        if name in self._ahead and _failed(self._started[name]):
            self.forget(instance)
        return self._run(instance)

    def ahead(self, instance: Instance) -> None:
        """Start the run of an instance that will be asked later, unless it was started before."""
        if str(instance) not in self._started:
            self._run(instance)
            self._ahead.add(str(instance))

    async def outcomes(self, instance: Instance) -> Sequence[Outcome]:
        """Return what came of the run. Whoever stops waiting leaves the run as it is."""
        found = await self._awaited(instance)
        return found if failure(found) is None else await self._awaited(instance)

    async def _awaited(self, instance: Instance) -> Sequence[Outcome]:
        return await asyncio.shield(asyncio.wrap_future(self.begin(instance)))

    def _run(self, instance: Instance) -> Started:
        name = str(instance)
        if name not in self._started:
            self._started[name] = self._start(instance)
        return self._started[name]

    def forget(self, instance: Instance) -> None:
        """Let the next ``begin`` start the instance again."""
        self._started.pop(str(instance), None)
        self._ahead.discard(str(instance))

    def keep_only(self, *instances: Instance) -> None:
        """Give up all other runs; those that still wait for their turn are taken back."""
        names = {str(instance) for instance in instances}
        for name in [name for name in self._started if name not in names]:
            self._started.pop(name).cancel()
            self._ahead.discard(name)


def _failed(run: Started) -> bool:
    return run.done() and (run.cancelled() or failure(run.result()) is not None)

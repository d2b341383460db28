"""Engine calls through any executor: threads with engines of ours, other processes, or a cluster."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol

from dlquiz.core.oracle import Call, Outcome

Run = Callable[[Sequence[Call], bool], Sequence[Outcome]]
"""Runs a batch, with evidence or without, and returns one outcome a call; to other processes it goes by pickle."""


class Executor(Protocol):
    """What :class:`concurrent.futures.Executor` promises, and all that is asked here."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> "Future[Any]":
        """Return a future of what the function gives for the arguments."""
        ...


@dataclass(frozen=True)
class Executed:
    """An :class:`~dlquiz.core.oracle.Oracle` whose batches go through an executor, as many at once as that runs."""

    executor: Executor
    run: Run

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        """Return a future of one outcome a call, in order."""
        return self.executor.submit(self.run, calls, evidence)

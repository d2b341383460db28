"""Engine calls of a check: each (function, arguments) runs once in the whole check, in batches."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock

from dlquiz.core.oracle import Call, Failed, Oracle, Outcome

BATCH = 256
_BY_CHANCE = ("timeout", "died")
"""Failures that another run might not meet."""


@dataclass
class Runs:
    """The calls that were started, each with the batch that it runs in and its place there; threads may share it."""

    oracle: Oracle
    batch: int = BATCH
    _started: dict[str, tuple["Future[Sequence[Outcome]]", int]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def start(self, calls: Iterable[Call]) -> None:
        """Start every call that was not started before."""
        named = {_name(call): call for call in calls}
        with self._lock:
            fresh = [name for name in named if name not in self._started]
            for first in range(0, len(fresh), self.batch):
                batch = fresh[first : first + self.batch]
                future = self.oracle.submit([named[name] for name in batch])
                self._started |= {name: (future, place) for place, name in enumerate(batch)}

    def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
        """Return what came of calls, started here if they were not before; waits for it."""
        return [future.result()[place] for future, place in self.under_way(calls)]

    def under_way(self, calls: Sequence[Call]) -> list[tuple["Future[Sequence[Outcome]]", int]]:
        """Return each call's batch and its place there; calls that were not started before are."""
        self.start(calls)
        return [self._started[_name(call)] for call in calls]

    @property
    def count(self) -> int:
        """How many different calls were started."""
        return len(self._started)


@dataclass
class Noticing(Runs):
    """The runs of one question among all others'; notices whether one of them failed by chance."""

    by_chance: bool = False

    @classmethod
    def of(cls, shared: Runs) -> "Noticing":
        """Return the runs of one question."""
        return cls(shared.oracle, shared.batch, shared._started, shared._lock)

    def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
        """Return what came of calls, and notice failures that are nobody's fault."""
        found = super().outcomes(calls)
        self.by_chance |= any(isinstance(one, Failed) and one.code in _BY_CHANCE for one in found)
        return found


def _name(call: Call) -> str:
    return f"{call.function} {json.dumps(call.arguments, sort_keys=True)}"

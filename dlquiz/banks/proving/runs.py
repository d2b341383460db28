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
        named = {name_of(call): call for call in calls}
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
        return [self._started[name_of(call)] for call in calls]

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
        self.by_chance |= any(map(failed_by_chance, found))
        return found


def failed_by_chance(outcome: Outcome) -> bool:
    """Return whether a call failed in a way that another run might not meet."""
    return isinstance(outcome, Failed) and outcome.code in _BY_CHANCE


def name_of(call: Call) -> str:
    """Return what two calls share where they are the same: the function, and the arguments in one order.

    >>> name_of(Call("conv.macs", {"size": 7, "groups": 1})) == name_of(Call("conv.macs", {"groups": 1, "size": 7}))
    True
    """
    return f"{call.function} {json.dumps(call.arguments, sort_keys=True)}"

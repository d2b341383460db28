"""Engine calls of a check: each (function, arguments) runs once in the whole check, in batches."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from dlquiz.core.oracle import Call, Oracle, Outcome

BATCH = 256


@dataclass
class Runs:
    """The calls that were started, each with the batch that it runs in and its place there."""

    oracle: Oracle
    _started: dict[str, tuple["Future[Sequence[Outcome]]", int]] = field(default_factory=dict)

    def start(self, calls: Iterable[Call]) -> None:
        """Start every call that was not started before."""
        fresh = {name: call for call in calls if (name := _name(call)) not in self._started}
        names = list(fresh)
        for first in range(0, len(names), BATCH):
            batch = names[first : first + BATCH]
            future = self.oracle.submit([fresh[name] for name in batch])
            self._started |= {name: (future, place) for place, name in enumerate(batch)}

    def outcomes(self, calls: Sequence[Call]) -> list[Outcome]:
        """Return what came of calls, started here if they were not before; waits for it."""
        self.start(calls)
        found = (self._started[_name(call)] for call in calls)
        return [future.result()[place] for future, place in found]

    @property
    def count(self) -> int:
        """How many different calls were started."""
        return len(self._started)


def _name(call: Call) -> str:
    return f"{call.function} {json.dumps(call.arguments, sort_keys=True)}"

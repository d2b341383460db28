"""An oracle that runs every call once: what mutants have in common, which is nearly everything, costs nothing again."""

from collections.abc import Sequence
from concurrent.futures import Future

from dlquiz.banks.proving.runs import Runs
from dlquiz.core.oracle import Call, Oracle, Outcome


class Remembering:
    """Runs calls through another oracle, each (function, arguments) once for as long as it lives."""

    def __init__(self, oracle: Oracle) -> None:
        self._runs = Runs(oracle)

    @property
    def count(self) -> int:
        """How many different calls were started."""
        return self._runs.count

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        """Return a future of one outcome a call; evidence is not asked for in a check, and not kept."""
        self._runs.start(calls)
        return _Awaited(self._runs, calls)


class _Awaited(Future[Sequence[Outcome]]):
    """What came of some calls, which other batches may have started; it is put together when it is asked for."""

    def __init__(self, runs: Runs, calls: Sequence[Call]) -> None:
        super().__init__()
        self._asked = runs, calls
        self._found: Sequence[Outcome] | None = None

    def result(self, timeout: float | None = None) -> Sequence[Outcome]:
        """Wait for every call, and return what came of them."""
        if self._found is None:
            runs, calls = self._asked
            self._found = runs.outcomes(calls)
        return self._found

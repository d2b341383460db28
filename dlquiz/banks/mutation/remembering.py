"""An oracle that runs every call once: what mutants have in common, which is nearly everything, costs nothing again."""

from collections.abc import Sequence
from concurrent.futures import Future
from threading import Lock

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
        whole: Future[Sequence[Outcome]] = Future()
        found = self._runs.under_way(calls)
        batches = {id(batch): batch for batch, _ in found}.values()
        lock, left = Lock(), len(batches)

        def note(_: "Future[Sequence[Outcome]]") -> None:
            nonlocal left
            with lock:
                left -= 1
                if left:
                    return
            try:
                whole.set_result([batch.result()[place] for batch, place in found])
            except Exception as error:  # a batch that was cancelled, say: whoever waits is told
                whole.set_exception(error)

        for batch in batches:
            batch.add_done_callback(note)
        if not batches:
            whole.set_result([])
        return whole

"""An engine of this process, for executors that carry work to other processes: pools, and clusters."""

import atexit
from collections.abc import Sequence
from functools import cache

from dlquiz.core.oracle import Call, Outcome
from dlquiz.worker.worker import Worker


def run_here(device: str, calls: Sequence[Call], evidence: bool = False) -> Sequence[Outcome]:
    """Run a batch on the engine of this process, which is started at its first call; raises EngineError without one.

    The function and its arguments can be pickled: ``executor.submit(run_here, "cpu", calls)`` works wherever dlquiz is
    installed.
    """
    worker = _engine(device)
    worker.hello().result()
    return worker.submit(calls, evidence=evidence).result()


@cache
def _engine(device: str) -> Worker:
    worker = Worker(device)
    atexit.register(worker.close)
    return worker

"""Several engines side by side, each a process of ours, behind one executor."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import LifoQueue

from dlquiz.banks.proving.executed import Executed, Executor
from dlquiz.banks.signatures import Signatures
from dlquiz.cli import desk, kept_signatures
from dlquiz.core.oracle import Call, Outcome
from dlquiz.worker import FunctionInfo, Worker


class Engines:
    """Engines of which the last one used is used first: those that nobody needs are never started.

    ``oracle`` runs batches on as many of them at once as there are.
    """

    def __init__(self, workers: Sequence[Worker], executor: Executor) -> None:
        self.oracle = Executed(executor, self.run)
        self._idle: LifoQueue[Worker] = LifoQueue()
        self._answered: set[int] = set()
        for worker in workers:
            self._idle.put(worker)

    def run(self, calls: Sequence[Call], evidence: bool = False) -> Sequence[Outcome]:
        """Run a batch on an idle engine; raises EngineError where there is none, or all would be found wrong."""
        with self._an_engine() as worker:
            return worker.submit(calls, evidence=evidence).result()

    def signatures(self, folder: Path | None, state: str) -> Signatures:
        """Return what is known of every function; kept in ``folder`` for this state."""
        if folder is None:
            return Signatures.of(self.functions())
        return kept_signatures.signatures(folder, state, self.functions)

    def functions(self) -> Sequence[FunctionInfo]:
        """Return every function of the engine."""
        with self._an_engine() as worker:
            return worker.functions().result()

    @contextmanager
    def _an_engine(self) -> Iterator[Worker]:
        worker = self._idle.get()
        try:
            if id(worker) not in self._answered:
                worker.hello().result()
                self._answered.add(id(worker))
            yield worker
        finally:
            self._idle.put(worker)


@contextmanager
def engines(device: str | None, jobs: int) -> Iterator[Engines]:
    """Prepare so many engines, each started when it is first needed; end them at the end."""
    with ExitStack() as stack:
        workers = [stack.enter_context(desk.engine(device)) for _ in range(jobs)]
        threads = ThreadPoolExecutor(jobs, thread_name_prefix="engine")
        stack.callback(threads.shutdown, wait=True, cancel_futures=True)
        stack.callback(_close, workers)  # first, or a thread would wait for its batch
        yield Engines(workers, threads)


def _close(workers: Sequence[Worker]) -> None:
    for worker in workers:
        worker.close()

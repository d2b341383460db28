"""The worker: one thread that owns the engine process and gives it one job after the other.

A time limit is kept by killing the process, the only way that always works; another process then runs the rest. A
process is started when there is something to ask it, and each restart settles at least one call, so nothing spins.
"""

import itertools
import json
import queue
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from dlquiz.core.oracle import Block, Call, Outcome
from dlquiz.worker import replies
from dlquiz.worker.jobs import Batch, Job, Query
from dlquiz.worker.process import ENGINE, Died, Process, TimedOut
from dlquiz.worker.replies import EngineError, FunctionInfo, Hello

START_TRIES = 3
_LOAD = {"op": "load"}
_WARM = {"op": "warm"}
_CLOSED = "the engine has been closed"
_FIRST, _URGENT, _NORMAL, _IDLE = 0, 1, 2, 3
T = TypeVar("T")
_Entry = tuple[int, int, Job[Any] | None]


class Worker:
    """An :class:`~dlquiz.core.oracle.Oracle` that runs calls in a child process.

    ``device``: auto, cpu, cuda, cuda:N or mps. ``limit``: seconds that one call may take, ``start_limit``: that the
    process may take to start. ``command`` replaces the engine; tests give their own.
    """

    def __init__(
        self,
        device: str = "auto",
        limit: float = 10.0,
        start_limit: float = 60.0,
        command: Sequence[str] | None = None,
    ) -> None:
        self._hello = {"op": "hello", "device": device}
        self._limit = limit
        self._start_limit = start_limit
        self._command = tuple(command or ENGINE)
        self._jobs: queue.PriorityQueue[_Entry] = queue.PriorityQueue()
        self._order = itertools.count()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._process: Process | None = None
        self._broken = ""
        self._closed = False
        self._starts = 0

    def start(self) -> None:
        """Begin to start the process and load its functions, in the background."""
        self._put(Query(_LOAD, lambda _: None, self._start_limit), _URGENT)

    def submit(
        self, calls: Sequence[Call], *, evidence: bool = False, limit: float | None = None, urgent: bool = False
    ) -> Future[Sequence[Outcome]]:
        """Return a future of one outcome a call, in order; it never fails.

        ``limit`` is in seconds for each call. What is urgent is run before what waits, and between the calls of a
        long batch.
        """
        batch = Batch(calls, evidence, self._limit if limit is None else limit)
        if not calls:
            batch.future.set_result([])
            return batch.future
        return self._put(batch, _URGENT if urgent else _NORMAL)

    def hello(self) -> Future[Hello]:
        """Return a future of what the engine runs on; it raises EngineError when there is no engine."""
        return self._put(Query(self._hello, replies.hello, self._start_limit), _URGENT)

    def functions(self) -> Future[list[FunctionInfo]]:
        """Return a future of all engine functions; it raises EngineError when there is no engine."""
        return self._put(Query({"op": "functions"}, replies.functions, self._start_limit), _URGENT)

    def source(self, name: str) -> Future[list[Block]]:
        """Return a future of the code behind a function; it raises EngineError when there is none of that name."""
        return self._put(Query({"op": "source", "call": name}, replies.blocks, self._start_limit), _URGENT)

    @property
    def restarts(self) -> int:
        """How often the process has been started again."""
        return max(0, self._starts - 1)

    @property
    def stderr_tail(self) -> list[str]:
        """The last lines that the present or last process wrote to standard error."""
        process = self._process
        return process.stderr_tail if process else []

    def close(self) -> None:
        """End the process at once; whatever waits fails with a sentence. Closing twice is fine."""
        with self._lock:
            self._closed = True
            process, thread = self._process, self._thread
        if process:
            process.kill()
        self._jobs.put((_FIRST, next(self._order), None))
        if thread is None:
            self._refuse_all()
        elif thread is not threading.current_thread() and thread.is_alive():
            thread.join()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _put(self, job: Job[T], priority: int) -> Future[T]:
        with self._lock:
            if self._closed:
                job.abandon(_CLOSED)
                return job.future
            self._jobs.put((priority, next(self._order), job))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="engine worker", daemon=True)
                self._thread.start()
        return job.future

    def _run(self) -> None:
        while not self._closed:
            priority, order, job = self._jobs.get()
            if job is None or not job.wanted():
                continue
            self._advance(job)
            if not job.future.done():
                self._jobs.put((priority, order, job))
        self._refuse_all()
        if self._process:
            self._process.kill()

    def _refuse_all(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()[2]
            except queue.Empty:
                return
            if job and job.wanted():
                job.abandon(_CLOSED)

    def _advance(self, job: Job[Any]) -> None:
        """Send one request of the job, and take in the replies to it."""
        request = job.request()
        if request is None:
            return
        try:
            process = self._running()
        except EngineError as problem:
            job.abandon(str(problem))
            return
        except Exception as problem:  # no thread or no memory for it; the next job may find some
            job.abandon(f"the engine could not start: {problem}; run dlquiz doctor")
            return
        try:
            process.send(request)
            while job.take(process.receive(job.limit)):
                pass
            return
        except TimedOut:
            job.interrupt("timeout", f"was stopped at its time limit, {job.limit:g} s,")
        except Died as death:
            if self._closed:
                job.abandon(_CLOSED)
            else:
                job.interrupt("died", str(death))
        except Exception:  # whatever a reply holds, this thread must go on, or nobody would ever be answered
            job.interrupt("died", "sent a reply that cannot be read")
        process.kill()

    def _running(self) -> Process:
        """Return the process, started if it has to be; EngineError when it cannot be."""
        if not self._broken and self._process and self._process.alive:
            return self._process
        if self._process:
            self._process.kill()  # it may have died by itself, and its pipes are still open
        problem = ""
        for _ in range(START_TRIES):
            if self._broken or self._closed:
                break
            try:
                return self._start_once()
            except Died as death:
                problem = str(death)
        else:
            said = self.stderr_tail
            self._broken = f"the engine could not start: {said[-1] if said else f'it {problem}'}; run dlquiz doctor"
        raise EngineError(_CLOSED if self._closed else self._broken)

    def _start_once(self) -> Process:
        process = self._spawn()
        try:
            reply = self._ask(process, self._hello)
            if "error" not in reply:
                self._ask(process, _LOAD)  # or the first call would pay for it out of its own limit
                self._put(Query(_WARM, lambda _: None, self._start_limit), _IDLE)  # once nothing else waits
                return process
        except TimedOut:
            self._broken = f"the engine could not start within {self._start_limit:g} s; run dlquiz doctor"
        except Died:
            process.kill()
            raise
        else:
            self._broken = f"the engine could not start: {reply.get('message')}"
        process.kill()
        raise EngineError(self._broken)

    def _ask(self, process: Process, request: Mapping[str, Any]) -> replies.Reply:
        process.send(json.dumps(request))
        return process.receive(self._start_limit)

    def _spawn(self) -> Process:
        with self._lock:
            if self._closed:
                raise EngineError(_CLOSED)
            try:
                self._process = Process(self._command)
            except OSError as problem:
                self._broken = f"the engine could not start: {problem}; run dlquiz doctor"
                raise EngineError(self._broken) from None
            self._starts += 1
            return self._process

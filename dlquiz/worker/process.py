"""One engine process: its pipes, and the threads that keep them from filling up."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from dlquiz.worker.replies import Reply

ENGINE = (sys.executable, "-P", "-m", "engine")
"""``-P``: without it an ``engine.py`` or ``torch.py`` in the current folder would run."""
STDERR_LINES = 50
_REPLY_LIMIT = 128 * 2**20
_STDERR_LINE = 2000
_PIPE_HOLDS = 4096
"""Bytes that every empty pipe takes without a reader."""


class TimedOut(Exception):  # noqa: N818 - it is what happened
    """No reply came in time."""


class Died(Exception):  # noqa: N818 - it is what happened
    """The process ended, or speaks no longer; the text continues "the engine process …"."""


class Process:
    """A running child that answers one request at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self._child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=_environment(), **_apart())
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        assert self._child.stderr is not None
        self._requests: IO[bytes] = self._child.stdin
        self._replies: queue.SimpleQueue[Reply | None] = queue.SimpleQueue()
        self._asked = 0
        self._silent = False
        self._stderr: deque[str] = deque(maxlen=STDERR_LINES)
        self._readers = [
            threading.Thread(target=self._read_replies, args=(self._child.stdout,), daemon=True),
            threading.Thread(target=self._read_stderr, args=(self._child.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it can still be asked."""
        return not self._silent and self._child.poll() is None

    @property
    def stderr_tail(self) -> list[str]:
        """The last lines that it wrote to standard error."""
        return list(self._stderr)

    def send(self, request: str) -> None:
        """Write one request, a JSON object without its id; never blocks.

        A long line is written by a thread of its own: a child that reads nothing would hold us forever.
        """
        self._asked += 1
        line = f'{{"id":{self._asked},{request[1:]}\n'.encode()
        if len(line) <= _PIPE_HOLDS:
            self._write(line)
        else:
            threading.Thread(target=self._write, args=(line,), daemon=True).start()

    def receive(self, seconds: float) -> Reply:
        """Return the next reply to the last request.

        Raises:
            TimedOut: none came within ``seconds``.
            Died: the process ended first.
        """
        end = time.monotonic() + seconds
        while True:
            try:
                reply = self._replies.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise TimedOut from None
            if reply is None:
                self._silent = True
                raise Died(self._ending())
            if self._answers(reply):
                return reply

    def kill(self) -> None:
        """End the process and what it started, at once, and wait until it is gone."""
        if self._child.poll() is None:
            _kill(self._child)
        with suppress(subprocess.TimeoutExpired):  # a driver may hold it for ever; nobody should wait for that
            self._child.wait(timeout=5)
        with suppress(OSError):  # what had not been sent has no reader any more
            self._requests.close()
        for reader in self._readers:
            reader.join(timeout=1)

    def _write(self, line: bytes) -> None:
        with suppress(OSError, ValueError):  # whoever waits for the reply sees that the process has ended
            self._requests.write(line)
            self._requests.flush()

    def _ending(self) -> str:
        try:
            code = self._child.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "closed its output"
        self._readers[1].join(timeout=1)
        if code >= 0:
            return f"ended with exit code {code}"
        known = {one.value: one.name for one in signal.Signals}
        memory = ", as it does when memory runs out" if known.get(-code) == "SIGKILL" else ""
        return f"was ended by {known.get(-code, f'signal {-code}')}{memory}"

    def _read_replies(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(_REPLY_LIMIT):
                reply = _reply(line)
                if reply is not None and self._answers(reply):  # nothing else piles up
                    self._replies.put(reply)
        self._replies.put(None)

    def _answers(self, reply: Reply) -> bool:
        """Return whether it is about the last request; without an id, it is about a line that could not be read."""
        return reply.get("id", 0) in (self._asked, None)

    def _read_stderr(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(_STDERR_LINE):
                if text := line.decode(errors="replace").rstrip():
                    self._stderr.append(text)


def _reply(line: bytes) -> Reply | None:
    """Return the JSON object of the line; None for anything else that a child may print."""
    try:
        reply = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return reply if isinstance(reply, dict) else None


def _apart() -> dict[str, Any]:
    """Return how to start a child that no Ctrl+C in the terminal reaches."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _kill(child: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        child.kill()
        return
    with suppress(ProcessLookupError):  # it ended by itself a moment ago
        os.killpg(child.pid, signal.SIGKILL)  # it leads its own session


def _environment() -> dict[str, str]:
    """Return the child's environment.

    Where dlquiz runs from its source tree, the engine beside it is found first. Relative entries of ``PYTHONPATH``
    (an empty one, too) mean the current folder, and are left out. One hash seed: sets have one order.
    """
    house = Path(__file__).parents[2]
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if os.path.isabs(path)]
    if house.name not in ("site-packages", "dist-packages"):
        paths.insert(0, str(house))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONHASHSEED": "0"}

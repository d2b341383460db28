"""What the engine is asked to do: each job makes requests, takes in replies, and settles one future."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Generic, Literal, TypeVar

from dlquiz.core.oracle import Call, Failed, Outcome
from dlquiz.worker import replies
from dlquiz.worker.replies import EngineError, Reply

_CALLS = 256
_BYTES = 2**18
T = TypeVar("T")


class Job(ABC, Generic[T]):
    """Something to ask, in one request or several."""

    def __init__(self, limit: float) -> None:
        self.future: Future[T] = Future()
        self.limit = limit
        """Seconds that each reply may take."""

    def wanted(self) -> bool:
        """Return whether anybody still waits for it; after that it cannot be cancelled."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    @abstractmethod
    def request(self) -> str | None:
        """Return the next request as JSON, or None when nothing is left to ask."""

    @abstractmethod
    def take(self, reply: Reply) -> bool:
        """Take in a reply; return whether another one follows. KeyError or TypeError when it cannot be read."""

    @abstractmethod
    def interrupt(self, code: Literal["timeout", "died"], ending: str) -> None:
        """Give up what is being run, because the engine process ``ending``."""

    @abstractmethod
    def abandon(self, sentence: str) -> None:
        """Give up all that is left."""


class Query(Job[T]):
    """One question about the engine itself; its future raises EngineError when there is no answer."""

    def __init__(self, request: Mapping[str, Any], read: Callable[[Reply], T], limit: float) -> None:
        super().__init__(limit)
        self._request = request
        self._read = read

    def request(self) -> str | None:
        """Return the question."""
        return None if self.future.done() else json.dumps(dict(self._request))

    def take(self, reply: Reply) -> bool:
        """Settle the future."""
        if "error" in reply:
            self.abandon(str(reply["message"]))
        else:
            self.future.set_result(self._read(reply))
        return False

    def interrupt(self, code: Literal["timeout", "died"], ending: str) -> None:
        """Fail: the process ended."""
        self.abandon(f"the engine process {ending} before it answered; try again, or run dlquiz doctor")

    def abandon(self, sentence: str) -> None:
        """Fail."""
        if not self.future.done():
            self.future.set_exception(EngineError(sentence))


class Batch(Job[Sequence[Outcome]]):
    """Calls to be run in order; its future holds one outcome a call and never fails."""

    def __init__(self, calls: Sequence[Call], evidence: bool, limit: float) -> None:
        super().__init__(limit)
        self._calls = tuple(calls)
        self._outcomes: list[Outcome] = []
        self._evidence = evidence

    def request(self) -> str | None:
        """Return a request for the next calls: as many as one line holds comfortably."""
        texts: list[str] = []
        size = 0
        for call in self._calls[len(self._outcomes) :]:
            try:
                text = json.dumps({"call": call.function, "with": dict(call.arguments)})
            except (TypeError, ValueError, RecursionError) as problem:
                if texts:
                    break
                self._settle(Failed(call, "refused", f"the arguments of {call.function} are no JSON: {problem}"))
                continue
            texts.append(text)
            size += len(text)
            if len(texts) == _CALLS or size >= _BYTES:
                break
        if not texts:
            return None
        rest = json.dumps({"evidence": self._evidence, "limit": self.limit})
        return f'{{"op":"call","calls":[{",".join(texts)}],{rest[1:]}'

    def take(self, reply: Reply) -> bool:
        """Keep the outcome of the call in flight."""
        self._settle(replies.outcome(self._calls[len(self._outcomes)], reply))
        return reply.get("more") is True and not self.future.done()

    def interrupt(self, code: Literal["timeout", "died"], ending: str) -> None:
        """Give up the call in flight; those after it are asked for again."""
        call = self._calls[len(self._outcomes)]
        self._settle(Failed(call, code, f"the engine process {ending} while it ran {call.function}"))

    def abandon(self, sentence: str) -> None:
        """Give up all calls that have no outcome."""
        for call in self._calls[len(self._outcomes) :]:
            self._settle(Failed(call, "died", sentence))

    def _settle(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        if len(self._outcomes) == len(self._calls):
            self.future.set_result(self._outcomes)

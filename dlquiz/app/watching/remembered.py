"""Engine calls that run once while a bank is watched, and a check that can be given up between them."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future

from dlquiz.banks.proving.runs import failed_by_chance, name_of
from dlquiz.core.oracle import Call, Failed, Oracle, Outcome
from dlquiz.errors import DlquizError

PIECE = 16
"""Calls that the engine is given at once: whoever types an answer meanwhile waits for no more."""
MOST = 100_000
"""Outcomes that are remembered; the oldest make room."""


class GivenUp(DlquizError):  # noqa: N818 - it is what happened
    """The check was given up, for the bank was saved again."""


class Memory:
    """What came of calls, by function and arguments; threads may share it. What failed by chance is not kept."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._outcomes: dict[str, Outcome] = {}
        self._lock = threading.Lock()

    def known(self, names: Iterable[str]) -> dict[str, Outcome]:
        """Return the outcomes of those calls that were run before."""
        with self._lock:
            return {name: self._outcomes[name] for name in names if name in self._outcomes}

    def keep(self, outcomes: Mapping[str, Outcome]) -> None:
        """Remember outcomes."""
        lasting = {name: one for name, one in outcomes.items() if not failed_by_chance(one)}
        with self._lock:
            self._outcomes |= lasting
            for oldest in list(self._outcomes)[: max(len(self._outcomes) - self._most, 0)]:
                del self._outcomes[oldest]


class Errand:
    """The :class:`~dlquiz.core.oracle.Oracle` of one check. Once it is given up, nothing waits for it any more."""

    def __init__(self, oracle: Oracle, memory: Memory) -> None:
        self._oracle = oracle
        self._memory = memory
        self._given_up = threading.Event()
        self._open: list[tuple[_Gathering, Future[Sequence[Outcome]]]] = []

    def go_on(self) -> None:
        """Raise GivenUp once it is."""
        if self._given_up.is_set():
            raise GivenUp("the bank was saved again")

    def give_up(self) -> None:
        """Take back what the engine has not begun, and fail whatever waits with GivenUp."""
        self._given_up.set()
        for gathering, piece in list(self._open):
            piece.cancel()
            gathering.fail(GivenUp("the bank was saved again"))

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> "Future[Sequence[Outcome]]":
        """Return a future of one outcome a call, in order; raises GivenUp."""
        self.go_on()
        names = [name_of(call) for call in calls]
        gathering = _Gathering(names, self._memory.known(names))
        missing = gathering.missing(calls)
        for first in range(0, len(missing), PIECE):
            self._run(missing[first : first + PIECE], gathering, evidence)
        return gathering.future

    def _run(self, calls: Sequence[Call], gathering: "_Gathering", evidence: bool, again: bool = False) -> None:
        """Have calls run. Those with which the engine died are run once more: it may not have been their fault."""
        piece = self._oracle.submit(calls, evidence=evidence)
        entry = (gathering, piece)
        self._open.append(entry)

        def take(done: "Future[Sequence[Outcome]]") -> None:
            self._open.remove(entry)
            if done.cancelled():
                return
            found = dict(zip(map(name_of, calls), done.result(), strict=True))
            died = [] if again else [one.call for one in found.values() if _died(one)]
            settled = {name: one for name, one in found.items() if again or not _died(one)}
            self._memory.keep(settled)
            gathering.take(settled)
            if died and not self._given_up.is_set():
                self._run(died, gathering, evidence, again=True)

        piece.add_done_callback(take)
        if self._given_up.is_set():  # between the first line of submit and this one
            self.give_up()


class _Gathering:
    """The outcomes of a batch, of which some are known and others come in pieces."""

    def __init__(self, names: Sequence[str], known: Mapping[str, Outcome]) -> None:
        self.future: Future[Sequence[Outcome]] = Future()
        self._names = names
        self._found = dict(known)
        self._lock = threading.Lock()
        self.take({})

    def missing(self, calls: Sequence[Call]) -> list[Call]:
        """Return the calls without an outcome, each once."""
        named = dict(zip(self._names, calls, strict=True))
        return [call for name, call in named.items() if name not in self._found]

    def take(self, outcomes: Mapping[str, Outcome]) -> None:
        """Take in what a piece came to; with the last one the batch is done."""
        with self._lock:
            self._found |= outcomes
            if not self.future.done() and all(name in self._found for name in self._names):
                self.future.set_result([self._found[name] for name in self._names])

    def fail(self, error: Exception) -> None:
        """End the waiting."""
        with self._lock:
            if not self.future.done():
                self.future.set_exception(error)


def _died(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) and outcome.code == "died"

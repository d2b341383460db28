"""Calls that are run once for all mutants: a future is done when every batch is that it rests on."""

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future

import pytest

from dlquiz.banks.mutation.remembering import Remembering
from dlquiz.core.oracle import Call, Outcome, Ran


class Slow:
    """Gives what it was asked for when it is told to."""

    def __init__(self) -> None:
        self.batches: list[tuple[Sequence[Call], Future[Sequence[Outcome]]]] = []

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> Future[Sequence[Outcome]]:
        self.batches.append((calls, Future()))
        return self.batches[-1][1]

    def end(self, number: int) -> None:
        calls, future = self.batches[number]
        future.set_result([Ran(call, call.arguments["x"] ** 2, "module", "cpu", 0.1) for call in calls])


def call(x: int) -> Call:
    return Call("square", {"x": x})


def test_a_call_is_run_once_and_its_outcome_given_to_all() -> None:
    slow = Slow()
    remembering = Remembering(slow)
    first = remembering.submit([call(2), call(3)])
    second = remembering.submit([call(3), call(4), call(3)])
    assert [len(calls) for calls, _ in slow.batches] == [2, 1]
    assert remembering.count == 3
    slow.end(1)
    assert not first.done()
    assert not second.done()
    slow.end(0)
    assert [one.value for one in first.result(0) if isinstance(one, Ran)] == [4, 9]
    assert [one.value for one in second.result(0) if isinstance(one, Ran)] == [9, 16, 9]
    assert remembering.submit([call(4)]).done()


def test_nothing_asked_is_done_at_once() -> None:
    assert Remembering(Slow()).submit([]).result(0) == []


def test_whoever_waits_for_a_batch_that_is_cancelled_is_told() -> None:
    slow = Slow()
    remembering = Remembering(slow)
    remembering.submit([call(1)])
    waiting = remembering.submit([call(1), call(2)])
    slow.end(1)
    slow.batches[0][1].cancel()
    with pytest.raises(CancelledError):
        waiting.result(0)

"""Calls run once while a bank is watched, a few at a time, and a check that is given up ends at once."""

from collections.abc import Sequence
from concurrent.futures import Future
from typing import Literal

import pytest

from dlquiz.app.watching.remembered import PIECE, Errand, GivenUp, Memory
from dlquiz.core.oracle import Call, Failed, Outcome, Ran


class Recorder:
    """An engine whose batches are answered when the test says so; ``fails`` are the codes of its next failures."""

    def __init__(self, at_once: bool = True) -> None:
        self.at_once = at_once
        self.batches: list[Sequence[Call]] = []
        self.futures: list[Future[Sequence[Outcome]]] = []
        self.fails: list[Literal["refused", "error", "timeout", "died"]] = []

    def submit(self, calls: Sequence[Call], *, evidence: bool = False) -> Future[Sequence[Outcome]]:
        self.batches.append(calls)
        self.futures.append(Future())
        if self.at_once:
            self.answer(len(self.batches) - 1)
        return self.futures[-1]

    def answer(self, place: int) -> None:
        calls = self.batches[place]
        if self.fails:
            code = self.fails.pop(0)
            self.futures[place].set_result([Failed(call, code, "it failed") for call in calls])
        else:
            self.futures[place].set_result(
                [Ran(call, call.arguments["n"] * 10, "module", "cpu", 0.1) for call in calls]
            )


def calls(*numbers: int) -> list[Call]:
    return [Call("f", {"n": number}) for number in numbers]


def values(outcomes: Sequence[Outcome]) -> list[object]:
    return [one.value if isinstance(one, Ran) else one.code for one in outcomes]


def test_a_call_runs_once_and_outcomes_stand_in_their_order() -> None:
    engine, memory = Recorder(), Memory()
    assert values(Errand(engine, memory).submit(calls(1, 2)).result(1)) == [10, 20]
    assert values(Errand(engine, memory).submit(calls(3, 2, 1, 3)).result(1)) == [30, 20, 10, 30]
    assert engine.batches == [calls(1, 2), calls(3)]


def test_nothing_to_run_is_done_at_once() -> None:
    assert Errand(Recorder(), Memory()).submit([]).result(0) == []


def test_a_batch_goes_in_pieces_so_that_an_answer_comes_between() -> None:
    engine = Recorder()
    outcomes = Errand(engine, Memory()).submit(calls(*range(2 * PIECE + 3))).result(1)
    assert [len(batch) for batch in engine.batches] == [PIECE, PIECE, 3]
    assert values(outcomes) == [10 * number for number in range(2 * PIECE + 3)]


def test_given_up_everything_that_waits_ends_and_nothing_more_is_run() -> None:
    engine, memory = Recorder(at_once=False), Memory()
    errand = Errand(engine, memory)
    waiting = errand.submit(calls(*range(PIECE + 1)))
    engine.futures[0].set_running_or_notify_cancel()  # the engine is at the first piece
    errand.give_up()
    with pytest.raises(GivenUp):
        waiting.result(0)
    assert engine.futures[1].cancelled()
    with pytest.raises(GivenUp):
        errand.submit(calls(5))
    with pytest.raises(GivenUp):
        errand.go_on()
    assert len(engine.batches) == 2


def test_what_the_engine_finishes_for_a_check_that_was_given_up_is_not_lost() -> None:
    engine, memory = Recorder(at_once=False), Memory()
    errand = Errand(engine, memory)
    errand.submit(calls(1))
    engine.futures[0].set_running_or_notify_cancel()
    errand.give_up()
    engine.answer(0)
    assert values(Errand(engine, memory).submit(calls(1)).result(0)) == [10]
    assert len(engine.batches) == 1


def test_an_engine_that_died_is_asked_once_more() -> None:
    engine, memory = Recorder(), Memory()
    engine.fails = ["died"]
    assert values(Errand(engine, memory).submit(calls(1)).result(1)) == [10]
    engine.fails = ["died", "died"]
    assert values(Errand(engine, memory).submit(calls(2)).result(1)) == ["died"]
    assert engine.batches == [calls(1), calls(1), calls(2), calls(2)]


def test_what_failed_by_chance_is_run_again_and_what_was_refused_is_not() -> None:
    engine, memory = Recorder(), Memory()
    engine.fails = ["timeout", "refused"]
    errand = Errand(engine, memory)
    assert values(errand.submit(calls(1)).result(1)) == ["timeout"]
    assert values(errand.submit(calls(2)).result(1)) == ["refused"]
    assert values(errand.submit(calls(1, 2)).result(1)) == [10, "refused"]
    assert engine.batches == [calls(1), calls(2), calls(1)]


def test_the_oldest_outcomes_make_room() -> None:
    engine, memory = Recorder(), Memory(most=2)
    errand = Errand(engine, memory)
    for number in (1, 2, 3):
        errand.submit(calls(number)).result(1)
    errand.submit(calls(3, 2)).result(1)
    assert len(engine.batches) == 3
    errand.submit(calls(1)).result(1)
    assert len(engine.batches) == 4

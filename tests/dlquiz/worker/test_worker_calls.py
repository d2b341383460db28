"""Calls: every one gets an outcome, in its order and within its limit, whatever the engine process does."""

import sys
import threading
import time
from contextlib import closing
from fractions import Fraction
from typing import Any

import pytest
from asking import SLOW_TO_LOAD, WAIT, brief, call, echo, run

from dlquiz.core.oracle import Call, Failed, Oracle, Ran
from dlquiz.worker import Worker
from dlquiz.worker.jobs import Batch


def test_a_worker_is_an_oracle(worker: Worker) -> None:
    oracle: Oracle = worker
    (outcome,) = oracle.submit([echo([1, 2])], evidence=True).result(WAIT)
    assert outcome == Ran(echo([1, 2]), [1, 2], "module", "cpu", 0.1, ())


def test_a_call_that_hangs_is_stopped_and_the_others_run(worker: Worker) -> None:
    begin = time.monotonic()
    future = worker.submit([echo(1), call("sleep", s=60), echo(2), call("sleep", s=60), echo(3)], limit=0.3)
    outcomes = future.result(WAIT)
    assert brief(outcomes) == [1, "<timeout>", 2, "<timeout>", 3]
    assert time.monotonic() - begin < 2 * 0.3 + 1
    assert worker.restarts == 2
    stopped = outcomes[1]
    assert isinstance(stopped, Failed)
    assert stopped.message == "the engine process was stopped at its time limit, 0.3 s, while it ran sleep"


def test_the_limit_holds_for_each_call_and_not_for_the_batch(worker: Worker) -> None:
    assert run(worker, *[call("sleep", s=0.2)] * 4, limit=0.5) == [None] * 4
    assert worker.restarts == 0


@pytest.mark.parametrize(
    ("fatal", "sentence"),
    [
        (call("exit", code=3), "the engine process ended with exit code 3 while it ran exit"),
        (call("exit", code=0), "the engine process ended with exit code 0 while it ran exit"),
        (call("segfault"), "the engine process was ended by SIGSEGV while it ran segfault"),
        (call("malformed"), "the engine process sent a reply that cannot be read while it ran malformed"),
    ],
)
def test_a_process_that_dies_costs_one_call(worker: Worker, fatal: Call, sentence: str) -> None:
    outcomes = worker.submit([echo(1), fatal, echo(2)]).result(WAIT)
    assert brief(outcomes) == [1, "<died>", 2]
    assert outcomes[1] == Failed(fatal, "died", sentence)
    assert worker.restarts == 1


def test_garbage_between_replies_is_passed_over(worker: Worker) -> None:
    assert run(worker, call("babble"), echo(2)) == [None, 2]
    assert worker.restarts == 0


def test_a_reply_that_is_said_twice_answers_nothing_else(worker: Worker) -> None:
    for pause in (0, 0, 0.05, 0.05):  # the second reply comes before or after the next request
        assert run(worker, call("stutter")) == [None]
        time.sleep(pause)
        assert run(worker, echo(pause)) == [pause]


def test_a_chatty_child_does_not_block_and_its_last_words_are_kept(worker: Worker) -> None:
    assert run(worker, call("mutter"), echo(2)) == [None, 2]
    end = time.monotonic() + 5
    while worker.stderr_tail[-1:] != ["line 99999"] and time.monotonic() < end:
        time.sleep(0.01)
    assert worker.stderr_tail == [f"line {line}" for line in range(99_950, 100_000)]


def test_many_calls_come_back_in_order(worker: Worker) -> None:
    assert run(worker, *map(echo, range(20_000))) == list(range(20_000))


def test_large_arguments_and_large_values_pass(worker: Worker) -> None:
    text = "x" * 3_000_000
    first, second = run(worker, echo(text), call("big", n=1_000_000))
    assert first == text
    assert second == [0.5] * 1_000_000


def test_a_child_that_stops_reading_does_not_hold_the_worker() -> None:
    deaf = "import time\nfor i in 1, 2: input(); print('{\"id\": %d}' % i, flush=True)\ntime.sleep(60)"
    with closing(Worker(command=[sys.executable, "-c", deaf])) as worker:
        assert run(worker, echo("x" * 1_000_000), limit=0.3) == ["<timeout>"]


def test_loading_does_not_count_against_the_limit_of_a_call() -> None:
    with closing(Worker(command=SLOW_TO_LOAD, limit=0.2)) as worker:
        assert run(worker, echo(1), call("exit", code=1), echo(2)) == [1, "<died>", 2]


def test_what_is_urgent_goes_first_and_the_rest_in_order(worker: Worker) -> None:
    done: list[str] = []

    def submit(name: str, *calls: Call, **more: Any) -> Any:
        future = worker.submit(calls, **more)
        future.add_done_callback(lambda _: done.append(name))
        return future

    run(worker, echo(1))
    submit("running", call("sleep", s=0.3))
    time.sleep(0.1)
    last = [submit("a", echo(1)), submit("b", echo(2)), submit("u", echo(3), urgent=True), submit("v", urgent=True)]
    urgent = submit("w", echo(3), urgent=True)
    for future in (*last, urgent):
        future.result(WAIT)
    done.remove("v")  # nothing to run: it is done when it is submitted
    assert done == ["running", "u", "w", "a", "b"]


def test_what_is_urgent_goes_between_the_calls_of_a_long_batch(worker: Worker) -> None:
    long = worker.submit([call("sleep", s=0.004)] * 250)
    time.sleep(0.1)
    later, long_was_done = worker.submit([echo(2)]), threading.Event()
    later.add_done_callback(lambda _: long_was_done.set() if long.done() else None)
    assert run(worker, echo(1), urgent=True) == [1]
    assert not long.done()
    assert brief(later.result(WAIT)) == [2]
    assert brief(long.result(WAIT)) == [None] * 250
    assert long_was_done.is_set()


def test_a_cancelled_future_is_skipped(worker: Worker) -> None:
    slow = worker.submit([call("sleep", s=0.3)])
    fatal = worker.submit([call("exit", code=1)])
    assert fatal.cancel()
    assert run(worker, echo(1)) == [1]
    assert slow.done()
    assert worker.restarts == 0


def test_arguments_that_are_no_json_are_refused_and_the_others_run(worker: Worker) -> None:
    outcomes = worker.submit([echo(1), echo(Fraction(1, 2)), echo({1, 2}), echo(4)]).result(WAIT)
    assert brief(outcomes) == [1, "<refused>", "<refused>", 4]
    assert isinstance(outcomes[1], Failed)
    assert outcomes[1].message.startswith("the arguments of echo are no JSON: ")


def test_a_batch_is_cut_where_a_line_grows_long() -> None:
    batch = Batch([echo("x" * 100_000)] * 10, evidence=False, limit=1)
    request = batch.request()
    assert request is not None
    assert 250_000 < len(request) < 400_000


def test_a_reply_that_no_float_can_hold_costs_that_call_only() -> None:
    code = (
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    ask = json.loads(line)\n"
        "    facts = dict(versions={}, device='cpu', device_name='', torch_build='', gpu_unused=False, engine='')\n"
        "    ms = 10**400 if 'wild' in line else 0.1\n"
        "    ran = dict(value=1, kind='module', device='cpu', ms=ms, evidence=[], more=False)\n"
        "    print(json.dumps({'id': ask['id'], **facts, **ran, 'functions': []}), flush=True)\n"
    )
    with Worker("cpu", command=[sys.executable, "-c", code]) as worker:
        assert isinstance(worker.submit([Call("t.wild", {})]).result(20)[0], Failed)
        assert isinstance(worker.submit([Call("t.tame", {})]).result(20)[0], Ran)

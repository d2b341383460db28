"""The worker: every call gets an outcome, whatever the engine process does; and no process is left behind."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from dlquiz.core.oracle import Call, Failed, Oracle, Ran
from dlquiz.worker import EngineError, Hello, Worker
from dlquiz.worker.jobs import Batch
from dlquiz.worker.process import _environment

SLOW_TO_LOAD = [sys.executable, "-P", str(Path(__file__).with_name("fake_engine.py")), "0.5"]
FAKE = [*SLOW_TO_LOAD[:-1], "0"]
ROOT = Path(__file__).parents[2]
WAIT = 20
"""Seconds after which a test gives up on a future."""


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker(command=FAKE, limit=5) as started:
        yield started


def call(name: str, **given: Any) -> Call:
    return Call(name, given)


def echo(value: Any) -> Call:
    return call("echo", value=value)


def brief(outcomes: Any) -> list[Any]:
    """Return each outcome's value, or the code of its failure in angle brackets."""
    return [outcome.value if isinstance(outcome, Ran) else f"<{outcome.code}>" for outcome in outcomes]


def gone(pid: int, seconds: float) -> bool:
    """Return whether the process is no longer there, waiting for a while; a zombie counts as gone."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if not state.stdout.strip() or state.stdout.strip().startswith("Z"):
            return True
        time.sleep(0.05)
    return False


def run(worker: Worker, *calls: Call, **more: Any) -> list[Any]:
    return brief(worker.submit(calls, **more).result(WAIT))


def test_a_worker_is_an_oracle(worker: Worker) -> None:
    oracle: Oracle = worker
    (outcome,) = oracle.submit([echo([1, 2])], evidence=True).result(WAIT)
    assert outcome == Ran(echo([1, 2]), [1, 2], "module", "cpu", 0.1, ())


def test_start_returns_at_once_and_needs_not_be_called() -> None:
    with Worker(command=FAKE) as worker:
        begin = time.perf_counter()
        worker.start()
        worker.submit([echo(1)])
        assert time.perf_counter() - begin < 0.05
    with closing(Worker(command=FAKE)) as lazy:
        assert run(lazy, echo(1)) == [1]


def test_no_calls_no_process() -> None:
    worker = Worker(command=["/nowhere"])
    assert worker.submit([]).result(0) == []


def test_hello_is_read(worker: Worker) -> None:
    assert worker.hello().result(WAIT) == Hello({"python": "3"}, "auto", "a fake", "none", False, "f00d")


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


def test_a_process_that_died_while_idle_costs_nothing(worker: Worker) -> None:
    (pid,) = run(worker, call("pid"))
    os.kill(pid, 9)
    assert gone(pid, 2)
    assert run(worker, echo(1)) == [1]
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


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["-c", "import no_such_torch"], "ModuleNotFoundError: No module named 'no_such_torch'; run dlquiz doctor"),
        (["-c", "raise SystemExit(4)"], "it ended with exit code 4; run dlquiz doctor"),
        (
            ["-c", 'input(); print(\'{"id": 1, "error": "refused", "message": "no such device"}\')'],
            "no such device",
        ),
    ],
)
def test_an_engine_that_cannot_start_says_why(command: list[str], sentence: str) -> None:
    with Worker(command=[sys.executable, *command]) as worker:
        (first,) = worker.submit([echo(1)]).result(WAIT)
        assert first == Failed(echo(1), "died", f"the engine could not start: {sentence}")
        starts = worker.restarts
        assert starts <= 2
        assert run(worker, *[echo(1)] * 1000) == ["<died>"] * 1000
        assert worker.restarts == starts
        with pytest.raises(EngineError, match="could not start"):
            worker.hello().result(WAIT)


def test_a_command_that_is_not_there_says_so() -> None:
    with Worker(command=["/no/such/python"]) as worker:
        (outcome,) = worker.submit([echo(1)]).result(WAIT)
        assert isinstance(outcome, Failed)
        assert "/no/such/python" in outcome.message


def test_a_start_that_hangs_is_given_up() -> None:
    with Worker(command=[sys.executable, "-c", "import time; time.sleep(60)"], start_limit=0.3) as worker:
        (outcome,) = worker.submit([echo(1)]).result(WAIT)
        assert outcome == Failed(echo(1), "died", "the engine could not start within 0.3 s; run dlquiz doctor")


def test_a_start_that_fails_once_is_tried_again(tmp_path: Path) -> None:
    been = str(tmp_path / "been here")
    flaky = (
        f"import os\nif not os.path.exists({been!r}): os.mkdir({been!r}); os._exit(9)\nos.execv({FAKE[0]!r}, {FAKE!r})"
    )
    with Worker(command=[sys.executable, "-c", flaky]) as worker:
        assert run(worker, echo(1)) == [1]


def test_close_ends_the_process_and_settles_what_waits(worker: Worker) -> None:
    (pid,) = run(worker, call("pid"))
    running, waiting = worker.submit([call("sleep", s=60)] * 2, limit=60), worker.submit([echo(1)])
    question = worker.functions()
    time.sleep(0.1)
    begin = time.monotonic()
    worker.close()
    assert time.monotonic() - begin < 1
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert running.result(0) == [Failed(call("sleep", s=60), "died", "the engine has been closed")] * 2
    assert brief(waiting.result(0)) == ["<died>"]
    assert isinstance(question.exception(0), EngineError | None)
    worker.close()
    assert brief(worker.submit([echo(1)]).result(0)) == ["<died>"]


def test_close_leaves_no_thread() -> None:
    before = threading.active_count()
    worker = Worker(command=FAKE)
    assert run(worker, echo(1)) == [1]
    worker.close()
    assert threading.active_count() == before


def test_close_may_be_called_from_a_callback() -> None:
    worker = Worker(command=FAKE)
    closed = threading.Event()
    worker.submit([echo(1)]).add_done_callback(lambda _: (worker.close(), closed.set()))
    assert closed.wait(WAIT)


def test_the_child_is_out_of_reach_of_ctrl_c(worker: Worker) -> None:
    (pid,) = run(worker, call("pid"))
    assert os.getpgid(pid) != os.getpgid(0)
    assert os.getsid(pid) != os.getsid(0)


def test_a_relative_python_path_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", "lib", "/abs"]))
    assert _environment()["PYTHONPATH"].split(os.pathsep) == [str(ROOT), "/abs"]


def test_importing_the_worker_loads_nothing_heavy() -> None:
    code = "import sys, dlquiz.worker; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=_environment(), timeout=60
    ).stdout.split()
    assert {"asyncio", "torch", "sympy", "textual", "engine"}.isdisjoint(loaded)


# From here on with the real engine.
def test_nothing_in_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("engine", "json", "torch", "sympy", "signal", "sitecustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'a').write({name!r})\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([".", ""]))
    with Worker(device="cpu") as worker:
        hello = worker.hello().result(60)
        assert hello.device == "cpu"
        assert len(hello.fingerprint) == 16
        (outcome,) = worker.submit([call("conv.output_sise", size=7)]).result(WAIT)
    assert isinstance(outcome, Failed)
    assert not (tmp_path / "ran").exists()


PARENT = """
import sys, time
from dlquiz.core.oracle import Call
from dlquiz.worker import Worker

workers = [Worker(command=[sys.executable, "-P", "-W", "ignore", "-c", code], limit=0.5) for code in sys.argv[1:]]
for worker in workers:
    worker.hello().result(60)
    print(worker._process.pid, flush=True)
for worker, limit in zip(workers, (60, 1)):
    worker.submit([Call("t.busy", {})], limit=limit)
time.sleep(0.3)
print("busy", flush=True)
time.sleep(60)
"""
CHILD = """
import engine.registry
engine.registry._DOORS = ()

@engine.registry.function("t.busy", engine.registry.Kind.MODULE, {{}})
def busy() -> int:
    {body}

from engine.__main__ import main
main()
"""


def test_the_engine_does_not_outlive_a_parent_that_is_killed() -> None:
    spins, holds = (CHILD.format(body=body) for body in ("while True: pass", "return sum(range(10**15))"))
    command = [sys.executable, "-c", PARENT, spins, holds]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment()) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        assert parent.stdout.readline() == "busy\n"
        parent.kill()
        outlived = [pid for pid in pids if not gone(pid, 8)]
    for pid in outlived:
        os.kill(pid, 9)
    assert outlived == []


def test_the_engine_warms_up_once_nothing_else_waits(tmp_path: Path) -> None:
    log = tmp_path / "ops"
    code = (
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    ask = json.loads(line)\n"
        "    print(ask['op'], file=open(sys.argv[1], 'a'))\n"
        "    facts = dict(versions={}, device='cpu', device_name='', torch_build='', gpu_unused=False, engine='')\n"
        "    ran = dict(value=1, kind='module', device='cpu', ms=0.1, evidence=[], more=False)\n"
        "    print(json.dumps({'id': ask['id'], **facts, **ran, 'functions': []}), flush=True)\n"
    )
    with Worker("cpu", command=[sys.executable, "-c", code, str(log)]) as worker:
        worker.submit([Call("t.echo", {})]).result()
        worker.submit([Call("t.echo", {})]).result()
        deadline = time.monotonic() + 10
        while "warm" not in log.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
    ops = log.read_text().split()
    assert ops.count("warm") == 1
    assert ops.index("warm") > ops.index("call")


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

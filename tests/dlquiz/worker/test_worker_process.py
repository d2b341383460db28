"""The engine process: how it starts, why it cannot, what it is kept from, and that none is left behind."""

import os
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from asking import FAKE, ROOT, WAIT, brief, call, echo, run

from dlquiz.core.oracle import Call, Failed
from dlquiz.worker import EngineError, Hello, Worker
from dlquiz.worker.process import _environment


def gone(pid: int, seconds: float) -> bool:
    """Return whether the process is no longer there, waiting for a while; a zombie counts as gone."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
        if not state.stdout.strip() or state.stdout.strip().startswith("Z"):
            return True
        time.sleep(0.05)
    return False


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


def test_a_process_that_died_while_idle_costs_nothing(worker: Worker) -> None:
    (pid,) = run(worker, call("pid"))
    os.kill(pid, 9)
    assert gone(pid, 2)
    assert run(worker, echo(1)) == [1]
    assert worker.restarts == 1


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

"""The engine as a process: its pipes stay clean, and it ends when it should and not before."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from engine import serving

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": ""}
BADLY_BEHAVED = """
import os, signal, sys
import engine.registry
from engine.registry import Kind, function
engine.registry._DOORS = ()
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started us with Ctrl+C ignored

@function("t.prints", Kind.MODULE, {})
def prints() -> int:
    sys.__stdout__.write("past sys.stdout")
    sys.__stdout__.flush()
    print("python prints")
    os.write(1, b"C prints")
    os.system("echo a child of it prints")
    return 1

@function("t.reads", Kind.MODULE, {})
def reads() -> list[str]:
    return [sys.stdin.read(), os.read(0, 10).decode()]

@function("t.spins", Kind.MODULE, {})
def spins() -> int:
    while True:
        pass

@function("t.holds", Kind.MODULE, {})
def holds() -> int:
    return sum(range(10**15))  # one call into C that never lets another thread run

from engine.__main__ import main
main()
"""


@pytest.fixture
def engine() -> Iterator[SimpleNamespace]:
    """Start an engine process, and end it whatever happens."""
    command = [sys.executable, "-P", "-W", "ignore", "-c", BADLY_BEHAVED]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        requests, replies = child.stdin, child.stdout

        def send(**request: Any) -> None:
            requests.write(json.dumps(request).encode() + b"\n")
            requests.flush()

        def receive() -> Any:
            return json.loads(replies.readline())

        yield SimpleNamespace(child=child, send=send, receive=receive)
        child.kill()


def test_stray_prints_and_reads_do_not_reach_the_wire(engine: SimpleNamespace) -> None:
    engine.send(id=1, op="call", calls=[{"call": "t.prints", "with": {}}, {"call": "t.reads", "with": {}}])
    engine.send(id=2, op="hello", device="cpu")
    assert [engine.receive()["value"], engine.receive()["value"]] == [1, ["", ""]]
    assert engine.receive()["id"] == 2
    engine.child.kill()  # what was printed has to be there already
    rest, said = engine.child.communicate(timeout=10)
    assert rest == b""
    for words in (b"python prints", b"past sys.stdout", b"C prints", b"a child of it prints"):
        assert words in said


def test_what_was_asked_is_answered_before_the_end_of_input_ends_it() -> None:
    lines = b'{"id": 1, "op": "hello"}\n' + b"x" * (8 * 2**20 + 5) + b'\n{"id": 2, "op": "hello"}'
    done = subprocess.run(
        [sys.executable, "-P", "-m", "engine"],
        input=lines,
        capture_output=True,
        env=ENVIRONMENT,
        timeout=60,
        check=True,
    )
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["id"], third["id"]) == (1, 2)
    assert second["message"].startswith("a request is longer than")


def test_ctrl_c_is_ignored_and_the_end_of_input_ends_a_running_call(engine: SimpleNamespace) -> None:
    engine.send(id=1, op="hello")
    assert engine.receive()["id"] == 1
    engine.child.send_signal(signal.SIGINT)
    engine.send(id=2, op="call", calls=[{"call": "t.spins", "with": {}}])
    time.sleep(0.2)
    assert engine.child.poll() is None
    engine.child.stdin.close()
    assert engine.child.wait(timeout=serving.GRACE_S + 3) == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs POSIX timers")
def test_an_alarm_ends_a_call_that_lets_no_thread_run(engine: SimpleNamespace) -> None:
    engine.send(id=1, op="hello")
    assert engine.receive()["id"] == 1
    engine.send(id=2, op="call", calls=[{"call": "t.holds", "with": {}}], limit=0.1)
    assert engine.child.wait(timeout=serving.ALARM_MARGIN_S + 3) == -signal.SIGALRM

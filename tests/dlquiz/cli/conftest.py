"""Running dlquiz as a user does: a command line in, an exit code and two streams out; the home is the test's own."""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from command_lines import ENGINE, ROOT, SAMPLE, Ended, Run

from dlquiz.cli import desk
from dlquiz.cli.main import main
from dlquiz.worker import Worker

PATIENCE_S = 45
"""A process that takes longer is killed, so that a test fails instead of waiting for ever."""
_WITH_SAMPLE_ENGINE = f"""
from functools import partial
import dlquiz.cli.desk as desk
desk.Worker = partial(desk.Worker, command={ENGINE!r})
from dlquiz.cli import run
run()
"""


def _heed_interruptions() -> None:
    """Undo what a child inherits where the tests run in the background of a shell: Ctrl+C is ignored there."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("DLQUIZ_HOME", str(folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.delenv("DLQUIZ_DEVICE", raising=False)
    return folder


@pytest.fixture
def use_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`use_engine(command, limit=...)`: run that command for the engine."""

    def use(command: list[str], **more: Any) -> None:
        monkeypatch.setattr(desk, "Worker", partial(Worker, command=command, **more))

    return use


@pytest.fixture
def dlquiz(
    home: Path,
    use_engine: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """`dlquiz("topics", "--json", typed="...")`: run a command line in this process, with the sample engine."""
    use_engine(ENGINE)

    def run(*arguments: str, typed: str | bytes = "") -> Ended:
        raw = typed.encode() if isinstance(typed, str) else typed
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def study(dlquiz: Run) -> Run:
    """`study("answer", "answer", topic="sizes")`: a plain session over the sample banks."""

    def run(*typed: str, topic: str = "sizes", options: tuple[str, ...] = ()) -> Ended:
        bank = str(SAMPLE / f"{topic}.yaml")
        arguments = ("study", "--plain", "--bank", bank, "--seed", "1", "--ahead", *options)
        return dlquiz(*arguments, typed="".join(f"{line}\n" for line in typed))

    return run


@pytest.fixture
def process(home: Path, tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """`process("topics", real=True)`: dlquiz in a process of its own; ``real`` is as a user starts it."""
    started: list[subprocess.Popen[bytes]] = []
    alarms: list[threading.Timer] = []

    def start(*arguments: str, real: bool = False, cwd: Path = tmp_path, **more: Any) -> "subprocess.Popen[bytes]":
        command = ["-m", "dlquiz"] if real else ["-P", "-c", _WITH_SAMPLE_ENGINE]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("PYTHONUNBUFFERED", None)  # else nothing would show what is flushed, and when
        whole = [sys.executable, *command, *arguments]
        settings: dict[str, Any] = {"cwd": cwd, "env": environment, "preexec_fn": _heed_interruptions}
        started.append(subprocess.Popen(whole, **(settings | pipes | more)))
        alarms.append(threading.Timer(PATIENCE_S, started[-1].kill))
        alarms[-1].start()
        return started[-1]

    yield start
    for alarm in alarms:
        alarm.cancel()
    for child in started:
        child.kill()
        child.communicate()

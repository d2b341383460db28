"""What only a process of its own shows: foreign modules, signals, pipes, and the engine that dlquiz really runs."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import ROOT, SAMPLE

from dlquiz.core.scheduling import Scheduler
from dlquiz.store import Store

Start = Callable[..., "subprocess.Popen[bytes]"]
STUDY = ("study", "--plain", "--bank", str(SAMPLE / "sizes.yaml"), "--seed", "1", "--count", "9")
HOSTILE = ("engine", "json", "torch", "yaml", "typer", "sqlite3", "dlquiz_extra")
ENTRIES = {
    "module": [sys.executable, "-m", "dlquiz"],
    "script": [sys.executable, "-c", "import sys; sys.path.remove(''); from dlquiz.cli import run; run()"],
}


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in HOSTILE:
        (folder / f"{name}.py").write_text(
            f"open({str(folder / 'RAN')!r}, 'a').write({name!r})\nraise SystemExit(66)\n"
        )
    return folder


def finish(child: "subprocess.Popen[bytes]", typed: bytes = b"") -> tuple[int, str, str]:
    out, err = child.communicate(typed, timeout=60)
    return child.returncode, (out or b"").decode(), err.decode()


def read_until(child: "subprocess.Popen[bytes]", start: str) -> None:
    assert child.stdout is not None
    for line in child.stdout:
        if line.decode().startswith(start):
            return
    pytest.fail(f"the process ended before it printed a line that starts with {start}")


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("path", ["", ".", ":"], ids=["plain", "dot", "empty"])
def test_nothing_foreign_runs(hostile: Path, home: Path, entry: str, path: str) -> None:
    environment = os.environ | {"PYTHONPATH": f"{path}{os.pathsep}{ROOT}" if path else str(ROOT)}
    command = [*ENTRIES[entry], "topics"]
    ended = subprocess.run(command, cwd=hostile, env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert not (hostile / "RAN").exists()


def test_the_real_engine_answers_from_a_hostile_folder(hostile: Path, process: Start) -> None:
    child = process("study", "cnn", "--plain", "--count", "1", "--seed", "3", real=True, cwd=hostile)
    code, out, err = finish(child, b"7\n")
    assert (code, err) == (0, "")
    assert len(re.findall(r"^[✓✗]", out, re.MULTILINE)) == 1
    assert "proved" in out
    assert not (hostile / "RAN").exists()


def test_killed_between_two_answers_nothing_is_lost(process: Start, home: Path) -> None:
    child = process(*STUDY)
    assert child.stdin is not None
    for _ in range(2):
        child.stdin.write(b"7\n")
        child.stdin.flush()
        read_until(child, "✗")
    child.kill()
    child.wait()
    with Store.open(home / "dlquiz.db", Scheduler(), 0, backup=False) as store:
        assert [entry.review.answer for entry in store.reviews()] == ["7", "7"]
        assert store.verify() == []


def test_an_interruption_ends_quietly(process: Start) -> None:
    child = process(*STUDY)
    read_until(child, "[")
    child.send_signal(signal.SIGINT)
    code, _, err = finish(child)
    assert (code, err) == (130, "")


def test_a_reader_that_leaves_is_no_trouble(process: Start) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    child = process("calc", "echo.value", "value=1", stdout=writing)
    os.close(writing)
    assert finish(child)[::2] == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_output_that_cannot_be_written_is_a_sentence(process: Start) -> None:
    with open("/dev/full", "wb") as full:
        code, _, err = finish(process("calc", "echo.value", "value=1", stdout=full))
    assert code == 2
    assert err.startswith("dlquiz: a file could not be read or written: no space left on device")
    assert err.count("\n") == 1


def test_any_locale_prints_utf_8_into_a_pipe(process: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    code, out, _ = finish(process(*STUDY, "--lang", "zh"), b"7\n\xff\n")
    assert code == 0
    assert "\n✗ " in out


def test_help_and_topics_load_nothing_heavy(process: Start) -> None:
    code = (
        "import sys; from dlquiz.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: print(*sorted({name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    loaded = {}
    for command in ("--help", "topics"):
        ended = subprocess.run(
            [sys.executable, "-P", "-c", code, command],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ended.returncode == 0
        loaded[command] = set(ended.stderr.split())
    assert not {"torch", "sympy", "textual", "pydantic", "engine"} & loaded["topics"]
    assert not {"yaml", "sqlite3", "fsrs"} & loaded["--help"]

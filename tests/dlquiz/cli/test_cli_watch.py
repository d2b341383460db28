"""``dlquiz watch``: what it refuses in a sentence, and a real terminal in which a bank is watched."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from command_lines import ENGINE, ROOT, Run

PATIENCE_S = 60
BANK = """\
dlquiz: 1
bank: mine
topic: cnn
title: Mine
questions:
  - id: size
    kind: number
    prompt: "Conv2d(3) on {{n}} pixels: how many come out?"
    params: {n: {int: [16, 20]}}
    answer: {formula: n - 2, engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}}
"""
_WITH_AN_ENGINE = """
from functools import partial
import dlquiz.cli.desk as desk
desk.Worker = partial(desk.Worker, command={engine!r})
from dlquiz.cli import run
run()
"""


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(BANK, encoding="utf-8")
    return file


def test_a_path_that_does_not_exist_is_one_sentence(dlquiz: Run, tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"
    ended = dlquiz("watch", str(missing))
    assert (ended.code, ended.out) == (2, "")
    expected = f"dlquiz: there is no file {missing}; dlquiz new --bank {missing} makes one with a first question\n"
    assert ended.err == expected


def test_a_folder_is_one_sentence(dlquiz: Run, tmp_path: Path) -> None:
    ended = dlquiz("watch", str(tmp_path))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.count("\n") == 1
    assert f"dlquiz check {tmp_path} proves all banks in it" in ended.err


def test_without_a_terminal_it_names_check(dlquiz: Run, bank: Path, home: Path) -> None:
    ended = dlquiz("watch", str(bank))
    assert (ended.code, ended.out) == (2, "")
    expected = f"dlquiz: watch needs a terminal to draw on; dlquiz check {bank} tells the same complaints in lines\n"
    assert ended.err == expected
    assert not home.exists()


def test_a_bank_has_to_be_named(dlquiz: Run) -> None:
    ended = dlquiz("watch")
    assert ended.code == 2
    assert "BANK is missing" in ended.err


class Terminal:
    """A terminal of 100 columns with dlquiz in it."""

    def __init__(self, *arguments: str, home: Path, engine: Sequence[str] = ENGINE) -> None:
        self.ours, theirs = pty.openpty()
        environment = {**os.environ, "DLQUIZ_HOME": str(home), "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        environment |= {"COLUMNS": "100", "LINES": "30", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-P", "-c", _WITH_AN_ENGINE.format(engine=engine), *arguments]
        self.child = subprocess.Popen(
            command, env=environment, start_new_session=True, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)

    def read_until(self, words: str) -> None:
        seen, end = "", time.monotonic() + PATIENCE_S
        while words not in seen:
            assert time.monotonic() < end, seen[-3000:]
            if select.select([self.ours], [], [], 0.2)[0]:
                drawn = os.read(self.ours, 65536).decode(errors="replace")
                seen += re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", drawn)

    def ended(self) -> int:
        """Read on until it has ended, for it waits for whoever reads what it draws; return its exit code."""
        end = time.monotonic() + PATIENCE_S
        while self.child.poll() is None and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.1)[0]:
                with suppress(OSError):
                    os.read(self.ours, 65536)
        return self.child.wait(1)

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def close(self) -> None:
        self.child.kill()
        self.child.wait()
        os.close(self.ours)


@pytest.fixture
def terminal(bank: Path, tmp_path: Path) -> Iterator[Terminal]:
    one = Terminal("watch", str(bank), home=tmp_path / "home")
    yield one
    one.close()


@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_a_save_is_seen_an_answer_is_tried_and_nothing_is_stored(
    terminal: Terminal, bank: Path, tmp_path: Path
) -> None:
    terminal.read_until("No complaint.")
    bank.write_text(BANK.replace("formula: n - 2", "formula: n - 1"), encoding="utf-8")
    terminal.read_until("error DQ401")
    bank.write_text(BANK, encoding="utf-8")
    terminal.read_until("No complaint.")
    terminal.press("1")
    terminal.read_until("an exact whole number")
    terminal.press("3\r")
    terminal.read_until("not 3.")
    terminal.press("\x1b")
    terminal.read_until("#1")
    terminal.press("q")
    assert terminal.ended() == 0
    assert not (tmp_path / "home" / "dlquiz.db").exists()
    assert len(list((tmp_path / "home" / "cache" / "checks").iterdir())) == 2, "one result for each formula"


@pytest.mark.skipif(os.name == "nt", reason="there are no such terminals")
def test_what_check_proved_is_shown_as_proved_without_an_engine(bank: Path, dlquiz: Run, home: Path) -> None:
    assert dlquiz("check", str(bank)).code == 0
    terminal = Terminal("watch", str(bank), home=home, engine=[sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        terminal.read_until("1 of 1 question proved")
        terminal.read_until("No complaint.")
        terminal.press("q")
        assert terminal.ended() == 0
    finally:
        terminal.close()

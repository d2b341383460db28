"""Wrong command lines, and what cannot run: one sentence each, the design's exit code, never a traceback."""

import sqlite3
from pathlib import Path

import pytest
from command_lines import SAMPLE, Run

from dlquiz import __version__
from dlquiz.cli import home as cli_home

DURING_AN_INTERRUPTION = RuntimeError("cannot join thread before it is started")
DURING_AN_INTERRUPTION.__context__ = KeyboardInterrupt()
WRONG = {
    "stduy": "there is no command 'stduy'; did you mean 'study'?",
    "study --cont 3": "there is no option --cont; did you mean '--count'?",
    "study --count 0": "--count: 0 is too small; the least is 1",
    "study --count many": "--count: 'many' is not a whole number",
    "study --count=": "--count: '' is not a whole number",
    "study --seed 1.5": "--seed: '1.5' is not a whole number",
    "study --lang de": "--lang: 'de' is not one of en, zh",
    "study --lang": "option '--lang' requires an argument",
    "check --format jsn": "--format: 'jsn' is not one of text, json, github, sarif; did you mean 'json'?",
    "calc": "FUNCTION is missing",
    "why": "INSTANCE is missing",
    "due now": "got unexpected extra argument",
    "": "the home screen needs a terminal",
    "study cmn --plain": "there is no question on 'cmn'; did you mean 'cnn'?",
    "study --bank nowhere.yaml": "there is no file or folder nowhere.yaml",
    "calc conv.output_sise size=3": "there is no engine function 'conv.output_sise'",
    "calc conv.output_size 3": "'3' is no argument; write its name, = and its value",
    "calc conv.output_size size=3 size=4": "the argument size is given twice",
    "calc receptive_field.of layers=[1": "the value of layers cannot be read: the list that begins with this '['",
    "functions convv": "no engine function is told with 'convv'; did you mean 'conv'?",
    "why convolution": "'convolution' names no instance; one is written bank/id@rev#seed",
    "why convolution/conv-output-sise#3": "did you mean 'convolution/conv-output-size'?",
    "why convolution/conv-output-size#3 -3": "there is no option -3; an answer may begin with - after --: "
    "dlquiz why INSTANCE -- -3 (",
    "undo": "there is nothing to undo",
}


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_command_line_is_one_sentence(dlquiz: Run, line: str) -> None:
    ended = dlquiz(*line.split())
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("dlquiz: ")
    assert ended.err.count("\n") == 1
    assert WRONG[line] in ended.err


def test_help_and_version_are_data(dlquiz: Run) -> None:
    assert dlquiz("--version") == (0, f"dlquiz {__version__}\n", "")
    for asked in (["-h"], ["--help"], ["study", "--help"]):
        ended = dlquiz(*asked)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith("Usage: dlquiz")
    assert "..." not in dlquiz("--help").out.replace("[ARGS]...", ""), "a summary is cut"


def test_a_home_that_cannot_be_written(dlquiz: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("DLQUIZ_HOME", str(tmp_path / "file" / "home"))
    ended = dlquiz("study", "--plain", "cnn")
    assert ended.code == 2
    assert "can't be used" in ended.err
    assert "DLQUIZ_HOME" in ended.err


def test_a_home_of_nobody(dlquiz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLQUIZ_HOME", "~no-such-user-here/quiz")
    ended = dlquiz("topics")
    assert ended.code == 2
    assert "no such user" in ended.err


def test_a_database_of_a_newer_version(dlquiz: Run, home: Path) -> None:
    assert dlquiz("study", "cnn", "--plain").code == 0
    connection = sqlite3.connect(home / "dlquiz.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for command in (["topics"], ["due"], ["undo"], ["study", "cnn", "--plain"]):
        ended = dlquiz(*command)
        assert ended.code == 2
        assert "was written by a newer dlquiz" in ended.err


@pytest.mark.parametrize("command", ["topics", "due", "due --json", "undo"])
def test_a_mistyped_database_is_told_and_nothing_is_made(dlquiz: Run, tmp_path: Path, command: str) -> None:
    mistyped = tmp_path / "nowhere" / "mistyped.db"
    ended = dlquiz(*command.split(), "--db", str(mistyped))
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"dlquiz: there is no database {mistyped};")
    assert ended.err.count("\n") == 1
    assert not mistyped.parent.exists()


@pytest.mark.parametrize(("command", "code"), [("topics", 0), ("due", 0), ("undo", 2)])
def test_before_the_first_session_the_usual_database_is_empty(dlquiz: Run, home: Path, command: str, code: int) -> None:
    assert dlquiz(command).code == code
    assert not list(home.glob("dlquiz.db*"))


def test_a_file_that_is_no_database(dlquiz: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database, but long enough to be looked at " * 50)
    ended = dlquiz("due", "--db", str(tmp_path / "notes.db"))
    assert ended.code == 2
    assert "is not a dlquiz database" in ended.err


def test_a_broken_bank_is_told_and_the_rest_goes_on(dlquiz: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("dlquiz: 1\nbank: [broken\n")
    ended = dlquiz("topics", "--bank", str(broken), "--bank", str(SAMPLE / "sizes.yaml"))
    assert ended.code == 0
    assert ended.err.startswith(f"dlquiz: {broken}:2:7: the list that begins with this '[' is never closed; ")
    assert "the file was left out" in ended.err
    assert ended.lines[1].split() == ["sizes", "1", "0", "1"]
    alone = dlquiz("study", "--plain", "--bank", str(broken))
    assert alone.code == 2
    assert "was left out" in alone.err


def test_control_characters_of_an_argument_stay_out_of_the_terminal(dlquiz: Run) -> None:
    ended = dlquiz("study", "--plain", "c\x1b[31mnn\u202e")
    assert ended.code == 2
    assert "\x1b" not in ended.err
    assert "\u202e" not in ended.err


def test_the_unforeseen_is_a_sentence_and_a_file(dlquiz: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError("a bug\nof two lines")

    monkeypatch.setattr(cli_home, "command", broken)
    ended = dlquiz()
    (report,) = (home / "errors").iterdir()
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert str(report) in ended.err
    assert "ZeroDivisionError: a bug" in report.read_text()


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 130, ""),
        (DURING_AN_INTERRUPTION, 130, ""),
        (BrokenPipeError(), 141, ""),
        (PermissionError(13, "Permission denied", "banks/a.yaml"), 2, "permission denied (banks/a.yaml)"),
        (ModuleNotFoundError("No module named 'fsrs'"), 2, "pip install dlquiz"),
    ],
)
def test_errors_become_exit_codes(
    dlquiz: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    def broken() -> None:
        raise error

    monkeypatch.setattr(cli_home, "command", broken)
    ended = dlquiz()
    assert ended.code == code
    assert said in ended.err
    assert bool(ended.err) == bool(said)

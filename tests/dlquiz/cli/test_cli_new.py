"""``dlquiz new``: asked for or told, a question ends up in a bank, proved."""

import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import Run

from dlquiz.cli import desk
from dlquiz.worker import Worker


@pytest.fixture
def real(dlquiz: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Command lines with the engine itself."""
    monkeypatch.setattr(desk, "Worker", Worker)
    return dlquiz


def test_kind_and_topic_are_asked_for_and_the_question_is_proved(real: Run, home: Path) -> None:
    ended = real("new", typed="nmber\n\nnumber\ngan\n")
    bank = home / "banks" / "my-gan.yaml"
    assert (ended.code, ended.out) == (0, f"{bank}:7  my-gan/size-after-convolution  proved\n")
    assert ended.err.count("Which kind?") == 3
    assert "did you mean 'number'?" in ended.err
    assert ended.err.count("Which topic?") == 1
    assert bank.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json\n")
    assert '"conv.output_size"' in (home / "banks" / "schema.json").read_text(encoding="utf-8")
    more = real("new", "gan", "--fixed", "--id", "resnet")
    assert (more.code, more.out.split()[1:]) == (0, ["my-gan/resnet", "proved"])
    assert real("check", str(bank), "--jobs", "1").code == 0


@pytest.mark.parametrize("typed", ["my course\n\n", "my course\nmy-course\n", "A\n\xff\nmy course\n\n"])
def test_a_topic_is_asked_for_until_it_can_be_one(dlquiz: Run, tmp_path: Path, typed: str) -> None:
    ended = dlquiz("new", "--fixed", "--bank", str(tmp_path / "Über.yaml"), typed=typed.encode("latin-1"))
    assert "'my course' cannot be a topic: lower-case words with hyphens; Enter takes 'my-course'" in ended.err
    text = (tmp_path / "Über.yaml").read_text(encoding="utf-8")
    assert "\nbank: uber\ntopic: my-course\n" in text
    assert ">" not in ended.err, "a mark is for terminals"


@pytest.mark.parametrize("before", ["", "\n", "# my notes\n", "# my notes"])
def test_a_file_that_says_nothing_yet_is_begun(dlquiz: Run, tmp_path: Path, before: str) -> None:
    bank = tmp_path / "my bank.yaml"
    bank.write_text(before)
    ended = dlquiz("new", "cnn", "--fixed", "--bank", str(bank))
    assert ended.code in (0, 1), ended.err
    text = bank.read_text()
    first = "# yaml-language-server: $schema=schema.json" if not before.strip() else "# my notes"
    assert text.startswith(f"{first}\ndlquiz: 1\nbank: my-bank\ntopic: cnn\n")
    assert f"prove it again: dlquiz check '{bank}'\n" in ended.err


def test_a_header_without_questions_is_filled(dlquiz: Run, tmp_path: Path) -> None:
    bank = tmp_path / "b.yaml"
    bank.write_text("dlquiz: 1\nbank: b\ntopic: cnn\ntitle: T\nquestions: []\n")
    assert "the topic of" in dlquiz("new", "rnn", "--fixed", "--bank", str(bank)).err
    assert "[]" in bank.read_text()
    ended = dlquiz("new", "--fixed", "--bank", str(bank))
    assert ended.code in (0, 1), ended.err
    assert bank.read_text().startswith("dlquiz: 1\nbank: b\ntopic: cnn\ntitle: T\nquestions:\n  - id: ")


def test_a_terminal_shows_where_to_type(
    process: Callable[..., "subprocess.Popen[bytes]"], home: Path, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    child = process("new", "cnn", "--bank", "mine.yaml", stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while not shown.endswith(b"> "):
        shown += os.read(ours, 1)
    assert b"Which kind?" in shown
    os.write(ours, b"\x04")
    assert child.wait() == 2
    os.close(ours)


def test_a_question_that_does_not_prove_is_a_finding(dlquiz: Run, tmp_path: Path) -> None:
    """The sample engine knows no shapes of convolutions."""
    bank = tmp_path / "deep" / "Lecture 3.yaml"
    ended = dlquiz("new", "cnn", "--kind", "shape", "--bank", str(bank))
    assert ended.code == 1
    assert "lecture-3/shape-after-convolution" in ended.out
    assert "error DQ" in ended.out


def test_the_topic_is_that_of_the_bank(dlquiz: Run, tmp_path: Path) -> None:
    bank = tmp_path / "mine.yaml"
    dlquiz("new", "cnn", "--kind", "shape", "--bank", str(bank))
    before = bank.read_bytes()
    dlquiz("new", "--kind", "fixed-kind", "--bank", str(bank))
    ended = dlquiz("new", "rnn", "--kind", "number", "--bank", str(bank))
    assert ended.code == 2
    assert "the topic of" in ended.err
    assert bank.read_bytes() == before
    dlquiz("new", "--kind", "number", "--bank", str(bank))
    assert bank.read_bytes().startswith(before)
    assert len(bank.read_bytes()) > len(before)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("cnn", "--kind", "numbr"), "did you mean 'number'?"),
        (("cnn",), "--kind"),
        (("--kind", "number"), "TOPIC"),
        (("C N N", "--kind", "number"), "write it like 'c-n-n'"),
        (("cnn", "--kind", "number", "--id", "My Id"), "write it like 'my-id'"),
        (("cnn", "--kind", "shape", "--fixed"), "--fixed"),
        (("cnn", "--kind", "number", "--bank", "mine.txt"), ".yaml"),
        (("cnn", "--kind", "number", "--bank", "pooling.yaml"), "there is a bank 'pooling' already"),
        (("cnn", "--kind", "number", "--bank", "."), "cannot be read"),
    ],
)
def test_what_cannot_be_written_leaves_nothing_behind(
    dlquiz: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    ended = dlquiz("new", *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert list(empty.iterdir()) == []
    assert not (home / "banks").exists()

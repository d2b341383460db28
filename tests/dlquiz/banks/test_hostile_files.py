"""Paths that are no files, files that never end, and records that are none: a complaint or a sentence each."""

import os
import threading
from pathlib import Path

import pytest
from hostile import bank, complaints, written

from dlquiz.banks.files import LARGEST, decode, load
from dlquiz.banks.library import Library
from dlquiz.banks.proving.answers import differs
from dlquiz.banks.proving.revisions import NAME, Record
from dlquiz.errors import DlquizError


def codes(path: Path) -> list[str]:
    return [item.code for item in Library.load([path]).complaints]


def test_devices_pipes_and_sockets_are_no_banks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for path in (tmp_path / "pipe.yaml", Path("/dev/zero"), Path("/dev/stdin")):
        if path.exists():
            assert codes(path) == ["DQ101"], path


def test_a_link_that_leads_to_itself_names_nothing(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(DlquizError, match="there is no file or folder"):
        Library.load([tmp_path / "loop.yaml"])
    written(tmp_path, bank())
    assert Library.load([tmp_path]).complaints == ()


@pytest.mark.parametrize("sign", ["\u202a", "\u202e", "\u2066", "\u2069", "\u2028", "\x07"])
def test_what_turns_or_breaks_a_line_is_told_with_its_place(sign: str) -> None:
    """A bidirectional control lets a text be shown otherwise than it is read."""
    text, (found,) = decode(f"a: 1\nb: x{sign}y\n".encode(), "x.yaml")
    assert text is None
    assert (found.code, found.line, found.column) == ("DQ104", 2, 5)
    assert f"U+{ord(sign):04X}" in found.message


def test_signs_beside_the_refused_ones_are_read() -> None:
    kept = "a: \u2027\u202f\u2065\u206a\n"
    assert decode(kept.encode(), "x.yaml") == (kept, [])


def test_folders_that_end_with_yaml_are_folders(tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(DlquizError, match="holds no bank"):
        Library.load([tmp_path / "folder.yaml"])
    written(tmp_path / "folder.yaml", bank())
    assert [one.name for one in Library.load([tmp_path / "folder.yaml"]).banks] == ["hostile"]


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    written(tmp_path, bank())
    monkeypatch.setattr(Path, "open", refuse)  # nothing is unreadable to root, as whom CI may run
    assert codes(tmp_path / "hostile.yaml") == ["DQ101"]


def test_no_more_is_read_than_a_bank_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may grow while it is read: the size that it had is no bound."""
    path = written(tmp_path, b"#" * (LARGEST + 50))
    honest = path.stat()
    monkeypatch.setattr(Path, "stat", lambda self, **_: os.stat_result((*honest[:6], 9, *honest[7:])))
    text, (found,) = load(path, "x.yaml")
    assert text is None
    assert found.code == "DQ102"
    assert f"{LARGEST + 1:,} bytes" in found.message


def test_what_says_that_it_is_empty_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """So do the files of /proc, and reading some of them never ends."""
    path = written(tmp_path, bank())
    honest = path.stat()
    monkeypatch.setattr(Path, "stat", lambda self, **_: os.stat_result((*honest[:6], 0, *honest[7:])))
    assert load(path, "x.yaml") == ("", [])


RECORDS = ["[" * 100_000, '{"hostile/q": {"rev": {}}}', '{"hostile/q": {"rev": 1, "answers": 7}}', "\x00", "null"]


@pytest.mark.parametrize("text", RECORDS, ids=["deep", "no revision", "no answers", "NUL", "null"])
def test_a_hostile_record_is_a_sentence(text: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(text)
    with pytest.raises(DlquizError, match="restore it"):
        Record.beside(tmp_path / "hostile.yaml")


@pytest.mark.parametrize("kept", [None, "64", [], {}, True, {"rev": [1]}])
def test_an_answer_of_another_form_is_another_answer(kept: object, tmp_path: Path) -> None:
    (question,) = Library.load([written(tmp_path, bank())]).questions
    told = differs(question, kept, 64)
    assert told is not None
    assert told.startswith("the answer was ")
    assert differs(question, 64.0, 64) is None
    good = Library.load([Path(__file__).with_name("good.yaml")])
    (claims,) = [one for one in good.questions if one.kind == "claims"]
    assert str(differs(claims, [kept], {"It holds.": True})).startswith("the answer was ")


def test_banks_are_read_side_by_side_without_harm(tmp_path: Path) -> None:
    """Nothing is shared between readers: two threads with the same hostile file find the same."""
    path = written(tmp_path, "[" * 100_000)
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append([item.code for item in complaints(path)])) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["DQ109"]] * 2

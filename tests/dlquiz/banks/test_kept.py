"""Banks kept between starts: the same as those that were read, never out of date, and never in the way."""

import os
import pickle
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from dlquiz.banks import folders, kept
from dlquiz.banks.library import Library
from dlquiz.banks.reading import read_bank
from dlquiz.core import chance

SHIPPED = folders.banks_in(folders.installed())
TEXT = (folders.installed() / "cnn" / "convolution.yaml").read_text(encoding="utf-8")


def content(value: Any) -> Any:
    """Return what a value is made of, so that two of them can be compared however their classes compare."""
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), [content(getattr(value, item.name)) for item in fields(value)]
    if isinstance(value, list | tuple):
        return [content(item) for item in value]
    if isinstance(value, dict):
        return [(name, content(item)) for name, item in value.items()]
    return value


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_kept_bank_is_the_bank_that_was_read(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    read, _ = read_bank(text, "x")
    first, _ = kept.bank(text, "x", tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    again, complaints = kept.bank(text, "x", tmp_path)
    assert content(first) == content(read) == content(again)
    assert first is not again
    assert complaints == []


def test_a_kept_bank_needs_neither_parser_nor_reader(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from dlquiz.banks.library import Library\n"
        "library = Library.load((), ['cnn'], Path(sys.argv[1]))\n"
        "print(len(library.questions), 'yaml' in sys.modules, 'dlquiz.banks.reading' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
        ).stdout.split()
        for _ in range(2)
    ]
    assert said[0][0] == said[1][0] != "0"
    assert [words[1:] for words in said] == [["True", "True"], ["False", "False"]]


def test_a_changed_text_is_read_anew(tmp_path: Path) -> None:
    first, _ = kept.bank(TEXT, "x", tmp_path)
    changed, _ = kept.bank(TEXT.replace("\n  - id: ", "\n  - id: another-"), "x", tmp_path)
    assert first is not None
    assert changed is not None
    assert [question.id for question in changed.questions] == [f"another-{one.id}" for one in first.questions]


def test_places_name_the_file_that_is_read(tmp_path: Path) -> None:
    for file in ("x", "y"):
        found, _ = kept.bank(TEXT, file, tmp_path)
        assert found is not None
        assert {found.file, found.questions[0].at.file} == {file}


def test_changed_code_reads_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept.bank(TEXT, "x", tmp_path)
    monkeypatch.setattr(kept, "_code", lambda: "another state of the code")
    kept.bank(TEXT, "x", tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


class Runs:
    """Unpickling it runs a command, if anything may be unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, (os.environ["DLQUIZ_TEST_MARK"],)


@pytest.mark.parametrize("damage", [b"", b"{", b"\x80", pickle.dumps([]), pickle.dumps(pickle.Pickler), b"(" * 9000])
def test_a_damaged_file_is_as_good_as_none(damage: bytes, tmp_path: Path) -> None:
    read, _ = kept.bank(TEXT, "x", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    assert content(kept.bank(TEXT, "x", tmp_path)[0]) == content(read)
    assert file.read_bytes() != damage


def test_a_foreign_file_runs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "ran"
    monkeypatch.setenv("DLQUIZ_TEST_MARK", str(mark))
    folder = tmp_path / "cache"
    read, _ = kept.bank(TEXT, "x", folder)
    (file,) = folder.iterdir()
    foreign = pickle.dumps(Runs())
    file.write_bytes(foreign)
    assert content(kept.bank(TEXT, "x", folder)[0]) == content(read)
    assert not mark.exists()
    pickle.loads(foreign)
    assert mark.exists(), "the file would have run something"


def test_functions_of_ours_are_not_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    kept.bank(TEXT, "x", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(b"cdlquiz.core.chance\ndrawn\n(tR.")
    monkeypatch.setattr(chance, "drawn", lambda: called.append(1))
    assert kept.bank(TEXT, "x", tmp_path)[0] is not None
    assert not called
    pickle.loads(b"cdlquiz.core.chance\ndrawn\n(tR.")
    assert called, "the file would have called it"


def test_what_has_complaints_is_not_kept(tmp_path: Path) -> None:
    found, complaints = kept.bank(TEXT.replace("    kind: number", "    kind: numeral", 1), "x", tmp_path)
    assert found is not None
    assert complaints
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_loses_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found, complaints = kept.bank(TEXT, "x", tmp_path / "file" / "below")
    assert content(found) == content(read_bank(TEXT, "x")[0])
    assert complaints == []


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(6):
        kept.bank(TEXT, str(number), tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_library_keeps_what_it_read_under_home(tmp_path: Path) -> None:
    Library.load((), ["cnn"], tmp_path)
    assert len(list((tmp_path / "cache" / "banks").glob("*.bank"))) == len(
        [path for path in SHIPPED if path.parent.name == "cnn"]
    )

"""The first line of a bank leads editors to the schema; nothing else of the bank is touched."""

from pathlib import Path

import pytest

from dlquiz.banks.authoring.wiring import first_line, wired, write
from dlquiz.errors import DlquizError

LINE = "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"dlquiz: 1\n", LINE.encode() + b"\ndlquiz: 1\n"),
        (b"dlquiz: 1\r\nbank: a\r\n", LINE.encode() + b"\r\ndlquiz: 1\r\nbank: a\r\n"),
        (b"\xef\xbb\xbfdlquiz: 1\n", b"\xef\xbb\xbf" + LINE.encode() + b"\ndlquiz: 1\n"),
        (b"", LINE.encode() + b"\n"),
        (b"# mine\n", LINE.encode() + b"\n# mine\n"),
    ],
)
def test_the_line_stands_before_all_else(data: bytes, expected: bytes) -> None:
    assert wired(data, LINE) == expected


@pytest.mark.parametrize(
    "data", [b"# yaml-language-server: $schema=other.json\n", b"\xef\xbb\xbf#yaml-language-server: $schema=x\r\n"]
)
def test_a_line_of_the_author_stays(data: bytes) -> None:
    assert wired(data, LINE) is None


def test_a_folder_of_banks(tmp_path: Path) -> None:
    (tmp_path / "cnn").mkdir()
    banks = [tmp_path / "a.yaml", tmp_path / "cnn" / "b.yml"]
    for bank in banks:
        bank.write_bytes(b"dlquiz: 1\n")
    (tmp_path / "cnn" / "notes.txt").write_bytes(b"mine")
    file, changed = write(tmp_path, "{}\n")
    assert (file, changed) == (tmp_path / "schema.json", banks)
    assert file.read_bytes() == b"{}\n"
    assert banks[1].read_text() == "# yaml-language-server: $schema=../schema.json\ndlquiz: 1\n"
    assert (tmp_path / "cnn" / "notes.txt").read_bytes() == b"mine"
    assert write(tmp_path, "{}\n")[1] == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.yaml", "b.yml", "cnn", "notes.txt", "schema.json"]


def test_one_bank(tmp_path: Path) -> None:
    one, other = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for bank in (one, other):
        bank.write_bytes(b"dlquiz: 1\n")
    assert write(one, "{}")[1] == [one]
    assert other.read_bytes() == b"dlquiz: 1\n"
    assert one.read_text().startswith(first_line(one, tmp_path / "schema.json"))


def test_a_path_that_is_no_bank(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(DlquizError, match=r"notes.txt is no bank"):
        write(tmp_path / "notes.txt", "{}")
    with pytest.raises(DlquizError, match=r"there is no bank .*none.yaml"):
        write(tmp_path / "none.yaml", "{}")
    (tmp_path / "schema.json").mkdir()
    with pytest.raises(DlquizError, match=r"schema.json cannot be written"):
        write(tmp_path, "{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notes.txt", "schema.json"]

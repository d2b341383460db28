"""Trees kept between starts: the same as those composed, never out of date, and never in the way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from dlquiz.banks import folders, kept
from dlquiz.banks.composing import compose
from dlquiz.banks.library import Library

SHIPPED = folders.banks_in(folders.installed())
TEXT = 'a: "x\\ty"\nb: [1, {c: yes}]\n'


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_kept_tree_is_the_tree_that_was_composed(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    composed, _ = compose(text, "x")
    first, _ = kept.tree(text, "x", tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    again, complaints = kept.tree(text, "x", tmp_path)
    assert first == composed == again
    assert complaints == []


def test_a_kept_tree_needs_no_parser(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from dlquiz.banks.library import Library\n"
        "library = Library.load((), ['cnn'], Path(sys.argv[1])); print(len(library.questions), 'yaml' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=Path.cwd()
        ).stdout.split()
        for _ in range(2)
    ]
    assert said[0][0] == said[1][0] != "0"
    assert [words[1] for words in said] == ["True", "False"]


def test_a_changed_text_is_read_anew(tmp_path: Path) -> None:
    kept.tree(TEXT, "x", tmp_path)
    changed, _ = kept.tree(TEXT.replace("yes", "no"), "x", tmp_path)
    assert changed == compose(TEXT.replace("yes", "no"), "x")[0]


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "[9, 1, 1, []]", "[0, 1, true, 1, 1, true, '']", '[1, "1", 1, []]', "[" * 9000, "\0"]
)
def test_a_damaged_file_is_as_good_as_none(damage: str, tmp_path: Path) -> None:
    kept.tree(TEXT, "x", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text(damage)
    assert kept.tree(TEXT, "x", tmp_path)[0] == compose(TEXT, "x")[0]
    assert json.loads(file.read_text())


def test_what_has_complaints_is_not_kept(tmp_path: Path) -> None:
    _, complaints = kept.tree("a: 1\na: 2\n", "x", tmp_path)
    assert complaints
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_loses_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    tree, complaints = kept.tree(TEXT, "x", tmp_path / "file" / "below")
    assert tree == compose(TEXT, "x")[0]
    assert complaints == []


def test_the_oldest_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    for number in range(6):
        kept.tree(f"a: {number}\n", "x", tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_library_keeps_what_it_parsed_under_home(tmp_path: Path) -> None:
    Library.load((), ["cnn"], tmp_path)
    assert len(list((tmp_path / "cache" / "banks").glob("*.json"))) == len(
        [p for p in SHIPPED if p.parent.name == "cnn"]
    )

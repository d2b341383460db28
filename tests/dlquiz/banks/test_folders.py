"""Folders that are named on the command line: every bank below them is found, once, in a set order."""

from pathlib import Path

import pytest

from dlquiz.banks import folders
from dlquiz.banks.authoring import wiring
from dlquiz.errors import DlquizError


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("dlquiz: 1\n")


def found(root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in folders.named([root])]


def test_banks_are_found_however_deep_they_lie(tmp_path: Path) -> None:
    touch(tmp_path, "z.yaml", "a/b/c/d/wrong.yaml", "a/good.yaml", "a/b/notes.txt", "b/x.yml")
    assert found(tmp_path) == ["z.yaml", "a/good.yaml", "a/b/c/d/wrong.yaml", "b/x.yml"]


def test_capitals_end_a_name_as_well(tmp_path: Path) -> None:
    touch(tmp_path, "a.YAML", "b.Yml", "c.yaml.bak")
    assert found(tmp_path) == ["a.YAML", "b.Yml"]
    assert [path.name for path in folders.banks_in(tmp_path)] == ["a.YAML", "b.Yml"]


def test_what_is_hidden_is_passed_over_unless_it_is_named(tmp_path: Path) -> None:
    touch(tmp_path, ".venv/lib/x.yaml", ".pre-commit-config.yaml", "a/y.yaml")
    assert found(tmp_path) == ["a/y.yaml"]
    assert found(tmp_path / ".venv") == ["lib/x.yaml"]


def test_links_that_lead_in_circles_are_gone_round_once(tmp_path: Path) -> None:
    touch(tmp_path, "a/x.yaml", "b/y.yaml")
    (tmp_path / "a" / "up").symlink_to("..")
    (tmp_path / "a" / "b").symlink_to("../b")
    (tmp_path / "b" / "self").symlink_to("self")
    assert sorted(path.name for path in folders.below(tmp_path)) == ["x.yaml", "y.yaml"]


def test_a_folder_without_a_bank_names_both_endings(tmp_path: Path) -> None:
    touch(tmp_path, "a/notes.txt")
    with pytest.raises(DlquizError, match=r"holds no bank; .*\.yaml or \.yml"):
        folders.named([tmp_path])


@pytest.mark.parametrize("bound", ["MOST", "MOST_ENTRIES"])
def test_a_folder_that_holds_too_much_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    touch(tmp_path, "a/1.yaml", "b/2.yaml", "c/3.yaml")
    monkeypatch.setattr(folders, bound, 6)
    assert len(found(tmp_path)) == 3
    monkeypatch.setattr(folders, bound, 2)
    with pytest.raises(DlquizError, match="holds more than 2 "):
        folders.named([tmp_path])


def test_deep_banks_are_led_to_the_schema_as_well(tmp_path: Path) -> None:
    touch(tmp_path, "a/b/x.YAML")
    _, changed = wiring.write(tmp_path, "{}\n")
    assert changed == [tmp_path / "a" / "b" / "x.YAML"]
    assert changed[0].read_text().startswith("# yaml-language-server: $schema=../../schema.json\n")

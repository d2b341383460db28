"""``dlquiz schema``: printed, and written where editors find it."""

import json
from pathlib import Path

from command_lines import Run
from jsonschema import Draft202012Validator


def test_it_is_printed_with_the_functions_of_the_engine(dlquiz: Run) -> None:
    ended = dlquiz("schema")
    assert (ended.code, ended.err) == (0, "")
    Draft202012Validator.check_schema(ended.json)
    assert ended.json["$defs"]["function"]["enum"] == ["conv.output_size", "model.num_params"]


def test_it_is_written_beside_the_banks_of_the_learner(dlquiz: Run, home: Path) -> None:
    bank = home / "banks" / "cnn" / "mine.yaml"
    bank.parent.mkdir(parents=True)
    bank.write_text("dlquiz: 1\n")
    ended = dlquiz("schema", "--write")
    assert (ended.code, ended.out) == (0, "")
    assert "wrote" in ended.err
    assert ended.err.rstrip().endswith(f"; the first line of {bank} leads to it")
    line = bank.read_text().partition("\n")[0]
    named = bank.parent / line.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(named.read_text()) == dlquiz("schema").json


def test_a_path_belongs_to_write(dlquiz: Run, tmp_path: Path) -> None:
    ended = dlquiz("schema", str(tmp_path))
    assert (ended.code, ended.out) == (2, "")
    assert "--write" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_many_banks_are_told_of_in_one_line(dlquiz: Run, tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        (tmp_path / name).write_text("dlquiz: 1\n")
    ended = dlquiz("schema", "--write", str(tmp_path))
    assert ended.err == f"dlquiz: wrote {tmp_path / 'schema.json'}; the first line of 3 banks leads to it\n"
    again = dlquiz("schema", "--write", str(tmp_path))
    assert again.err == f"dlquiz: wrote {tmp_path / 'schema.json'}\n"


def test_a_path_that_is_not_there_is_refused(dlquiz: Run, tmp_path: Path) -> None:
    ended = dlquiz("schema", str(tmp_path / "nosuch"), "--write")
    assert (ended.code, ended.out) == (2, "")
    assert f"there is no file or folder {tmp_path / 'nosuch'}" in ended.err
    assert list(tmp_path.iterdir()) == []

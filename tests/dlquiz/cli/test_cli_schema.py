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
    assert "mine.yaml" in ended.err
    line = bank.read_text().partition("\n")[0]
    named = bank.parent / line.removeprefix("# yaml-language-server: $schema=")
    assert json.loads(named.read_text()) == dlquiz("schema").json


def test_a_path_belongs_to_write(dlquiz: Run, tmp_path: Path) -> None:
    ended = dlquiz("schema", str(tmp_path))
    assert (ended.code, ended.out) == (2, "")
    assert "--write" in ended.err
    assert list(tmp_path.iterdir()) == []

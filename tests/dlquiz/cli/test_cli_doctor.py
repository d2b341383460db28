"""dlquiz doctor: what is wrong is told, each thing by itself, and nothing that is broken stops the rest."""

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from command_lines import ENGINE, Run


def test_all_is_well(dlquiz: Run, home: Path) -> None:
    ended = dlquiz("doctor", "--json")
    found = ended.json
    assert list(found)[:4] == ["ok", "problems", "device", "versions"]
    assert (ended.code, found["ok"], found["problems"], found["device"]) == (0, True, [], "cpu")
    assert found["versions"]["torch"] == "9.9.9", "the engine's own word counts"
    assert {"dlquiz", "python", "torch", "sympy", "textual", "fsrs"} <= found["versions"].keys()
    assert found["database"] == str(home / "dlquiz.db")
    assert not (home / "dlquiz.db").exists(), "looking makes nothing"
    assert found["banks"] > 0
    text = dlquiz("doctor")
    assert text.code == 0
    assert text.lines[-1] == "problem   none"


def test_each_problem_is_a_sentence_of_its_own(
    dlquiz: Run, home: Path, use_engine: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.metadata.version

    def version(name: str) -> str:
        if name == "torch":
            raise importlib.metadata.PackageNotFoundError(name)
        return find(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    use_engine([sys.executable, "-c", "import no_such_torch"])
    (home / "banks").mkdir(parents=True)
    (home / "banks" / "mine.yaml").write_text("dlquiz: 2\n")
    (home / "dlquiz.db").write_text("no database, and long enough to be looked at" * 99)
    ended = dlquiz("doctor", "--json")
    assert (ended.code, ended.json["ok"], ended.json["device"]) == (1, False, None)
    assert ended.json["versions"]["torch"] is None
    torch, engine, database, bank = ended.json["problems"]
    assert torch == "the package torch is not installed; run pip install torch"
    assert "No module named 'no_such_torch'" in engine
    assert "run dlquiz doctor" not in engine
    assert "is not a dlquiz database" in database
    assert "mine.yaml:1:9: " in bank
    assert "the file was left out" in bank
    assert sum(line.startswith("problem ") for line in dlquiz("doctor").lines) == 4


def test_a_gpu_that_goes_unused(dlquiz: Run, use_engine: Callable[..., None]) -> None:
    use_engine([*ENGINE, "--gpu"])
    ended = dlquiz("doctor", "--json")
    assert (ended.code, ended.json["gpu_unused"]) == (1, True)
    assert "has a GPU, and torch (cpu build) leaves it unused" in ended.json["problems"][0]
    assert dlquiz("doctor", "--device", "cpu").code == 0, "it was asked for"


def test_a_place_where_no_database_can_be_made(dlquiz: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = dlquiz("doctor", "--db", str(tmp_path / "file" / "dlquiz.db"), "--json")
    assert ended.code == 1
    assert "no database can be made" in ended.json["problems"][0]


def test_a_database_that_was_named_and_is_not_there(dlquiz: Run, tmp_path: Path) -> None:
    ended = dlquiz("doctor", "--db", str(tmp_path / "mistyped.db"), "--json")
    assert ended.code == 1
    assert ended.json["problems"][0].startswith(f"there is no database {tmp_path / 'mistyped.db'};")
    assert not (tmp_path / "mistyped.db").exists()


def test_the_device_is_that_of_the_option_or_of_the_environment(dlquiz: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DLQUIZ_DEVICE", "cuda:1")
    assert dlquiz("doctor", "--json").json["device"] == "cuda:1"
    assert dlquiz("doctor", "--json", "--device", "mps").json["device"] == "mps"

"""Functions are asked for once in a state; what is damaged, empty or half written is asked again."""

import os
from pathlib import Path

import pytest

from dlquiz.banks.signatures import Signatures
from dlquiz.cli import kept_signatures
from dlquiz.worker.replies import FunctionInfo, Parameter

TAKES = Parameter("kind", "one of 'max', 'avg'", required=False, default="max", convention=True)


class Engine:
    """An engine with one function, which counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def functions(self) -> list[FunctionInfo]:
        self.asked += 1
        return [FunctionInfo("pool.value", "module", "Pool.", "", {}, (TAKES,))]


def known(folder: Path, engine: Engine, state: str = "one") -> Signatures:
    return kept_signatures.signatures(folder, state, engine.functions)


def test_a_state_is_asked_once(tmp_path: Path) -> None:
    engine = Engine()
    first, second = (known(tmp_path / "signatures", engine) for _ in range(2))
    assert engine.asked == 1
    assert second.functions == first.functions
    assert list(second.choosing("pool.value")) == ["kind"]
    known(tmp_path / "signatures", engine, "another")
    assert engine.asked == 2


@pytest.mark.parametrize(
    "text", ["", "{", "{}", "[]", "null", '{"pool.value": {"summary": "Pool."}}', '{"pool.value": 1}']
)
def test_what_is_damaged_or_empty_is_asked_again(tmp_path: Path, text: str) -> None:
    engine = Engine()
    known(tmp_path, engine)
    (file,) = tmp_path.iterdir()
    file.write_text(text, encoding="utf-8")
    assert set(known(tmp_path, engine).functions) == {"pool.value"}
    assert engine.asked == 2
    known(tmp_path, engine)
    assert engine.asked == 2, "it was mended"


def test_a_write_that_is_cut_short_leaves_nothing_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Path.write_text

    def cut_short(self: Path, text: str, **more: str) -> int:
        whole(self, text[: len(text) // 2], **more)
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "write_text", cut_short)
    assert set(known(tmp_path, Engine()).functions) == {"pool.value"}
    assert list(tmp_path.glob("*.json")) == []


def test_the_oldest_make_room(tmp_path: Path) -> None:
    engine = Engine()
    for number in range(kept_signatures.MOST + 2):
        known(tmp_path, engine, str(number))
        for file in tmp_path.iterdir():  # each a second older than before
            os.utime(file, (1, file.stat().st_mtime - 1))
    assert len(list(tmp_path.iterdir())) == kept_signatures.MOST
    known(tmp_path, engine, str(kept_signatures.MOST + 1))
    assert engine.asked == kept_signatures.MOST + 2, "the newest is there"
    known(tmp_path, engine, "0")
    assert engine.asked == kept_signatures.MOST + 3, "the oldest is not"


def test_a_folder_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert set(known(tmp_path / "file", Engine()).functions) == {"pool.value"}

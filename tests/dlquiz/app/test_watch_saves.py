"""A save is noticed however an editor makes it, once, and a file that is gone for an instant was never gone."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dlquiz.app.watching import saves
from dlquiz.app.watching.saves import Saves, signature

EVERY_S = 0.05
Started = Callable[[Path], list[float]]


@pytest.fixture
def watching() -> Iterator[Started]:
    begun: list[Saves] = []

    def start(file: Path) -> list[float]:
        told: list[float] = []
        begun.append(Saves(file, lambda: told.append(time.monotonic()), EVERY_S))
        begun[-1].start()
        return told

    yield start
    for one in begun:
        one.stop()


def wait_for(told: list[float], count: int) -> None:
    end = time.monotonic() + 5
    while len(told) < count and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(4 * EVERY_S)  # long enough for one too many
    assert len(told) == count


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text("bank: mine\n")
    return path


def test_nothing_is_told_of_what_was_there(file: Path, watching: Started) -> None:
    wait_for(watching(file), 0)


def test_written_anew_in_place(file: Path, watching: Started) -> None:
    told = watching(file)
    file.write_text("bank: mine\n# more\n")
    wait_for(told, 1)


def test_replaced_by_rename_with_the_same_size_and_time(file: Path, watching: Started) -> None:
    told = watching(file)
    before = file.stat()
    new = file.with_suffix(".new")
    new.write_text("bank: mink\n")
    os.utime(new, ns=(before.st_atime_ns, before.st_mtime_ns))
    new.replace(file)
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    wait_for(told, 1)


def test_emptied_and_written_is_one_save(file: Path, watching: Started) -> None:
    told = watching(file)
    file.write_text("")
    file.write_text("bank: mine\n# written after the file was emptied\n")
    wait_for(told, 1)


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        ([1, None, 2, 2], [2]),
        ([1, 0, 2, 2, 2], [2]),
        ([1, 2, 3, 3, 3], [3]),
        ([1, None, 1, 1], []),
        ([1, None, None, 1, 1], [None, 1]),
        ([1, 2, 2, 1, 1], [2, 1]),
    ],
)
def test_a_save_counts_once_two_looks_agree(
    looks: list[int | None], told: list[int | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    left = list(looks)
    last = looks[0]

    def look(_: Path) -> tuple[int, ...] | None:
        nonlocal last
        last = left.pop(0) if left else last
        return None if last is None else (last,)

    monkeypatch.setattr(saves, "signature", look)
    found: list[int | None] = []
    watching = Saves(Path("mine.yaml"), lambda: found.append(last), 0.001)
    watching.start()
    time.sleep(0.2)
    watching.stop()
    assert found == told


def test_deleted_and_back_are_told(file: Path, watching: Started) -> None:
    told = watching(file)
    file.unlink()
    wait_for(told, 1)
    file.write_text("bank: mine\n")
    wait_for(told, 2)


@pytest.mark.skipif(os.name == "nt", reason="permissions are others there")
def test_permissions_are_part_of_it(file: Path) -> None:
    before = signature(file)
    time.sleep(0.02)
    file.chmod(0o400)
    assert signature(file) != before


def test_no_file_has_no_signature(tmp_path: Path) -> None:
    assert signature(tmp_path / "none.yaml") is None


def test_stopped_it_tells_no_more(file: Path) -> None:
    told: list[float] = []
    watching = Saves(file, lambda: told.append(0.0), EVERY_S)
    watching.start()
    watching.stop()
    time.sleep(2 * EVERY_S)
    file.write_text("bank: mine\n# more\n")
    time.sleep(4 * EVERY_S)
    assert told == []

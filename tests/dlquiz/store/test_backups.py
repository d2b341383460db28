"""Backups: which are kept, that a copy is whole, and that a failure is a sentence and not the end of the session."""

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlquiz.core.scheduling import Scheduler
from dlquiz.store import Review, Store, backups

HOUR, DAY = 3_600_000, 86_400_000
Make = Callable[..., Review]


def day_of(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d")


def test_two_years_of_three_sessions_a_day(now: int) -> None:
    """Today is Monday 2026-03-02; the days were read off a calendar."""
    times = [now - n * 8 * HOUR for n in range(3 * 730)]
    kept = backups.to_keep(times, now)
    assert {ms for ms in kept if now - ms <= 2 * DAY} == {ms for ms in times if now - ms <= 2 * DAY}
    older = sorted({day_of(ms) for ms in kept if now - ms > 2 * DAY}, reverse=True)
    daily = [f"2026-02-{day}" for day in range(19, 28)]  # twelve, with the last three days
    weekly = ["2026-02-15", "2026-02-08", "2026-02-01", "2026-01-25", "2026-01-18", "2026-01-11", "2026-01-04"]
    monthly = ["2026-01-31", "2025-12-31", "2025-11-30", "2025-10-31", "2025-09-30", "2025-08-31", "2025-07-31"]
    assert older == sorted([*daily, *weekly, *monthly], reverse=True)


@given(st.lists(st.integers(0, 20_000).map(lambda hours: hours * HOUR), min_size=1), st.integers(0, 20_000))
def test_kept_backups_stay_few_recent_and_true(times: list[int], hours: int) -> None:
    now = hours * HOUR
    kept = backups.to_keep(times, now)
    assert kept <= set(times)
    assert max(times) in kept
    assert {ms for ms in times if ms >= now - 2 * DAY} <= kept
    assert len({ms for ms in kept if ms < now - 2 * DAY}) <= 12 + 10 + 9
    assert backups.to_keep(kept, now) == kept


def test_after_a_long_pause_the_old_ones_are_still_there(now: int) -> None:
    times = [now - n * DAY for n in range(1000, 1020)]
    assert set(times[:12]) <= backups.to_keep(times, now)


def test_a_session_starts_with_a_whole_copy(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now) as store:
        assert backups.existing(path) == {}  # nothing was there to copy
        store.add_review(review())
        with Store.open(path, Scheduler(), now + 1) as second:  # what is only in the -wal is copied too
            cards = second.cards()
    backup = path.parent / "backups" / "dlquiz-20260302T120000001Z.db"
    assert backups.existing(path) == {now + 1: backup}
    assert [file.name for file in backup.parent.iterdir()] == [backup.name]
    assert backup.read_bytes()[18:20] == b"\1\1"  # not WAL: it can be read where nothing can be written
    with Store.open(backup, Scheduler(), now, backup=False) as copy:
        assert copy.cards() == cards
        assert copy.verify() == []


def test_no_copy_without_backup(path: Path, now: int) -> None:
    Store.open(path, Scheduler(), now).close()
    Store.open(path, Scheduler(), now, backup=False).close()
    assert not (path.parent / "backups").exists()


def test_old_copies_and_abandoned_ones_go_and_strangers_stay(path: Path, now: int) -> None:
    Store.open(path, Scheduler(), now).close()
    folder = path.parent / "backups"
    folder.mkdir()
    strangers = ["notes.txt", "other-20200101T000000000Z.db", "dlquiz-20200101T000000000Z.sqlite", "dlquiz-x.db"]
    partial = ["dlquiz-20260101T000000000Z.db.7.partial", "dlquiz-20260302T110000000Z.db.7.partial"]
    old = [f"dlquiz-202602{day:02}T0{hour}0000000Z.db" for day in range(1, 29) for hour in (1, 2)]
    for name in [*strangers, *partial, *old]:
        (folder / name).touch()
    Store.open(path, Scheduler(), now).close()
    left = {file.name for file in folder.iterdir()}
    assert left >= {*strangers, partial[1]}
    assert partial[0] not in left
    assert set(backups.existing(path)) == backups.to_keep(backups.existing(path), now)
    assert "dlquiz-20260228T010000000Z.db" not in left  # a day's earlier one
    assert "dlquiz-20260228T020000000Z.db" in left


@pytest.mark.parametrize("ms", [0, 1, 999, 1_772_452_800_123, 4_102_444_799_999])
def test_the_time_in_a_name_is_exact(ms: int) -> None:
    assert backups._ms(backups._stamp(ms)) == ms


def test_a_backup_that_fails_is_a_warning(path: Path, review: Make, now: int) -> None:
    Store.open(path, Scheduler(), now).close()
    (path.parent / "backups").touch()  # a file where the folder should be
    with Store.open(path, Scheduler(), now) as store:
        (warning,) = store.warnings
        assert store.add_review(review()) == 1
    assert "no backup was made" in warning
    assert str(path.parent / "backups") in warning


def test_a_disk_that_fills_up_leaves_no_partial_copy(path: Path, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    Store.open(path, Scheduler(), now).close()
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with Store.open(path, Scheduler(), now) as store:
        assert "No space left" in store.warnings[0]
    assert list((path.parent / "backups").iterdir()) == []


def test_a_damaged_database_drives_out_no_good_backup(path: Path, review: Make, now: int) -> None:
    with Store.open(path, Scheduler(), now) as store:
        for n in range(200):
            store.add_review(review(key=f"card-{n}"))
    folder = path.parent / "backups"
    folder.mkdir()
    good = [f"dlquiz-20240101T{hour:02}0000000Z.db" for hour in range(24)]
    for name in good:
        (folder / name).touch()
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = ?"
        page, size = connection.execute(query, ("reviews_by_key",)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    with Store.open(path, Scheduler(), now) as store:
        assert "damaged" in store.warnings[0] or "malformed" in store.warnings[0]
        assert any("is damaged" in problem for problem in store.verify())
    assert sorted(file.name for file in folder.iterdir()) == good


def test_a_backup_is_made_from_another_thread_while_the_store_is_in_use(
    store: Store, path: Path, review: Make, now: int
) -> None:
    number = store.add_review(review())
    failed: list[str | None] = []
    thread = threading.Thread(target=lambda: failed.append(store.back_up(now)))
    thread.start()
    thread.join()
    assert failed == [None]
    (copy,) = backups.existing(path).values()
    with Store.open(copy, Scheduler(), now, backup=False) as restored:
        assert [entry.id for entry in restored.reviews()] == [number]


def test_a_backup_that_fails_later_is_a_sentence(store: Store, path: Path, now: int) -> None:
    (path.parent / "backups").write_text("a file where the folder should be")
    assert "no backup was made" in str(store.back_up(now))

"""The tables: the log refuses every change, the derived part can go, migrations are safe, damage is found."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dlquiz.core.scheduling import Rating, Scheduler
from dlquiz.store import Review, Store, StoreError, schema

Make = Callable[..., Review]
CHANGES = [
    "UPDATE reviews SET rating = 4",
    "UPDATE reviews SET id = 99",
    "DELETE FROM reviews WHERE id = 2",
    "INSERT OR REPLACE INTO reviews SELECT * FROM reviews WHERE id = 2",
    "UPDATE OR REPLACE reviews SET id = 2 WHERE id = 1",
    "UPDATE overrides SET rating = 1",
    "DELETE FROM overrides",
    "REPLACE INTO overrides VALUES (1, 2, 1, 0)",
    "UPDATE undos SET at_ms = 0",
    "DELETE FROM undos",
    "REPLACE INTO undos VALUES (2, 0)",
]


@pytest.fixture
def full(path: Path, review: Make, now: int) -> Path:
    """A database with two reviews, an override and an undo in it, closed."""
    with Store.open(path, Scheduler(), now) as store:
        store.add_review(review())
        store.override(store.add_review(review(key="other", rating=Rating.GOOD)), Rating.EASY, now)
        store.undo(now)
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [line for line in connection.iterdump() if line.startswith("INSERT")]


@pytest.mark.parametrize("change", CHANGES)
def test_the_log_refuses_changes_from_any_program(full: Path, change: str) -> None:
    before = dump(full)
    refused = pytest.raises(sqlite3.IntegrityError, match="append-only")
    with closing(sqlite3.connect(full)) as connection, connection, refused:
        connection.execute(change)
    assert dump(full) == before


@pytest.mark.parametrize("trigger", schema.TRIGGERS)
def test_a_lost_trigger_is_reported(full: Path, now: int, trigger: str) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute(f"DROP TRIGGER {trigger}")
    with Store.open(full, Scheduler(), now) as store:
        (problem,) = store.verify()
    assert trigger in problem


def test_every_table_is_strict_and_every_log_table_has_three_triggers(full: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        tables = {row[1]: row[5] for row in connection.execute("PRAGMA table_list") if not row[1].startswith("sqlite_")}
        on = [row[0] for row in connection.execute("SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger'")]
    strict = {name for name, is_strict in tables.items() if is_strict}
    assert strict == {"reviews", "overrides", "undos", "cards", "derived_with"}
    assert set(tables) - strict == {"entries"}  # a view
    assert sorted(on) == sorted(3 * ["reviews", "overrides", "undos"])


@pytest.mark.parametrize(
    "change", [{"outcome": "maybe"}, {"hints": -1}, {"score": 1.5}, {"score": float("nan")}, {"at_ms": -1}]
)
def test_impossible_values_are_refused(store: Store, review: Make, change: dict[str, object]) -> None:
    with pytest.raises(StoreError, match="refused a row"):
        store.add_review(review(**change))
    assert store.reviews() == []
    assert store.cards() == {}


def test_a_number_too_large_is_refused(store: Store, review: Make) -> None:
    with pytest.raises(StoreError, match="too large"):
        store.add_review(review(seed=2**63))
    assert store.reviews() == []


@pytest.mark.parametrize("table", ["cards", "derived_with"])
def test_dropped_derived_tables_are_built_again(full: Path, review: Make, now: int, table: str) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute(f"DROP TABLE {table}")
    with Store.open(full, Scheduler(), now) as store:
        assert list(store.cards()) == [review().key]
        assert store.verify() == []


@pytest.mark.parametrize("change", ["DELETE FROM cards", "UPDATE cards SET due_ms = due_ms + 1"])
def test_wrong_derived_cards_are_found_and_rebuilt(full: Path, review: Make, now: int, change: str) -> None:
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute(change)
    with Store.open(full, Scheduler(), now) as store:
        (problem,) = store.verify()
        assert review().key in problem
        store.rebuild()
        assert store.verify() == []
        assert store.cards() == store.replay()


def test_a_scheduler_with_other_settings_derives_anew(path: Path, review: Make, now: int) -> None:
    key, day = review().key, 86_400_000
    with Store.open(path, Scheduler(0.9), now) as store, Store.open(path, Scheduler(0.7), now) as other:
        other.add_review(review(rating=Rating.EASY))
        longer = other.card(key).due_ms
        store.add_review(review(key="another"))
        assert store.card(key).due_ms < longer - day
        assert store.cards() == store.replay()


def test_rows_that_belong_to_nothing_are_refused_and_found(full: Path, now: int) -> None:
    with Store.open(full, Scheduler(), now) as store, pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
        store._connection.execute("INSERT INTO undos VALUES (99, 0)")
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute("INSERT INTO undos VALUES (99, 0)")  # foreign keys are off in other programs
    with Store.open(full, Scheduler(), now) as store:
        (problem,) = store.verify()
    assert "row 99 of undos" in problem


def test_damage_that_no_query_meets_is_found(full: Path, review: Make, now: int) -> None:
    """An index that misses a row: taken out of the schema, left behind by a review, and put back."""
    columns = "type, name, tbl_name, rootpage, sql"
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        where = "FROM sqlite_schema WHERE name = 'reviews_by_time'"
        index = connection.execute(f"SELECT {columns} {where}").fetchone()
        connection.execute(f"DELETE {where}")
    with Store.open(full, Scheduler(), now) as store:
        store.add_review(review())
    with closing(sqlite3.connect(full)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(f"INSERT INTO sqlite_schema ({columns}) VALUES (?, ?, ?, ?, ?)", index)
    with Store.open(full, Scheduler(), now) as store:
        found = store.verify()
    assert "is damaged (row 3 missing from index reviews_by_time)" in found[0]


def test_a_migration_keeps_what_is_there_and_is_backed_up(
    full: Path, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(full)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, ("CREATE TABLE notes (text TEXT) STRICT",)))
    with Store.open(full, Scheduler(), now, backup=False) as store:
        assert store.verify() == []
    assert dump(full) == before
    (backup,) = (full.parent / "backups").iterdir()
    with closing(sqlite3.connect(full)) as new, closing(sqlite3.connect(backup)) as old:
        versions = [db.execute("PRAGMA user_version").fetchone()[0] for db in (old, new)]
    assert versions == [1, 2]


def test_a_failing_migration_changes_nothing(full: Path, now: int, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = ("CREATE TABLE notes (text TEXT) STRICT", "CREATE TABLE nonsense (")
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, broken))
    with pytest.raises(StoreError, match="please report"):
        Store.open(full, Scheduler(), now)
    monkeypatch.undo()
    with Store.open(full, Scheduler(), now) as store:
        assert store._rows("SELECT count(*) FROM sqlite_schema WHERE name = 'notes'")[0][0] == 0
        assert len(store.reviews()) == 2

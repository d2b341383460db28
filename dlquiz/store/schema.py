"""The tables, as a list of migrations: `PRAGMA user_version` says how many of them a database has had.

`reviews`, `overrides` and `undos` are the log: rows are added and never changed. What is derived is in `derived`.
"""

import sqlite3
from pathlib import Path

from dlquiz.store.database import StoreError, transaction

APPLICATION_ID = 0x646C7175  # "dlqu"
LOG_TABLES = ("reviews", "overrides", "undos")


def _append_only(table: str) -> tuple[str, ...]:
    """Return the triggers that refuse UPDATE, DELETE and the silent delete of INSERT OR REPLACE."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE rowid = NEW.rowid) {refuse}",
    )


TRIGGERS = tuple(f"{table}_no_{change}" for table in LOG_TABLES for change in ("update", "delete", "replace"))

_LOG = (
    """
    CREATE TABLE reviews (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        rev INTEGER NOT NULL,
        seed INTEGER NOT NULL,
        params TEXT NOT NULL,
        prompt_hash TEXT NOT NULL,
        answer TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('right', 'wrong', 'elsewhere')),
        misconceptions TEXT NOT NULL,
        rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
        hints INTEGER NOT NULL CHECK (hints >= 0),
        duration_ms INTEGER NOT NULL CHECK (duration_ms >= 0),
        at_ms INTEGER NOT NULL CHECK (at_ms BETWEEN 0 AND 253402300799999),
        offset_minutes INTEGER NOT NULL CHECK (offset_minutes BETWEEN -1439 AND 1439),
        rollover_hour INTEGER NOT NULL CHECK (rollover_hour BETWEEN 0 AND 23),
        counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
        score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
        engine TEXT NOT NULL,
        torch TEXT NOT NULL,
        lang TEXT NOT NULL,
        device TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE overrides (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        review_id INTEGER NOT NULL REFERENCES reviews (id),
        rating INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 4),
        at_ms INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE undos (
        review_id INTEGER PRIMARY KEY REFERENCES reviews (id),
        at_ms INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX reviews_by_key ON reviews (key)",
    "CREATE INDEX reviews_by_time ON reviews (at_ms)",
    "CREATE INDEX overrides_by_review ON overrides (review_id)",
    """
    CREATE VIEW entries AS
    SELECT reviews.*,
        coalesce(
            (SELECT o.rating FROM overrides o WHERE o.review_id = reviews.id ORDER BY o.id DESC LIMIT 1),
            reviews.rating
        ) AS final_rating,
        EXISTS (SELECT 1 FROM undos WHERE undos.review_id = reviews.id) AS undone
    FROM reviews
    """,
    *(trigger for table in LOG_TABLES for trigger in _append_only(table)),
    f"PRAGMA application_id = {APPLICATION_ID}",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_LOG,)


_IDENTITY = """
    SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
    FROM pragma_user_version, pragma_application_id
"""


def version(connection: sqlite3.Connection, path: Path) -> int:
    """Return how many migrations the database has had; StoreError if it is not ours or of a newer dlquiz."""
    had, owner, tables = connection.execute(_IDENTITY).fetchone()  # in one read: another dlquiz may be making it
    if tables and owner != APPLICATION_ID:
        raise StoreError(f"{path} is a database of another program; name another file with --db")
    if had > len(MIGRATIONS):
        raise StoreError(
            f"{path} was written by a newer dlquiz (format {had}, this one reads up to {len(MIGRATIONS)}); "
            "update dlquiz, or name another file with --db"
        )
    return int(had)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the tables up to date, all migrations in one transaction."""
    if version(connection, path) == len(MIGRATIONS):
        return
    with transaction(connection):
        had = version(connection, path)  # again: another dlquiz may have migrated while we waited for the lock
        for statements in MIGRATIONS[had:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

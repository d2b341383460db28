"""The derived cards: one row a card, computed from the log alone, and rebuilt whenever the scheduler's settings change.

A card is always computed by replaying its whole log, so a review, an override and an undo take the same path.
"""

import sqlite3
from collections.abc import Iterable

from dlquiz.core.scheduling import CardState, Rating, Scheduler, StudyClock, new_card

_TABLES = (
    """
    CREATE TABLE IF NOT EXISTS cards (
        key TEXT PRIMARY KEY,
        stability REAL,
        difficulty REAL,
        state TEXT NOT NULL CHECK (state IN ('learning', 'review', 'relearning')),
        step INTEGER,
        due_ms INTEGER NOT NULL,
        last_ms INTEGER,
        reps INTEGER NOT NULL,
        lapses INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE TABLE IF NOT EXISTS derived_with (settings TEXT NOT NULL) STRICT",
)
_SCHEDULED = """
    SELECT key, final_rating, at_ms, offset_minutes, rollover_hour FROM entries WHERE counts AND NOT undone
"""
_COLUMNS = CardState._fields
_SAVE = f"INSERT OR REPLACE INTO cards ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"


def is_current(connection: sqlite3.Connection, scheduler: Scheduler) -> bool:
    """Return whether both derived tables are there and were computed with this scheduler's settings."""
    names = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('cards', 'derived_with')"
    if connection.execute(names).fetchone()[0] != len(_TABLES):
        return False
    return [row[0] for row in connection.execute("SELECT settings FROM derived_with")] == [scheduler.settings]


def rebuild(connection: sqlite3.Connection, scheduler: Scheduler) -> None:
    """Compute all cards anew; call it inside a transaction."""
    for table in ("cards", "derived_with"):
        connection.execute(f"DROP TABLE IF EXISTS {table}")
    for statement in _TABLES:
        connection.execute(statement)
    connection.executemany(_SAVE, replay(connection, scheduler).values())
    connection.execute("INSERT INTO derived_with VALUES (?)", (scheduler.settings,))


def replay(connection: sqlite3.Connection, scheduler: Scheduler) -> dict[str, CardState]:
    """Return every card that has a review that counts, from the log alone, in the order of the log."""
    return _replay(connection.execute(f"{_SCHEDULED} ORDER BY id"), scheduler)


def update(connection: sqlite3.Connection, scheduler: Scheduler, key: str) -> CardState:
    """Replay one card, store it, and return it; call it inside a transaction."""
    rows = connection.execute(f"{_SCHEDULED} AND key = ? ORDER BY id", (key,))
    card = _replay(rows, scheduler).get(key)
    if card is None:
        connection.execute("DELETE FROM cards WHERE key = ?", (key,))
        return new_card(key)
    connection.execute(_SAVE, card)
    return card


def load(rows: Iterable[sqlite3.Row]) -> dict[str, CardState]:
    """Return the cards of rows of `cards`, by key."""
    return {row["key"]: CardState(**{name: row[name] for name in _COLUMNS}) for row in rows}


def _replay(rows: Iterable[sqlite3.Row], scheduler: Scheduler) -> dict[str, CardState]:
    cards: dict[str, CardState] = {}
    for key, rating, at_ms, offset_minutes, rollover_hour in rows:
        before = cards.get(key) or new_card(key)
        cards[key] = scheduler.review(before, Rating(rating), at_ms, StudyClock(offset_minutes, rollover_hour))
    return cards
